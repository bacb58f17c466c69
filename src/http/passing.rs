//! Checks name, password and, where the account has one, the second factor.

use std::net::IpAddr;

use axum::http::{HeaderMap, StatusCode, header};
use model::AgentId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ApiError;
use super::gate::Gate;
use crate::auth::logins::{Made, Proof};
use crate::auth::passwords::{self, PasswordError};
use crate::auth::second_factor::{Passed, SecondFactorError};
use crate::configuration::organisation::Person;

/// Longest code looked at, in bytes.
const LONGEST_CODE: usize = 64;

/// What somebody proves who they are with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The id of a person of the organisation.
    pub user: String,
    /// At most 1024 bytes.
    pub password: String,
    /// A one-time code, or a recovery code, where the account has a second factor.
    #[serde(default)]
    pub code: Option<String>,
}

/// Somebody who proved who they are.
pub struct Passer {
    pub person: Person,
    pub passed: Passed,
}

impl Passer {
    /// How their login is recorded.
    pub fn act(&self) -> &'static str {
        match self.passed {
            Passed::WithoutOne => "login",
            Passed::ByCode => "login_with_code",
            Passed::ByRecovery { .. } => "login_with_recovery_code",
        }
    }

    /// How their login is kept.
    pub fn made(&self, peer: IpAddr, headers: &HeaderMap) -> Made {
        let proof = match self.passed {
            Passed::WithoutOne => Proof::Password,
            Passed::ByCode | Passed::ByRecovery { .. } => Proof::PasswordAndCode,
        };
        Made { proof, address: peer, browser: browser(headers) }
    }
}

/// What the browser says of itself.
pub fn browser(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|name| name.to_str().ok()).unwrap_or_default().to_owned()
}

/// Costs one password hash, whether the user is known or not. Whether an account has a second factor is
/// told to whom has its password alone.
pub async fn pass(gate: &Gate, peer: IpAddr, given: Credentials) -> Result<Passer, ApiError> {
    let Credentials { user, password, code } = given;
    let person = by_password(gate, peer, &user, password).await?;
    let code = code.as_deref().filter(|code| code.len() <= LONGEST_CODE);
    let checked = gate.auth.second_factor.check(&person, code, gate.foundation.now()).await;
    checked.map(|passed| Passer { person, passed }).map_err(refused)
}

async fn by_password(gate: &Gate, peer: IpAddr, user: &str, given: String) -> Result<Person, ApiError> {
    gate.auth.limits.admit(peer, bounded(user)).map_err(|refused| ApiError::too_many(refused.after))?;
    if given.len() > passwords::LONGEST {
        return Err(wrong());
    }
    let organisation = gate.foundation.organisation();
    let person = AgentId::new(user).ok().and_then(|id| organisation.person(&id));
    let password = person.and_then(|person| person.password.as_ref());
    let right = gate.auth.passwords.verify(password, given).await.map_err(not_checked)?;
    match person {
        Some(person) if right => Ok(person.clone()),
        _ => Err(wrong()),
    }
}

/// Names longer than any account's are counted as one.
fn bounded(user: &str) -> &str {
    if user.len() > model::id::Name::MAX_LENGTH { "" } else { user }
}

fn wrong() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "wrong_password", "the user or the password is wrong")
}

fn not_checked(error: PasswordError) -> ApiError {
    match error {
        PasswordError::Busy => ApiError::too_many(std::time::Duration::from_secs(1)),
        PasswordError::Failed => ApiError::internal(),
    }
}

/// What somebody hears whose second factor is not taken.
pub fn refused(error: SecondFactorError) -> ApiError {
    match error {
        SecondFactorError::Needed => {
            ApiError::new(StatusCode::UNAUTHORIZED, "code_needed", error.to_string())
        }
        SecondFactorError::Wrong => ApiError::new(StatusCode::UNAUTHORIZED, "wrong_code", error.to_string()),
        SecondFactorError::Wait(after) => ApiError::too_many(after),
        SecondFactorError::NotBegun | SecondFactorError::Off => ApiError::conflict(error.to_string()),
        SecondFactorError::Store(error) => error.into(),
        SecondFactorError::NoRandomness(_) => ApiError::busy(),
        SecondFactorError::Unreadable(_) => {
            tracing::error!("a second factor cannot be opened: its secret was replaced, or it was changed");
            ApiError::internal()
        }
    }
}
