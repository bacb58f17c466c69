//! A queue, or all of them, closed by hand whatever the hours say.

use model::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closing {
    pub reason: String,
    pub since: Timestamp,
    /// None: until somebody opens it.
    pub until: Option<Timestamp>,
}

impl Closing {
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// `Timestamp::MAX` if not by itself.
    pub fn ends(&self) -> Timestamp {
        self.until.unwrap_or(Timestamp::MAX)
    }
}
