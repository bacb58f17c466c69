//! An independent judge of a session's log: knows the rules and the events, and nothing of `State`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::event::{Author, DetachReason, Intervention, Reader, Role};
use model::*;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    New,
    Open,
    Closed,
    Erased,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stage {
    #[default]
    None,
    Pending(TaskId),
    /// With all that rings, never nothing.
    Reserved(TaskId, Vec<(ReservationId, AgentId)>),
    Assigned(TaskId, AgentId),
    Wrapping(TaskId, AgentId),
}

/// What the log has said so far.
#[derive(Debug, Default)]
pub struct Checker {
    next: u64,
    at: Timestamp,
    phase: Phase,
    keys: HashSet<Uuid>,
    stage: Stage,
    /// Calls that are left of a callback.
    attempts: u8,
    is_held: bool,
    /// Who joined as handler; between commands exactly whom the task is assigned to.
    handlers: BTreeSet<AgentId>,
    joined: BTreeSet<AgentId>,
    interventions: BTreeMap<AgentId, Intervention>,
    /// Who may be assigned the task without an offer: a take-over was just recorded.
    taking_over: Option<AgentId>,
    legs: BTreeMap<LegId, Channel>,
    channel: Option<Channel>,
    read: [u64; 2],
    absorbed: BTreeSet<SessionId>,
    absorbed_into: Option<SessionId>,
}

impl Checker {
    /// Takes note of what one command led to, and judges it.
    pub fn check(&mut self, batch: &[Recorded<SessionEvent>]) {
        for recorded in batch {
            self.check_place(recorded);
            self.check_phase(&recorded.event);
            self.note(&recorded.event);
        }
        self.check_rest();
    }

    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    pub fn attached_legs(&self) -> Vec<LegId> {
        self.legs.keys().copied().collect()
    }

    pub fn supervisors(&self) -> Vec<AgentId> {
        self.interventions.keys().cloned().collect()
    }

    fn check_place(&mut self, recorded: &Recorded<SessionEvent>) {
        self.next += 1;
        assert_eq!(recorded.sequence, Sequence(self.next), "a gap, or a place twice");
        assert!(recorded.at >= self.at, "time went back");
        self.at = recorded.at;
    }

    /// What may still happen to a session that is new, closed, absorbed or erased.
    fn check_phase(&self, event: &SessionEvent) {
        use SessionEvent::*;
        let afterwards = matches!(
            event,
            NoteAdded { .. }
                | Rated { .. }
                | TranscriptRequested { .. }
                | DeliveryRecorded { .. }
                | Separated { .. }
                | Erased { .. }
        );
        match self.phase {
            Phase::New => assert!(matches!(event, Opened { .. }), "the first event is {event:?}"),
            Phase::Open => assert!(!matches!(event, Opened { .. } | Reopened), "{event:?} while open"),
            Phase::Closed => {
                let after_work = matches!(event, TaskCompleted { .. } | TaskCanceled { .. });
                let allowed = afterwards || after_work || matches!(event, Reopened);
                assert!(allowed, "{event:?} after closing");
            }
            Phase::Erased => panic!("{event:?} after erasure"),
        }
        if self.absorbed_into.is_some() {
            assert!(afterwards, "{event:?} in a session that goes on elsewhere");
        }
    }

