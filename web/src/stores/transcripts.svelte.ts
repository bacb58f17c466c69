import { apply, fromSnapshot, lastFromCustomer, type SessionState } from '../lib/session';
import { Refusal } from '../lib/socket';
import type { Recorded, Sequence, SessionEvent, SessionId } from '../wire';
import { connection } from './connection.svelte';

const TYPING_MS = 5_000;

/** The followed sessions, each folded from its events and caught up by sequence. */
class Transcripts {
  states = $state<Record<SessionId, SessionState>>({});
  /** Sessions that have all there is, as far as is known. */
  caughtUp = $state<Record<SessionId, boolean>>({});
  typing = $state<Record<SessionId, string | null>>({});
  private followed = new Set<SessionId>();
  private opening = new Set<SessionId>();
  private timers = new Map<SessionId, ReturnType<typeof setTimeout>>();
  private readThrough = new Map<SessionId, Sequence>();
  private listeners: ((session: SessionId) => void)[] = [];

  oncaughtup(listener: (session: SessionId) => void) {
    this.listeners.push(listener);
  }

  follow(session: SessionId) {
    if (this.followed.has(session)) return;
    this.followed.add(session);
    void this.open(session);
  }

  leave(session: SessionId) {
    if (!this.followed.delete(session)) return;
    delete this.states[session];
    delete this.caughtUp[session];
    this.readThrough.delete(session);
    connection.ask({ type: 'leave', session }).catch(() => undefined);
  }

  /** Asks for what is missing, from the last sequence held on. */
  async open(session: SessionId) {
    if (this.opening.has(session) || connection.link !== 'online') return;
    this.opening.add(session);
    this.caughtUp[session] = false;
    let again = false;
    try {
      await connection.ask({ type: 'open', session, since: this.states[session]?.sequence ?? 0 });
      this.caughtUp[session] = true;
      this.listeners.forEach((listener) => listener(session));
    } catch (error) {
      const code = error instanceof Refusal ? error.code : null;
      if (code === 'forbidden' || code === 'not_found') this.followed.delete(session);
      again = code === 'busy' || code === 'too_fast';
    } finally {
      this.opening.delete(session);
    }
    if (again) setTimeout(() => void this.open(session), 1_000);
  }

  private async anew(session: SessionId) {
    await connection.ask({ type: 'open', session, since: 0 }).catch(() => undefined);
  }

  resume() {
    for (const session of this.followed) void this.open(session);
  }

  offline() {
    this.caughtUp = {};
  }

  snapshot(state: SessionState) {
    this.states[state.session] = state;
  }

  event(session: SessionId, after: Sequence, recorded: Recorded<SessionEvent>) {
    const state = this.states[session];
    if (!state) return;
    const applied = apply(state, after, recorded);
    if (applied.outcome === 'gap') void this.open(session);
    if (applied.outcome !== 'applied') return;
    this.states[session] = applied.state;
    // What the merged session says comes with a snapshot, and goes with one.
    if (recorded.event.type === 'absorbed' || recorded.event.type === 'separated') void this.anew(session);
    if (recorded.event.type === 'message_posted') this.typing[session] = null;
  }

  showTyping(session: SessionId, name: string) {
    this.typing[session] = name;
    clearTimeout(this.timers.get(session));
    this.timers.set(session, setTimeout(() => (this.typing[session] = null), TYPING_MS));
  }

  /** Tells the engine once that everything the customer wrote so far was seen. */
  markRead(session: SessionId) {
    const state = this.states[session];
    if (!state || document.hidden || connection.link !== 'online') return;
    const through = lastFromCustomer(state);
    if (through === 0 || through <= Math.max(this.readThrough.get(session) ?? 0, state.readByAgent)) return;
    this.readThrough.set(session, through);
    connection.ask({ type: 'read', session, through }).catch(() => this.readThrough.delete(session));
  }
}
export const transcripts = new Transcripts();
connection.subscribe((message) => {
  if (message.type === 'snapshot') transcripts.snapshot(fromSnapshot(message));
  else if (message.type === 'event') transcripts.event(message.session, message.after, message.recorded);
  else if (message.type === 'typing') transcripts.showTyping(message.session, message.name);
});
connection.onlink((link) => (link === 'online' ? transcripts.resume() : transcripts.offline()));
