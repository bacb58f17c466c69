//! What has to be read again is kept encrypted: AES-256-GCM, bound to what it belongs to.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::token;

/// Encrypts for one purpose.
pub struct Sealer {
    key: RandomizedNonceKey,
}

/// What is kept cannot be opened: it was changed, belongs to another, or the secret is another. Retrying is
/// pointless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is kept encrypted cannot be opened")]
pub struct NotOurs;

impl Sealer {
    pub fn new(secret: &SecretString, purpose: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(purpose);
        hash.update([0]);
        hash.update(secret.expose_secret());
        let key = RandomizedNonceKey::new(&AES_256_GCM, &hash.finalize());
        Self { key: key.expect("a hash of 256 bits is a key of 256 bits") }
    }

    /// `base64url(nonce || ciphertext || tag)`; `owner` has to be named again to open it.
    pub fn seal(&self, owner: &str, content: &[u8]) -> Result<String, token::NoRandomness> {
        let mut sealed = content.to_vec();
        let aad = Aad::from(owner.as_bytes());
        let nonce = self.key.seal_in_place_append_tag(aad, &mut sealed).map_err(|_| token::NoRandomness)?;
        Ok(token::encode(&[nonce.as_ref().as_slice(), &sealed].concat()))
    }

    pub fn open(&self, owner: &str, sealed: &str) -> Result<Vec<u8>, NotOurs> {
        let bytes = token::decode(sealed).ok_or(NotOurs)?;
        let (nonce, content) = bytes.split_at_checked(NONCE_LEN).ok_or(NotOurs)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOurs)?;
        let mut content = content.to_vec();
        let opened = self.key.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut content);
        opened.map(|content| content.to_vec()).map_err(|_| NotOurs)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        Sealer::new(&"a secret of the tests".into(), "test")
    }

    #[test]
    fn what_is_sealed_is_opened_by_its_owner_alone() {
        let sealed = sealer().seal("ana", b"content").unwrap();
        assert!(!sealed.contains("content"));
        assert_eq!(sealer().open("ana", &sealed).as_deref(), Ok(b"content".as_slice()));
        assert_eq!(sealer().open("ben", &sealed), Err(NotOurs));
        let other_purpose = Sealer::new(&"a secret of the tests".into(), "other");
        assert_eq!(other_purpose.open("ana", &sealed), Err(NotOurs));
        assert_ne!(sealed, sealer().seal("ana", b"content").unwrap(), "a nonce of its own each time");
    }

    #[test]
    fn what_is_no_seal_is_refused() {
        for text in ["", "A", "not base64!", &"A".repeat(200)] {
            assert_eq!(sealer().open("ana", text), Err(NotOurs), "{text:.20}");
        }
    }
}
