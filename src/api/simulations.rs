//! `/v1/simulations`: a recorded day under the rules that hold and under others, for supervisors.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body;
use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::console::wire::ConsoleRole;
use crate::engine::Engine;
use crate::http::{ApiError, ErrorBody, require};
use crate::replay::PastError;
use crate::simulate::rehearsal::{self, Rehearsal, RehearsalError};
use crate::simulate::report;

/// Bytes of a request.
pub const MAX_BODY: usize = 1024 * 1024;
const MOST_REPLICATIONS: u32 = 100;

/// What can be simulated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Recordings {
    /// The first day on which something was recorded, on the server's calendar (2026-03-01); none before
    /// the first.
    pub first_day: Option<String>,
    pub last_day: Option<String>,
    /// The queues and routes that hold, as TOML to change.
    pub rules: String,
}

/// A day, and rules to try on it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSimulation {
    /// On the server's calendar, as in 2026-03-01.
    pub day: String,
    /// How often the day is played, with other draws each time: 1 to 100.
    #[serde(default)]
    pub replications: Option<u32>,
    /// Tables of the organisation as TOML, over those that hold: an entry with an `id` takes the place of
    /// the one that has it. None: the rules that hold alone.
    #[serde(default)]
    pub rules: Option<String>,
}

/// Which days are recorded, and the rules that hold.
#[utoipa::path(
    get, path = "/simulations", tag = "simulations",
    responses((status = 200, body = Recordings), (status = 403, body = ErrorBody))
)]
pub async fn recordings(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
) -> Result<Json<Recordings>, ApiError> {
    supervises(&principal)?;
    let days = rehearsal::days(&engine.foundation.store).await.map_err(|_| ApiError::busy())?;
    let mut files = engine.foundation.organisation().to_files().unwrap_or_default();
    Ok(Json(Recordings {
        first_day: days.map(|(first, _)| first.to_string()),
        last_day: days.map(|(_, last)| last.to_string()),
        rules: files.remove("queues.toml").unwrap_or_default(),
    }))
}

/// Plays a recorded day by the rules that hold and by others, and answers both with their difference. One
/// at a time, within 25 s.
#[utoipa::path(
    post, path = "/simulations", tag = "simulations", request_body = NewSimulation,
    responses(
        (status = 200, body = Value),
        (status = 400, description = "The rules cannot be used; says where and why", body = ErrorBody),
        (status = 403, body = ErrorBody),
        (status = 404, description = "Nobody came on that day", body = ErrorBody),
        (status = 409, description = "It would take too long", body = ErrorBody),
        (status = 503, description = "Another one is being played", body = ErrorBody),
    )
)]
pub async fn simulate(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    given: Result<Json<NewSimulation>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    supervises(&principal)?;
    let given = body(given)?;
    let day = given.day.parse().map_err(|_| ApiError::malformed("the day is written as 2026-03-01"))?;
    let replications = given.replications.unwrap_or(10);
    if !(1..=MOST_REPLICATIONS).contains(&replications) {
        return Err(ApiError::malformed(format!("a day is played 1 to {MOST_REPLICATIONS} times")));
    }
    let rules = given.rules.filter(|rules| !rules.trim().is_empty());
    let organisation = engine.foundation.organisation();
    let others = rules.map(|rules| organisation.changed_by(&rules)).transpose();
    let others = others.map_err(|error| ApiError::malformed(error.to_string()))?;
    let played = engine.rehearse(Rehearsal { day, replications, others }).await?;
    serde_json::from_str(&report::json(&played)).map(Json).map_err(|_| ApiError::busy())
}

/// People who supervise, and programs that may read the rules.
fn supervises(principal: &Principal) -> Result<(), ApiError> {
    require(principal, Scope::OrganisationRead)?;
    let is_program = principal.is_program();
    if is_program || principal.role().is_some_and(|role| role >= ConsoleRole::Supervisor) {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", "this is for supervisors"))
}

impl From<RehearsalError> for ApiError {
    fn from(error: RehearsalError) -> Self {
        match error {
            RehearsalError::Past(PastError::Busy | PastError::Store(_)) => Self::busy(),
            RehearsalError::Past(PastError::TooFar { .. } | PastError::Cut { .. })
            | RehearsalError::Simulation(_) => Self::conflict(error.to_string()),
            RehearsalError::NobodyCame(_) => Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            RehearsalError::NoSuchDay | RehearsalError::Rules(_) => Self::malformed(error.to_string()),
        }
    }
}
