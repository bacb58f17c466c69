//! What a session can be asked to do.

use smol_str::SmolStr;

use crate::channel::Channel;
use crate::event::{Author, CloseReason, Delivery, DetachReason, Intervention, Message, Reader};
use crate::id::{
    AgentId, CustomerId, Disposition, FactName, Intent, Language, LegId, MessageId, QueueId, ReservationId,
    SessionId, SiteId, TaskId,
};
use crate::identity::{Identity, Verification};
use crate::stream::Sequence;
use crate::task::{
    Callback, CancelReason, Priority, Requirements, ReservationEnd, TransferReason, TransferTarget,
};
use crate::time::Timestamp;

/// The customer appears on a channel: opens the session, adds a leg, or reopens what was closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub session: SessionId,
    pub customer: CustomerId,
    pub site: SiteId,
    pub leg: LegId,
    pub channel: Channel,
    pub identity: Identity,
    pub verification: Verification,
    pub language: Option<Language>,
    pub origin: Option<SmolStr>,
}

/// A request that somebody handle the session.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTask {
    pub task: TaskId,
    pub queue: QueueId,
    pub channel: Channel,
    pub requirements: Requirements,
    pub priority: Priority,
    pub preferred_agent: Option<AgentId>,
    /// Since when the customer waits, if not from now on: a task that goes on in another session.
    pub waiting_since: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Contact(Contact),
    Detach {
        leg: LegId,
        reason: DetachReason,
    },
    AttachIdentity {
        identity: Identity,
        verification: Verification,
    },
    SwitchChannel {
        to: Channel,
        by: Author,
    },
    /// `seen` is what the author had seen: an agent's answer to less than all is refused.
    Post {
        message: Message,
        seen: Option<Sequence>,
    },
    AddNote {
        note: MessageId,
        author: AgentId,
        text: String,
    },
    MarkRead {
        reader: Reader,
        through: Sequence,
    },
    DetectIntent {
        intent: Intent,
        confidence: f64,
    },
    DetectLanguage {
        language: Language,
    },
    CollectFact {
        name: FactName,
        value: String,
        source: Author,
    },
    RecordDelivery {
        message: MessageId,
        delivery: Delivery,
    },
    CreateTask(NewTask),
    Reserve {
        task: TaskId,
        reservation: ReservationId,
        agent: AgentId,
        expires_at: Timestamp,
    },
    EndReservation {
        task: TaskId,
        reservation: ReservationId,
        outcome: ReservationEnd,
        reason: Option<String>,
    },
    /// `by` is who gave it to the agent, if somebody did.
    Assign {
        task: TaskId,
        reservation: ReservationId,
        agent: AgentId,
        by: Option<AgentId>,
    },
    /// `by` must have the task, unless it is the router or a supervisor.
    Transfer {
        task: TaskId,
        by: Option<AgentId>,
        target: TransferTarget,
        requirements: Option<Requirements>,
        reason: TransferReason,
        note: Option<String>,
    },
    Reprioritise {
        task: TaskId,
        priority: Priority,
        by: AgentId,
    },
    /// Gives the task another age; not one that begins in the future.
    Age {
        task: TaskId,
        waiting_since: Timestamp,
        by: AgentId,
    },
    OfferCallback {
        task: TaskId,
        until: Timestamp,
        text: String,
    },
    /// `number` is a phone number. Only while the task waits or is offered.
    ChooseCallback {
        task: TaskId,
        number: Identity,
        callback: Callback,
        not_before: Option<Timestamp>,
        by: Author,
    },
    DeclineCallback {
        task: TaskId,
    },
    /// By the agent who has it.
    FailCall {
        task: TaskId,
        agent: AgentId,
    },
    /// Something comes before it that the agent took over it.
    Hold {
        task: TaskId,
        agent: AgentId,
    },
    Resume {
        task: TaskId,
        agent: AgentId,
    },
    WrapUp {
        task: TaskId,
        agent: AgentId,
    },
    Complete {
        task: TaskId,
        agent: AgentId,
        disposition: Option<Disposition>,
        summary: Option<String>,
    },
    CancelTask {
        task: TaskId,
        reason: CancelReason,
    },
    Intervene {
        supervisor: AgentId,
        intervention: Intervention,
    },
    StepOut {
        supervisor: AgentId,
    },
    Whisper {
        message: MessageId,
        supervisor: AgentId,
        text: String,
    },
    Rate {
        score: u8,
        comment: Option<String>,
    },
    RequestTranscript {
        to: Identity,
    },
    Absorb {
        other: SessionId,
        through: Sequence,
    },
    BeAbsorbed {
        into: SessionId,
    },
    Separate {
        other: SessionId,
    },
    Close {
        reason: CloseReason,
    },
    Erase {
        by: AgentId,
    },
}
