import { connection } from '../stores/connection.svelte';
import { transcripts } from '../stores/transcripts.svelte';
import type { SessionId } from '../wire';

/** A session looked at that is not mine: a past one, or one found by search. */
class Opened {
  session = $state<SessionId | null>(null);

  show(session: SessionId) {
    this.close();
    this.session = session;
    transcripts.follow(session);
  }

  /** As a supervisor: first says that it is watched, then follows. */
  async monitor(session: SessionId): Promise<boolean> {
    if (!(await connection.try({ type: 'monitor', session }))) return false;
    this.show(session);
    return true;
  }

  close() {
    if (this.session) transcripts.leave(this.session);
    this.session = null;
  }
}
export const opened = new Opened();
