//! A mail as a message of the transcript.

use channels::email::ParsedMail;
use model::event::{Attachment, Message};
use model::session::{MAX_ATTACHMENTS, MAX_TEXT};
use model::{Channel, LegId, MessageId};
use sha2::{Digest, Sha256};

use crate::engine::{Engine, reception};

/// Bytes of a Message-ID that is remembered.
const MAX_MAIL_ID: usize = 900;
/// Bytes of a subject.
const MAX_SUBJECT: usize = 500;

/// The message without its files.
pub fn message(blob: &str, leg: LegId, mail: &ParsedMail, inbox: Option<String>) -> Message {
    let id = MessageId(derived("message", if mail.message_id.is_empty() { blob } else { &mail.message_id }));
    let mut message = reception::customer_message(id, Channel::Email, leg, text(mail));
    message.visible = mail.visible.filter(|visible| (*visible as usize) < message.text.len());
    message.subject = mail.subject.as_ref().map(|subject| subject.chars().take(MAX_SUBJECT).collect());
    message.original = Some(blob.to_owned());
    message.mail_id = Some(mail.message_id.clone()).filter(|id| !id.is_empty() && id.len() <= MAX_MAIL_ID);
    message.inbox = inbox;
    message.automatic = mail.automatic.is_some();
    message
}

/// Keeps the mail's files; one that cannot be kept is in the original only.
pub async fn attach_files(engine: &Engine, message: &mut Message, mail: &ParsedMail) {
    for file in mail.attachments.iter().take(MAX_ATTACHMENTS) {
        match engine.foundation.blobs.put(file.bytes.clone()).await {
            Ok(blob) => message.attachments.push(Attachment {
                blob,
                name: file.name.clone(),
                media_type: file.media_type.clone(),
                size: file.bytes.len() as u64,
            }),
            Err(error) => tracing::warn!(%error, "an attachment stays in the original only"),
        }
    }
}

/// What the customer wrote above the quotes.
pub fn shown(mail: &ParsedMail) -> &str {
    let visible = mail.visible.map_or(mail.text.len(), |bytes| bytes as usize);
    mail.text.get(..visible).unwrap_or(&mail.text)
}

/// What is shown; a mail without text says what it is.
fn text(mail: &ParsedMail) -> String {
    if mail.text.trim().is_empty() {
        return "(a mail without readable text; see the original)".to_owned();
    }
    mail.text[..mail.text.floor_char_boundary(MAX_TEXT)].to_owned()
}

/// The same id for the same mail, so that a mail taken twice is posted once.
pub fn derived(what: &str, of: &str) -> uuid::Uuid {
    let digest = Sha256::new().chain_update(what).chain_update([0]).chain_update(of).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
