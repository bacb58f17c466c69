//! `/v1/me/logins` and `/v1/people`: where one is logged in, and to end that; admins for everybody.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::AgentId;
use serde::Serialize;
use utoipa::ToSchema;

use super::gate::{Gate, Through};
use super::login::{transport, with_cookies};
use super::{ApiError, ErrorBody, cookies, require};
use crate::auth::logins::{Listed, Proof};
use crate::auth::{LoginId, Principal, Via};
use crate::configuration::organisation::{PersonRole, Scope};

/// A browser that is logged in.
#[derive(Serialize, ToSchema)]
pub struct LoginBody {
    /// Names the login; gives nobody one.
    id: String,
    /// Milliseconds since 1970.
    created_at: i64,
    /// To a twentieth of a login's lifetime.
    used_at: i64,
    /// `password`, `password_and_code` or `provider`.
    #[schema(value_type = String)]
    proof: Proof,
    /// Where the browser was at login.
    address: String,
    /// What it said of itself; empty for nothing.
    browser: String,
    /// Whether it is the one that asks.
    current: bool,
}

/// A person, as admins see who can log in.
#[derive(Serialize, ToSchema)]
pub struct PersonBody {
    id: String,
    name: String,
    /// `agent`, `supervisor`, `admin`.
    #[schema(value_type = Vec<String>)]
    roles: Vec<PersonRole>,
    /// Whether there is a second factor.
    second_factor: bool,
    /// Browsers logged in now.
    logins: usize,
}

/// Where I am logged in, the latest first.
#[utoipa::path(
    get, path = "/me/logins", tag = "login",
    responses((status = 200, body = Vec<LoginBody>), (status = 401, body = ErrorBody))
)]
pub async fn mine(Through(gate): Through, principal: Principal) -> Result<Json<Vec<LoginBody>>, ApiError> {
    let current = own(&principal)?;
    let listed = gate.auth.logins.list(&principal.agent, gate.foundation.now()).await?;
    Ok(Json(listed.into_iter().map(|login| body(login, current)).collect()))
}

/// Ends one of my logins; its sockets close.
#[utoipa::path(
    delete, path = "/me/logins/{login}", tag = "login", params(("login" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn end(
    Through(gate): Through,
    principal: Principal,
    Path(login): Path<String>,
) -> Result<StatusCode, ApiError> {
    own(&principal)?;
    let listed = gate.auth.logins.list(&principal.agent, gate.foundation.now()).await?;
    let login =
        listed.into_iter().find(|listed| listed.id.as_str() == login).ok_or_else(ApiError::not_found)?;
    gate.auth.logins.revoke(&login.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all of my logins, this one too; their sockets close.
#[utoipa::path(
    delete, path = "/me/logins", tag = "login",
    responses((status = 204), (status = 401, body = ErrorBody))
)]
pub async fn end_all(Through(gate): Through, principal: Principal) -> Result<Response, ApiError> {
    own(&principal)?;
    gate.auth.logins.revoke_all(&principal.agent, None, gate.foundation.now()).await?;
    Ok(with_cookies(StatusCode::NO_CONTENT.into_response(), cookies::unset(transport(&gate))))
}

/// Everybody who can log in.
#[utoipa::path(
    get, path = "/people", tag = "login",
    responses((status = 200, body = Vec<PersonBody>), (status = 403, body = ErrorBody))
)]
pub async fn people(Through(gate): Through, principal: Principal) -> Result<Json<Vec<PersonBody>>, ApiError> {
    require(&principal, Scope::OrganisationWrite)?;
    let now = gate.foundation.now();
    let mut logins: HashMap<AgentId, usize> = HashMap::new();
    for login in gate.auth.logins.all(now).await? {
        *logins.entry(login.agent).or_default() += 1;
    }
    let mut people = Vec::new();
    for person in &gate.foundation.organisation().agents {
        people.push(PersonBody {
            id: person.id.to_string(),
            name: person.name.clone(),
            roles: person.roles.clone(),
            second_factor: gate.auth.second_factor.standing(person, now).await?.enrolled_at.is_some(),
            logins: logins.get(&person.id).copied().unwrap_or_default(),
        });
    }
    Ok(Json(people))
}

/// Ends all logins of a person; their sockets close. Who is there can log in again.
#[utoipa::path(
    delete, path = "/people/{person}/logins", tag = "login", params(("person" = String, Path)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn end_of(
    Through(gate): Through,
    principal: Principal,
    Path(person): Path<String>,
) -> Result<StatusCode, ApiError> {
    require(&principal, Scope::OrganisationWrite)?;
    let person = known(&gate, &person)?;
    gate.auth.logins.revoke_all(&person, None, gate.foundation.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A person of the organisation.
pub fn known(gate: &Gate, person: &str) -> Result<AgentId, ApiError> {
    let person = AgentId::new(person).map_err(|_| ApiError::not_found())?;
    gate.foundation.organisation().person(&person).ok_or_else(ApiError::not_found)?;
    Ok(person)
}

/// Programs have no logins.
fn own(principal: &Principal) -> Result<&LoginId, ApiError> {
    match &principal.via {
        Via::Cookie(login) => Ok(login),
        Via::ApiKey(_) => Err(ApiError::forbidden("a program has a key, and no login")),
    }
}

fn body(login: Listed, current: &LoginId) -> LoginBody {
    LoginBody {
        current: login.id == *current,
        id: login.id.as_str().to_owned(),
        created_at: login.created_at.0,
        used_at: login.used_at.0,
        proof: login.proof,
        address: login.address,
        browser: login.browser,
    }
}
