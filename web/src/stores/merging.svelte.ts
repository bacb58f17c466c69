import type { SessionCard, SessionId } from '../wire';
import { board } from './board.svelte';
import { connection } from './connection.svelte';
import { sessions } from './sessions.svelte';
import { t } from '../words/index.svelte';

/** Two open sessions of one customer go on as one, and part again. */
class Merging {
  /** What a session can be merged with here: others of mine; for supervisors all that are on the board. */
  others(session: SessionId): SessionCard[] {
    const known = new Map([...(board.frame?.sessions ?? []), ...sessions.cards].map((card) => [card.session, card]));
    known.delete(session);
    return [...known.values()].filter((card) => !card.closed);
  }

  /** Answers the session that goes on; null when the engine said no, which the person is told. */
  async merge(one: SessionCard, other: SessionCard): Promise<SessionId | null> {
    const answer = await connection.ask({ type: 'merge', session: one.session, other: other.session }).catch((error: Error) => error);
    if (answer instanceof Error || answer.answer !== 'merged') {
      connection.tell(answer instanceof Error ? answer.message : t('notMerged'));
      return null;
    }
    const kept = answer.session;
    const gone = kept === one.session ? other.session : one.session;
    connection.tell(t('merged', { one: one.customer_name, other: other.customer_name }), { label: t('undo'), act: () => void this.separate(kept, gone) });
    return kept;
  }

  async separate(session: SessionId, other: SessionId) {
    if (await connection.try({ type: 'separate', session, other })) connection.tell(t('parted'));
  }
}
export const merging = new Merging();
