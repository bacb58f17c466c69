//! What a customer sees of a session, and what they never see.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use channels::chat::view::{AgentFace, Faces, Links, item, standing};
use channels::chat::wire::{ChatAttachment, ChatContent, Sender, Standing};
use model::event::{Attachment, Author, CloseReason, Intervention, Message, Reader, Role};
use model::session::{Command, Contact, NewTask, State, decide};
use model::task::{Priority, Requirements, ReservationEnd, TransferReason, TransferTarget};
use model::{
    AgentId, Channel, CustomerId, FactName, Identity, Intent, LegId, MessageId, QueueId, Recorded,
    ReservationId, Sequence, SessionEvent, SessionId, SiteId, TaskId, Timestamp, Verification,
};
use uuid::Uuid;

struct Cast;

impl Faces for Cast {
    fn face(&self, agent: &AgentId) -> AgentFace {
        match agent.as_str() {
            "ana" => AgentFace { name: "Ana".into(), automated: false },
            "sam" => AgentFace { name: "Sam".into(), automated: false },
            "helper" => AgentFace { name: "Helper".into(), automated: true },
            _ => AgentFace { name: "an agent".into(), automated: false },
        }
    }
}

impl Links for Cast {
    fn link(&self, attachment: &Attachment) -> String {
        format!("/files/{}", attachment.blob)
    }
}

fn agent(name: &str) -> AgentId {
    AgentId::new(name).unwrap()
}

fn queue() -> QueueId {
    QueueId::new("billing").unwrap()
}

const TASK: TaskId = TaskId(Uuid::from_u128(10));

fn message(id: u128, author: Author, text: &str) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(id)),
        author,
        channel: Channel::Chat,
        leg: None,
        text: text.into(),
        visible: None,
        subject: None,
        attachments: vec![],
        original: None,
        mail_id: None,
        inbox: None,
        citations: vec![],
        automatic: false,
    }
}

fn seen(event: SessionEvent) -> Option<ChatContent> {
    let recorded = Recorded { sequence: Sequence(7), at: Timestamp(70), event };
    let seen = item(&recorded, &Cast)?;
    assert_eq!((seen.sequence, seen.at), (Sequence(7), Timestamp(70)));
    Some(seen.content)
}

/// A session driven through `decide`.
#[derive(Default)]
struct Story(State);

impl Story {
    fn tell(&mut self, command: Command) -> &mut Self {
        for event in decide(&self.0, command, Timestamp(1)).unwrap() {
            self.0.evolve(&Recorded { sequence: self.0.sequence.next(), at: Timestamp(1), event });
        }
        self
    }

    fn waiting() -> Self {
        let mut story = Self::default();
        story.tell(Command::Contact(Contact {
            session: SessionId(Uuid::from_u128(1)),
            customer: CustomerId(Uuid::from_u128(2)),
            site: SiteId::new("shop").unwrap(),
            leg: LegId(Uuid::from_u128(3)),
            channel: Channel::Chat,
            identity: Identity::Visitor("v".into()),
            verification: Verification::Verified,
            language: None,
            origin: None,
        }));
        story.tell(Command::CreateTask(NewTask {
            task: TASK,
            queue: queue(),
            channel: Channel::Chat,
            requirements: Requirements::NONE,
            priority: Priority(0),
            preferred_agent: None,
            waiting_since: None,
        }));
        story
    }

    fn assigned(name: &str) -> Self {
        let mut story = Self::waiting();
        let reservation = ReservationId(Uuid::from_u128(11));
        let expires_at = Timestamp(100);
        story.tell(Command::Reserve { task: TASK, reservation, agent: agent(name), expires_at });
        story.tell(Command::Assign { task: TASK, reservation, agent: agent(name), by: None });
        story
    }

    fn standing(&self) -> Standing {
        standing(&self.0, &Cast)
    }
}

#[test]
fn a_message_names_its_sender_and_links_its_files() {
    let attachment = Attachment {
        blob: "ab".repeat(32),
        name: "bill.pdf".into(),
        media_type: "application/pdf".into(),
        size: 9,
    };
    let mut said = message(1, Author::Agent { agent: agent("helper") }, "here");
    said.attachments.push(attachment.clone());
    let Some(ChatContent::Message { from, text, attachments, .. }) =
        seen(SessionEvent::MessagePosted { message: said })
    else {
        panic!("a message is seen");
    };
    assert_eq!(from, Sender::Agent { name: "Helper".into(), automated: true });
    assert_eq!(text, "here");
    let link = format!("/files/{}", attachment.blob);
    let Attachment { name, media_type, size, .. } = attachment;
    assert_eq!(attachments, [ChatAttachment { name, media_type, size, link }]);
}

#[test]
fn the_quoted_part_of_a_mail_is_folded_away() {
    for (visible, expected) in [(Some(5), "later"), (None, "later\n> before"), (Some(900), "later\n> before")]
    {
        let mut mail = message(1, Author::Customer, "later\n> before");
        mail.visible = visible;
        let Some(ChatContent::Message { text, from, .. }) =
            seen(SessionEvent::MessagePosted { message: mail })
        else {
            panic!("a message is seen");
        };
        assert_eq!((text.as_str(), from), (expected, Sender::Customer));
    }
}

