//! Against real programs on loopback: swaks hands mails to our listener, and our sender gives mails
//! to OpenSMTPD, which delivers to our listener over LMTP and returns what it cannot deliver.
//!
//! Needs `swaks` and `opensmtpd` installed, and to be root: OpenSMTPD starts as nobody else.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use channels::email::compose::{Kind, OutgoingMail, compose};
use channels::email::send::{SendError, Smarthost, SmarthostSettings, Transport};
use channels::email::smtp::{Listener, ListenerSettings, MailSink, Protocol, Recipient, SinkError};
use channels::email::thread::{Decision, Known, Standing, decide};
use channels::email::{Envelope, Limits, Mailbox, Prepared, Tokens, prepare};
use model::{MessageId, SessionId, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

struct Sink(mpsc::UnboundedSender<(Envelope, Bytes)>);

#[async_trait]
impl MailSink for Sink {
    async fn recipient(&self, address: &str) -> Recipient {
        if address.starts_with("nobody") { Recipient::Unknown } else { Recipient::Known }
    }

    async fn accept(&self, envelope: Envelope, raw: Bytes) -> Result<(), SinkError> {
        self.0.send((envelope, raw)).map_err(|_| SinkError::Busy)
    }
}

struct Inbox {
    address: SocketAddr,
    mails: mpsc::UnboundedReceiver<(Envelope, Bytes)>,
    _stop: tokio_util::sync::DropGuard,
}

impl Inbox {
    async fn open(protocol: Protocol) -> Self {
        let settings = ListenerSettings { protocol, ..ListenerSettings::default() };
        let listener =
            Listener::bind("127.0.0.1:0".parse().expect("an address"), settings).await.expect("a port");
        let (sender, mails) = mpsc::unbounded_channel();
        let (address, stop) = (listener.local_address().expect("bound"), CancellationToken::new());
        tokio::spawn(listener.run(Arc::new(Sink(sender)), stop.clone()));
        Self { address, mails, _stop: stop.drop_guard() }
    }

    async fn next(&mut self) -> Prepared {
        let (envelope, raw) = tokio::time::timeout(Duration::from_secs(30), self.mails.recv())
            .await
            .expect("a mail within 30 s")
            .expect("the listener runs");
        prepare(&raw, &envelope, &Limits::default(), &tokens())
    }
}

fn tokens() -> Tokens {
    Tokens::new(b"a key of at least thirty-two bytes")
}

fn session() -> SessionId {
    SessionId(Uuid::from_u128(77))
}

fn answer(to: &str) -> OutgoingMail {
    OutgoingMail {
        kind: Kind::Answer,
        session: session(),
        message: MessageId(Uuid::from_u128(5)),
        inbox: Mailbox::new(Some("Support"), "support@example.test").expect("an address"),
        to: Mailbox::new(None, to).expect("an address"),
        subject: Some("Grüße".into()),
        text: "Your parcel left.\n.\nGrüße".into(),
        in_reply_to: None,
        references: Vec::new(),
        files: Vec::new(),
        at: Timestamp(1_750_000_000_000),
    }
}

async fn swaks(protocol: &str, server: SocketAddr, to: &str) -> std::process::Output {
    let arguments = [
        "--protocol",
        protocol,
        "--server",
        &server.to_string(),
        "--from",
        "ana@example.org",
        "--to",
        to,
        "--h-Subject",
        "swaks",
        "--body",
        "hello",
        "--timeout",
        "10",
    ]
    .map(str::to_owned);
    tokio::task::spawn_blocking(move || {
        Command::new("swaks")
            .args(arguments)
            .output()
            .expect("swaks is not installed: run `cargo xtask test`")
    })
    .await
    .expect("swaks ran")
}

#[tokio::test(flavor = "multi_thread")]
async fn swaks_delivers_over_lmtp_and_smtp() {
    for (protocol, name) in [(Protocol::Lmtp, "LMTP"), (Protocol::Smtp, "ESMTP")] {
        let mut inbox = Inbox::open(protocol).await;
        let to = format!("support+{}@example.test", tokens().reply_token(session()));
        let output = swaks(name, inbox.address, &to).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let prepared = inbox.next().await;
        assert_eq!(prepared.mail.text, "hello");
        assert_eq!(prepared.keys.token, Some(session()));
        let refused = swaks(name, inbox.address, "nobody@example.test").await;
        assert!(String::from_utf8_lossy(&refused.stdout).contains("550 5.1.1"), "{refused:?}");
    }
}

/// One OpenSMTPD; ended by its id when dropped.
struct MailServer {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl MailServer {
    fn start(deliver_to: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
        let configuration = folder.path().join("smtpd.conf");
        let text = format!(
            "queue ttl 1h\nlisten on 127.0.0.1 port {port} hostname mx.example.test\n\
             action \"in\" relay host lmtp://{deliver_to}\nmatch from any for domain \"example.test\" action \"in\"\n"
        );
        std::fs::write(&configuration, text).expect("written");
        let mut command = Command::new(find("smtpd"));
        command.arg("-d").arg("-f").arg(&configuration).stdout(Stdio::null()).stderr(Stdio::piped());
        let process = command.spawn().expect("OpenSMTPD is not installed: run `cargo xtask test`");
        let mut server = Self { process, port, _folder: folder };
        server.wait();
        server
    }

    /// Until it accepts connections.
    fn wait(&mut self) {
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if let Some(status) = self.process.try_wait().expect("its status") {
                let mut words = String::new();
                let said = self
                    .process
                    .stderr
                    .take()
                    .map(|mut it| std::io::Read::read_to_string(&mut it, &mut words));
                panic!("OpenSMTPD ended with {status}: {words} {said:?}");
            }
            assert!(Instant::now() < until, "OpenSMTPD does not listen after 20 s");
            std::thread::yield_now();
        }
    }

    fn smarthost(&self) -> Smarthost {
        let settings = SmarthostSettings {
            host: "127.0.0.1".into(),
            port: self.port,
            transport: Transport::Plain,
            credentials: None,
            hello: "tandem.example.test".into(),
        };
        Smarthost::new(&settings).expect("settings")
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // Its children leave with it when it is asked, and not when it is killed.
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        if asked.is_err() {
            let _gone = self.process.kill();
        }
        let _status = self.process.wait();
    }
}

fn find(program: &str) -> String {
    let place = format!("/usr/sbin/{program}");
    if std::path::Path::new(&place).exists() { place } else { program.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_mail_goes_through_opensmtpd_and_comes_back_when_it_cannot() {
    let mut inbox = Inbox::open(Protocol::Lmtp).await;
    let server = MailServer::start(inbox.address);
    let smarthost = server.smarthost();

    let mail = compose(&answer("ana@example.test"), &tokens()).expect("composed");
    smarthost.send(&mail.envelope, &mail.raw).await.expect("taken");
    let arrived = inbox.next().await.mail;
    assert_eq!(arrived.text, "Your parcel left.\n.\nGrüße");
    assert_eq!(arrived.message_id, mail.message_id);

    let reply_to = arrived.reply_to.expect("a Reply-To").address;
    let swaks = swaks("ESMTP", SocketAddr::from(([127, 0, 0, 1], server.port)), &reply_to).await;
    assert!(swaks.status.success(), "{}", String::from_utf8_lossy(&swaks.stdout));
    let reply = inbox.next().await;
    let joined = Decision::Join { session: session(), standing: Standing::Stranger };
    assert_eq!(decide(&reply.keys, &reply.mail, &Known::default()), joined);

    let lost = compose(&answer("nobody@example.test"), &tokens()).expect("composed");
    smarthost.send(&lost.envelope, &lost.raw).await.expect("taken");
    let returned = inbox.next().await;
    let bounced = Decision::Bounced { session: session(), message: MessageId(Uuid::from_u128(5)) };
    assert_eq!(decide(&returned.keys, &returned.mail, &Known::default()), bounced);
    let bounce = returned.mail.bounce.expect("a bounce");
    assert!(bounce.diagnostic.contains("5.1.1"), "{bounce:?}");

    let elsewhere = compose(&answer("ana@example.net"), &tokens()).expect("composed");
    let refused =
        smarthost.send(&elsewhere.envelope, &elsewhere.raw).await.expect_err("no relay to strangers");
    assert!(matches!(&refused, SendError::Permanent { answer } if answer.contains("550")), "{refused:?}");
}

#[tokio::test]
async fn a_smarthost_that_is_away_is_a_temporary_failure() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let settings = SmarthostSettings {
        host: "127.0.0.1".into(),
        port,
        transport: Transport::Plain,
        credentials: None,
        hello: "x.y".into(),
    };
    let mail = compose(&answer("ana@example.test"), &tokens()).expect("composed");
    let error = Smarthost::new(&settings)
        .expect("settings")
        .send(&mail.envelope, &mail.raw)
        .await
        .expect_err("nobody there");
    assert!(matches!(error, SendError::Temporary { .. }), "{error:?}");
}
