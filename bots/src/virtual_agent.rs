//! The plug point every virtual agent is behind.

use async_trait::async_trait;

use crate::turn::{Action, Progress, Speaker, Turn, Utterance};

/// Why a virtual agent has no next action. The caller hands the task over to people either way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VirtualAgentError {
    /// What it depends on does not answer now; asking again later is safe.
    #[error("cannot answer now: {0}")]
    Unavailable(String),
    /// It failed on this turn; asking again with the same turn fails again.
    #[error("cannot answer this turn: {0}")]
    Failed(String),
}

/// An agent that is a program. It keeps no state between turns.
#[async_trait]
pub trait VirtualAgent: Send + Sync {
    /// What to do next. The caller sets the time limit; dropping the future is safe.
    async fn next(&self, turn: Turn) -> Result<Vec<Action>, VirtualAgentError>;

    /// How far this agent has come, from the transcript alone, oldest message first. Unless an agent
    /// knows better, each message of its own after the first is an answer if it cites something.
    fn recall(&self, transcript: &[Utterance]) -> Progress {
        let mut progress = Progress::default();
        for utterance in transcript.iter().filter(|utterance| utterance.speaker == Speaker::Myself) {
            progress.greeted = true;
            if !utterance.citations.is_empty() {
                progress.say(&crate::Purpose::Answer);
            }
        }
        progress
    }
}
