//! Damaged frames and mails for some seconds: nothing that comes in makes a parser panic.

mod mutate;
mod targets;

fn texts(examples: &[&str]) -> Vec<Vec<u8>> {
    examples.iter().map(|example| example.as_bytes().to_vec()).collect()
}

#[test]
fn no_chat_frame_is_read_wrongly() {
    let examples = texts(&[
        r#"{"type":"hello","version":1,"site":"shop","visitor":"v.1","user":"a.b.c","since":4,"session":"0190163d-8694-739b-aea5-966c26f8ad91","language":"de","page":"https://shop.example/","form":{"name":"Ann"}}"#,
        r#"{"type":"message","id":"0190163d-8694-739b-aea5-966c26f8ad91","text":"hé\n","uploads":["u1"]}"#,
        r#"{"type":"read","through":18446744073709551615}"#,
        r#"{"type":"rate","score":5,"comment":null}"#,
        r#"{"type":"transcript","email":"ann@example.org"}"#,
        r#"{"type":"ack","id":"0190163d-8694-739b-aea5-966c26f8ad91","sequence":3}"#,
        r#"{"type":"refused","code":"busy","message":"later","retry_after_ms":500}"#,
    ]);
    mutate::feed("chat", &examples, targets::chat);
}

#[test]
fn no_mail_is_read_wrongly() {
    let examples = texts(&[
        "From: Ann <ann@example.org>\r\nTo: help@shop.example\r\nSubject: =?utf-8?B?SMOpbGxv?=\r\nMessage-ID: <1@example.org>\r\nIn-Reply-To: <0@shop.example>\r\nReferences: <0@shop.example> <00@x>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n\r\nHello\r\n\r\nOn Monday, Ben wrote:\r\n> hi\r\n",
        "From: ann@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<div>caf=E9 <script>x()</script><img src=3D\"cid:1\"></div>\r\n--b\r\nContent-Type: image/png; name=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <1>\r\n\r\niVBORw0KGgo=\r\n--b--\r\n",
        "From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\r\nAuto-Submitted: auto-replied\r\n\r\n--r\r\n\r\nfailed\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no\r\n\r\n--r\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <z@shop.example>\r\n\r\nx\r\n--r--\r\n",
        "From: a@b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+AOk-\r\n--c\r\nContent-Type: text/html\r\n\r\n<table><tr><td style='x'>y</table><a href=\"javascript:z\">q</a>\r\n--c--\r\n",
    ]);
    mutate::feed("mail", &examples, targets::mail);
}
