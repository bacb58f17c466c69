//! Which session a mail belongs to: a pure rule over what the mail says and what is known.
//!
//! A genuine token joins. A header anyone can write joins only for somebody who already takes part
//! in the session it points to. Everything else is a new session: a stranger never reads along.

use model::{MessageId, SessionId};
use std::collections::HashMap;

use super::envelope::Envelope;
use super::token::Tokens;
use super::wire::ParsedMail;

/// What in a mail can point to a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ThreadKeys {
    /// By a genuine token in an address it was sent to.
    pub token: Option<SessionId>,
    /// Sent to a genuine bounce address: this message of ours came back.
    pub bounced: Option<(SessionId, MessageId)>,
    /// Message ids without brackets, the nearest first: In-Reply-To, then References backwards.
    pub ids: Vec<String>,
}

/// The keys of a mail. Recipients of the envelope count before those written in the header.
pub fn candidates(mail: &ParsedMail, envelope: &Envelope, tokens: &Tokens) -> ThreadKeys {
    let written = mail.to.iter().chain(&mail.cc).map(|mailbox| mailbox.address.as_str());
    let mut addresses = envelope.recipients.iter().map(String::as_str).chain(written);
    let mut ids: Vec<String> = mail.in_reply_to.clone();
    ids.extend(mail.references.iter().rev().filter(|id| !mail.in_reply_to.contains(id)).cloned());
    let by_address = envelope.recipients.iter().find_map(|address| tokens.message_of_bounce(address));
    let by_original = || {
        let original = mail.bounce.as_ref()?.original.as_deref()?;
        tokens.named_by(original).and_then(|(session, message)| Some((session, message?)))
    };
    ThreadKeys {
        token: addresses.find_map(|address| tokens.session_of_reply(address)),
        bounced: by_address.or_else(by_original),
        ids,
    }
}

/// What is known of the sessions the keys may point to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// For each id of [`ThreadKeys::ids`] that is known: mails in, mails out, and what they referred to.
    pub sessions: HashMap<String, SessionId>,
    /// Addresses that take part in each of these sessions and in the token's, lower case.
    pub participants: HashMap<SessionId, Vec<String>>,
}

/// Whether the author of a mail takes part in the session it joins, by an address anyone can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Participant,
    /// Holds a genuine token, but writes from another address: joins, and gains no identity.
    Stranger,
}

/// Where a mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Join {
        session: SessionId,
        standing: Standing,
    },
    /// A message of ours came back: record it, post nothing as the customer.
    Bounced {
        session: SessionId,
        message: MessageId,
    },
    /// `related` is a session its headers point to though its author takes no part there: tell the
    /// agents, join nothing.
    New {
        related: Option<SessionId>,
    },
}

/// The rule. `keys.ids` are tried in order; a token goes before them all.
pub fn decide(keys: &ThreadKeys, mail: &ParsedMail, known: &Known) -> Decision {
    if let (Some((session, message)), Some(_)) = (keys.bounced, &mail.bounce) {
        return Decision::Bounced { session, message };
    }
    let sender = mail.from.as_ref().map(|from| from.address.as_str());
    if let Some(session) = keys.token {
        let standing =
            if known.takes_part(session, sender) { Standing::Participant } else { Standing::Stranger };
        return Decision::Join { session, standing };
    }
    let pointed_to = || keys.ids.iter().filter_map(|id| known.sessions.get(id).copied());
    match pointed_to().find(|&session| known.takes_part(session, sender)) {
        Some(session) => Decision::Join { session, standing: Standing::Participant },
        None => Decision::New { related: pointed_to().next() },
    }
}

impl Known {
    fn takes_part(&self, session: SessionId, sender: Option<&str>) -> bool {
        let Some(sender) = sender else { return false };
        self.participants.get(&session).is_some_and(|all| all.iter().any(|address| address == sender))
    }
}
