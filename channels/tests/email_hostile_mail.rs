//! Story 15: each hostile mail has its defined end, on a stack as small as a worker's.

use channels::email::thread::{Decision, Known, Standing, candidates, decide};
use channels::email::wire::{Automatic, BounceReason, Parked, Problem, Severity};
use channels::email::{Envelope, Limits, ParsedMail, Tokens, loops, parse, prepare};
use model::{SessionId, Timestamp};
use uuid::Uuid;

fn small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("a thread").join().expect("no panic")
}

fn read(raw: String) -> ParsedMail {
    small_stack(move || parse(raw.as_bytes(), &Limits::default()))
}

const HOUR: std::time::Duration = std::time::Duration::from_secs(3_600);

fn envelope(to: &str) -> Envelope {
    Envelope { sender: Some("ana@example.org".into()), recipients: vec![to.into()] }
}

fn session(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(number))
}

#[test]
fn a_million_nested_parts_are_parked() {
    let mut raw = String::from("From: ana@example.org\r\nSubject: deep\r\n");
    for level in 0..1_000_000 {
        raw.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"));
    }
    let mail = read(raw);
    assert_eq!(mail.parked, Some(Parked::NestedTooDeep));
    assert_eq!((mail.subject.as_deref(), mail.text.as_str()), (Some("deep"), ""));
}

#[test]
fn a_million_parts_side_by_side_are_parked() {
    let raw = format!(
        "From: a@b.c\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\n\r\nx\r\n".repeat(1_000_000)
    );
    assert_eq!(read(raw).parked, Some(Parked::TooManyParts));
}

#[test]
fn half_a_million_nested_messages_are_one_file() {
    for level in [
        "Content-Type: message/rfc822\r\n\r\n",
        "Content-Type: message/rfc822\n\n",
        "Content-Type: multipart/digest; boundary=x\n\n--x\n\n",
    ] {
        let mail =
            read(format!("From: ana@example.org\r\n{}From: x@y.z\r\n\r\nhi\r\n", level.repeat(500_000)));
        assert!(mail.parked.is_some() || mail.attachments.len() == 1, "{level:?}");
        assert_eq!(mail.from.unwrap().address, "ana@example.org");
    }
}

#[test]
fn nested_messages_hidden_in_an_encoding_are_one_file() {
    let inside = "Content-Type: message/rfc822\r\n\r\n".repeat(500_000);
    let raw = format!(
        "From: a@b.c\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        data_encoding::BASE64.encode(inside.as_bytes())
    );
    let mail = read(raw);
    assert_eq!(mail.attachments[0].bytes.len(), inside.len());
}

#[test]
fn twenty_thousand_nested_divs_are_not_rendered() {
    let html = format!("{}x{}", "<div>".repeat(20_000), "</div>".repeat(20_000));
    let mail = read(format!("From: a@b.c\r\nContent-Type: text/html\r\n\r\n{html}"));
    assert_eq!((mail.html, mail.text.as_str()), (None, ""));
    assert!(mail.problems.contains(&Problem::HtmlNotShown));
}

#[test]
fn nesting_hidden_from_the_count_does_not_exhaust_the_stack() {
    let html = "<div><!--></div>-->".repeat(10_000);
    let mail = read(format!("From: a@b.c\r\nContent-Type: text/html\r\n\r\n{html}"));
    assert!(mail.parked.is_none());
}

#[test]
fn a_mail_without_from_is_read_and_never_answered() {
    let mail = read("Subject: hello\r\n\r\nanybody?\r\n".into());
    assert_eq!((mail.text.as_str(), mail.from.as_ref()), ("anybody?", None));
    assert!(mail.problems.contains(&Problem::NoSender));
    let history = loops::SenderHistory::default();
    let verdict = loops::may_auto_reply(&mail, &envelope("s@x.y"), &[], Some(&history), HOUR, Timestamp(0));
    assert_eq!(verdict, Err(loops::Silence::NoAddress));
}

#[test]
fn of_two_message_ids_the_first_counts() {
    let mail = read("From: a@b.c\r\nMessage-ID: <one@x>\r\nMessage-ID: <two@x>\r\n\r\nhi".into());
    assert_eq!(mail.message_id, "one@x");
    assert!(mail.problems.contains(&Problem::SeveralMessageIds));
}

#[test]
fn mails_without_message_id_are_told_apart_by_content() {
    let (one, two) = (read("From: a@b.c\r\n\r\none".into()), read("From: a@b.c\r\n\r\ntwo".into()));
    assert_ne!(one.message_id, two.message_id);
    assert_eq!(one.message_id, read("From: a@b.c\r\n\r\none".into()).message_id);
}

#[test]
fn a_strangers_forged_in_reply_to_joins_nothing() {
    let known = Known {
        sessions: [("ours@example.org".to_owned(), session(1))].into(),
        participants: [(session(1), vec!["ana@example.org".to_owned()])].into(),
    };
    let tokens = Tokens::new(b"key");
    let decision = |from: &str| {
        let raw = format!(
            "From: {from}\r\nIn-Reply-To: <other@x> <ours@example.org>\r\nReferences: <r@x>\r\n\r\nlet me in"
        );
        let prepared = prepare(raw.as_bytes(), &envelope("support@example.org"), &Limits::default(), &tokens);
        decide(&prepared.keys, &prepared.mail, &known)
    };
    assert_eq!(decision("mallory@example.org"), Decision::New { related: Some(session(1)) });
    assert_eq!(
        decision("Ana@example.org"),
        Decision::Join { session: session(1), standing: Standing::Participant }
    );
}

