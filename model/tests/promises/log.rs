//! A log as the store keeps it, with its session: decides, appends if the keys are new, folds.

use std::collections::HashMap;
use std::time::Duration;

use model::session::{Command, Refusal, State, decide};
use model::*;
use uuid::Uuid;

use crate::checker::Checker;
use crate::support::message_id;

/// What became of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Recorded(Vec<SessionEvent>),
    Refused(Refusal),
    /// Decided, but refused by the log: one of its keys is there.
    Duplicate,
}

#[derive(Default)]
pub struct Log {
    pub state: State,
    pub events: Vec<Recorded<SessionEvent>>,
    pub checker: Checker,
    pub now: Timestamp,
    keys: HashMap<Uuid, Sequence>,
}

impl Log {
    /// A session whose customer chats on leg 1.
    pub fn opened() -> Self {
        let mut log = Self::default();
        log.must(crate::support::contact(1, Channel::Chat));
        log
    }

    /// One with task 1 assigned to `name` by reservation 1.
    pub fn assigned(name: &str) -> Self {
        let mut log = Self::ringing(name);
        let (task, reservation) = (crate::support::task(1), crate::support::reservation(1));
        log.must(Command::Assign { task, reservation, agent: crate::support::agent(name), by: None });
        log
    }

    /// One with task 1 offered to `name` by reservation 1.
    pub fn ringing(name: &str) -> Self {
        let mut log = Self::opened();
        log.must(crate::support::new_task(1));
        log.must(Command::Reserve {
            task: crate::support::task(1),
            reservation: crate::support::reservation(1),
            agent: crate::support::agent(name),
            expires_at: Timestamp(30_000),
        });
        log
    }

    /// Carries out a command as the session's actor does, and has everything judged.
    pub fn deliver(&mut self, command: Command) -> Outcome {
        self.now = self.now + Duration::from_millis(10);
        let before = self.state.clone();
        let decided = decide(&self.state, command.clone(), self.now);
        assert_eq!(self.state, before, "deciding changes nothing");
        let events = match decided {
            Ok(events) => events,
            Err(refusal) => {
                self.check_refusal(&command, &refusal);
                return Outcome::Refused(refusal);
            }
        };
        assert!(!events.is_empty(), "{command:?} was followed and nothing happened");
        if events.iter().any(|event| key(event).is_some_and(|key| self.keys.contains_key(&key))) {
            return Outcome::Duplicate;
        }
        self.append(&events);
        Outcome::Recorded(events)
    }

    /// Carries out a command that must be followed.
    #[track_caller]
    pub fn must(&mut self, command: Command) -> Vec<SessionEvent> {
        match self.deliver(command.clone()) {
            Outcome::Recorded(events) => events,
            other => panic!("{command:?}: {other:?}"),
        }
    }

    #[track_caller]
    pub fn must_refuse(&mut self, command: Command) -> Refusal {
        match self.deliver(command.clone()) {
            Outcome::Refused(refusal) => refusal,
            other => panic!("{command:?}: {other:?}"),
        }
    }

    fn append(&mut self, events: &[SessionEvent]) {
        let first = self.events.len();
        for event in events {
            let sequence = self.state.sequence.next();
            let recorded = Recorded { sequence, at: self.now, event: event.clone() };
            self.state.evolve(&recorded);
            if let Some(key) = key(event) {
                assert!(self.keys.insert(key, sequence).is_none(), "a key twice in one batch");
            }
            self.events.push(recorded);
        }
        self.checker.check(&self.events[first..]);
    }

    /// Asking again is answered the same way; a duplicate is really there.
    fn check_refusal(&self, command: &Command, refusal: &Refusal) {
        assert_eq!(decide(&self.state, command.clone(), self.now).as_ref(), Err(refusal));
        if let Refusal::Duplicate { sequence } = refusal {
            let index = usize::try_from(sequence.0).unwrap() - 1;
            assert!(key(&self.events[index].event).is_some(), "{sequence} has no key: {command:?}");
        }
    }

    /// The live state is the fold of the log, also of the log as it is stored.
    pub fn check_fold(&self) {
        assert_eq!(State::fold(&self.events), self.state);
        let stored: Vec<String> =
            self.events.iter().map(|recorded| serde_json::to_string(recorded).unwrap()).collect();
        let read: Vec<Recorded<SessionEvent>> =
            stored.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, self.events);
        assert_eq!(State::fold(&read), self.state);
    }

    pub fn last_customer_message(&self) -> MessageId {
        let posted = self.events.iter().rev().find_map(|recorded| match &recorded.event {
            SessionEvent::MessagePosted { message } => Some(message.id),
            _ => None,
        });
        posted.unwrap_or(message_id(0))
    }
}

/// The promise of the protocol, said again: ids that others choose or that are offered appear once.
fn key(event: &SessionEvent) -> Option<Uuid> {
    match event {
        SessionEvent::MessagePosted { message } => Some(message.id.0),
        SessionEvent::NoteAdded { note, .. } => Some(note.0),
        SessionEvent::Whispered { message, .. } => Some(message.0),
        SessionEvent::TaskCreated { task, .. } => Some(task.0),
        SessionEvent::TaskReserved { reservation, .. } => Some(reservation.0),
        _ => None,
    }
}
