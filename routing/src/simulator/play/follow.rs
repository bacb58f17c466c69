//! What happens because of what the router decided. Nothing is fed here: it is put on the agenda, so
//! that all outputs of an input are followed before the next is fed.

use model::task::Requirements;
use model::{AgentId, ReservationId, TaskId};

use super::{Answer, Draws, Happening, OFFERS, Play, Stage, WaitEnd, duration};
use crate::output::Output;

impl Play<'_> {
    pub(super) fn follow(&mut self, output: Output) {
        match output {
            Output::Offered { reservation, task, agent, .. } => self.rings(reservation, task, agent),
            Output::ReservationEnded { reservation, task, .. } => {
                if let Some(contact) = self.contacts.get_mut(task) {
                    contact.ringing.retain(|(ringing, _)| *ringing != reservation);
                }
            }
            Output::Assigned { task, agent, .. } => self.is_assigned(task, &agent),
            Output::Held { task, .. } => {
                if let Some(contact) = self.contacts.get_mut(task) {
                    contact.pause.hold(self.now);
                }
            }
            Output::Resumed { task, .. } => self.goes_on_after_hold(task),
            Output::Overflowed { task, .. } => self.overflows(task),
            Output::CallbackOffered { task, .. } => self.agenda.set(self.now, Happening::Decides(task)),
            Output::CallCustomer { task, .. } => self.is_called(task),
            Output::CallbackOver { task, .. } => {
                self.contacts.remove(task);
            }
            Output::Expired { task, .. } | Output::Ended { task, .. } => {
                self.wait_ends(task, WaitEnd::Lost);
                self.contacts.remove(task);
            }
            Output::AgentNotResponding { agent, .. } | Output::AgentLoggedOut { agent, .. } => {
                if let Some(member) = self.floor.find(&agent) {
                    let returns_after = self.floor.members[member].answering().returns_after;
                    self.agenda.set(self.now + returns_after, Happening::Returns(member));
                }
            }
            Output::WrapUpEnded { task, .. } => {
                if let Some(member) = self.contacts.remove(task).and_then(|contact| contact.member()) {
                    self.floor.give_back(member, self.now);
                }
            }
            Output::Refused { .. } => self.refused += 1,
        }
    }

    fn rings(&mut self, reservation: ReservationId, task: TaskId, agent: AgentId) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let Some(member) = self.floor.find(&agent) else { return };
        contact.offers += 1;
        contact.ringing.push((reservation, agent));
        let answering = self.floor.members[member].answering();
        let mut draws = Draws::named(&[contact.coming.name, OFFERS, contact.turn().into(), contact.offers]);
        let fate = if answering.always_takes() { 1.0 } else { draws.uniform() };
        if fate < answering.unanswered {
            return;
        }
        let is_rejected = fate < answering.unanswered + answering.rejected;
        let answer = if is_rejected { Answer::Rejects } else { Answer::Takes };
        let at = self.now + duration(answering.delay.draw(&mut draws));
        self.agenda.set(at, Happening::Answers(task, reservation, answer));
    }

    fn is_assigned(&mut self, task: TaskId, agent: &AgentId) {
        let Some(member) = self.floor.find(agent) else { return };
        self.wait_ends(task, WaitEnd::Answered);
        self.floor.take(member, self.now);
        let Some(contact) = self.contacts.get_mut(task) else { return };
        contact.ringing.clear();
        contact.stage = Stage::Handled(member);
        let seconds = contact.wait().handling_seconds;
        let turn = contact.turn();
        let pace = self.pace(task, member);
        if self.is_reached(task) {
            self.agenda.set(self.now + duration(seconds * pace), Happening::HandlingEnds(task, turn));
        }
    }

    fn goes_on_after_hold(&mut self, task: TaskId) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let turn = contact.turn();
        if let Some(at) = contact.pause.resume(self.now) {
            self.agenda.set(at, Happening::HandlingEnds(task, turn));
        }
    }

    /// How many times as long as usual this agent takes for what this contact asks.
    fn pace(&mut self, task: TaskId, member: usize) -> f64 {
        let by_level = self.scenario.pace_by_level;
        let member = &self.floor.members[member];
        let own = member.staff.pace;
        if by_level == [1.0; 5] {
            return own;
        }
        let Some(contact) = self.contacts.get_mut(task) else { return own };
        own * level_pace(&by_level, &contact.wait().requirements, &member.profile.skills)
    }

    fn overflows(&mut self, task: TaskId) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let (queue, began) = (&contact.wait().queue, contact.began_waiting);
        if let Some(line) = self.queues.get_mut(queue)
            && began >= self.counts_from
        {
            line.counted.total.overflowed += 1;
        }
    }
}

/// The mean over the skills asked for; a skill the agent does not have counts as the lowest level.
fn level_pace(
    by_level: &[f64; 5],
    requirements: &Requirements,
    skills: &std::collections::BTreeMap<model::Skill, model::task::Level>,
) -> f64 {
    let level = |skill| skills.get(skill).map_or(1, |level| level.get());
    let paces = requirements.skills.iter().map(|need| by_level[usize::from(level(&need.skill) - 1)]);
    let asked = crate::simulator::distribution::count(requirements.skills.len());
    if requirements.skills.is_empty() { 1.0 } else { paces.sum::<f64>() / asked }
}
