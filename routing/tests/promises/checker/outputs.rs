//! What the checker notes of outputs, each judged as it comes.

use super::*;

impl Checker {
    pub(super) fn note_output(&mut self, output: &Output) {
        match output {
            Output::Offered { reservation, task, agent, expires_at }
                if matches!(self.tasks[task].state, SeenState::Calling(..)) =>
            {
                let held = SeenState::Calling(*reservation, agent.clone(), *expires_at);
                let seen = self.tasks.get_mut(task).unwrap();
                assert!(
                    matches!((&seen.state, &held), (SeenState::Calling(a, b, _), SeenState::Calling(c, d, _))
                    if a == c && b == d),
                    "offered to somebody else than was held"
                );
                seen.state = SeenState::Reserved(vec![(*reservation, agent.clone(), *expires_at)]);
                // It is for the agent whose slot was held.
                seen.looks_until = Timestamp(i64::MIN);
            }
            Output::Offered { reservation, task, agent, expires_at } => {
                self.check_offer(*task, agent, *expires_at);
                assert!(
                    self.reservations.insert(*reservation, *task).is_none(),
                    "a reservation id came twice"
                );
                let ends = self.step_ends(&self.tasks[task]);
                let seen = self.tasks.get_mut(task).unwrap();
                if seen.state == SeenState::Pending {
                    (seen.state, seen.looks_until) = (SeenState::Reserved(Vec::new()), ends);
                }
                let SeenState::Reserved(live) = &mut seen.state else { unreachable!() };
                live.push((*reservation, agent.clone(), *expires_at));
            }
            Output::CallCustomer { reservation, task, agent, until } => {
                self.check_match(*task, agent);
                assert!(
                    self.reservations.insert(*reservation, *task).is_none(),
                    "a reservation id came twice"
                );
                let callback = self.tasks[task].request.callback.unwrap();
                assert_eq!(callback.mode, CallbackMode::CustomerFirst);
                assert_eq!(*until, self.now + Duration::from_secs(u64::from(callback.ring_seconds)));
                let state = SeenState::Calling(*reservation, agent.clone(), *until);
                self.tasks.get_mut(task).unwrap().state = state;
            }
            Output::ReservationEnded { reservation, task, agent, outcome, reason } => {
                if *outcome == ReservationEnd::Rescinded {
                    self.withdrawn.insert((*task, agent.clone()));
                }
                let settings = self.settings(&self.tasks[task].request.queue);
                let named = reason.as_ref().and_then(|reason| settings.reject_delays.get(reason));
                let delay = named.copied().unwrap_or(settings.reject_delay);
                let now = self.now;
                let seen = self.tasks.get_mut(task).unwrap();
                if let SeenState::Calling(live, holder, until) = &seen.state {
                    assert_eq!((live, holder, outcome), (reservation, agent, &ReservationEnd::Canceled));
                    let counts = *until <= now || self.failed == Some(*task);
                    seen.state = SeenState::Pending;
                    if seen.request.queue.as_str() == "gone" {
                        self.tasks.remove(task);
                    } else if counts {
                        self.not_reached(*task);
                    }
                    return;
                }
                let SeenState::Reserved(live) = &mut seen.state else {
                    panic!("an offer ended that was not live: {output:?}")
                };
                let is_this = |(id, asked, _): &Live| (id, asked) == (reservation, agent);
                let place = live.iter().position(is_this).expect("it was live");
                let (_, _, expires_at) = live.remove(place);
                assert!(*outcome != ReservationEnd::TimedOut || expires_at <= now, "rang out too early");
                if *outcome == ReservationEnd::Rejected {
                    seen.set_aside.insert(agent.clone(), now + delay);
                }
                if live.is_empty() {
                    seen.state = SeenState::Pending;
                    if seen.request.queue.as_str() == "gone" {
                        self.tasks.remove(task);
                    }
                }
            }
            Output::Assigned { task, reservation, agent, .. } => {
                let seen = self.tasks.get_mut(task).unwrap();
                // Whoever else was asked has heard that it is over.
                let [(live, holder, expires_at)] = seen.live() else {
                    panic!("assigned without an offer, or with others that ring: {output:?}")
                };
                assert_eq!((live, holder), (reservation, agent), "assigned to somebody else");
                assert!(self.now < *expires_at, "assigned after the ring time");
                seen.set_aside.clear();
                seen.asked_until = None;
                seen.state = SeenState::Held(agent.clone());
            }
            Output::Overflowed { task, from, to, reason, agent } => {
                self.check_leaving(*task, from, Some(*reason));
                let deadline = self.settings(from).deadline;
                let now = self.now;
                let seen = self.tasks.get_mut(task).unwrap();
                seen.queued_since = match (reason, deadline) {
                    (OverflowReason::Deadline, Some(deadline)) => seen.queued_since + deadline,
                    _ => now,
                };
                seen.request.queue = to.clone();
                (seen.entered, seen.asked_until, seen.closed_since) = (0, None, None);
                seen.skipped.clear();
                seen.special |= agent.is_some();
                seen.set_aside.retain(|other, _| Some(other) != agent.as_ref());
            }
            Output::CallbackOffered { task, queue, until, reason } => {
                self.check_leaving(*task, queue, Some(*reason));
                let seen = self.tasks.get_mut(task).unwrap();
                assert!(seen.asked_until.is_none(), "asked twice");
                assert!(seen.request.callback.is_none() && seen.request.channel != Channel::Email);
                seen.asked_until = Some(*until);
            }
            Output::Ended { task, queue, reason, .. } => {
                self.check_leaving(*task, queue, Some(*reason));
                self.tasks.remove(task);
            }
            Output::Expired { task, queue } => {
                self.check_leaving(*task, queue, None);
                self.tasks.remove(task);
            }
            Output::CallbackOver { task, .. } => {
                let seen = self.tasks.remove(task).unwrap();
                assert_eq!((seen.state, seen.request.callback.unwrap().attempts), (SeenState::Pending, 0));
            }
            Output::AgentNotResponding { agent, .. } => {
                let misses = self.note_miss(agent);
                let limit = self.configuration.log_out_after_misses;
                assert!(limit.is_none_or(|limit| misses < limit.get()), "{agent} missed {misses}");
            }
            Output::AgentLoggedOut { agent, misses, .. } => {
                assert_eq!(self.note_miss(agent), *misses);
                assert!(self.configuration.log_out_after_misses.is_some_and(|limit| limit.get() <= *misses));
                let seen = self.agents.get_mut(agent).unwrap();
                (seen.misses, seen.logged_in) = (0, false);
            }
            Output::WrapUpEnded { task, agent } => {
                let seen = self.tasks.remove(task).unwrap();
                assert_eq!(seen.state, SeenState::Held(agent.clone()));
            }
            Output::Held { .. } | Output::Resumed { .. } | Output::Refused { .. } => {}
        }
    }

    pub(super) fn note_miss(&mut self, agent: &AgentId) -> u32 {
        let agent = self.agents.get_mut(agent).unwrap();
        agent.routable = false;
        agent.misses += 1;
        agent.misses
    }

    pub(super) fn is_answered_automatically(&self, task: TaskId, agent: &AgentId) -> bool {
        let by_queue = self.settings(&self.tasks[&task].request.queue).answering;
        let by_agent = self.agents[agent].profile.as_ref().map(|profile| profile.answering);
        by_queue == Answering::Automatic || by_agent == Some(Answering::Automatic)
    }
}