#[test]
fn a_token_goes_before_headers_and_gives_a_stranger_no_identity() {
    let tokens = Tokens::new(b"key");
    let known = Known {
        sessions: [("ours@x".to_owned(), session(1))].into(),
        participants: [(session(1), vec!["ana@example.org".to_owned()]), (session(2), vec![])].into(),
    };
    let to = format!("support+{}@example.org", tokens.reply_token(session(2)));
    let mail = read("From: ana@example.org\r\nIn-Reply-To: <ours@x>\r\n\r\nhi".into());
    let keys = candidates(&mail, &envelope(&to), &tokens);
    assert_eq!(
        decide(&keys, &mail, &known),
        Decision::Join { session: session(2), standing: Standing::Stranger }
    );
    let forged = candidates(&mail, &envelope(&to), &Tokens::new(b"another key"));
    assert_eq!(
        decide(&forged, &mail, &known),
        Decision::Join { session: session(1), standing: Standing::Participant }
    );
}

#[test]
fn an_auto_reply_to_an_auto_reply_ends_there() {
    let history = loops::SenderHistory::default();
    let verdict = |header: &str, envelope: &Envelope| {
        let mail = read(format!("From: ana@example.org\r\n{header}\r\n\r\nI am away"));
        loops::may_auto_reply(&mail, envelope, &["example.com"], Some(&history), HOUR, Timestamp(0))
    };
    let person = envelope("s@example.com");
    for header in [
        "Auto-Submitted: auto-replied (vacation)",
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
        "List-Id: <l.x>",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
        "List-Unsubscribe: <mailto:x@y>",
    ] {
        assert!(matches!(verdict(header, &person), Err(loops::Silence::Automatic(_))), "{header}");
    }
    assert_eq!(verdict("X-Auto-Response-Suppress: All", &person), Ok(()));
    assert_eq!(verdict("Auto-Submitted: no", &person), Ok(()));
    let forged = Envelope { sender: Some("eve@example.org".into()), ..person.clone() };
    assert_eq!(verdict("X-Nothing: x", &forged), Err(loops::Silence::SendersDiffer));
    let null = Envelope { sender: None, ..person.clone() };
    assert_eq!(verdict("X-Nothing: x", &null), Err(loops::Silence::NullSender));
}

#[test]
fn two_machines_without_any_header_stop_after_one_acknowledgement() {
    let mail = read("From: ana@example.org\r\n\r\nTicket received [#1]".into());
    let now = Timestamp(10_000_000);
    let mut history = loops::SenderHistory::default();
    let asked = |history: Option<&loops::SenderHistory>, now| {
        loops::may_auto_reply(&mail, &envelope("s@x.y"), &[], history, HOUR, now)
    };
    assert_eq!(asked(Some(&history), now), Ok(()));
    history.acknowledged = Some(now);
    assert_eq!(
        asked(Some(&history), now + std::time::Duration::from_secs(3_599)),
        Err(loops::Silence::Recently)
    );
    assert_eq!(asked(Some(&history), now + HOUR), Ok(()));
    assert_eq!(asked(None, now), Err(loops::Silence::NotKnown));
    history.opened = vec![now; loops::OPEN_AT_MOST];
    assert!(loops::may_open_session(Some(&history), now).is_err());
    assert!(loops::may_open_session(Some(&history), now + loops::OPEN_WINDOW).is_ok());
    assert!(loops::may_open_session(None, now).is_err());
}

#[test]
fn a_bounce_without_a_status_still_says_why() {
    let mail = read(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n\r\n\
         Hi. This is the qmail-send program at mx.example.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n\
         <bob@example.net>:\r\nThis address no longer accepts mail: no such user here.\r\n\r\n\
         --- Below this line is a copy of the message.\r\n\r\nMessage-ID: <sent@example.org>\r\n"
            .into(),
    );
    let bounce = mail.bounce.unwrap();
    assert_eq!(mail.automatic, Some(Automatic::Bounce));
    assert_eq!((bounce.reason, bounce.severity), (BounceReason::UnknownUser, Severity::Hard));
    assert_eq!(bounce.recipient.as_deref(), Some("bob@example.net"));
    assert_eq!(bounce.original.as_deref(), Some("sent@example.org"));
}

#[test]
fn any_cut_of_a_mail_is_read() {
    let raw = "From: \"A\" <a@b.c>\r\nMessage-ID: <x@y>\r\nContent-Type: multipart/mixed; boundary=\"q\"\r\n\r\n--q\r\n\
               Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<b>=C4=E3\r\n--q\r\n\
               Content-Type: image/png; name*0*=utf-8''%e2%82; name*1*=%ac.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n--q--\r\n";
    for cut in 0..raw.len() {
        let mail = parse(&raw.as_bytes()[..cut], &Limits::default());
        assert_ne!(mail.parked, Some(Parked::Unreadable), "cut at {cut}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let mail = parse(&bytes, &Limits::default());
        proptest::prop_assert_ne!(mail.parked, Some(Parked::Unreadable));
    }
}
