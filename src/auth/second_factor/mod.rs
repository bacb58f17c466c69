//! The second factor of people who log in by password: a one-time code, or a recovery code.
//!
//! The shared secret is kept encrypted and shown once, at enrolment. Each code is taken once: the step of
//! the last one taken is kept, and no code of that step or before holds again. After five wrong codes in a
//! row each further try has to wait, twice as long each time, up to an hour; only who has the password gets
//! that far.

mod code;
mod picture;
mod recovery;
mod state;

use std::time::Duration;

use model::{AgentId, Timestamp};
use serde::Serialize;
use store::{Store, StoreError};
use tokio::sync::Mutex;
use utoipa::ToSchema;

use super::sealer::{NotOurs, Sealer};
use super::token::NoRandomness;
use crate::configuration::organisation::{Person, PersonRole};
use crate::configuration::settings::{Demand, SecondFactorByRole};

pub use code::SharedSecret;
pub use picture::Picture;
use state::{Enrolled, Offered};

const ENROLLED: &str = "second_factors";
const OFFERED: &str = "second_factor_offers";
/// Milliseconds in which an enrolment has to be confirmed.
const CONFIRM_WITHIN: i64 = 10 * 60_000;

/// Why a second factor is not taken, or not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecondFactorError {
    /// This account has one, and no code was given. Ask for it, then try again.
    #[error("a code is needed besides the password")]
    Needed,
    /// Not a code of now, or one that was taken before. Retrying needs another code.
    #[error("the code is not right, or was used before")]
    Wrong,
    /// Too many wrong ones. Retrying is safe after this.
    #[error("too many wrong codes; the next may be tried in {0:?}")]
    Wait(Duration),
    /// No enrolment waits to be confirmed, or its time is over. Begin anew.
    #[error("there is no enrolment to confirm")]
    NotBegun,
    /// The role has none. Retrying is pointless.
    #[error("this role has no second factor")]
    Off,
    /// As safe to retry as its cause.
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The key that encrypts was changed: an admin has to reset the account's second factor.
    #[error(transparent)]
    Unreadable(#[from] NotOurs),
}

/// What an account has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Standing {
    /// `off`, `optional` or `required`, by the roles of the account.
    #[schema(value_type = String)]
    pub demand: Demand,
    /// Milliseconds since 1970; null if there is none.
    #[schema(value_type = Option<i64>)]
    pub enrolled_at: Option<Timestamp>,
    /// Recovery codes not used yet.
    pub recovery_left: usize,
}

/// What an enrolment shows, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Enrolment {
    /// Base32, for apps that cannot see.
    pub secret: String,
    /// `otpauth://…`
    pub address: String,
    /// The address as a QR code.
    pub picture: Picture,
}

/// How a login was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// The account has no second factor.
    WithoutOne,
    ByCode,
    /// So many are left.
    ByRecovery {
        left: usize,
    },
}

/// Enrols accounts and checks their codes.
pub struct SecondFactor {
    store: Store,
    sealer: Sealer,
    demands: SecondFactorByRole,
    /// Held from reading an account's state to writing it, so that no code is taken twice.
    changing: Mutex<()>,
}

impl SecondFactor {
    pub fn new(store: Store, sealer: Sealer, demands: SecondFactorByRole) -> Self {
        Self { store, sealer, demands, changing: Mutex::new(()) }
    }

    /// The strictest of what the roles ask for.
    pub fn demand(&self, roles: &[PersonRole]) -> Demand {
        roles.iter().map(|role| self.demands.of(*role)).max().unwrap_or(Demand::Off)
    }

    pub async fn standing(&self, person: &Person, now: Timestamp) -> Result<Standing, StoreError> {
        let enrolled = self.enrolled(&person.id, now).await?;
        Ok(Standing {
            demand: self.demand(&person.roles),
            recovery_left: enrolled.as_ref().map_or(0, |enrolled| enrolled.recovery.len()),
            enrolled_at: enrolled.map(|enrolled| enrolled.enrolled_at),
        })
    }

