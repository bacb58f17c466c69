import type { SessionCard, SessionId } from '../wire';
import { connection } from './connection.svelte';
import { transcripts } from './transcripts.svelte';
import { t } from '../words/index.svelte';

/** My sessions as cards, in the order I got them, so that nothing moves under the pointer. */
class Sessions {
  cards = $state<SessionCard[]>([]);
  selected = $state<SessionId | null>(null);

  get current(): SessionCard | null {
    return this.cards.find((card) => card.session === this.selected) ?? null;
  }

  select(session: SessionId | null) {
    this.selected = session;
    if (session) transcripts.follow(session);
  }

  step(by: 1 | -1) {
    if (this.cards.length === 0) return;
    const at = this.cards.findIndex((card) => card.session === this.selected);
    const next = this.cards[(at + by + this.cards.length) % this.cards.length];
    if (next) this.select(next.session);
  }

  put(card: SessionCard) {
    const known = this.cards.find((one) => one.session === card.session);
    if (known) this.tellHeld(known, card);
    this.cards = known ? this.cards.map((one) => (one.session === card.session ? card : one)) : [...this.cards, card];
    if (!this.selected) this.select(card.session);
  }

  gone(session: SessionId) {
    this.tellWhy(session);
    const at = this.cards.findIndex((card) => card.session === session);
    this.cards = this.cards.filter((card) => card.session !== session);
    transcripts.leave(session);
    if (this.selected === session) this.select(this.cards[Math.min(at, this.cards.length - 1)]?.session ?? null);
  }

  /** Mine, in hand, and not held: what a held one gave way to is among them. */
  get busyWith(): SessionCard[] {
    return this.cards.filter(({ task }) => task && !task.is_held && (task.state === 'assigned' || task.state === 'wrapping'));
  }

  /** What is held, and that it is back, is not of my doing: say so. */
  private tellHeld(before: SessionCard, after: SessionCard) {
    const [was, is] = [before.task?.is_held ?? false, after.task?.is_held ?? false];
    if (was === is || after.task?.state !== 'assigned') return;
    connection.tell(t(is ? 'nowHeld' : 'noLongerHeld', { name: after.customer_name }));
  }

  /** A session that its customer ended goes without a word of mine: say so. */
  private tellWhy(session: SessionId) {
    const card = this.cards.find((one) => one.session === session);
    const last = transcripts.states[session]?.events.findLast(({ event }) => event.type === 'closed')?.event;
    if (card && last?.type === 'closed' && last.reason === 'customer') connection.tell(t('endedByCustomer', { name: card.customer_name }));
  }

  welcome(cards: SessionCard[]) {
    const order = new Map(this.cards.map((card, index) => [card.session, index]));
    this.cards = cards.toSorted((one, other) => (order.get(one.session) ?? 1e9) - (order.get(other.session) ?? 1e9));
    if (!this.current) this.select(this.cards[0]?.session ?? null);
  }
}
export const sessions = new Sessions();
connection.subscribe((message) => {
  if (message.type === 'welcome') sessions.welcome(message.sessions);
  else if (message.type === 'session') sessions.put(message);
  else if (message.type === 'session_gone') sessions.gone(message.session);
});
