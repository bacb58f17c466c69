//! Offers of one task to several agents at once: the first who accepts has it.
//!
//! With its first offer the task stays in line, as one that still looks, until as many ring as its queue
//! says, or the step is over in which it was first offered. What ends does so by itself: the others ring
//! on, and the task looks again while its step lasts. Once nothing rings any more, it waits as before.

use model::task::ReservationEnd;
use model::{RejectReason, ReservationId, Timestamp};

use super::Router;
use crate::agents::AgentIndex;
use crate::configuration::Queue;
use crate::input::Delivery;
use crate::output::Output;
use crate::queues::QueueIndex;
use crate::rings::{Ring, Rings};
use crate::tasks::{Spot, State, TaskIndex};

/// In `Task::set_aside`: as long as it rings at that agent.
const WHILE_IT_RINGS: Timestamp = Timestamp::MAX;

impl Router {
    /// Whether the next offer of the task is one of several.
    pub(super) fn rings_at_several(&self, index: TaskIndex) -> bool {
        match self.tasks[index].state {
            State::Ringing(_) => true,
            State::Waiting(Spot::Class { .. }) => self.offers_at_once(index) > 1,
            _ => false,
        }
    }

    fn offers_at_once(&self, index: TaskIndex) -> usize {
        let settings = self.queues[self.tasks[index].queue].settings.as_ref();
        settings.map_or(1, Queue::most_offers)
    }

    pub(super) fn ring_at_one_more(
        &mut self,
        index: TaskIndex,
        agent: AgentIndex,
        outputs: &mut Vec<Output>,
    ) {
        self.begin_to_ring(index);
        let reservation = self.reservation_ids.next();
        let expires_at = self.now + self.ring_time(index);
        let task = &mut self.tasks[index];
        let (id, channel, decision) = (task.id, task.channel, task.decision.take());
        task.retain_set_aside(|(other, _)| *other != agent);
        task.particulars_mut().set_aside.push((agent, WHILE_IT_RINGS));
        let name = self.agents[agent].id.clone();
        outputs.push(Output::Offered { reservation, task: id, agent: name, expires_at });
        self.note_turn(agent);
        self.reservations.insert(reservation, index);
        self.agents[agent].take(index, channel);
        self.relist(agent);
        if let Some(rings) = self.ringing.get_mut(index) {
            rings.offers.push(Ring { reservation, agent, expires_at, decision });
        }
        if self.ringing.offers(index).len() >= self.offers_at_once(index) {
            self.stop_looking(index);
        }
        self.set_ringing_deadline(index);
    }

    fn begin_to_ring(&mut self, index: TaskIndex) {
        let task = &mut self.tasks[index];
        let State::Waiting(spot @ Spot::Class { step, .. }) = task.state else { return };
        task.state = State::Ringing(Some(spot));
        let rings = Rings { offers: Vec::new(), step, until: task.deadline };
        self.ringing.insert(index, rings);
        let queue = self.queue_of(index);
        queue.reserved += 1;
        queue.looking += 1;
    }

    /// Restored: rings at these agents, and is offered to nobody else meanwhile.
    pub(super) fn ring_on(&mut self, index: TaskIndex, offers: Vec<Ring>) {
        self.queue_of(index).reserved += 1;
        self.tasks[index].state = State::Ringing(None);
        let channel = self.tasks[index].channel;
        for ring in &offers {
            self.reservations.insert(ring.reservation, index);
            self.tasks[index].particulars_mut().set_aside.push((ring.agent, WHILE_IT_RINGS));
            self.agents[ring.agent].take(index, channel);
            self.relist(ring.agent);
        }
        self.ringing.insert(index, Rings { offers, step: 0, until: self.now });
        self.set_ringing_deadline(index);
    }

    /// Ends one offer; what rings elsewhere goes on. The agent is free.
    pub(super) fn end_ring(
        &mut self,
        index: TaskIndex,
        reservation: ReservationId,
        outcome: ReservationEnd,
        reason: Option<RejectReason>,
        outputs: &mut Vec<Output>,
    ) {
        let Some(ring) = self.ringing.under(index, reservation).copied() else { return };
        if let Some(rings) = self.ringing.get_mut(index) {
            rings.offers.retain(|other| other.reservation != reservation);
        }
        let (task, agent) = (self.tasks[index].id, self.agents[ring.agent].id.clone());
        outputs.push(Output::ReservationEnded { reservation, task, agent, outcome, reason });
        self.let_go(index, &ring);
    }

    /// After offers have ended: the task waits again if none is left, or looks for others in their place.
    pub(super) fn ring_less(&mut self, index: TaskIndex) {
        if !matches!(self.tasks[index].state, State::Ringing(_)) {
            return;
        }
        if self.ringing.offers(index).is_empty() {
            self.leave_state(index);
            return self.wait(index);
        }
        self.look_again(index);
        self.set_ringing_deadline(index);
    }

    /// Something is due for a task that rings at several agents.
    pub(super) fn ringing_due(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) {
        let now = self.now;
        let is_over = |ring: &&Ring| ring.expires_at <= now;
        let over: Vec<_> = self.ringing.offers(index).iter().filter(is_over).copied().collect();
        for ring in over {
            self.end_ring(index, ring.reservation, ReservationEnd::TimedOut, None, outputs);
            self.miss(ring.agent, ring.reservation, outputs);
        }
        if self.ringing.get_mut(index).is_some_and(|rings| rings.until <= now) {
            self.stop_looking(index);
        }
        self.ring_less(index);
    }

