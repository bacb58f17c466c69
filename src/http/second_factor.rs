//! `/v1/me/second-factor`: who is logged in enrols, looks and takes away; admins reset others'.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::gate::{Gate, Through};
use super::login::{self, with_cookies};
use super::passing::{self, Credentials, Passer, pass, refused};
use super::principal::LoggedIn;
use super::{ApiError, ErrorBody, Peer, cookies, logins, require};
use crate::auth::Principal;
use crate::auth::logins::{Made, Proof};
use crate::auth::second_factor::{Enrolment, Standing};
use crate::configuration::organisation::{Person, Scope};
use crate::configuration::settings::Demand;

/// The same proof as at login, so that an open console is not enough to change how one logs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Again {
    password: String,
    /// Where the account has a second factor already.
    #[serde(default)]
    code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    /// What the app shows now.
    code: String,
}

/// Shown once: there is no other way to see them.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// What the account of this login has.
#[utoipa::path(
    get, path = "/me/second-factor", tag = "login",
    responses((status = 200, body = Standing), (status = 401, body = ErrorBody))
)]
pub async fn standing(Through(gate): Through, LoggedIn(login): LoggedIn) -> Result<Json<Standing>, ApiError> {
    let person = person(&gate, &login.principal)?;
    Ok(Json(gate.auth.second_factor.standing(&person, gate.foundation.now()).await?))
}

/// Begins an enrolment, to be confirmed within ten minutes. What the account had holds until then.
#[utoipa::path(
    post, path = "/me/second-factor", tag = "login", request_body = Again,
    responses(
        (status = 200, body = Enrolment),
        (status = 401, description = "Wrong password or code", body = ErrorBody),
        (status = 409, description = "The role has no second factor", body = ErrorBody),
        (status = 429, body = ErrorBody),
    )
)]
pub async fn begin(
    Through(gate): Through,
    Peer(peer): Peer,
    LoggedIn(login): LoggedIn,
    body: Result<Json<Again>, JsonRejection>,
) -> Result<Json<Enrolment>, ApiError> {
    let Passer { person, .. } = again(&gate, peer, &login.principal, body).await?;
    let organisation = gate.foundation.organisation();
    let issuer: String = organisation.name.chars().take(60).collect();
    let issuer = if issuer.trim().is_empty() { "Tandem".to_owned() } else { issuer };
    let begun = gate.auth.second_factor.begin(&person, &issuer, gate.foundation.now()).await;
    begun.map(Json).map_err(refused)
}

/// Ends the enrolment by the app's first code, and every other login of the account. This login gets new
/// cookies.
#[utoipa::path(
    post, path = "/me/second-factor/confirm", tag = "login", request_body = FirstCode,
    responses(
        (status = 200, body = RecoveryCodes),
        (status = 401, description = "Wrong code", body = ErrorBody),
        (status = 409, description = "No enrolment waits", body = ErrorBody),
    )
)]
pub async fn confirm(
    Through(gate): Through,
    Peer(peer): Peer,
    LoggedIn(old): LoggedIn,
    headers: HeaderMap,
    body: Result<Json<FirstCode>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(FirstCode { code }) = body.map_err(|refusal| login::malformed(&refusal, "{\"code\"}"))?;
    let person = person(&gate, &old.principal)?;
    gate.auth.limits.admit(peer, person.id.as_str()).map_err(|refused| ApiError::too_many(refused.after))?;
    let now = gate.foundation.now();
    let recovery_codes = gate.auth.second_factor.confirm(&person, &code, now).await.map_err(refused)?;
    gate.auth.logins.revoke_all(&person.id, None, now).await?;
    let made = Made { proof: Proof::PasswordAndCode, address: peer, browser: passing::browser(&headers) };
    let login = gate.auth.logins.create(&person, &made, now).await.map_err(login::failed)?;
    let cookies = cookies::set(&login, login::transport(&gate));
    Ok(with_cookies(Json(RecoveryCodes { recovery_codes }).into_response(), cookies))
}

/// Takes the account's second factor away, where the role may be without one.
#[utoipa::path(
    post, path = "/me/second-factor/remove", tag = "login", request_body = Again,
    responses(
        (status = 204),
        (status = 401, description = "Wrong password or code", body = ErrorBody),
        (status = 409, description = "The role needs one", body = ErrorBody),
        (status = 429, body = ErrorBody),
    )
)]
pub async fn remove(
    Through(gate): Through,
    Peer(peer): Peer,
    principal: Principal,
    body: Result<Json<Again>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    if gate.auth.second_factor.demand(&principal.roles) == Demand::Required {
        return Err(ApiError::conflict("this role needs a second factor"));
    }
    let Passer { person, .. } = again(&gate, peer, &principal, body).await?;
    gate.auth.second_factor.remove(&person.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody's second factor away, who lost it, and ends their logins.
#[utoipa::path(
    delete, path = "/people/{person}/second-factor", tag = "login", params(("person" = String, Path)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn reset(
    Through(gate): Through,
    principal: Principal,
    Path(person): Path<String>,
) -> Result<StatusCode, ApiError> {
    require(&principal, Scope::OrganisationWrite)?;
    let person = logins::known(&gate, &person)?;
    gate.auth.second_factor.remove(&person).await?;
    gate.auth.logins.revoke_all(&person, None, gate.foundation.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose login this is, as the organisation has them now.
fn person(gate: &Gate, principal: &Principal) -> Result<Person, ApiError> {
    let organisation = gate.foundation.organisation();
    organisation.person(&principal.agent).cloned().ok_or_else(ApiError::unauthenticated)
}

async fn again(
    gate: &Gate,
    peer: std::net::IpAddr,
    principal: &Principal,
    body: Result<Json<Again>, JsonRejection>,
) -> Result<Passer, ApiError> {
    let expected = "{\"password\", \"code\"}";
    let Json(Again { password, code }) = body.map_err(|refusal| login::malformed(&refusal, expected))?;
    let user = principal.agent.to_string();
    pass(gate, peer, Credentials { user, password, code }).await
}
