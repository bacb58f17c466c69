import { beep } from '../lib/beep';
import type { Offer, OfferOutcome, RejectReason, ReservationId } from '../wire';
import { connection } from './connection.svelte';
import { organisation } from './organisation.svelte';
import { sessions } from './sessions.svelte';
import { settings } from './settings.svelte';
import { t, type Word } from '../words/index.svelte';

const OUTCOMES: Record<OfferOutcome, Word | null> = {
  accepted: null, rejected: null, timed_out: 'offerTimedOut', canceled: 'offerCanceled', rescinded: 'offerWithdrawn',
};

class Offers {
  list = $state<Offer[]>([]);
  answering = $state<ReservationId | null>(null);
  /** The offer that is being declined: its reasons are shown. */
  declining = $state<ReservationId | null>(null);

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

  /** Asks for the reason first, where the organisation has some. */
  decline(offer: Offer) {
    if (organisation.rejectReasons(offer.queue).length === 0) void this.reject(offer);
    else this.declining = this.declining === offer.reservation ? null : offer.reservation;
  }

  async reject(offer: Offer, reason: RejectReason | null = null) {
    if (await connection.try({ type: 'reject', reservation: offer.reservation, reason })) this.drop(offer.reservation);
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
    const name = offers.list.find((offer) => offer.reservation === message.reservation)?.card.customer_name;
    offers.drop(message.reservation);
    const word = OUTCOMES[message.outcome];
    if (word && name) connection.tell(t(word, { name }));
  }
});
