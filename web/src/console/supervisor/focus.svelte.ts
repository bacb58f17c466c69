import { connection } from '../../stores/connection.svelte';
import type { AgentId, QueueId, SessionId } from '../../wire';
import { opened } from '../opened.svelte';

export type Subject = { kind: 'session'; session: SessionId; explain: boolean } | { kind: 'agent'; agent: AgentId } | { kind: 'queue'; queue: QueueId };
export type Stance = 'none' | 'monitoring' | 'barged';

/** What the side panel shows, and how far the supervisor has gone into that session. */
class Focus {
  subject = $state<Subject | null>(null);
  stance = $state<Stance>('none');

  show(subject: Subject) {
    const same = this.subject?.kind === 'session' && subject.kind === 'session' && this.subject.session === subject.session;
    if (!same) this.stepOut();
    this.subject = subject;
  }

  close() {
    this.stepOut();
    this.subject = null;
  }

  async monitor(session: SessionId) {
    if (await opened.monitor(session)) this.stance = 'monitoring';
  }

  async barge(session: SessionId) {
    if (!(await connection.try({ type: 'barge', session }))) return;
    if (opened.session !== session) opened.show(session);
    this.stance = 'barged';
  }

  /** Leaving the panel ends what was begun, so that nobody watches unknowingly. */
  stepOut() {
    if (this.stance !== 'none' && opened.session) void connection.try({ type: 'step_out', session: opened.session });
    opened.close();
    this.stance = 'none';
  }
}
export const focus = new Focus();
