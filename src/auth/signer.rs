//! Our own signature: HMAC-SHA256, cut to 128 bits, with a purpose in it.

use std::fmt;

use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::token;

/// Bytes of a signature.
pub const SIGNATURE: usize = 16;

/// Signs for a purpose, so that what was signed for one is worth nothing for another.
#[derive(Clone)]
pub struct Signer {
    keyed: Hmac<Sha256>,
}

impl Signer {
    pub fn new(secret: &SecretString) -> Self {
        let key = secret.expose_secret().as_bytes();
        Self { keyed: Hmac::new_from_slice(key).expect("HMAC takes keys of any length") }
    }

    pub fn sign(&self, purpose: &str, content: &[u8]) -> [u8; SIGNATURE] {
        let mut mac = self.keyed.clone();
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(content);
        let full = mac.finalize().into_bytes();
        let mut signature = [0; SIGNATURE];
        signature.copy_from_slice(&full[..SIGNATURE]);
        signature
    }

    /// Compares in constant time.
    pub fn verify(&self, purpose: &str, content: &[u8], signature: &[u8]) -> bool {
        token::same(&self.sign(purpose, content), signature)
    }

    /// `base64url(content || signature)`.
    pub fn seal(&self, purpose: &str, content: &[u8]) -> String {
        let signature = self.sign(purpose, content);
        token::encode(&[content, &signature].concat())
    }

    /// The content of what [`Signer::seal`] made for the same purpose.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = token::decode(sealed)?;
        let signature = bytes.split_off(bytes.len().checked_sub(SIGNATURE)?);
        self.verify(purpose, &bytes, &signature).then_some(bytes)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn signer() -> Signer {
        Signer::new(&"a secret of the tests".into())
    }

    #[test]
    fn a_seal_holds_for_its_purpose_and_its_content_alone() {
        let sealed = signer().seal("file", b"content");
        assert_eq!(signer().open("file", &sealed).as_deref(), Some(b"content".as_slice()));
        assert_eq!(signer().open("upload", &sealed), None);
        let stranger = Signer::new(&"another".into());
        assert_eq!(stranger.open("file", &sealed), None);
        for place in 0..sealed.len() {
            let mut forged = sealed.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_ne!(signer().open("file", &forged).as_deref(), Some(b"other".as_slice()));
            assert!(signer().open("file", &forged).is_none(), "changed at {place}");
        }
    }

    #[test]
    fn what_is_no_seal_is_refused() {
        for text in ["", "A", "====", "not base64!", "AAAA", &"A".repeat(10_000)] {
            assert_eq!(signer().open("file", text), None, "{text:.20}");
        }
    }
}
