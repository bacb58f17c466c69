//! What we send comes back to where it belongs.
#![expect(clippy::unwrap_used, reason = "a test helper that fails should stop the test")]

use bytes::Bytes;
use channels::email::compose::{ComposedMail, Kind, OutgoingFile, OutgoingMail, compose};
use channels::email::thread::{Decision, Known, Standing, decide};
use channels::email::wire::Automatic;
use channels::email::{Envelope, Limits, Mailbox, Tokens, parse, prepare};
use model::{MessageId, SessionId, Timestamp};
use uuid::Uuid;

fn session() -> SessionId {
    SessionId(Uuid::from_u128(0x0190_163d_8694_739b_aea5_966c_26f8_ad91))
}

fn tokens() -> Tokens {
    Tokens::new(b"a key of at least thirty-two bytes")
}

fn outgoing(kind: Kind) -> OutgoingMail {
    OutgoingMail {
        kind,
        session: session(),
        message: MessageId(Uuid::from_u128(5)),
        inbox: Mailbox::new(Some("Shöp, \"Support\""), "support@example.org").unwrap(),
        to: Mailbox::new(Some("Ana"), "ana@example.net").unwrap(),
        subject: Some("Where is\r\nBcc: evil@x.y my parcel?".into()),
        text: "Grüße <b>Ana</b>\n\n.\nHere & there".into(),
        in_reply_to: Some("q@example.net".into()),
        references: (0..50).map(|n| format!("r{n}@example.net")).collect(),
        files: vec![OutgoingFile {
            name: "bill.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: Bytes::from_static(b"%PDF-1.4 x"),
        }],
        at: Timestamp(1_750_000_000_000),
    }
}

fn sent(kind: Kind) -> ComposedMail {
    compose(&outgoing(kind), &tokens()).unwrap()
}

#[test]
fn an_answer_reads_back_as_written() {
    let sent = sent(Kind::Answer);
    let mail = parse(&sent.raw, &Limits::default());
    assert_eq!(mail.text, outgoing(Kind::Answer).text);
    assert!(mail.html.as_deref().unwrap().contains("&lt;b&gt;Ana&lt;/b&gt;"));
    assert_eq!(mail.from.unwrap(), outgoing(Kind::Answer).inbox);
    assert_eq!(mail.subject.as_deref(), Some("Re: Where is  Bcc: evil@x.y my parcel?"));
    assert_eq!(mail.message_id, sent.message_id);
    assert_eq!(mail.in_reply_to, ["q@example.net"]);
    assert_eq!(mail.date, Some(Timestamp(1_750_000_000_000)));
    assert_eq!(mail.references.len(), 22);
    assert_eq!(mail.references[0], "r0@example.net");
    assert_eq!(mail.references[21], "q@example.net");
    assert_eq!(
        (mail.attachments[0].name.as_str(), mail.attachments[0].media_type.as_str()),
        ("bill.pdf", "application/pdf")
    );
    assert_eq!(mail.automatic, None);
    assert_eq!(tokens().named_by(&mail.message_id), Some((session(), Some(MessageId(Uuid::from_u128(5))))));
}

#[test]
fn a_reply_to_our_mail_finds_its_session_by_token_alone() {
    let reply_to = parse(&sent(Kind::Answer).raw, &Limits::default()).reply_to.unwrap();
    let raw = format!("From: ana@example.net\r\nTo: {}\r\n\r\nthanks", reply_to.address);
    let envelope =
        Envelope { sender: Some("ana@example.net".into()), recipients: vec!["support@example.org".into()] };
    let prepared = prepare(raw.as_bytes(), &envelope, &Limits::default(), &tokens());
    let decision = decide(&prepared.keys, &prepared.mail, &Known::default());
    assert_eq!(decision, Decision::Join { session: session(), standing: Standing::Stranger });
}

#[test]
fn a_reply_that_kept_only_the_first_reference_finds_its_session() {
    let mail = parse(&sent(Kind::Answer).raw, &Limits::default());
    let conversation = mail.references.iter().find(|id| tokens().named_by(id).is_some()).unwrap();
    assert_eq!(tokens().named_by(conversation), Some((session(), None)));
}

#[test]
fn a_bounce_to_our_envelope_sender_names_its_message() {
    let sender = sent(Kind::Answer).envelope.sender.unwrap();
    let envelope = Envelope { sender: None, recipients: vec![sender] };
    let raw = b"From: MAILER-DAEMON@x.y\r\nReturn-Path: <>\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\n550 5.1.1 user unknown";
    let prepared = prepare(raw, &envelope, &Limits::default(), &tokens());
    let decision = decide(&prepared.keys, &prepared.mail, &Known::default());
    assert_eq!(decision, Decision::Bounced { session: session(), message: MessageId(Uuid::from_u128(5)) });
}

#[test]
fn a_virtual_agents_answer_says_that_a_machine_wrote_it_and_hears_of_its_failure() {
    let sent = sent(Kind::VirtualAnswer);
    assert!(sent.envelope.sender.is_some_and(|sender| sender.starts_with("b+")));
    let mail = parse(&sent.raw, &Limits::default());
    assert_eq!(mail.automatic, Some(Automatic::Reply));
    assert_eq!(mail.subject.as_deref(), Some("Re: Where is  Bcc: evil@x.y my parcel?"));
}

#[test]
fn our_automatic_mails_say_so_and_ask_for_no_answer() {
    for (kind, expected) in
        [(Kind::Acknowledgement, Automatic::Reply), (Kind::Transcript, Automatic::Generated)]
    {
        let sent = sent(kind);
        assert_eq!(sent.envelope.sender, None);
        assert_eq!(parse(&sent.raw, &Limits::default()).automatic, Some(expected));
    }
}
