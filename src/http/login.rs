//! `/v1/login`, `/v1/logout`, `/v1/me`.

use std::net::IpAddr;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use model::AgentId;

use super::cookies::{self, Transport};
use super::gate::{Gate, Through};
use super::openapi::MeBody;
use super::origin::PageOrigin;
use super::passing::{Credentials, pass};
use super::principal::LoggedIn;
use super::{ApiError, ErrorBody, Peer, audit};
use crate::auth::logins::LoginError;
use crate::auth::{Principal, Via};
use crate::console::wire::Me;

/// Opens a login: sets the cookies `tandem_session` and `tandem_csrf`. Requests that change something
/// repeat the latter in the header `x-csrf-token`.
#[utoipa::path(
    post, path = "/login", tag = "login", request_body = Credentials,
    responses(
        (status = 204, description = "Logged in"),
        (status = 401, description = "Wrong user or password; with the code `code_needed` or `wrong_code` the
            password is right, and a one-time code is missing or wrong", body = ErrorBody),
        (status = 429, description = "Too many tries", body = ErrorBody),
    )
)]
pub async fn login(
    Through(gate): Through,
    Peer(peer): Peer,
    headers: HeaderMap,
    body: Result<Json<Credentials>, JsonRejection>,
) -> Result<Response, ApiError> {
    let public_url = gate.foundation.settings.server.public_url();
    if let PageOrigin::Other(_) = PageOrigin::of(&headers, &public_url) {
        return Err(ApiError::forbidden("this page is not the console"));
    }
    let Json(credentials) = body.map_err(|refusal| malformed(&refusal, "{\"user\", \"password\"}"))?;
    let account = credentials.user.clone();
    let passer = match pass(&gate, peer, credentials).await {
        Ok(passer) => passer,
        Err(refused) => {
            failed_login(&gate, &account, &refused, peer).await?;
            return Err(refused);
        }
    };
    let made = passer.made(peer, &headers);
    let login = gate.auth.logins.create(&passer.person, &made, gate.foundation.now()).await;
    let cookies = cookies::set(&login.map_err(failed)?, transport(&gate));
    audit::login(&gate, passer.person.id.as_str(), passer.act(), Peer(peer)).await?;
    Ok(with_cookies(StatusCode::NO_CONTENT.into_response(), cookies))
}

/// What strangers try is not recorded: they would fill the record with names of their own.
async fn failed_login(gate: &Gate, user: &str, why: &ApiError, peer: IpAddr) -> Result<(), ApiError> {
    let organisation = gate.foundation.organisation();
    let account = AgentId::new(user).ok().filter(|id| organisation.person(id).is_some());
    let act = match why.code {
        "wrong_password" => "login_failed",
        "wrong_code" => "login_failed_code",
        _ => return Ok(()),
    };
    let Some(account) = account else { return Ok(()) };
    audit::login(gate, account.as_str(), act, Peer(peer)).await
}

/// Ends the login of this browser.
#[utoipa::path(
    post, path = "/logout", tag = "login",
    responses((status = 204, description = "Logged out"), (status = 403, body = ErrorBody))
)]
pub async fn logout(Through(gate): Through, login: Result<LoggedIn, ApiError>) -> Result<Response, ApiError> {
    match login {
        Ok(LoggedIn(login)) => {
            if let Via::Cookie(login) = &login.principal.via {
                gate.auth.logins.revoke(login).await?;
            }
        }
        Err(error) if error == ApiError::unauthenticated() => {}
        Err(error) => return Err(error),
    }
    Ok(with_cookies(StatusCode::NO_CONTENT.into_response(), cookies::unset(transport(&gate))))
}

/// Who is logged in.
#[utoipa::path(
    get, path = "/me", tag = "login",
    responses(
        (status = 200, body = MeBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "`second_factor_required`: this login can enrol, and nothing else",
            body = ErrorBody),
    )
)]
pub async fn me(principal: Principal) -> Json<Me> {
    Json(principal.me())
}

pub fn failed(error: LoginError) -> ApiError {
    match error {
        LoginError::Store(error) => error.into(),
        LoginError::NoRandomness(_) => ApiError::busy(),
    }
}

/// `expected` is the body as it should be.
pub fn malformed(rejection: &JsonRejection, expected: &str) -> ApiError {
    ApiError::new(rejection.status(), "malformed", format!("expected JSON {expected}"))
}

pub fn transport(gate: &Gate) -> Transport {
    if gate.is_secure() { Transport::Tls } else { Transport::Plain }
}

/// Adds the cookies of a login to an answer.
pub fn with_cookies(mut response: Response, cookies: [HeaderValue; 2]) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
