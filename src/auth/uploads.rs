//! Upload ids: what a sender got for a file and puts into a message.
//!
//! The id carries the attachment and our signature, so nothing waits in memory for a message that may
//! never come.

use model::event::Attachment;

use super::signer::Signer;

const PURPOSE: &str = "upload";
/// Longest upload id read, in bytes: a name of 255 bytes, a hash, and their JSON, in base64.
const LONGEST: usize = 2_048;

/// Issues and checks upload ids.
#[derive(Debug, Clone)]
pub struct Uploads {
    signer: Signer,
}

impl Uploads {
    pub fn new(signer: Signer) -> Self {
        Self { signer }
    }

    /// The id of an accepted file.
    pub fn issue(&self, attachment: &Attachment) -> String {
        let content = serde_json::to_vec(attachment).expect("an attachment has string keys");
        self.signer.seal(PURPOSE, &content)
    }

    /// The attachment, if the id is one of ours.
    pub fn verify(&self, upload: &str) -> Option<Attachment> {
        if upload.len() > LONGEST {
            return None;
        }
        let content = self.signer.open(PURPOSE, upload)?;
        serde_json::from_slice(&content).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::signer::tests::signer;

    #[test]
    fn an_upload_id_gives_its_attachment_back_and_a_forged_one_nothing() {
        let uploads = Uploads::new(signer());
        let attachment = Attachment {
            blob: "ab".repeat(32),
            name: "ü\"\u{1}".repeat(60),
            media_type: "image/png".to_owned(),
            size: 7,
        };
        let upload = uploads.issue(&attachment);
        assert_eq!(uploads.verify(&upload), Some(attachment.clone()));
        let forged = Uploads::new(Signer::new(&"another".into())).issue(&attachment);
        assert_eq!(uploads.verify(&forged), None);
    }
}
