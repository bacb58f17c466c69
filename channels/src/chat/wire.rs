//! The chat protocol, version 1: JSON text frames, one message a frame, tagged by `type`.
//!
//! A customer's view of a session is a filtered one: notes and routing stay inside. So that a gap
//! can still be seen, each event says which sequence it comes `after` in this view; a client whose
//! last sequence differs has missed something and says hello again.

use std::collections::BTreeMap;

use model::event::Citation;
use model::{Channel, Language, MessageId, Sequence, SessionId, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The version of the protocol; a hello with a higher one is answered with this.
pub const VERSION: u32 = 1;

/// What a widget sends.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChatRequest {
    /// Must be first, within ten seconds.
    Hello(Hello),
    /// Repeated with the same `id` until acknowledged.
    Message {
        id: MessageId,
        text: String,
        /// Ids that the upload endpoint gave.
        #[serde(default)]
        uploads: Vec<String>,
    },
    /// At most one in three seconds; lost ones don't matter.
    Typing,
    Read {
        through: Sequence,
    },
    /// Choose a person instead of the virtual agent.
    RequestPerson,
    /// Yes to `callback_offered`, or asked for without it: call me at this number, with its country's. The
    /// chat may be closed then; the place in the queue stays.
    ChooseCallback {
        number: String,
    },
    /// No to `callback_offered`.
    DeclineCallback,
    /// `score` is 1 to 5.
    Rate {
        score: u8,
        #[serde(default)]
        comment: Option<String>,
    },
    /// Send the transcript to this address.
    Transcript {
        email: String,
    },
    /// End the chat.
    End,
    Ping,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    pub version: u32,
    pub site: SiteId,
    /// The visitor token that an earlier welcome gave.
    #[serde(default)]
    pub visitor: Option<String>,
    /// A JWT signed by the site for a user it knows.
    #[serde(default)]
    pub user: Option<String>,
    /// The last sequence seen of the session; 0 for none.
    #[serde(default)]
    pub since: Sequence,
    /// The session it was seen in. None: whichever goes on.
    #[serde(default)]
    pub session: Option<SessionId>,
    #[serde(default)]
    pub language: Option<Language>,
    /// The address of the page the widget is on.
    #[serde(default)]
    pub page: Option<String>,
    /// Answers to the pre-chat form, by field name.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
}

/// How long a queue is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
pub struct ClosedFor {
    /// None: nobody knows yet.
    pub until: Option<Timestamp>,
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChatMessage {
    Welcome(Welcome),
    /// Replaces all the client has: it asked for more than is replayed.
    Snapshot {
        /// Another one than before if two sessions of the customer were merged. Items of the one that
        /// was absorbed have the sequence 0.
        session: SessionId,
        sequence: Sequence,
        standing: Standing,
        items: Vec<ChatItem>,
        /// Older items were left out.
        truncated: bool,
    },
    Event {
        after: Sequence,
        sequence: Sequence,
        item: ChatItem,
    },
    Ack {
        id: MessageId,
        sequence: Sequence,
    },
    Refused {
        /// The message refused, if it was one.
        #[serde(default)]
        id: Option<MessageId>,
        code: ChatRefusal,
        message: String,
        /// When to try again; none: never with the same content.
        #[serde(default)]
        #[ts(type = "number | null")]
        retry_after_ms: Option<u64>,
    },
    Typing {
        name: String,
    },
    /// Where the customer stands in the queue.
    Place {
        /// 1 is next.
        #[ts(type = "number")]
        position: u64,
        /// An estimate; none while there is too little to estimate from.
        #[ts(type = "number | null")]
        wait_seconds: Option<u64>,
        /// The queue is closed: the place is kept, and nobody comes before it opens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        closed: Option<ClosedFor>,
    },
    Pong,
    /// The last frame before the server closes.
    Bye {
        code: ChatRefusal,
        message: String,
    },
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct Welcome {
    pub version: u32,
    /// Keep it and send it in the next hello: it names this visitor.
    pub visitor: String,
    /// The session that goes on, if there is one.
    pub session: Option<SessionId>,
    pub sequence: Sequence,
    pub standing: Standing,
    /// Events after `since` follow; otherwise a snapshot does, if there is a session.
    pub resumed: bool,
    pub site: SiteInfo,
}

/// What a widget needs to know of its site.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct SiteInfo {
    pub name: String,
    pub greeting: String,
    pub language: Language,
    pub form: Vec<FormField>,
    #[ts(type = "number")]
    pub max_upload_bytes: u64,
    #[ts(type = "number")]
    pub max_text_bytes: u64,
    /// Whether a person could take the chat now.
    pub open: bool,
}

/// A field of the pre-chat form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    pub name: String,
    pub label: String,
    pub kind: FormFieldKind,
    #[serde(default)]
    pub required: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FormFieldKind {
    Text,
    Email,
}

/// Who has the chat.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(tag = "with", rename_all = "snake_case")]
pub enum Standing {
    /// No session yet.
    Nobody,
    /// Waiting for somebody.
    Waiting,
    Agent {
        name: String,
        automated: bool,
    },
    Closed {
        rated: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ChatItem {
    pub at: Timestamp,
    pub sequence: Sequence,
    #[serde(flatten)]
    pub content: ChatContent,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChatContent {
    Message {
        id: MessageId,
        from: Sender,
        channel: Channel,
        text: String,
        attachments: Vec<ChatAttachment>,
        citations: Vec<Citation>,
    },
    Joined {
        name: String,
        automated: bool,
    },
    Left {
        name: String,
    },
    /// The chat waits for somebody else.
    Waiting,
    /// An agent has seen everything up to here.
    Read {
        through: Sequence,
    },
    ChannelSwitched {
        to: Channel,
    },
    /// Shall somebody call? Asked in the organisation's words; whoever has not answered until then leaves
    /// the queue. `choose_callback` and `decline_callback` answer.
    CallbackOffered {
        text: String,
        until: Timestamp,
    },
    CallbackChosen {
        number: String,
        /// Not earlier than this.
        not_before: Option<Timestamp>,
    },
    CallbackDeclined,
    Rated {
        score: u8,
    },
    Closed,
    Reopened,
    /// The texts were erased.
    Erased,
}

/// A file of a message, for the customer to fetch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, TS)]
pub struct ChatAttachment {
    pub name: String,
    pub media_type: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// A path on this server that gives the file to whoever has it.
    pub link: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Sender {
    Customer,
    Agent { name: String, automated: bool },
    System,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChatRefusal {
    /// Not a message of this protocol.
    Malformed,
    /// A hello must come first, and only once.
    OutOfOrder,
    UnknownSite,
    /// The token or JWT is not valid.
    Unauthorised,
    TooLarge,
    TooFast,
    /// Try again after `retry_after_ms`.
    Busy,
    /// The session takes no such message now.
    NotNow,
    UnknownUpload,
    /// The server stops; come back.
    GoingAway,
    /// The client read too slowly; say hello again for a snapshot.
    TooSlow,
}