    /// Whether a login whose password is right may pass.
    pub async fn check(
        &self,
        person: &Person,
        given: Option<&str>,
        now: Timestamp,
    ) -> Result<Passed, SecondFactorError> {
        if self.demand(&person.roles) == Demand::Off {
            return Ok(Passed::WithoutOne);
        }
        let _changing = self.changing.lock().await;
        let Some(mut enrolled) = self.enrolled(&person.id, now).await? else {
            return Ok(Passed::WithoutOne);
        };
        let given = given.filter(|code| !code.trim().is_empty()).ok_or(SecondFactorError::Needed)?;
        if let Some(wait) = enrolled.wait(now) {
            return Err(SecondFactorError::Wait(wait));
        }
        let secret = self.open(&person.id, &enrolled.secret)?;
        let passed = enrolled.take(&secret, given, now);
        self.keep(&person.id, &enrolled).await?;
        passed.ok_or(SecondFactorError::Wrong)
    }

    /// Begins an enrolment: what stood before holds until the new one is confirmed.
    pub async fn begin(
        &self,
        person: &Person,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Enrolment, SecondFactorError> {
        if self.demand(&person.roles) == Demand::Off {
            return Err(SecondFactorError::Off);
        }
        let secret = SharedSecret::random()?;
        let address = secret.address(issuer, person.id.as_str());
        // Names have at most 64 bytes, an issuer is cut: the address always fits.
        let picture = picture::draw(&address).ok_or(SecondFactorError::NotBegun)?;
        let offered = Offered { secret: self.sealer.seal(person.id.as_str(), secret.as_bytes())?, wrong: 0 };
        self.keep_offer(&person.id, &offered, now).await?;
        Ok(Enrolment { secret: secret.base32(), address, picture })
    }

    /// Ends an enrolment by a code of the app; answers the recovery codes, which are never shown again.
    pub async fn confirm(
        &self,
        person: &Person,
        given: &str,
        now: Timestamp,
    ) -> Result<Vec<String>, SecondFactorError> {
        let _changing = self.changing.lock().await;
        let found = self.store.document(OFFERED, person.id.as_str(), now).await?;
        let offered = found.and_then(|body| serde_json::from_value::<Offered>(body).ok());
        let mut offered = offered.ok_or(SecondFactorError::NotBegun)?;
        let secret = self.open(&person.id, &offered.secret)?;
        let Some(step) = secret.step_of(given, now) else {
            offered.wrong += 1;
            if offered.wrong >= state::WRONG_AT_ONCE {
                self.store.delete_document(OFFERED, person.id.as_str()).await?;
            } else {
                self.keep_offer(&person.id, &offered, now).await?;
            }
            return Err(SecondFactorError::Wrong);
        };
        let (shown, recovery) = recovery::make()?;
        self.keep(&person.id, &Enrolled::new(offered.secret, recovery, step, now)).await?;
        self.store.delete_document(OFFERED, person.id.as_str()).await?;
        Ok(shown)
    }

    /// Takes the account's second factor away; one that has none is no error.
    pub async fn remove(&self, agent: &AgentId) -> Result<(), StoreError> {
        let _changing = self.changing.lock().await;
        self.store.delete_document(OFFERED, agent.as_str()).await?;
        self.store.delete_document(ENROLLED, agent.as_str()).await
    }

    async fn enrolled(&self, agent: &AgentId, now: Timestamp) -> Result<Option<Enrolled>, StoreError> {
        let found = self.store.document(ENROLLED, agent.as_str(), now).await?;
        // One that cannot be read must not count as none: that would open the account.
        found.map(|body| serde_json::from_value(body).map_err(unreadable)).transpose()
    }

    fn open(&self, agent: &AgentId, sealed: &str) -> Result<SharedSecret, NotOurs> {
        let opened = self.sealer.open(agent.as_str(), sealed)?;
        SharedSecret::read(&opened).ok_or(NotOurs)
    }

    async fn keep(&self, agent: &AgentId, enrolled: &Enrolled) -> Result<(), StoreError> {
        let body = serde_json::to_value(enrolled).expect("a second factor has string keys");
        self.store.put_document(ENROLLED, agent.as_str(), &body, None).await
    }

    async fn keep_offer(&self, agent: &AgentId, offered: &Offered, now: Timestamp) -> Result<(), StoreError> {
        let body = serde_json::to_value(offered).expect("an offer has string keys");
        let ends = Timestamp(now.0 + CONFIRM_WITHIN);
        self.store.put_document(OFFERED, agent.as_str(), &body, Some(ends)).await
    }
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt { reason: format!("a second factor cannot be read: {error}") }
}
