//! Random commands. Most of them fit what the log says at that moment, so that histories get far;
//! the others are late, repeated, or not theirs.

use model::event::{Author, CloseReason, Delivery, DetachReason, Intervention, Reader};
use model::session::{Command, NewTask};
use model::task::{
    Callback, CallbackMode, CancelReason, Level, Priority, Requirements, ReservationEnd, SkillRequirement,
    TransferReason, TransferTarget,
};
use model::*;
use proptest::prelude::*;

use crate::checker::Stage;
use crate::log::Log;
use crate::support::*;

const AGENTS: [&str; 4] = ["ana", "ben", "cem", "dua"];
const QUEUES: [&str; 2] = ["sales", "support"];
/// A session is erased so rarely that histories before it are long.
const ERASE: u32 = 1;

/// A command's kind, and the dice from which the rest of it is taken.
#[derive(Debug, Clone)]
pub struct Act {
    kind: &'static str,
    dice: [u8; 5],
}

pub fn act() -> impl Strategy<Value = Act> {
    let weighted = COMMANDS.iter().map(|kind| (weight(kind), Just(*kind)));
    let kind = proptest::strategy::Union::new_weighted(weighted.collect::<Vec<_>>());
    (kind, any::<[u8; 5]>()).prop_map(|(kind, dice)| Act { kind, dice })
}

fn weight(kind: &str) -> u32 {
    match kind {
        "Contact" | "Post" | "CreateTask" | "Reserve" | "Assign" => 60,
        "EndReservation" | "Transfer" | "Intervene" | "WrapUp" | "Complete" | "MarkRead" => 30,
        "Separate" => 40,
        "BeAbsorbed" | "Close" => 5,
        "Erase" => ERASE,
        _ => 20,
    }
}

impl Act {
    fn die(&self, at: usize, sides: u8) -> u8 {
        self.dice[at] % sides
    }

    /// True with so many chances of ten.
    fn chance(&self, at: usize, of_ten: u8) -> bool {
        self.dice[at] % 10 < of_ten
    }

    fn one<T: Clone>(&self, at: usize, of: &[T]) -> T {
        of[usize::from(self.dice[at]) % of.len()].clone()
    }

    fn some_agent(&self, at: usize) -> AgentId {
        agent(self.one(at, &AGENTS))
    }

    /// Who has the session, mostly.
    fn handler(&self, log: &Log, at: usize) -> AgentId {
        let handler = log.checker.stage().handler().filter(|_| self.chance(at, 9));
        handler.cloned().unwrap_or_else(|| self.some_agent(at))
    }

    fn open_task(&self, log: &Log, at: usize) -> TaskId {
        let open = log.checker.stage().task().filter(|_| self.chance(at, 9));
        open.unwrap_or_else(|| task(u64::from(self.dice[at])))
    }

    fn offer(&self, log: &Log, at: usize) -> (ReservationId, AgentId) {
        match log.checker.stage() {
            Stage::Reserved(_, live) if self.chance(at, 9) => {
                live[usize::from(self.dice[at]) % live.len()].clone()
            }
            _ => (reservation(u64::from(self.dice[at])), self.some_agent(at)),
        }
    }

    /// A new id mostly, and one of any age otherwise.
    fn fresh(&self, log: &Log, at: usize) -> u64 {
        let next = log.events.len() as u64 + 1;
        if self.chance(at, 8) { next } else { u64::from(self.dice[at]) % next }
    }

    fn author(&self, log: &Log, at: usize) -> Author {
        match self.die(at, 4) {
            0 | 1 => Author::Customer,
            2 => Author::Agent { agent: self.handler(log, at + 1) },
            _ if self.chance(at + 1, 3) => Author::System,
            _ => Author::Agent { agent: self.some_agent(at + 1) },
        }
    }

    fn requirements(&self, at: usize) -> Requirements {
        let need = SkillRequirement { skill: Skill::new("billing").unwrap(), level: Level::LOWEST };
        Requirements::new(self.chance(at, 5).then_some(need), None)
    }

    fn identity(&self, at: usize) -> Identity {
        self.one(
            at,
            &[Identity::email("ann@example.org"), Identity::User("7".into()), Identity::Phone("+49".into())],
        )
    }

    fn verification(&self, at: usize) -> Verification {
        self.one(at, &[Verification::Claimed, Verification::Verified])
    }

