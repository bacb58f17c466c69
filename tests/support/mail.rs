//! A customer's mail server, and mails handed to ours.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use channels::email::smtp::{Listener, ListenerSettings, MailSink, Protocol, Recipient, SinkError};
use channels::email::{Envelope, Limits, ParsedMail, parse};
use tandem::configuration::Settings;
use tandem::configuration::settings::{Smarthost, SmarthostTls};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A server that takes every mail.
struct Everything(mpsc::UnboundedSender<(Envelope, Bytes)>);

#[async_trait]
impl MailSink for Everything {
    async fn recipient(&self, _: &str) -> Recipient {
        Recipient::Known
    }

    async fn accept(&self, envelope: Envelope, raw: Bytes) -> Result<(), SinkError> {
        self.0.send((envelope, raw)).map_err(|_| SinkError::Busy)
    }
}

/// What our server sent.
pub struct Mailbox {
    pub port: u16,
    mails: mpsc::UnboundedReceiver<(Envelope, Bytes)>,
}

impl Mailbox {
    pub async fn open() -> Self {
        let settings = ListenerSettings { protocol: Protocol::Smtp, ..ListenerSettings::default() };
        let listener = Listener::bind(([127, 0, 0, 1], 0).into(), settings).await.unwrap();
        let port = listener.local_address().unwrap().port();
        let (sender, mails) = mpsc::unbounded_channel();
        tokio::spawn(listener.run(Arc::new(Everything(sender)), CancellationToken::new()));
        Self { port, mails }
    }

    pub fn smarthost(&self) -> Smarthost {
        Smarthost {
            host: "127.0.0.1".into(),
            port: self.port,
            tls: SmarthostTls::None,
            user: None,
            password: None,
        }
    }

    /// The next mail, with its envelope.
    pub async fn next(&mut self) -> (Envelope, ParsedMail) {
        let (envelope, raw) =
            tokio::time::timeout(super::PATIENCE, self.mails.recv()).await.unwrap().unwrap();
        (envelope, parse(&raw, &Limits::default()))
    }
}

/// LMTP, SMTP, and the mailbox as smarthost.
pub fn both_ways(settings: &mut Settings, mailbox: &Mailbox) {
    listen(settings);
    settings.email.smarthost = Some(mailbox.smarthost());
}

pub fn listen(settings: &mut Settings) {
    settings.email.lmtp = Some(([127, 0, 0, 1], 0).into());
    settings.email.smtp = Some(([127, 0, 0, 1], 0).into());
}

/// Hands a mail over by LMTP, as a mail server in front of ours would. `from` is empty for the null
/// sender. Lines of `raw` end with `\n`; it ends
/// with one.
pub async fn deliver(house: &super::House, from: &str, to: &str, raw: &str) {
    let address = house.server.lmtp.expect("LMTP is spoken");
    hand_over(address, "LHLO", from, to, raw).await;
}

/// The same by SMTP.
pub async fn deliver_by_smtp(house: &super::House, from: &str, to: &str, raw: &str) {
    let address = house.server.smtp.expect("SMTP is spoken");
    hand_over(address, "EHLO", from, to, raw).await;
}

async fn hand_over(address: SocketAddr, hello: &str, from: &str, to: &str, raw: &str) {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut expect = async |wanted: &str| loop {
        let line = lines.next_line().await.unwrap().expect("an answer");
        assert!(line.starts_with(wanted), "{line}");
        if line.as_bytes().get(3) != Some(&b'-') {
            return;
        }
    };
    expect("220").await;
    for (command, wanted) in [
        (format!("{hello} mx.example.test"), "250"),
        (format!("MAIL FROM:<{from}>"), "250"),
        (format!("RCPT TO:<{to}>"), "250"),
        ("DATA".to_owned(), "354"),
        (format!("{}\r\n.", raw.trim_end_matches('\n').replace('\n', "\r\n")), "250"),
    ] {
        write.write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
        expect(wanted).await;
    }
}

/// Asks until `wanted` says so; panics after a while.
pub async fn eventually<T>(what: &str, mut wanted: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + super::PATIENCE;
    loop {
        if let Some(found) = wanted().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "not within patience: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
