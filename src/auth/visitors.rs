//! Visitor tokens: a browser that keeps one is the same visitor when it comes back.
//!
//! `base64url(UUID v4, 16 bytes || signature, 16 bytes)`; nothing is kept of it.

use model::Identity;
use uuid::{Builder, Uuid};

use super::signer::Signer;
use super::token::{self, NoRandomness};

const PURPOSE: &str = "visitor";
/// Base64url of 32 bytes.
const LENGTH: usize = 43;

/// Issues and checks visitor tokens.
#[derive(Debug, Clone)]
pub struct VisitorTokens {
    signer: Signer,
}

impl VisitorTokens {
    pub fn new(signer: Signer) -> Self {
        Self { signer }
    }

    /// A token for a visitor never seen before, and the identity it proves.
    pub fn issue(&self) -> Result<(String, Identity), NoRandomness> {
        let visitor = Builder::from_random_bytes(token::random_bytes()?).into_uuid();
        let token = self.signer.seal(PURPOSE, visitor.as_bytes());
        Ok((token, Identity::Visitor(visitor.to_string().into())))
    }

    /// The visitor's id, if the token is one of ours.
    pub fn verify(&self, token: &str) -> Option<String> {
        if token.len() != LENGTH {
            return None;
        }
        let content = self.signer.open(PURPOSE, token)?;
        Uuid::from_slice(&content).ok().map(|visitor| visitor.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::signer::tests::signer;

    #[test]
    fn a_visitor_token_names_the_same_visitor_each_time() {
        let tokens = VisitorTokens::new(signer());
        let (token, identity) = tokens.issue().unwrap();
        assert_eq!(tokens.verify(&token).as_deref(), Some(identity.value()));
        let (other, _) = tokens.issue().unwrap();
        assert_ne!(token, other);
    }

    #[test]
    fn a_visitor_token_signed_by_another_server_is_refused() {
        let (token, _) = VisitorTokens::new(Signer::new(&"another".into())).issue().unwrap();
        assert_eq!(VisitorTokens::new(signer()).verify(&token), None);
        assert_eq!(VisitorTokens::new(signer()).verify(&token::encode(&[0; 32])), None);
    }
}
