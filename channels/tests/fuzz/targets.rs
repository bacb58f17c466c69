//! What any bytes are fed to, and what must hold of what comes out. Also the targets of `channels/fuzz`.

use channels::chat::wire::{ChatMessage, ChatRequest};
use channels::email::thread::{Decision, Known, decide};
use channels::email::{Envelope, Limits, Tokens, prepare};

/// A frame of a chat client, or of the server as a client reads it: what reads writes back as the same.
pub fn chat(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(request) = serde_json::from_str::<ChatRequest>(text) {
        let written = serde_json::to_string(&request).expect("it writes");
        assert_eq!(serde_json::from_str::<ChatRequest>(&written).expect("it reads back"), request);
    }
    if let Ok(message) = serde_json::from_str::<ChatMessage>(text) {
        serde_json::to_string(&message).expect("it writes");
    }
}

/// A raw mail: read within its bounds, and joined to nothing when nothing is known.
pub fn mail(data: &[u8]) {
    let limits = Limits::default();
    let envelope =
        Envelope { sender: Some("ann@example.org".into()), recipients: vec!["help@shop.example".into()] };
    let prepared = prepare(data, &envelope, &limits, &Tokens::new(b"a secret of this test"));
    let mail = &prepared.mail;
    if let Some(visible) = mail.visible {
        let visible = usize::try_from(visible).expect("within the text");
        assert!(mail.text.is_char_boundary(visible), "the fold is inside a letter");
    }
    assert!(mail.text.len() <= limits.display + 1_024, "{} bytes of text", mail.text.len());
    assert!(mail.references.len() <= limits.references && mail.in_reply_to.len() <= limits.references);
    assert!(mail.attachments.len() <= limits.attachments);
    assert!(mail.subject.as_ref().is_none_or(|subject| subject.len() <= 500 && !subject.contains('\n')));
    if let Some(html) = &mail.html {
        assert_is_tame(html);
    }
    let decision = decide(&prepared.keys, mail, &Known::default());
    assert_eq!(decision, Decision::New { related: None }, "nobody can make our tokens");
}

/// Text that looks like a tag is escaped; what is a tag is harmless.
fn assert_is_tame(html: &str) {
    let small = html.to_ascii_lowercase();
    for wild in ["<script", "<style", "<iframe", "<object", "<embed", "<form", "<meta", "<base"] {
        assert!(!small.contains(wild), "{wild} in {html}");
    }
}
