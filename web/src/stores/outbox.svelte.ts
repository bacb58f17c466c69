import { Refusal } from '../lib/socket';
import type { MessageId, SessionId, Upload } from '../wire';
import { connection } from './connection.svelte';
import { transcripts } from './transcripts.svelte';

/** What was written and is not in the log yet. `look`: something came in before it; a person decides. */
export interface Outgoing {
  id: MessageId;
  kind: 'post' | 'note' | 'whisper';
  session: SessionId;
  text: string;
  uploads: Upload[];
  state: 'waiting' | 'sending' | 'look' | 'refused';
  reason: string | null;
  /** The last sequence its author had seen when writing it. */
  seen: number;
}

const KEY = 'tandem:outbox';

class Outbox {
  list = $state<Outgoing[]>(restore());

  of(session: SessionId): Outgoing[] {
    return this.list.filter((one) => one.session === session);
  }

  add(kind: Outgoing['kind'], session: SessionId, text: string, uploads: Upload[] = []) {
    const seen = transcripts.states[session]?.sequence ?? 0;
    this.list.push({ id: crypto.randomUUID(), kind, session, text, uploads, state: 'waiting', reason: null, seen });
    this.keep();
    void this.flush(session);
  }

  /** The person has looked at what came in meanwhile. */
  sendAnyway(id: MessageId) {
    const one = this.find(id);
    if (!one) return;
    one.seen = transcripts.states[one.session]?.sequence ?? one.seen;
    one.state = 'waiting';
    void this.flush(one.session);
  }

  discard(id: MessageId) {
    this.list = this.list.filter((one) => one.id !== id);
    this.keep();
  }

  /** Sends in order what waits for a session that is caught up. */
  async flush(session: SessionId) {
    if (!transcripts.caughtUp[session]) return;
    for (const { id } of this.of(session)) {
      const one = this.find(id);
      if (!one || one.state === 'refused') continue;
      if (one.state !== 'waiting') return;
      if (!(await this.send(one))) return;
    }
  }

  offline() {
    for (const one of this.list) if (one.state === 'sending') one.state = 'waiting';
  }

  flushAll() {
    for (const session of new Set(this.list.map((one) => one.session))) transcripts.follow(session);
  }

  private async send(one: Outgoing): Promise<boolean> {
    one.state = 'sending';
    const { id, session, text } = one;
    try {
      if (one.kind === 'note') await connection.ask({ type: 'note', session, note: id, text });
      else if (one.kind === 'whisper') await connection.ask({ type: 'whisper', session, message: id, text });
      else await connection.ask({ type: 'post', session, message: id, text, uploads: one.uploads.map((upload) => upload.upload), seen: one.seen });
      this.discard(id);
      return true;
    } catch (error) {
      this.failed(id, error instanceof Refusal ? error : new Refusal('lost', String(error)));
      return false;
    }
  }

  private failed(id: MessageId, refusal: Refusal) {
    const one = this.find(id);
    if (!one) return;
    if (refusal.code === 'lost' || refusal.code === 'going_away') one.state = 'waiting';
    else if (refusal.code === 'behind') {
      one.state = 'look';
      void transcripts.open(one.session);
    } else if (refusal.code === 'busy' || refusal.code === 'too_fast') {
      one.state = 'waiting';
      setTimeout(() => void this.flush(one.session), 1_000);
    } else {
      one.state = 'refused';
      one.reason = refusal.message;
    }
    this.keep();
  }

  private find(id: MessageId): Outgoing | undefined {
    return this.list.find((one) => one.id === id);
  }

  private keep() {
    sessionStorage.setItem(KEY, JSON.stringify(this.list));
  }
}

function restore(): Outgoing[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Outgoing[];
    return kept.map((one) => ({ ...one, state: one.state === 'sending' ? 'waiting' : one.state }));
  } catch {
    return [];
  }
}

export const outbox = new Outbox();
connection.onlink((link) => (link === 'online' ? outbox.flushAll() : outbox.offline()));
transcripts.oncaughtup((session) => void outbox.flush(session));