    fn note(&mut self, event: &SessionEvent) {
        use SessionEvent::*;
        if let TaskCreated { .. } | TaskReserved { .. } | ReservationEnded { .. } | TaskAssigned { .. } =
            event
        {
            return self.note_task(event);
        }
        match event {
            Opened { .. } => self.phase = Phase::Open,
            Reopened => self.phase = Phase::Open,
            Closed { .. } => self.phase = Phase::Closed,
            Erased { .. } => self.phase = Phase::Erased,
            LegAttached { leg, channel, .. } => {
                assert!(self.legs.insert(*leg, *channel).is_none(), "a leg was attached twice");
                self.channel = Some(*channel);
            }
            LegDetached { leg, reason } => {
                assert!(self.legs.remove(leg).is_some(), "a leg was detached that was not attached");
                assert!(*reason != DetachReason::Moved || self.stage == Stage::None);
            }
            ChannelSwitched { from, to, .. } => {
                assert_eq!(self.channel, Some(*from), "switched from elsewhere");
                assert_ne!(from, to);
                self.channel = Some(*to);
            }
            MessagePosted { message } => {
                self.once(message.id.0);
                if let Author::Agent { agent } = &message.author {
                    let speaks = self.handler() == Some(agent) || self.joined.contains(agent);
                    assert!(speaks, "{agent} wrote to a customer who was not theirs");
                }
            }
            NoteAdded { note, .. } => self.once(note.0),
            Whispered { message, .. } => {
                self.once(message.0);
                assert!(matches!(self.stage, Stage::Assigned(..)), "whispered to nobody");
            }
            ReadMarked { reader, through } => {
                let read = &mut self.read[usize::from(*reader == Reader::Agent)];
                assert!(through.0 > *read && through.0 < self.next, "read what is not there, or again");
                *read = through.0;
            }
            AgentJoined { agent, role: Role::Handler } => {
                assert_eq!(self.handler(), Some(agent), "joined without the task");
                assert!(self.handlers.insert(agent.clone()), "joined twice");
            }
            AgentLeft { agent, role: Role::Handler } => {
                assert!(self.handlers.remove(agent), "left without having joined");
            }
            AgentJoined { agent, role: Role::Supervisor } => {
                assert_eq!(self.interventions.get(agent), Some(&Intervention::Barge));
                assert!(self.joined.insert(agent.clone()), "joined twice");
            }
            AgentLeft { agent, role: Role::Supervisor } => {
                assert!(self.joined.remove(agent), "left without having joined");
            }
            InterventionStarted { supervisor, intervention } => {
                let before = self.interventions.insert(supervisor.clone(), *intervention);
                assert_eq!(before, None, "two interventions at once");
            }
            InterventionEnded { supervisor, intervention } => {
                assert_eq!(self.interventions.remove(supervisor), Some(*intervention));
                let took_over = *intervention == Intervention::TakeOver;
                self.taking_over = took_over.then(|| supervisor.clone());
            }
            Absorbed { other, .. } => assert!(self.absorbed.insert(*other), "absorbed twice"),
            AbsorbedInto { other } => {
                assert!(self.legs.is_empty(), "its legs have moved");
                assert!(!self.absorbed.contains(other), "each goes on as the other");
                self.absorbed_into = Some(*other);
            }
            Separated { other } => {
                if self.absorbed_into == Some(*other) {
                    self.absorbed_into = None;
                } else {
                    assert!(self.absorbed.remove(other), "separated from a stranger");
                }
            }
            TaskTransferred { .. }
            | TaskReprioritised { .. }
            | TaskAged { .. }
            | CallbackOffered { .. }
            | CallbackChosen { .. }
            | CallbackDeclined { .. }
            | CallFailed { .. }
            | TaskHeld { .. }
            | TaskResumed { .. }
            | TaskWrapping { .. }
            | TaskCompleted { .. }
            | TaskCanceled { .. } => self.note_task_in_hand(event),
            _ => {}
        }
    }

    /// From none to assigned.
    fn note_task(&mut self, event: &SessionEvent) {
        use SessionEvent::*;
        self.stage = match (event, std::mem::take(&mut self.stage)) {
            (TaskCreated { task, .. }, Stage::None) => {
                self.once(task.0);
                Stage::Pending(*task)
            }
            (TaskReserved { task, reservation, agent, .. }, Stage::Pending(open)) if open == *task => {
                self.once(reservation.0);
                Stage::Reserved(open, vec![(*reservation, agent.clone())])
            }
            (TaskReserved { task, reservation, agent, .. }, Stage::Reserved(open, mut live))
                if open == *task =>
            {
                self.once(reservation.0);
                assert!(live.iter().all(|(_, asked)| asked != agent), "{agent} is asked twice");
                assert!(live.len() < 50, "more than fifty are asked");
                live.push((*reservation, agent.clone()));
                Stage::Reserved(open, live)
            }
            (ReservationEnded { task, reservation, agent, .. }, Stage::Reserved(open, mut live))
                if open == *task =>
            {
                let ended = (*reservation, agent.clone());
                let place = live.iter().position(|offer| *offer == ended).expect("it rang");
                live.remove(place);
                if live.is_empty() { Stage::Pending(open) } else { Stage::Reserved(open, live) }
            }
            (
                TaskAssigned { task, reservation: Some(reservation), agent, .. },
                Stage::Reserved(open, live),
            ) if open == *task => {
                // Whoever else was asked knows by now.
                assert_eq!(live, [(*reservation, agent.clone())]);
                Stage::Assigned(open, agent.clone())
            }
            (
                TaskAssigned { task, reservation: None, agent, .. },
                Stage::Pending(open) | Stage::Assigned(open, _) | Stage::Wrapping(open, _),
            ) if open == *task => {
                assert_eq!(self.taking_over.take().as_ref(), Some(agent), "assigned without an offer");
                assert!(self.handlers.is_empty(), "somebody else has it still");
                self.is_held = false;
                Stage::Assigned(open, agent.clone())
            }
            (event, stage) => panic!("{event:?} while {stage:?}"),
        };
    }

