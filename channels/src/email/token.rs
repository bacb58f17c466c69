//! Signed tokens in addresses and Message-IDs: which session and message an incoming mail is about.
//!
//! A token proves that we once wrote it, so it may join a mail to a session. It travels through
//! other people's mailboxes, so it never proves who sent the mail.

use data_encoding::{BASE32_NOPAD, Encoding, HEXLOWER};
use hmac::{Hmac, Mac};
use model::{MessageId, SessionId};
use sha2::Sha256;
use std::fmt;
use uuid::Uuid;

use super::address::Mailbox;

/// Bytes of the truncated HMAC-SHA256 of a reply token.
const REPLY_TAG: usize = 10;
/// Bytes of the tag of a bounce token: two ids and the tag must fit a local part of 64 bytes. A
/// forger can only try by sending us a mail a guess.
const BOUNCE_TAG: usize = 6;
const MESSAGE_TAG: usize = 10;
/// Bytes of a local part at most (RFC 5321).
pub const MAX_LOCAL_PART: usize = 64;
/// Characters of a reply token: 26 bytes in base32.
pub const REPLY_TOKEN: usize = 42;
/// Local parts of bounce addresses begin with it: `b+<61 characters>@domain`.
const BOUNCE_PREFIX: &str = "b+";

/// The inbox's local part leaves no room for the token: give it at most 21 bytes. Do not retry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is too long to carry a reply token: at most 21 bytes before the @")]
pub struct LocalPartTooLong(pub String);

/// Makes and checks tokens under one secret key.
#[derive(Clone)]
pub struct Tokens {
    keyed: Hmac<Sha256>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(secret)")
    }
}

impl Tokens {
    /// `secret` should be at least 32 random bytes. Changing it makes old tokens void: replies to
    /// older mails then join by their headers only.
    pub fn new(secret: &[u8]) -> Self {
        Self { keyed: Hmac::new_from_slice(secret).expect("HMAC takes keys of any length") }
    }

    /// The Reply-To of a mail of `session` from `inbox`: `support+<token>@domain`.
    pub fn reply_address(&self, inbox: &Mailbox, session: SessionId) -> Result<String, LocalPartTooLong> {
        let local = inbox.local_part();
        if local.len() + 1 + REPLY_TOKEN > MAX_LOCAL_PART {
            return Err(LocalPartTooLong(local.to_owned()));
        }
        Ok(format!("{local}+{}@{}", self.reply_token(session), inbox.domain()))
    }

    /// Lower-case base32 of the session's id and its tag.
    pub fn reply_token(&self, session: SessionId) -> String {
        self.seal(b"reply", session.0.as_bytes(), REPLY_TAG)
    }

    /// The session whose token `address` carries behind a `+`, if it is genuine. Case does not matter.
    pub fn session_of_reply(&self, address: &str) -> Option<SessionId> {
        let (local, _) = address.rsplit_once('@')?;
        let (_, token) = local.rsplit_once('+')?;
        let ids = self.open(b"reply", token, REPLY_TAG)?;
        Uuid::from_slice(&ids).ok().map(SessionId)
    }

    /// The envelope sender of a mail that may bounce: `b+<token>@domain`.
    pub fn bounce_address(&self, domain: &str, session: SessionId, message: MessageId) -> String {
        format!("{BOUNCE_PREFIX}{}@{domain}", self.seal(b"bounce", &ids(session, message), BOUNCE_TAG))
    }

    /// What came back to this address, if it is a genuine bounce address.
    pub fn message_of_bounce(&self, address: &str) -> Option<(SessionId, MessageId)> {
        let (local, _) = address.rsplit_once('@')?;
        let token = local
            .get(..2)
            .filter(|prefix| prefix.eq_ignore_ascii_case(BOUNCE_PREFIX))
            .map(|_| &local[2..])?;
        split_ids(&self.open(b"bounce", token, BOUNCE_TAG)?)
    }

    /// The Message-ID of our mail, without brackets: `session.message.tag@domain`. The same message
    /// always gets the same one.
    pub fn message_id(&self, domain: &str, session: SessionId, message: MessageId) -> String {
        let tag = self.tag(b"message", &ids(session, message), MESSAGE_TAG);
        format!("{}.{}.{}@{domain}", session.0.simple(), message.0.simple(), HEXLOWER.encode(&tag))
    }

    /// The id under which all mails of a session refer to it, without brackets: `session.tag@domain`.
    /// It joins replies whose program threads by the first reference only.
    pub fn conversation_id(&self, domain: &str, session: SessionId) -> String {
        let tag = self.tag(b"conversation", session.0.as_bytes(), MESSAGE_TAG);
        format!("{}.{}@{domain}", session.0.simple(), HEXLOWER.encode(&tag))
    }

    /// The session, and for a single mail its message, that we named in this Message-ID.
    pub fn named_by(&self, message_id: &str) -> Option<(SessionId, Option<MessageId>)> {
        let (left, _) = message_id.split_once('@')?;
        let mut parts = left.split('.');
        let session = SessionId(Uuid::try_parse(parts.next()?).ok()?);
        let (second, third) = (parts.next()?, parts.next());
        let Some(tag) = third else {
            return self.verify_hex(b"conversation", session.0.as_bytes(), second).then_some((session, None));
        };
        let message = MessageId(Uuid::try_parse(second).ok()?);
        self.verify_hex(b"message", &ids(session, message), tag).then_some((session, Some(message)))
    }

