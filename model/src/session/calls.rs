//! Callbacks: asked about, chosen, tried, and tried again.

use smol_str::SmolStr;

use crate::event::{Author, Role, SessionEvent};
use crate::id::{AgentId, TaskId};
use crate::identity::{Identity, Verification};
use crate::task::{Callback, TaskState};
use crate::time::Timestamp;

use super::decide::check_text;
use super::{MAX_TEXT, Refusal, State, Task};

/// What is agreed with the customer of a waiting task.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calls {
    /// Asked whether to be called back, until then.
    pub asked_until: Option<Timestamp>,
    /// With the attempts that are left.
    pub callback: Option<Callback>,
    /// Whom to call, in E.164.
    pub number: SmolStr,
    /// Not earlier than this.
    pub not_before: Option<Timestamp>,
}

impl State {
    pub(super) fn offer_callback(
        &self,
        task: TaskId,
        until: Timestamp,
        text: String,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        self.waiting_task(task)?;
        check_text("a question", &text, MAX_TEXT)?;
        Ok(vec![SessionEvent::CallbackOffered { task, until, text }])
    }

    pub(super) fn choose_callback(
        &self,
        task: TaskId,
        number: Identity,
        callback: Callback,
        not_before: Option<Timestamp>,
        by: Author,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        let current = self.waiting_task(task)?;
        let Identity::Phone(called) = &number else { return Err(Refusal::Invalid("the number")) };
        if callback.attempts == 0 {
            return Err(Refusal::Invalid("the number of attempts"));
        }
        let chosen = SessionEvent::CallbackChosen { task, number: called.clone(), callback, not_before, by };
        let mut events = match self.attach_identity(number, Verification::Claimed) {
            Err(Refusal::NothingChanges) => Vec::new(),
            attached => attached?,
        };
        events.extend(self.letting_go(current));
        events.push(chosen);
        Ok(events)
    }

    pub(super) fn decline_callback(&self, task: TaskId) -> Result<Vec<SessionEvent>, Refusal> {
        let asked = self.waiting_task(task)?.calls.as_ref().is_some_and(|calls| calls.asked_until.is_some());
        if asked { Ok(vec![SessionEvent::CallbackDeclined { task }]) } else { Err(Refusal::NothingChanges) }
    }

    /// The agent who has it could not reach the customer.
    pub(super) fn fail_call(
        &self,
        task: TaskId,
        agent: AgentId,
        now: Timestamp,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        let current = self.task.as_ref().filter(|open| open.id == task).ok_or(Refusal::UnknownTask(task))?;
        let callback = current.calls.as_ref().and_then(|calls| calls.callback);
        let (Some(callback), TaskState::Assigned { agent: handler }) = (callback, &current.state) else {
            return Err(Refusal::WrongTaskState);
        };
        if *handler != agent {
            return Err(Refusal::NotYours(agent));
        }
        let interval = std::time::Duration::from_secs(u64::from(callback.interval_seconds));
        let failed = SessionEvent::CallFailed {
            task,
            agent: agent.clone(),
            attempts_left: callback.attempts.saturating_sub(1),
            not_before: now + interval,
        };
        Ok(vec![failed, SessionEvent::AgentLeft { agent, role: Role::Handler }])
    }

    pub(super) fn age(
        &self,
        task: TaskId,
        waiting_since: Timestamp,
        by: AgentId,
        now: Timestamp,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        let current = self.waiting_task(task)?;
        if waiting_since > now {
            return Err(Refusal::Invalid("an age that begins in the future"));
        }
        if current.waiting_since == waiting_since {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::TaskAged { task, waiting_since, by }])
    }

    fn waiting_task(&self, task: TaskId) -> Result<&Task, Refusal> {
        let current = self.task.as_ref().filter(|open| open.id == task).ok_or(Refusal::UnknownTask(task))?;
        match current.state {
            TaskState::Pending | TaskState::Reserved { .. } => Ok(current),
            _ => Err(Refusal::WrongTaskState),
        }
    }
}

impl Task {
    /// The number to call and the attempts that are left, of a callback.
    pub fn callback(&self) -> Option<(&str, Callback)> {
        let calls = self.calls.as_ref()?;
        Some((calls.number.as_str(), calls.callback?))
    }

    pub(super) fn apply_call(&mut self, event: &SessionEvent) {
        let calls = self.calls.get_or_insert_default();
        match event {
            SessionEvent::CallbackOffered { until, .. } => calls.asked_until = Some(*until),
            SessionEvent::CallbackDeclined { .. } => calls.asked_until = None,
            SessionEvent::CallbackChosen { number, callback, not_before, .. } => {
                **calls = Calls {
                    asked_until: None,
                    callback: Some(*callback),
                    number: number.clone(),
                    not_before: *not_before,
                };
                self.channel = crate::Channel::Voice;
                self.state = TaskState::Pending;
            }
            SessionEvent::CallFailed { attempts_left, not_before, .. } => {
                if let Some(callback) = &mut calls.callback {
                    callback.attempts = *attempts_left;
                }
                calls.not_before = Some(*not_before);
                self.wanted = super::Wanted::Anybody;
                self.is_held = false;
                self.state = TaskState::Pending;
            }
            _ => {}
        }
    }
}