    /// From assigned to over.
    fn note_task_in_hand(&mut self, event: &SessionEvent) {
        use SessionEvent::*;
        self.stage = match (event, std::mem::take(&mut self.stage)) {
            (TaskTransferred { task, from, .. }, stage) if !matches!(stage, Stage::Reserved(..)) => {
                assert_eq!(stage.task(), Some(*task));
                assert_eq!(from.as_ref(), stage.handler(), "given away by who did not have it");
                Stage::Pending(*task)
            }
            (TaskReprioritised { task, .. }, stage) if stage.task() == Some(*task) => stage,
            (
                TaskAged { task, .. } | CallbackOffered { task, .. } | CallbackDeclined { task },
                stage @ (Stage::Pending(_) | Stage::Reserved(..)),
            ) if stage.task() == Some(*task) => stage,
            (CallbackChosen { task, callback, .. }, Stage::Pending(open)) if open == *task => {
                assert!(callback.attempts > 0, "a callback without a call");
                self.attempts = callback.attempts;
                Stage::Pending(open)
            }
            (CallFailed { task, agent, attempts_left, .. }, Stage::Assigned(open, handler))
                if (open, &handler) == (*task, agent) =>
            {
                assert_eq!(
                    self.attempts.saturating_sub(1),
                    *attempts_left,
                    "attempts are used up one by one"
                );
                self.attempts = *attempts_left;
                Stage::Pending(open)
            }
            (TaskHeld { task, agent }, Stage::Assigned(open, handler))
                if (open, &handler) == (*task, agent) =>
            {
                assert!(!self.is_held, "held twice");
                Stage::Assigned(open, handler)
            }
            (TaskResumed { task, agent }, Stage::Assigned(open, handler))
                if (open, &handler) == (*task, agent) =>
            {
                assert!(self.is_held, "goes on without having been held");
                Stage::Assigned(open, handler)
            }
            (TaskWrapping { task, agent }, Stage::Assigned(open, handler))
                if (open, &handler) == (*task, agent) =>
            {
                Stage::Wrapping(open, handler)
            }
            (
                TaskCompleted { task, agent, .. },
                Stage::Assigned(open, handler) | Stage::Wrapping(open, handler),
            ) if (open, &handler) == (*task, agent) => Stage::None,
            (TaskCanceled { task, .. }, stage)
                if stage.task() == Some(*task) && !matches!(stage, Stage::Reserved(..)) =>
            {
                Stage::None
            }
            (event, stage) => panic!("{event:?} while {stage:?}"),
        };
        self.is_held = match event {
            TaskReprioritised { .. } | TaskAged { .. } => self.is_held,
            event => matches!(event, TaskHeld { .. }),
        };
    }

    fn once(&mut self, key: Uuid) {
        assert!(self.keys.insert(key), "{key} is in the log twice");
    }

    fn handler(&self) -> Option<&AgentId> {
        self.stage.handler()
    }

    /// What holds between commands.
    fn check_rest(&mut self) {
        self.taking_over = None;
        let assigned = match &self.stage {
            Stage::Assigned(_, agent) => Some(agent),
            _ => None,
        };
        assert!(self.handlers.iter().eq(assigned), "assigned to {assigned:?}, joined {:?}", self.handlers);
        let barging = self.interventions.iter().filter(|(_, kind)| **kind == Intervention::Barge);
        assert!(self.joined.iter().eq(barging.map(|(agent, _)| agent)));
        if let Some(handler) = assigned {
            assert!(!self.interventions.contains_key(handler), "{handler} supervises their own session");
        }
        if self.phase != Phase::Open || self.absorbed_into.is_some() {
            let after_work = self.phase == Phase::Closed && matches!(self.stage, Stage::Wrapping(..));
            assert!(self.stage == Stage::None || after_work, "a task without a session");
            assert!(self.interventions.is_empty() && self.legs.is_empty(), "somebody is there still");
        }
    }
}

impl Stage {
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Self::None => None,
            Self::Pending(task)
            | Self::Reserved(task, ..)
            | Self::Assigned(task, _)
            | Self::Wrapping(task, _) => Some(*task),
        }
    }

    pub fn handler(&self) -> Option<&AgentId> {
        match self {
            Self::Assigned(_, agent) | Self::Wrapping(_, agent) => Some(agent),
            _ => None,
        }
    }
}
