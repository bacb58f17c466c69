import type { AgentId, Author, Channel, FactView, LiveOffer, Recorded, Sequence, SessionContext, SessionEvent, SessionId, SessionSnapshot, TaskView } from '../wire';

/** A session as its events tell it. Folded, never edited: the same events give the same state. */
export interface SessionState {
  session: SessionId;
  sequence: Sequence;
  events: Recorded<SessionEvent>[];
  /** Of sessions merged into this one; their sequences are below 0, apart from this one's. */
  earlier: Recorded<SessionEvent>[];
  truncated: boolean;
  context: SessionContext;
  channel: Channel;
  task: TaskView | null;
  closed: boolean;
  readByCustomer: Sequence;
  readByAgent: Sequence;
  deliveries: Record<string, 'sent' | 'failed' | 'bounced'>;
}

export type Applied = { outcome: 'applied'; state: SessionState } | { outcome: 'duplicate' } | { outcome: 'gap' };

export function fromSnapshot(snapshot: SessionSnapshot): SessionState {
  const start: SessionState = {
    session: snapshot.session, sequence: snapshot.sequence, events: snapshot.events, truncated: snapshot.truncated,
    earlier: snapshot.earlier.map((recorded, index, all) => ({ ...recorded, sequence: index - all.length })),
    context: snapshot.context, channel: snapshot.card.channel, task: snapshot.card.task, closed: snapshot.card.closed,
    readByCustomer: 0, readByAgent: 0, deliveries: {},
  };
  // Context and card already have what the events say, but for the marks.
  return snapshot.events.reduce((state, { event }) => marks(state, event), start);
}

/** Takes one event in, unless it is known already or one before it is missing. */
export function apply(state: SessionState, after: Sequence, recorded: Recorded<SessionEvent>): Applied {
  if (recorded.sequence <= state.sequence) return { outcome: 'duplicate' };
  if (after !== state.sequence) return { outcome: 'gap' };
  const next = fold(state, recorded.event);
  return { outcome: 'applied', state: { ...next, sequence: recorded.sequence, events: [...state.events, recorded] } };
}

function fold(state: SessionState, event: SessionEvent): SessionState {
  const marked = marks(state, event);
  const task = foldTask(marked.task, event);
  const context = foldContext(marked.context, event);
  const channel = event.type === 'channel_switched' ? event.to : marked.channel;
  const closed = event.type === 'closed' ? true : event.type === 'reopened' ? false : marked.closed;
  return { ...marked, task, context, channel, closed };
}

function marks(state: SessionState, event: SessionEvent): SessionState {
  if (event.type === 'read_marked') {
    return event.reader === 'customer'
      ? { ...state, readByCustomer: Math.max(state.readByCustomer, event.through) }
      : { ...state, readByAgent: Math.max(state.readByAgent, event.through) };
  }
  if (event.type === 'delivery_recorded') {
    return { ...state, deliveries: { ...state.deliveries, [event.message]: event.delivery.outcome } };
  }
  return state;
}

function foldTask(task: TaskView | null, event: SessionEvent): TaskView | null {
  if (event.type === 'task_created') {
    return { task: event.task, queue: event.queue, priority: event.priority, waiting_since: event.waiting_since, is_held: false, state: 'pending' };
  }
  if (!task || !('task' in event) || event.task !== task.task) return task;
  const { task: id, queue, priority, waiting_since, call_back } = task;
  const base = { task: id, queue, priority, waiting_since, call_back, is_held: false };
  switch (event.type) {
    case 'task_reserved':
      return { ...base, ...ringing([...offersOf(task), { reservation: event.reservation, agent: event.agent, expires_at: event.expires_at }]) };
    case 'reservation_ended':
      return task.state === 'reserved' ? { ...base, ...ringing(offersOf(task).filter((offer) => offer.reservation !== event.reservation)) } : task;
    case 'task_assigned':
      return { ...base, state: 'assigned', agent: event.agent };
    case 'task_transferred':
      return { ...base, queue: event.target.queue, state: 'pending' };
    case 'task_reprioritised':
      return { ...task, priority: event.priority };
    case 'task_aged':
      return { ...task, waiting_since: event.waiting_since };
    case 'callback_chosen':
      return { ...base, call_back: { number: event.number, attempts_left: event.callback.attempts }, state: 'pending' };
    case 'call_failed':
      return { ...base, call_back: call_back && { ...call_back, attempts_left: event.attempts_left }, state: 'pending' };
    case 'task_wrapping':
      return { ...base, state: 'wrapping', agent: event.agent, since: Date.now() };
    case 'task_completed':
      return { ...base, state: 'completed' };
    case 'task_canceled':
      return { ...base, state: 'canceled' };
    case 'task_held':
      return { ...task, is_held: true };
    case 'task_resumed':
      return { ...task, is_held: false };
    default:
      return task;
  }
}