    pub fn command(&self, log: &Log) -> Command {
        let kind = if log.events.is_empty() && self.chance(4, 8) { "Contact" } else { self.kind };
        match kind {
            "Contact" => self.contact(log),
            "Detach" | "AttachIdentity" | "SwitchChannel" | "Absorb" | "BeAbsorbed" | "Separate" => {
                self.about_the_customer(log)
            }
            "CreateTask" | "Reserve" | "EndReservation" | "Assign" | "Transfer" | "Reprioritise" | "Age"
            | "OfferCallback" | "ChooseCallback" | "DeclineCallback" | "FailCall" | "Hold" | "Resume"
            | "WrapUp" | "Complete" | "CancelTask" => self.about_the_task(log),
            "Intervene" | "StepOut" | "Whisper" => self.about_supervision(log),
            _ => self.about_the_talk(log),
        }
    }

    fn contact(&self, log: &Log) -> Command {
        // A leg is always of one channel, but for a mistake now and then.
        let die = self.die(0, 6);
        let number = u64::from(die);
        let channel = Channel::ALL[usize::from(die + u8::from(self.dice[1] > 250)) % 3];
        let next = log.events.len() as u64 * 3 + number % 3 + 10;
        contact(if self.chance(2, 2) { next } else { number }, channel)
    }

    fn about_the_customer(&self, log: &Log) -> Command {
        let other = session(u64::from(self.die(0, 3)));
        match self.kind {
            "Detach" => {
                let attached = log.checker.attached_legs();
                let known = !attached.is_empty() && self.chance(1, 9);
                let leg = if known { self.one(0, &attached) } else { leg(u64::from(self.die(0, 6))) };
                Command::Detach { leg, reason: self.one(2, &[DetachReason::Left, DetachReason::Lost]) }
            }
            "AttachIdentity" => {
                Command::AttachIdentity { identity: self.identity(0), verification: self.verification(1) }
            }
            "SwitchChannel" => {
                Command::SwitchChannel { to: self.one(0, &Channel::ALL), by: self.author(log, 1) }
            }
            "Absorb" => Command::Absorb { other, through: Sequence(u64::from(self.dice[1])) },
            "BeAbsorbed" => Command::BeAbsorbed { into: other },
            _ => Command::Separate { other },
        }
    }

    fn about_the_task(&self, log: &Log) -> Command {
        let task = self.open_task(log, 0);
        let (reservation_id, asked) = self.offer(log, 1);
        match self.kind {
            "CreateTask" => Command::CreateTask(NewTask {
                task: crate::support::task(self.fresh(log, 0)),
                queue: queue(self.one(1, &QUEUES)),
                channel: self.one(2, &Channel::ALL),
                requirements: self.requirements(3),
                priority: Priority(i32::from(self.die(3, 3))),
                preferred_agent: self.chance(4, 4).then(|| self.some_agent(4)),
                waiting_since: None,
            }),
            "Reserve" => Command::Reserve {
                task,
                reservation: reservation(self.fresh(log, 1)),
                agent: self.some_agent(2),
                expires_at: Timestamp(log.now.0 + 20_000),
            },
            "EndReservation" => Command::EndReservation {
                task,
                reservation: reservation_id,
                outcome: self.one(
                    2,
                    &[
                        ReservationEnd::Rejected,
                        ReservationEnd::TimedOut,
                        ReservationEnd::Canceled,
                        ReservationEnd::Rescinded,
                    ],
                ),
                reason: self.chance(3, 2).then(|| "busy".to_owned()),
            },
            "Assign" => Command::Assign { task, reservation: reservation_id, agent: asked, by: None },
            "Transfer" => {
                let queue = queue(self.one(1, &QUEUES));
                Command::Transfer {
                    task,
                    by: self.chance(2, 7).then(|| self.handler(log, 2)),
                    target: match self.chance(3, 4) {
                        true => TransferTarget::Agent { agent: self.some_agent(3), queue },
                        false => TransferTarget::Queue { queue },
                    },
                    requirements: self.chance(4, 5).then(|| self.requirements(4)),
                    reason: self.one(4, &[TransferReason::Agent, TransferReason::Overflow]),
                    note: self.chance(4, 4).then(|| "she has called before".to_owned()),
                }
            }
            "Reprioritise" => Command::Reprioritise {
                task,
                priority: Priority(i32::from(self.die(1, 3))),
                by: self.some_agent(2),
            },
            "Age" => Command::Age {
                task,
                waiting_since: Timestamp(i64::from(self.die(1, 3))),
                by: self.some_agent(2),
            },
            "OfferCallback" => Command::OfferCallback {
                task,
                until: Timestamp(i64::from(self.die(1, 200))),
                text: "Shall we call you?".to_owned(),
            },
            "ChooseCallback" => Command::ChooseCallback {
                task,
                number: Identity::phone("+49 30 1234567").unwrap(),
                callback: Callback {
                    mode: CallbackMode::AgentFirst,
                    attempts: self.die(1, 3),
                    interval_seconds: 60,
                    ring_seconds: 30,
                },
                not_before: self.chance(2, 4).then(|| Timestamp(i64::from(self.die(1, 200)))),
                by: Author::Customer,
            },
            "DeclineCallback" => Command::DeclineCallback { task },
            "Hold" => Command::Hold { task, agent: self.handler(log, 1) },
            "Resume" => Command::Resume { task, agent: self.handler(log, 1) },
            "FailCall" => Command::FailCall { task, agent: self.handler(log, 1) },
            "WrapUp" => Command::WrapUp { task, agent: self.handler(log, 1) },
            "Complete" => Command::Complete {
                task,
                agent: self.handler(log, 1),
                disposition: self.chance(2, 5).then(|| Disposition::new("solved").unwrap()),
                summary: self.chance(3, 3).then(|| "sent a new one".to_owned()),
            },
            _ => Command::CancelTask {
                task,
                reason: self.one(1, &[CancelReason::Expired, CancelReason::Abandoned]),
            },
        }
    }

