//! `/v1/login`, `/v1/logout`, `/v1/me`.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::AgentId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::cookies::{self, Transport};
use super::gate::{Gate, Through};
use super::openapi::MeBody;
use super::origin::PageOrigin;
use super::{ApiError, ErrorBody, Peer};
use crate::auth::logins::LoginError;
use crate::auth::passwords::{self, PasswordError};
use crate::auth::{Principal, Via};
use crate::configuration::organisation::Person;
use crate::console::wire::Me;

/// A login attempt.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The id of a person of the organisation.
    user: String,
    /// At most 1024 bytes.
    password: String,
}

/// Opens a login: sets the cookies `tandem_session` and `tandem_csrf`. Requests that change something
/// repeat the latter in the header `x-csrf-token`.
#[utoipa::path(
    post, path = "/login", tag = "login", request_body = Credentials,
    responses(
        (status = 204, description = "Logged in"),
        (status = 401, description = "Wrong user or password", body = ErrorBody),
        (status = 429, description = "Too many tries", body = ErrorBody),
    )
)]
pub async fn login(
    Through(gate): Through,
    peer: Peer,
    headers: HeaderMap,
    body: Result<Json<Credentials>, JsonRejection>,
) -> Result<Response, ApiError> {
    let public_url = gate.foundation.settings.server.public_url();
    if let PageOrigin::Other(_) = PageOrigin::of(&headers, &public_url) {
        return Err(ApiError::forbidden("this page is not the console"));
    }
    let Json(credentials) = body.map_err(malformed)?;
    let person = authenticate(&gate, peer, credentials).await?;
    let login = gate.auth.logins.create(&person, gate.foundation.now()).await.map_err(failed)?;
    Ok(with_cookies(cookies::set(&login, transport(&gate))))
}

/// Ends the login of this browser.
#[utoipa::path(
    post, path = "/logout", tag = "login",
    responses((status = 204, description = "Logged out"), (status = 403, body = ErrorBody))
)]
pub async fn logout(Through(gate): Through, principal: Option<Principal>) -> Result<Response, ApiError> {
    if let Some(Principal { via: Via::Cookie(login), .. }) = principal {
        gate.auth.logins.revoke(&login).await?;
    }
    Ok(with_cookies(cookies::unset(transport(&gate))))
}

/// Who is logged in.
#[utoipa::path(
    get, path = "/me", tag = "login",
    responses((status = 200, body = MeBody), (status = 401, body = ErrorBody))
)]
pub async fn me(principal: Principal) -> Json<Me> {
    Json(principal.me())
}

/// Costs one password hash, whether the user is known or not.
async fn authenticate(gate: &Gate, Peer(peer): Peer, given: Credentials) -> Result<Person, ApiError> {
    gate.auth
        .limits
        .admit(peer, bounded(&given.user))
        .map_err(|refused| ApiError::too_many(refused.after))?;
    if given.password.len() > passwords::LONGEST {
        return Err(wrong());
    }
    let organisation = gate.foundation.organisation();
    let person = AgentId::new(&given.user).ok().and_then(|id| organisation.person(&id));
    let password = person.and_then(|person| person.password.as_ref());
    let right = gate.auth.passwords.verify(password, given.password).await.map_err(not_checked)?;
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

fn failed(error: LoginError) -> ApiError {
    match error {
        LoginError::Store(error) => error.into(),
        LoginError::NoRandomness(_) => ApiError::busy(),
    }
}

fn malformed(rejection: JsonRejection) -> ApiError {
    ApiError::new(rejection.status(), "malformed", "expected JSON {\"user\", \"password\"}")
}

fn transport(gate: &Gate) -> Transport {
    if gate.is_secure() { Transport::Tls } else { Transport::Plain }
}

fn with_cookies(cookies: [HeaderValue; 2]) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