/** All that rings, in the order they were asked. */
function offersOf(task: TaskView): LiveOffer[] {
  if (task.state !== 'reserved') return [];
  return [{ reservation: task.reservation, agent: task.agent, expires_at: task.expires_at }, ...(task.others ?? [])];
}

function ringing([first, ...others]: LiveOffer[]) {
  return first ? { state: 'reserved' as const, ...first, ...(others.length ? { others } : {}) } : { state: 'pending' as const };
}

function foldContext(context: SessionContext, event: SessionEvent): SessionContext {
  switch (event.type) {
    case 'fact_collected':
      return { ...context, facts: withFact(context.facts, { name: event.name, value: event.value }) };
    case 'intent_detected':
      return { ...context, intent: event.intent, intent_confidence: event.confidence };
    case 'language_detected':
      return { ...context, language: event.language };
    case 'identity_attached':
      return { ...context, identities: withIdentity(context.identities, event) };
    case 'leg_attached': {
      const leg = { leg: event.leg, channel: event.channel, attached: true, origin: event.origin ?? null };
      return {
        ...context,
        legs: [...context.legs.filter((one) => one.leg !== event.leg), leg],
        identities: withIdentity(context.identities, event),
      };
    }
    case 'leg_detached':
      return { ...context, legs: context.legs.map((one) => (one.leg === event.leg ? { ...one, attached: false } : one)) };
    case 'task_transferred':
      return { ...context, handover_note: event.note, handover_reason: event.reason };
    case 'intervention_started':
      return { ...context, supervisors: [...context.supervisors.filter((one) => one !== event.supervisor), event.supervisor] };
    case 'intervention_ended':
      return { ...context, supervisors: context.supervisors.filter((one) => one !== event.supervisor) };
    default:
      return context;
  }
}

function withFact(facts: FactView[], fact: FactView): FactView[] {
  const known = facts.some((one) => one.name === fact.name);
  return known ? facts.map((one) => (one.name === fact.name ? fact : one)) : [...facts, fact];
}

function withIdentity(known: SessionContext['identities'], added: SessionContext['identities'][number]) {
  const same = (one: SessionContext['identities'][number]) =>
    one.identity.kind === added.identity.kind && one.identity.value === added.identity.value;
  const verified = added.verification === 'verified' || known.some((one) => same(one) && one.verification === 'verified');
  const entry = { identity: added.identity, verification: verified ? ('verified' as const) : ('claimed' as const) };
  return known.some(same) ? known.map((one) => (same(one) ? entry : one)) : [...known, entry];
}

/** The sessions that are one with this one now, not separated since, and where they joined it. */
export function joined(events: Recorded<SessionEvent>[]): Map<SessionId, Sequence> {
  const others = new Map<SessionId, Sequence>();
  for (const { event, sequence } of events) {
    if (event.type === 'absorbed') others.set(event.other, sequence);
    else if (event.type === 'separated') others.delete(event.other);
  }
  return others;
}

/** Whose task it is: assigned or wrapping. */
export function handler(task: TaskView | null): AgentId | null {
  return task && (task.state === 'assigned' || task.state === 'wrapping') ? task.agent : null;
}

/** The newest customer message, so that it can be marked read. */
export function lastFromCustomer(state: SessionState): Sequence {
  const isCustomer = (author: Author) => author.kind === 'customer';
  return state.events.findLast(({ event }) => event.type === 'message_posted' && isCustomer(event.message.author))?.sequence ?? 0;
}

/** Splits a text at a place given in bytes of UTF-8, never inside a character. */
export function splitAtByte(text: string, bytes: number | null | undefined): [string, string] {
  if (bytes === null || bytes === undefined) return [text, ''];
  let at = 0;
  let units = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes < at + size) break;
    at += size;
    units += character.length;
  }
  return [text.slice(0, units), text.slice(units)];
}
