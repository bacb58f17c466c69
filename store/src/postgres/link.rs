//! A connection that comes back: made when it is needed, and after a failure not before a pause that
//! grows, so that nobody waits for a server that is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::session::{Connector, Session};

/// The pause after the first failure; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

pub(crate) struct Link {
    connector: Connector,
    session: Option<Session>,
    pause: Duration,
    not_before: Option<Instant>,
    is_up: Arc<AtomicBool>,
}

impl Link {
    pub fn new(connector: Connector, is_up: Arc<AtomicBool>) -> Self {
        Self { connector, session: None, pause: FIRST_PAUSE, not_before: None, is_up }
    }

    /// Longest that one request may take, the server's own limit and the way there and back.
    pub fn limit(&self) -> Duration {
        self.connector.statement_timeout + self.connector.connect_timeout
    }

    /// Refuses at once within the pause.
    pub async fn session(&mut self) -> Result<&mut Session, Failure> {
        if self.session.as_ref().is_some_and(Session::is_closed) {
            self.session = None;
        }
        if self.session.is_none() {
            if self.not_before.is_some_and(|time| Instant::now() < time) {
                return Err(Failure::lost("PostgreSQL is away"));
            }
            match self.connector.connect().await {
                Ok(session) => self.found(session),
                Err(failure) => {
                    self.lose(&failure);
                    return Err(failure);
                }
            }
        }
        self.session.as_mut().ok_or_else(|| Failure::lost("PostgreSQL is away"))
    }

    fn found(&mut self, session: Session) {
        self.session = Some(session);
        self.pause = FIRST_PAUSE;
        self.not_before = None;
        if !self.is_up.swap(true, Ordering::Relaxed) {
            tracing::info!("PostgreSQL is back");
        }
        metrics::gauge!("store_available").set(1.0);
    }

    /// Gives the connection up.
    pub fn lose(&mut self, failure: &Failure) {
        self.session = None;
        self.not_before = Some(Instant::now() + self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        if self.is_up.swap(false, Ordering::Relaxed) {
            tracing::error!(?failure, "the connection to PostgreSQL is lost");
        }
        metrics::gauge!("store_available").set(0.0);
    }
}