    fn about_supervision(&self, log: &Log) -> Command {
        let there = log.checker.supervisors();
        let supervisor =
            if there.is_empty() || self.chance(0, 3) { self.some_agent(1) } else { self.one(1, &there) };
        match self.kind {
            "Intervene" => {
                let all = [
                    Intervention::Monitor,
                    Intervention::Whisper,
                    Intervention::Barge,
                    Intervention::TakeOver,
                ];
                Command::Intervene { supervisor: self.some_agent(1), intervention: self.one(2, &all) }
            }
            "StepOut" => Command::StepOut { supervisor },
            _ => Command::Whisper {
                message: message_id(self.fresh(log, 2)),
                supervisor,
                text: self.one(3, &["offer a refund", "", "well done"]).to_owned(),
            },
        }
    }

    fn about_the_talk(&self, log: &Log) -> Command {
        match self.kind {
            "Post" => Command::Post {
                message: message(self.fresh(log, 0), self.author(log, 1)),
                seen: self
                    .chance(3, 3)
                    .then(|| Sequence(log.state.sequence.0.saturating_sub(u64::from(self.die(3, 4))))),
            },
            "AddNote" => Command::AddNote {
                note: message_id(self.fresh(log, 0)),
                author: self.some_agent(1),
                text: self.one(2, &["a note", " "]).to_owned(),
            },
            "MarkRead" => {
                let back = u64::from(self.die(1, 12));
                let through = Sequence((log.state.sequence.0 + 2).saturating_sub(back));
                Command::MarkRead { reader: self.one(0, &[Reader::Customer, Reader::Agent]), through }
            }
            "DetectIntent" => Command::DetectIntent {
                intent: Intent::new(self.one(0, &["refund", "delivery"])).unwrap(),
                confidence: self.one(1, &[0.5, 1.0, 1.5]),
            },
            "DetectLanguage" => {
                Command::DetectLanguage { language: Language::new(self.one(0, &["en", "de", "ar"])).unwrap() }
            }
            "CollectFact" => Command::CollectFact {
                name: FactName::new(self.one(0, &["order", "size"])).unwrap(),
                value: self.one(1, &["A-1", "A-2", ""]).to_owned(),
                source: self.author(log, 2),
            },
            "RecordDelivery" => Command::RecordDelivery {
                message: log.last_customer_message(),
                delivery: match self.die(0, 3) {
                    0 => Delivery::Sent,
                    1 => Delivery::Failed { reason: "550 no such user".to_owned() },
                    _ => Delivery::Bounced { reason: "5.1.1".to_owned() },
                },
            },
            "Rate" => Command::Rate {
                score: self.die(0, 7),
                comment: self.chance(1, 4).then(|| self.one(2, &["kind", ""]).to_owned()),
            },
            "RequestTranscript" => Command::RequestTranscript { to: self.identity(0) },
            "Close" => Command::Close {
                reason: self.one(0, &[CloseReason::Customer, CloseReason::Agent, CloseReason::Idle]),
            },
            _ => Command::Erase { by: self.some_agent(0) },
        }
    }
}