    /// From now on it rings under this reservation alone: the others hear that somebody was faster.
    pub(super) fn narrow_to(
        &mut self,
        index: TaskIndex,
        reservation: ReservationId,
        outputs: &mut Vec<Output>,
    ) {
        let Some(Ring { agent, expires_at, decision, .. }) = self.ringing.under(index, reservation).copied()
        else {
            return;
        };
        let others: Vec<_> = self.ringing.offers(index).iter().map(|ring| ring.reservation).collect();
        for other in others.into_iter().filter(|other| *other != reservation) {
            self.end_ring(index, other, ReservationEnd::Rescinded, None, outputs);
        }
        self.stop_looking(index);
        self.ringing.remove(index);
        let task = &mut self.tasks[index];
        task.retain_set_aside(|aside| *aside != (agent, WHILE_IT_RINGS));
        task.decision = decision;
        task.state = State::Reserved { reservation, agent };
        self.set_deadline(index, expires_at);
    }

    /// Ends all its offers in the order they were made; the task stays where it is.
    pub(super) fn end_rings(&mut self, index: TaskIndex, outcome: ReservationEnd, outputs: &mut Vec<Output>) {
        let all: Vec<_> = self.ringing.offers(index).iter().map(|ring| ring.reservation).collect();
        for reservation in all {
            self.end_ring(index, reservation, outcome, None, outputs);
        }
    }

    /// For `leave_state`: out of all lists, and out of the hands of whoever is still asked.
    pub(super) fn leave_ringing(&mut self, index: TaskIndex, spot: Option<Spot>) {
        if let Some(spot) = spot {
            self.queue_of(index).looking -= 1;
            self.leave_spot(index, spot);
        }
        self.queue_of(index).reserved -= 1;
        let rings = self.ringing.remove(index);
        for ring in rings.iter().flat_map(|rings| &rings.offers) {
            self.let_go(index, ring);
        }
    }

    fn let_go(&mut self, index: TaskIndex, ring: &Ring) {
        self.reservations.remove(&ring.reservation);
        let task = &mut self.tasks[index];
        task.retain_set_aside(|aside| *aside != (ring.agent, WHILE_IT_RINGS));
        let channel = task.channel;
        self.agents[ring.agent].give_up(index, channel);
        self.moved_agents.push(ring.agent);
    }

    /// What the task would be offered by may be otherwise now: it looks no more while this rings.
    pub(super) fn look_no_more(&mut self, index: TaskIndex) {
        let now = self.now;
        if let Some(rings) = self.ringing.get_mut(index) {
            rings.until = now;
            self.stop_looking(index);
            self.set_ringing_deadline(index);
        }
    }

    pub(super) fn queue_looks_no_more(&mut self, queue: QueueIndex) {
        let of_queue: Vec<_> =
            self.ringing.tasks().filter(|index| self.tasks[*index].queue == queue).collect();
        for index in of_queue {
            self.look_no_more(index);
        }
    }

    pub(super) fn all_look_no_more(&mut self) {
        let all: Vec<_> = self.ringing.tasks().collect();
        for index in all {
            self.look_no_more(index);
        }
    }

    fn stop_looking(&mut self, index: TaskIndex) {
        if let State::Ringing(Some(spot)) = self.tasks[index].state {
            self.queue_of(index).looking -= 1;
            self.leave_spot(index, spot);
            self.tasks[index].state = State::Ringing(None);
        }
    }

    fn look_again(&mut self, index: TaskIndex) {
        let (now, most) = (self.now, self.offers_at_once(index));
        let Some(rings) = self.ringing.get_mut(index) else { return };
        let (step, has_time) = (rings.step, now < rings.until);
        if !has_time || rings.offers.len() >= most || self.tasks[index].state != State::Ringing(None) {
            return;
        }
        let spot = Spot::Class { class: self.class_of(index, step), step };
        self.put_in_line(index, spot);
        self.tasks[index].state = State::Ringing(Some(spot));
        self.queue_of(index).looking += 1;
        self.renew_retries(index);
        self.moved_tasks.push(index);
    }

    /// The first of what ends by itself: an offer, or the looking for more.
    fn set_ringing_deadline(&mut self, index: TaskIndex) {
        let first = self.ringing.offers(index).iter().map(|ring| ring.expires_at).min();
        let looks = matches!(self.tasks[index].state, State::Ringing(Some(_)));
        let until = self.ringing.get_mut(index).filter(|_| looks).map(|rings| rings.until);
        let deadline = [first, until].into_iter().flatten().min().unwrap_or(Timestamp::MAX);
        self.set_deadline(index, deadline);
    }
}

impl Queue {
    /// At how many agents a task rings at once.
    fn most_offers(&self) -> usize {
        match self.delivery {
            Delivery::Push => usize::from(self.offers_at_once.clamp(1, Self::MOST_OFFERS)),
            Delivery::Pull => 1,
        }
    }
}