    fn seal(&self, purpose: &[u8], ids: &[u8], length: usize) -> String {
        let mut bytes = ids.to_vec();
        bytes.extend(self.tag(purpose, ids, length));
        BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
    }

    fn open(&self, purpose: &[u8], token: &str, length: usize) -> Option<Vec<u8>> {
        if token.len() > MAX_LOCAL_PART {
            return None;
        }
        let mut bytes = lenient(&BASE32_NOPAD, token)?;
        let tag = bytes.split_off(bytes.len().checked_sub(length)?);
        self.verify(purpose, &bytes, &tag).then_some(bytes)
    }

    fn tag(&self, purpose: &[u8], ids: &[u8], length: usize) -> Vec<u8> {
        let mut tag = self.mac(purpose, ids).finalize().into_bytes().to_vec();
        tag.truncate(length);
        tag
    }

    /// In constant time.
    fn verify(&self, purpose: &[u8], ids: &[u8], tag: &[u8]) -> bool {
        self.mac(purpose, ids).verify_truncated_left(tag).is_ok()
    }

    fn verify_hex(&self, purpose: &[u8], ids: &[u8], tag: &str) -> bool {
        let Some(tag) = lenient_hex(tag) else { return false };
        tag.len() == MESSAGE_TAG && self.verify(purpose, ids, &tag)
    }

    fn mac(&self, purpose: &[u8], ids: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        mac.update(purpose);
        mac.update(&[0]);
        mac.update(ids);
        mac
    }
}

fn ids(session: SessionId, message: MessageId) -> Vec<u8> {
    [session.0.as_bytes().as_slice(), message.0.as_bytes()].concat()
}

fn split_ids(bytes: &[u8]) -> Option<(SessionId, MessageId)> {
    let (session, message) = bytes.split_at_checked(16)?;
    Some((SessionId(Uuid::from_slice(session).ok()?), MessageId(Uuid::from_slice(message).ok()?)))
}

fn lenient(encoding: &Encoding, token: &str) -> Option<Vec<u8>> {
    encoding.decode(token.to_ascii_uppercase().as_bytes()).ok()
}

fn lenient_hex(tag: &str) -> Option<Vec<u8>> {
    HEXLOWER.decode(tag.to_ascii_lowercase().as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SessionId {
        SessionId(Uuid::from_u128(0x0190_163d_8694_739b_aea5_966c_26f8_ad91))
    }

    fn message() -> MessageId {
        MessageId(Uuid::from_u128(7))
    }

    #[test]
    fn a_reply_address_names_its_session_and_nobody_elses() {
        let tokens = Tokens::new(b"one key");
        let inbox = Mailbox::new(None, "support@example.org").unwrap();
        let address = tokens.reply_address(&inbox, session()).unwrap();
        assert!(address.len() - "@example.org".len() <= MAX_LOCAL_PART);
        assert_eq!(tokens.session_of_reply(&address), Some(session()));
        assert_eq!(tokens.session_of_reply(&address.to_uppercase()), Some(session()));
        assert_eq!(Tokens::new(b"another key").session_of_reply(&address), None);
    }

    #[test]
    fn a_changed_or_cut_token_is_void() {
        let tokens = Tokens::new(b"one key");
        let token = tokens.reply_token(session());
        assert_eq!(token.len(), REPLY_TOKEN);
        for place in 0..token.len() - 1 {
            let swapped = if token.as_bytes()[place] == b'a' { "b" } else { "a" };
            let changed = format!("{}{swapped}{}", &token[..place], &token[place + 1..]);
            assert_eq!(tokens.session_of_reply(&format!("s+{changed}@x.y")), None, "changed at {place}");
            assert_eq!(
                tokens.session_of_reply(&format!("s+{}@x.y", &token[..place])),
                None,
                "cut at {place}"
            );
        }
    }

    #[test]
    fn a_token_serves_one_purpose_only() {
        let tokens = Tokens::new(b"one key");
        let bounce = tokens.bounce_address("example.org", session(), message());
        assert!(bounce.len() - "@example.org".len() <= MAX_LOCAL_PART);
        assert_eq!(tokens.message_of_bounce(&bounce), Some((session(), message())));
        assert_eq!(tokens.session_of_reply(&bounce), None);
        assert_eq!(tokens.message_of_bounce(&format!("b+{}@x.y", tokens.reply_token(session()))), None);
    }

    #[test]
    fn our_message_ids_are_stable_and_signed() {
        let tokens = Tokens::new(b"one key");
        let id = tokens.message_id("example.org", session(), message());
        assert_eq!(id, tokens.message_id("example.org", session(), message()));
        assert_eq!(tokens.named_by(&id), Some((session(), Some(message()))));
        assert_eq!(tokens.named_by(&tokens.conversation_id("x.y", session())), Some((session(), None)));
        assert_eq!(Tokens::new(b"another").named_by(&id), None);
    }

    #[test]
    fn an_inbox_with_a_long_name_is_refused_at_once() {
        let inbox = Mailbox::new(None, &format!("{}@example.org", "x".repeat(22))).unwrap();
        assert!(Tokens::new(b"k").reply_address(&inbox, session()).is_err());
    }
}
