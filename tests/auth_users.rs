//! Tokens by which a site vouches for its users.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tandem::auth::VerifiedUser;
use tandem::auth::users::{UserTokenError, verify_with};
use tandem::configuration::SecretRef;
use tandem::configuration::organisation::VerifiedUsers;

const SECRET: &str = "shared with the site";

fn rules() -> VerifiedUsers {
    VerifiedUsers {
        secret: SecretRef::Env("NOT_READ_HERE".to_owned()),
        issuer: Some("shop".to_owned()),
        audience: Some("tandem".to_owned()),
    }
}

fn claims() -> Value {
    json!({ "sub": "u-1", "name": "Ana", "email": " Ana@Shop.example ", "iss": "shop", "aud": "tandem", "exp": 4_000_000_000_u64 })
}

fn signed(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn verified(token: &str) -> Result<VerifiedUser, UserTokenError> {
    verify_with(token, &rules(), &SECRET.into())
}

#[test]
fn a_token_of_the_site_names_its_user() {
    let user = verified(&signed(Algorithm::HS256, SECRET, &claims())).unwrap();
    assert_eq!(user.id, "u-1");
    assert_eq!(user.name.as_deref(), Some("Ana"));
    assert_eq!(user.email.as_deref(), Some("ana@shop.example"));
}

#[test]
fn a_token_signed_otherwise_proves_nothing() {
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1LTEiLCJleHAiOjQwMDAwMDAwMDB9.";
    for forged in [
        signed(Algorithm::HS256, "another secret", &claims()),
        signed(Algorithm::HS512, SECRET, &claims()),
        unsigned.to_owned(),
        String::new(),
        "a.b.c".to_owned(),
        "x".repeat(1 << 20),
    ] {
        assert!(matches!(verified(&forged), Err(UserTokenError::Invalid)), "{forged:.40}");
    }
}

#[test]
fn a_token_must_expire_be_meant_for_us_and_come_from_the_issuer() {
    for (name, wrong) in [
        ("exp", json!(1_000)),
        ("exp", Value::Null),
        ("iss", json!("another")),
        ("iss", Value::Null),
        ("aud", json!("another")),
        ("aud", Value::Null),
        ("nbf", json!(3_900_000_000_u64)),
        ("sub", json!("")),
        ("sub", json!("x".repeat(300))),
        ("sub", Value::Null),
    ] {
        let mut claims = claims();
        match wrong {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            ref wrong => claims[name] = wrong.clone(),
        }
        assert!(verified(&signed(Algorithm::HS256, SECRET, &claims)).is_err(), "{name}: {wrong}");
    }
}
