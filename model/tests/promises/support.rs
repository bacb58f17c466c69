//! Short words for ids, and the names of all commands and events.

use model::event::{Author, Message};
use model::session::{Command, Contact, NewTask};
use model::task::{Priority, Requirements};
use model::*;
use uuid::Uuid;

/// Names each variant, and lists all: a new variant does not compile until it is here.
macro_rules! variants {
    ($of:ident, $name:ident, $all:ident: $($variant:ident)+) => {
        pub fn $name(of: &$of) -> &'static str {
            match of {
                $($of::$variant { .. } => stringify!($variant),)+
            }
        }

        pub const $all: &[&str] = &[$(stringify!($variant)),+];
    };
}

variants!(SessionEvent, event_name, EVENTS:
    Opened LegAttached LegDetached ChannelSwitched IdentityAttached MessagePosted NoteAdded ReadMarked
    IntentDetected LanguageDetected FactCollected TaskCreated TaskReserved ReservationEnded TaskAssigned
    TaskTransferred TaskReprioritised TaskAged CallbackOffered CallbackChosen CallbackDeclined CallFailed TaskHeld TaskResumed
    TaskWrapping TaskCompleted TaskCanceled AgentJoined AgentLeft
    InterventionStarted InterventionEnded Whispered Rated TranscriptRequested DeliveryRecorded Absorbed
    AbsorbedInto Separated Closed Reopened Erased
);

variants!(Command, command_name, COMMANDS:
    Contact Detach AttachIdentity SwitchChannel Post AddNote MarkRead DetectIntent DetectLanguage
    CollectFact RecordDelivery CreateTask Reserve EndReservation Assign Transfer Reprioritise Age
    OfferCallback ChooseCallback DeclineCallback FailCall Hold Resume WrapUp
    Complete CancelTask Intervene StepOut Whisper Rate RequestTranscript Absorb BeAbsorbed Separate Close
    Erase
);

fn uuid(kind: u8, number: u64) -> Uuid {
    Uuid::from_u128((u128::from(kind) << 64) | u128::from(number))
}

pub fn session(number: u64) -> SessionId {
    SessionId(uuid(1, number))
}

pub fn leg(number: u64) -> LegId {
    LegId(uuid(2, number))
}

pub fn task(number: u64) -> TaskId {
    TaskId(uuid(3, number))
}

pub fn reservation(number: u64) -> ReservationId {
    ReservationId(uuid(4, number))
}

pub fn message_id(number: u64) -> MessageId {
    MessageId(uuid(5, number))
}

pub fn agent(name: &str) -> AgentId {
    AgentId::new(name).unwrap()
}

pub fn queue(name: &str) -> QueueId {
    QueueId::new(name).unwrap()
}

pub fn contact(number: u64, channel: Channel) -> Command {
    let identity = match channel {
        Channel::Chat => Identity::Visitor("visitor".into()),
        Channel::Email => Identity::email("ann@example.org"),
        Channel::Voice => Identity::Phone("+4930123456".into()),
    };
    Command::Contact(Contact {
        session: session(0),
        customer: CustomerId(uuid(6, 0)),
        site: SiteId::new("shop").unwrap(),
        leg: leg(number),
        channel,
        identity,
        verification: Verification::Claimed,
        language: None,
        origin: Some("https://shop.example/cart".into()),
    })
}

pub fn message(number: u64, author: Author) -> Message {
    Message {
        id: message_id(number),
        author,
        channel: Channel::Chat,
        leg: None,
        text: format!("message {number}"),
        visible: None,
        subject: None,
        attachments: Vec::new(),
        original: None,
        mail_id: None,
        inbox: None,
        citations: Vec::new(),
        automatic: false,
    }
}

pub fn new_task(number: u64) -> Command {
    Command::CreateTask(NewTask {
        task: task(number),
        queue: queue("sales"),
        channel: Channel::Chat,
        requirements: Requirements::NONE,
        priority: Priority(0),
        preferred_agent: None,
        waiting_since: None,
    })
}
