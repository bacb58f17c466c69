//! Users a site vouches for, by a JWT it signs with the secret it shares with us.
//!
//! HS256 alone, and `exp` must be there: a token that is valid for ever would be a password.

use std::collections::BTreeMap;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::configuration::SecretError;
use crate::configuration::organisation::{Site, VerifiedUsers};

/// Longest token read, in bytes.
const LONGEST: usize = 4_096;
/// Longest id, name and address taken from a token, in bytes.
const LONGEST_CLAIM: usize = 254;
/// Further claims taken from one token.
const MOST_CLAIMS: usize = 64;

/// Somebody the site knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedUser {
    /// The site's own id of the user, from `sub`.
    pub id: String,
    pub name: Option<String>,
    /// Lower-cased.
    pub email: Option<String>,
    /// Further claims that are texts, numbers, true or false, or lists of texts, as facts have them.
    pub claims: BTreeMap<String, String>,
}

/// Why a token does not prove anything.
#[derive(Debug, thiserror::Error)]
pub enum UserTokenError {
    /// The site vouches for nobody. Retrying is pointless.
    #[error("this site verifies no users")]
    NotOffered,
    /// Forged, expired, or not what the site's settings ask for. Retrying needs a new token.
    #[error("the user token is not valid")]
    Invalid,
    /// Our own fault. Retrying helps once the operator has mended the cause.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, serde_json::Value>,
}

/// Checks the token of a visitor of this site.
pub async fn verify(token: &str, site: &Site) -> Result<VerifiedUser, UserTokenError> {
    let rules = site.verified_users.clone().ok_or(UserTokenError::NotOffered)?;
    let reference = rules.secret.clone();
    // The secret may be in a file.
    let secret = tokio::task::spawn_blocking(move || reference.resolve())
        .await
        .map_err(|_| UserTokenError::Invalid)??;
    verify_with(token, &rules, &secret)
}

/// The same with the secret at hand.
pub fn verify_with(
    token: &str,
    rules: &VerifiedUsers,
    secret: &SecretString,
) -> Result<VerifiedUser, UserTokenError> {
    if token.len() > LONGEST {
        return Err(UserTokenError::Invalid);
    }
    let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
    let claims =
        decode::<Claims>(token, &key, &validation(rules)).map_err(|_| UserTokenError::Invalid)?.claims;
    let bounded = |text: &String| !text.trim().is_empty() && text.len() <= LONGEST_CLAIM;
    if !bounded(&claims.sub) {
        return Err(UserTokenError::Invalid);
    }
    Ok(VerifiedUser {
        id: claims.sub,
        name: claims.name.filter(bounded),
        email: claims.email.filter(bounded).map(|email| email.trim().to_lowercase()),
        claims: claims
            .others
            .into_iter()
            .filter_map(|(name, value)| Some((name, as_fact(&value).filter(bounded)?)))
            .take(MOST_CLAIMS)
            .collect(),
    })
}

/// None: nothing that a fact can be.
fn as_fact(claim: &serde_json::Value) -> Option<String> {
    match claim {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(truth) => Some(truth.to_string()),
        serde_json::Value::Array(entries) => {
            let texts: Option<Vec<_>> = entries.iter().map(serde_json::Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        serde_json::Value::Null | serde_json::Value::Object(_) => None,
    }
}

fn validation(rules: &VerifiedUsers) -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = 30;
    validation.validate_nbf = true;
    let mut required = vec!["exp", "sub"];
    if let Some(issuer) = &rules.issuer {
        validation.set_issuer(&[issuer]);
        required.push("iss");
    }
    match &rules.audience {
        Some(audience) => {
            validation.set_audience(&[audience]);
            required.push("aud");
        }
        None => validation.validate_aud = false,
    }
    validation.set_required_spec_claims(&required);
    validation
}
