//! Where a task goes that its queue has no room or no time for.

use std::time::Duration;

use model::{AgentId, QueueId};
use serde::{Deserialize, Deserializer, Serialize};

use crate::seconds;

/// What becomes of a task at its queue's deadline, when the queue is full, or closed if it says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case", deny_unknown_fields)]
pub enum Overflow {
    /// It waits there, at its age; steps and deadline of that queue begin anew.
    Queue { queue: QueueId },
    /// The same, for this agent only as long as the agent is logged in: a virtual agent.
    Agent { agent: AgentId, queue: QueueId },
    /// The customer is asked whether to be called back, and waits on until this has passed. Who has not
    /// chosen a callback by then leaves the queue. Nobody waits beside an e-mail, so it is not asked.
    Callback {
        #[serde(with = "seconds")]
        answer_within: Duration,
    },
    /// The customer may leave a message; the router forgets the task.
    Voicemail,
    /// The customer is told so; the router forgets the task.
    Message,
}

impl From<QueueId> for Overflow {
    fn from(queue: QueueId) -> Self {
        Self::Queue { queue }
    }
}

/// Recordings of earlier times name a queue and nothing else.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Overflow>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Name(QueueId),
        Whole(Overflow),
    }
    Ok(Option::<Written>::deserialize(deserializer)?.map(|written| match written {
        Written::Name(queue) => queue.into(),
        Written::Whole(overflow) => overflow,
    }))
}
