//! Who a request comes from: a key first, else a cookie, which must prove that a page of ours sent it.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};

use super::gate::{Gate, Through};
use super::origin::PageOrigin;
use super::{ApiError, cookies};
use crate::auth::logins::{Login, Proof};
use crate::auth::{Principal, token};
use crate::configuration::organisation::Scope;
use crate::configuration::settings::Demand;
use crate::word::word;

/// A request that only reads needs no proof beyond its cookie.
fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A login in a browser, also one that still lacks its second factor and can do nothing but enrol.
pub struct LoggedIn(pub Login);

impl<S: Send + Sync> FromRequestParts<S> for LoggedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Through(gate) = Through::from_request_parts(parts, state).await?;
        let login = known(&gate, &parts.headers).await?;
        if changes_something(&parts.method) {
            check_csrf(&gate, &parts.headers, &login)?;
        }
        Ok(Self(login))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Through(gate) = Through::from_request_parts(parts, state).await?;
        if let Some(key) = bearer(&parts.headers) {
            return by_key(&gate, key).await;
        }
        let LoggedIn(login) = LoggedIn::from_request_parts(parts, state).await?;
        whole(&gate, login).map(|login| login.principal)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Principal {
    type Rejection = ApiError;

    /// None for somebody unknown; a login without its CSRF token is refused all the same.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, ApiError> {
        match <Self as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(principal) => Ok(Some(principal)),
            Err(error) if error == ApiError::unauthenticated() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Refuses whoever may not what the scope names.
pub fn require(principal: &Principal, scope: Scope) -> Result<(), ApiError> {
    if principal.may(scope) {
        return Ok(());
    }
    Err(ApiError::forbidden(format!("needs the scope {}, or a role that has it", word(&scope))))
}

/// The key in `Authorization: Bearer`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

pub async fn by_key(gate: &Gate, key: &str) -> Result<Principal, ApiError> {
    let organisation = gate.foundation.organisation();
    gate.auth.api_keys.find(key, &organisation).await.ok_or_else(ApiError::unauthenticated)
}

/// A login that lacks nothing.
pub async fn by_cookie(gate: &Gate, headers: &HeaderMap) -> Result<Login, ApiError> {
    whole(gate, known(gate, headers).await?)
}

async fn known(gate: &Gate, headers: &HeaderMap) -> Result<Login, ApiError> {
    let token = cookies::get(headers, cookies::SESSION).ok_or_else(ApiError::unauthenticated)?;
    let organisation = gate.foundation.organisation();
    let login = gate.auth.logins.find(token, &organisation, gate.foundation.now()).await?;
    login.ok_or_else(ApiError::unauthenticated)
}

/// Refuses a login by password alone where the role needs more; asked anew each time, for roles change.
fn whole(gate: &Gate, login: Login) -> Result<Login, ApiError> {
    let demand = gate.auth.second_factor.demand(&login.principal.roles);
    if demand == Demand::Required && login.proof == Proof::Password {
        let message = "enrol a second factor first, or log in with it";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "second_factor_required", message));
    }
    Ok(login)
}

/// The token of the login in a header, and no page of others behind it.
fn check_csrf(gate: &Gate, headers: &HeaderMap, login: &Login) -> Result<(), ApiError> {
    let public_url = gate.foundation.settings.server.public_url();
    if let PageOrigin::Other(_) = PageOrigin::of(headers, &public_url) {
        return Err(ApiError::forbidden("this page is not the console"));
    }
    let given = headers.get(cookies::CSRF_HEADER).map(|value| value.as_bytes()).unwrap_or_default();
    if token::same(given, login.csrf.as_bytes()) {
        return Ok(());
    }
    Err(ApiError::forbidden("the header x-csrf-token must repeat the cookie tandem_csrf"))
}