#[test]
fn what_happens_among_agents_is_never_seen() {
    let (supervisor, reservation) = (agent("sam"), ReservationId(Uuid::from_u128(11)));
    let hidden = [
        SessionEvent::NoteAdded { note: MessageId(Uuid::nil()), author: agent("ana"), text: "rude".into() },
        SessionEvent::Whispered {
            message: MessageId(Uuid::nil()),
            supervisor: supervisor.clone(),
            text: "offer a voucher".into(),
        },
        SessionEvent::InterventionStarted {
            supervisor: supervisor.clone(),
            intervention: Intervention::Monitor,
        },
        SessionEvent::InterventionStarted {
            supervisor: supervisor.clone(),
            intervention: Intervention::Barge,
        },
        SessionEvent::InterventionEnded { supervisor, intervention: Intervention::Monitor },
        SessionEvent::IntentDetected { intent: Intent::new("refund").unwrap(), confidence: 0.9 },
        SessionEvent::FactCollected {
            name: FactName::new("order").unwrap(),
            value: "7".into(),
            source: Author::Customer,
        },
        SessionEvent::TaskReserved { task: TASK, reservation, agent: agent("ana"), expires_at: Timestamp(9) },
        SessionEvent::ReservationEnded {
            task: TASK,
            reservation,
            agent: agent("ana"),
            outcome: ReservationEnd::Rejected,
            reason: Some("lunch".into()),
        },
        SessionEvent::TaskReprioritised { task: TASK, priority: Priority(9), by: agent("sam") },
        SessionEvent::ReadMarked { reader: Reader::Customer, through: Sequence(3) },
        SessionEvent::Closed { reason: CloseReason::Absorbed },
    ];
    for event in hidden {
        assert_eq!(seen(event.clone()), None, "{event:?} must stay inside");
    }
}

#[test]
fn a_transfer_shows_that_one_waits_and_nothing_of_its_note() {
    let event = SessionEvent::TaskTransferred {
        task: TASK,
        from: Some(agent("ana")),
        target: TransferTarget::Queue { queue: queue() },
        requirements: Requirements::NONE,
        reason: TransferReason::Agent,
        note: Some("difficult".into()),
    };
    assert_eq!(seen(event), Some(ChatContent::Waiting));
}

#[test]
fn agents_and_supervisors_who_join_are_seen_by_name() {
    let joined = SessionEvent::AgentJoined { agent: agent("sam"), role: Role::Supervisor };
    assert_eq!(seen(joined), Some(ChatContent::Joined { name: "Sam".into(), automated: false }));
    let left = SessionEvent::AgentLeft { agent: agent("gone"), role: Role::Handler };
    assert_eq!(seen(left), Some(ChatContent::Left { name: "an agent".into() }));
}

#[test]
fn what_concerns_the_customer_is_seen() {
    let through = Sequence(4);
    assert_eq!(
        seen(SessionEvent::ReadMarked { reader: Reader::Agent, through }),
        Some(ChatContent::Read { through })
    );
    assert_eq!(
        seen(SessionEvent::Rated { score: 4, comment: Some("ok".into()) }),
        Some(ChatContent::Rated { score: 4 })
    );
    assert_eq!(seen(SessionEvent::Closed { reason: CloseReason::Idle }), Some(ChatContent::Closed));
    assert_eq!(seen(SessionEvent::Reopened), Some(ChatContent::Reopened));
    assert_eq!(seen(SessionEvent::Erased { by: agent("sam") }), Some(ChatContent::Erased));
}

#[test]
fn the_standing_follows_the_session_from_nobody_to_closed() {
    assert_eq!(Story::default().standing(), Standing::Nobody);
    assert_eq!(Story::waiting().standing(), Standing::Waiting);
    let mut story = Story::assigned("helper");
    assert_eq!(story.standing(), Standing::Agent { name: "Helper".into(), automated: true });
    story.tell(Command::WrapUp { task: TASK, agent: agent("helper") });
    assert_eq!(story.standing(), Standing::Nobody);
    story.tell(Command::Close { reason: CloseReason::Agent });
    assert_eq!(story.standing(), Standing::Closed { rated: false });
    story.tell(Command::Rate { score: 5, comment: None });
    assert_eq!(story.standing(), Standing::Closed { rated: true });
}

#[test]
fn a_supervisor_is_the_standing_only_once_they_joined() {
    let mut story = Story::waiting();
    let watch = |intervention| Command::Intervene { supervisor: agent("sam"), intervention };
    story.tell(watch(Intervention::Monitor));
    assert_eq!(story.standing(), Standing::Waiting);
    story.tell(watch(Intervention::Barge));
    assert_eq!(story.standing(), Standing::Agent { name: "Sam".into(), automated: false });
}
