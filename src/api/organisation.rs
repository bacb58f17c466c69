//! `/v1/organisation`: the whole of it, read and replaced. Passwords and keys are never answered; an
//! entry given without one keeps the one it has.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Sequence;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::body;
use super::body::Changes;
use crate::auth::Principal;
use crate::configuration::Organisation;
use crate::configuration::organisation::Scope;
use crate::engine::Engine;
use crate::engine::reorganise::{ReorganiseError, Trial};
use crate::http::{ApiError, ErrorBody, require};
use crate::versions::VersionError;

/// The lists whose entries hold a secret, and its key.
const SECRETS: [(&str, &str); 2] = [("agents", "password"), ("api_clients", "key")];

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct How {
    /// Answers what it would change, and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

/// The organisation as it is, as JSON of what `config/organisation` has in TOML. The header `ETag` names
/// its version.
#[utoipa::path(
    get, path = "/organisation", tag = "organisation",
    responses((status = 200, body = Value), (status = 403, body = ErrorBody))
)]
pub async fn read(principal: Principal, State(engine): State<Arc<Engine>>) -> Result<Response, ApiError> {
    require(&principal, Scope::OrganisationRead)?;
    let version = engine.organisation_version().await?;
    let mut document = engine.foundation.organisation().document();
    for (list, key) in SECRETS {
        entries(&mut document, list)
            .for_each(|entry| drop(entry.as_object_mut().map(|entry| entry.remove(key))));
    }
    let tag = HeaderValue::from_str(&format!("\"{version}\"")).expect("a number in quotes");
    Ok(([(header::ETAG, tag)], Json(document)).into_response())
}

/// Replaces the organisation: all of it or nothing, at once, recorded as a new version. With `If-Match`
/// only if it is still at that version.
#[utoipa::path(
    put, path = "/organisation", tag = "organisation", request_body = Value, params(How),
    responses(
        (status = 200, body = Changes),
        (status = 400, description = "Not valid; says where and why", body = ErrorBody),
        (status = 403, body = ErrorBody),
        (status = 412, description = "Somebody changed it meanwhile", body = ErrorBody),
    )
)]
pub async fn replace(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Query(how): Query<How>,
    headers: HeaderMap,
    given: Result<Json<Value>, JsonRejection>,
) -> Result<Json<Changes>, ApiError> {
    require(&principal, Scope::OrganisationWrite)?;
    let mut given = body(given)?;
    keep_secrets(&mut given, &mut engine.foundation.organisation().document());
    let organisation: Organisation =
        serde_json::from_value(given).map_err(|error| ApiError::malformed(error.to_string()))?;
    let trial = if how.dry_run { Trial::ShowOnly } else { Trial::Apply };
    let expected = expected(&headers)?;
    let changes = engine.reorganise(organisation, expected, principal.agent.as_str(), trial).await;
    let changes = changes.map_err(refused)?;
    let version = engine.organisation_version().await?.0;
    Ok(Json(Changes { changes: changes.iter().map(ToString::to_string).collect(), version }))
}

fn entries<'d>(document: &'d mut Value, list: &str) -> impl Iterator<Item = &'d mut Value> {
    document.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten()
}

fn keep_secrets(given: &mut Value, standing: &mut Value) {
    for (list, key) in SECRETS {
        let mut kept: HashMap<String, Value> = entries(standing, list)
            .filter_map(|entry| Some((entry["id"].as_str()?.to_owned(), entry.get(key)?.clone())))
            .collect();
        for entry in entries(given, list) {
            let Some(entry) = entry.as_object_mut().filter(|entry| !entry.contains_key(key)) else {
                continue;
            };
            let id = entry.get("id").and_then(Value::as_str).unwrap_or_default();
            if let Some(secret) = kept.remove(id) {
                entry.insert(key.to_owned(), secret);
            }
        }
    }
}

fn expected(headers: &HeaderMap) -> Result<Option<Sequence>, ApiError> {
    let Some(tag) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let version = tag.to_str().ok().and_then(|tag| tag.trim_matches('"').parse().ok());
    version
        .map(|version| Some(Sequence(version)))
        .ok_or_else(|| ApiError::malformed("If-Match is no version"))
}

fn refused(error: ReorganiseError) -> ApiError {
    match error {
        ReorganiseError::Invalid(_) | ReorganiseError::Understanding(_) => {
            ApiError::new(StatusCode::BAD_REQUEST, "invalid", error.to_string())
        }
        ReorganiseError::Changed(_) => {
            ApiError::new(StatusCode::PRECONDITION_FAILED, "changed", error.to_string())
        }
        ReorganiseError::Version(VersionError::Append(_)) => ApiError::busy(),
        ReorganiseError::Version(VersionError::Store(error)) => error.into(),
        ReorganiseError::Version(VersionError::Unreadable(_)) => ApiError::internal(),
    }
}
