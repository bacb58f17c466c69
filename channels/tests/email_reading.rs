//! What people's programs write is read as they meant it.

use channels::email::wire::{Automatic, Problem};
use channels::email::{Limits, ParsedMail, parse};

fn read(raw: &[u8]) -> ParsedMail {
    parse(raw, &Limits::default())
}

#[test]
fn text_in_old_charsets_is_read() {
    let cases: [(&str, &[u8], &str); 4] = [
        ("iso-2022-jp", b"\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"),
        ("gb2312", b"\xc4\xe3\xba\xc3", "你好"),
        ("windows-1252", b"na\xefve \x80 5", "naïve € 5"),
        ("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
    ];
    for (charset, bytes, expected) in cases {
        let mut raw =
            format!("From: a@b.c\r\nContent-Type: text/plain; charset={charset}\r\n\r\n").into_bytes();
        raw.extend_from_slice(bytes);
        assert_eq!(read(&raw).text, expected, "{charset}");
    }
}

#[test]
fn encoded_headers_are_read() {
    let mail = read(
        "From: =?iso-8859-1?Q?J=F6rg?= <Joerg@Example.org>\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\n\r\nx"
            .as_bytes(),
    );
    let from = mail.from.unwrap();
    assert_eq!((from.name.as_deref(), from.address.as_str()), (Some("Jörg"), "joerg@example.org"));
    assert_eq!(mail.subject.as_deref(), Some("Grüße"));
}

#[test]
fn text_without_a_charset_is_read_as_it_probably_was_meant() {
    assert_eq!(read("From: a@b.c\r\n\r\ngrüße".as_bytes()).text, "grüße");
    let mail = read(b"From: a@b.c\r\n\r\ngr\xfc\xdfe");
    assert_eq!(mail.text, "grüße");
    assert!(mail.problems.contains(&Problem::Undecodable));
}

#[test]
fn html_alone_becomes_text_too() {
    let mail = read(b"From: a@b.c\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>you</b></p><script>x()</script><img src=http://spy/1.gif><p>Bye");
    assert_eq!(mail.text.split_whitespace().collect::<Vec<_>>(), ["Hello", "you", "Bye"]);
    let html = mail.html.unwrap();
    assert!(html.contains("<b>you</b>") && !html.contains("spy") && !html.contains("x()"), "{html}");
}

#[test]
fn of_alternatives_the_plain_one_is_the_text() {
    let mail = read(
        b"From: a@b.c\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
          --a\r\n\r\nplain words\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>html words\r\n--a--\r\n--m\r\n\r\nlist footer\r\n--m--\r\n",
    );
    assert_eq!(mail.text, "plain words\n\nlist footer");
    let html = mail.html.unwrap();
    assert!(html.contains("html words") && html.contains("list footer") && !html.contains("plain words"));
}

#[test]
fn files_are_named_safely_and_typed_by_content() {
    let mail = read(
        b"From: a@b.c\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nsee file\r\n\
          --m\r\nContent-Type: application/pdf; name=\"../../x.pdf\"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUg==\r\n\
          --m\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=page.html\r\n\r\n<script>\r\n\
          --m\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\n\r\nnot a picture\r\n--m--\r\n",
    );
    let seen: Vec<_> =
        mail.attachments.iter().map(|file| (file.name.as_str(), file.media_type.as_str())).collect();
    assert_eq!(seen, [("x.pdf", "image/png"), ("page.html", "text/plain"), ("file-3.txt", "text/plain")]);
    assert_eq!(mail.attachments[2].content_id.as_deref(), Some("logo@x"));
    assert_eq!(mail.text, "see file");
}

#[test]
fn every_reference_is_kept_in_order_and_bounded() {
    let many: String = (0..300).map(|n| format!(" <r{n}@x>\r\n")).collect();
    let mail =
        read(format!("From: a@b.c\r\nIn-Reply-To: <one@x> <two@x>\r\nReferences:{many}\r\nhi").as_bytes());
    assert_eq!(mail.in_reply_to, ["one@x", "two@x"]);
    assert_eq!(mail.references.len(), 100);
    assert_eq!((mail.references[0].as_str(), mail.references[99].as_str()), ("r0@x", "r299@x"));
}

#[test]
fn a_quoted_part_is_folded_and_kept() {
    let mail = read(
        b"From: a@b.c\r\n\r\nYes please.\r\n\r\nOn Mon, 5 May 2025, Shop <s@x.y> wrote:\r\n> Shall we?\r\n",
    );
    assert_eq!(&mail.text[..mail.visible.unwrap() as usize], "Yes please.");
    assert!(mail.text.ends_with("> Shall we?"));
}

#[test]
fn a_delivery_report_is_a_bounce() {
    let mail = read(
        b"From: MAILER-DAEMON@mx.example\r\nAuto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n\
          --r\r\n\r\nSorry.\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
          Final-Recipient: rfc822; Bob@Example.net\r\nAction: failed\r\nStatus: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 mailbox\r\n full\r\n\r\n\
          --r\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <ours@example.org>\r\n\r\nhello\r\n--r--\r\n",
    );
    let bounce = mail.bounce.unwrap();
    assert_eq!(bounce.status.unwrap().to_string(), "5.2.2");
    assert_eq!(bounce.original.as_deref(), Some("ours@example.org"));
    assert_eq!(bounce.recipient.as_deref(), Some("bob@example.net"));
    assert_eq!(bounce.diagnostic, "552 5.2.2 mailbox full");
    assert_eq!(mail.automatic, Some(Automatic::Bounce));
}
