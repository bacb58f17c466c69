import { beep } from '../lib/beep';
import type { Offer, OfferOutcome, ReservationId } from '../wire';
import { connection } from './connection.svelte';
import { sessions } from './sessions.svelte';
import { settings } from './settings.svelte';

const OUTCOMES: Record<OfferOutcome, string | null> = {
  accepted: null, rejected: null, timed_out: 'The offer timed out. Set yourself available to be offered work again.',
  canceled: 'The customer left before the offer was accepted.', rescinded: 'The offer was withdrawn.',
};

class Offers {
  list = $state<Offer[]>([]);
  answering = $state<ReservationId | null>(null);

  async accept(offer: Offer) {
    if (this.answering) return;
    this.answering = offer.reservation;
    const accepted = await connection.try({ type: 'accept', reservation: offer.reservation });
    this.answering = null;
    if (accepted) {
      this.drop(offer.reservation);
      sessions.select(offer.session);
    }
  }

  async reject(offer: Offer) {
    if (await connection.try({ type: 'reject', reservation: offer.reservation, reason: null })) this.drop(offer.reservation);
  }

  drop(reservation: ReservationId) {
    this.list = this.list.filter((offer) => offer.reservation !== reservation);
  }
}
export const offers = new Offers();
connection.subscribe((message) => {
  if (message.type === 'welcome') offers.list = message.offers;
  else if (message.type === 'offer') {
    offers.drop(message.reservation);
    offers.list = [...offers.list, message];
    if (settings.sound) beep();
  } else if (message.type === 'offer_ended') {
    offers.drop(message.reservation);
    const text = OUTCOMES[message.outcome];
    if (text) connection.tell(text);
  }
});
