//! Keys of links to files: a customer who was shown a file may fetch it, nobody else.

use super::signer::Signer;
use super::token;

const PURPOSE: &str = "file";

/// Signs and checks links to blobs.
#[derive(Debug, Clone)]
pub struct FileKeys {
    signer: Signer,
}

impl FileKeys {
    pub fn new(signer: Signer) -> Self {
        Self { signer }
    }

    /// The `key` of a link to this blob. It holds as long as the signing secret does.
    pub fn sign(&self, blob: &str) -> String {
        token::encode(&self.signer.sign(PURPOSE, blob.as_bytes()))
    }

    pub fn verify(&self, blob: &str, key: &str) -> bool {
        token::decode(key).is_some_and(|key| self.signer.verify(PURPOSE, blob.as_bytes(), &key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::signer::tests::signer;

    #[test]
    fn a_key_opens_its_own_file_alone() {
        let keys = FileKeys::new(signer());
        let key = keys.sign("one");
        assert!(keys.verify("one", &key));
        assert!(!keys.verify("other", &key));
        assert!(!keys.verify("one", ""));
    }
}
