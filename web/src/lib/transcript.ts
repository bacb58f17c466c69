import type { AgentId, Channel, Message, MessageId, QueueId, Recorded, Sequence, SessionEvent, SessionId, Timestamp } from '../wire';
import { t } from '../words/index.svelte';

interface Base { sequence: Sequence; at: Timestamp }
/** One line of a transcript. `badge` names the channel where it changes. */
export type Entry = Base & (
  | { kind: 'message'; message: Message; who: string; badge: Channel | null }
  | { kind: 'note'; id: MessageId; label: string; who: string; text: string }
  /** `joined`: the session that became part of this one there. */
  | { kind: 'line'; text: string; joined?: SessionId }
);

export interface Names {
  agent(id: AgentId): string;
  queue(id: QueueId): string;
}

/** What a person reads of the events; machinery such as reservations is left out. */
export function entries(events: Recorded<SessionEvent>[], names: Names): Entry[] {
  let channel: Channel | null = null;
  return events.flatMap(({ sequence, at, event }): Entry[] => {
    if (event.type === 'message_posted') {
      const { message } = event;
      const badge = message.channel === channel ? null : message.channel;
      channel = message.channel;
      const who = message.author.kind === 'agent' ? names.agent(message.author.agent) : '';
      return [{ kind: 'message', sequence, at, message, who, badge }];
    }
    if (event.type === 'note_added') return [{ kind: 'note', sequence, at, id: event.note, label: t('note'), who: names.agent(event.author), text: event.text }];
    if (event.type === 'whispered') return [{ kind: 'note', sequence, at, id: event.message, label: t('whisper'), who: names.agent(event.supervisor), text: event.text }];
    const text = line(event, names);
    if (text === null) return [];
    return [event.type === 'absorbed' ? { kind: 'line', sequence, at, text, joined: event.other } : { kind: 'line', sequence, at, text }];
  });
}

function line(event: SessionEvent, names: Names): string | null {
  switch (event.type) {
    case 'leg_attached': return `${t('lineConnected', { channel: t(`${event.channel}_channel`) })}${event.origin ? ` · ${event.origin}` : ''}`;
    case 'channel_switched': return t('lineMoved', { from: t(`${event.from}_channel`), to: t(`${event.to}_channel`) });
    case 'task_created': return t('lineWaiting', { queue: names.queue(event.queue) });
    case 'task_assigned': return t('lineTook', { name: names.agent(event.agent) });
    case 'task_transferred': {
      const target = event.target.to === 'agent' ? names.agent(event.target.agent) : names.queue(event.target.queue);
      return event.from ? t('lineHandedBy', { name: names.agent(event.from), target }) : t('lineHanded', { target });
    }
    case 'task_reprioritised': return t('linePriority', { name: names.agent(event.by), n: event.priority });
    case 'task_held': return t('lineHeld', { name: names.agent(event.agent) });
    case 'task_resumed': return t('lineResumed', { name: names.agent(event.agent) });
    case 'task_completed': return t(event.disposition ? 'lineFinishedAs' : 'lineFinished', { name: names.agent(event.agent), disposition: event.disposition ?? '' });
    case 'task_aged': return t('lineAged', { name: names.agent(event.by) });
    case 'callback_offered': return t('lineCallbackOffered', { text: event.text });
    case 'callback_chosen': return t('lineCallback', { number: event.number });
    case 'callback_declined': return t('lineCallbackDeclined');
    case 'call_failed': return t('lineCallFailed', { name: names.agent(event.agent), n: event.attempts_left });
    case 'task_canceled': {
      const lines: Partial<Record<typeof event.reason, string>> = { abandoned: t('lineAbandoned'), turned_away: t('lineTurnedAway'), not_reached: t('lineNotReached') };
      return lines[event.reason] ?? null;
    }
    case 'intervention_started': return t('lineIntervenes', { name: names.agent(event.supervisor), what: t(event.intervention) });
    case 'intervention_ended': return t('lineIntervened', { name: names.agent(event.supervisor), what: t(event.intervention) });
    case 'rated': return `${t('lineRated', { n: event.score })}${event.comment ? `: “${event.comment}”` : ''}`;
    case 'transcript_requested': return t('lineTranscript', { to: event.to.value });
    case 'absorbed': return t('lineAbsorbed');
    case 'separated': return t('lineSeparated');
    case 'closed': return t('lineClosed', { reason: event.reason });
    case 'reopened': return t('lineReopened');
    case 'erased': return t('lineErased');
    default: return null;
  }
}
