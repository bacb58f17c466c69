//! The listener keeps its promises to other mail servers, over real sockets.
#![expect(clippy::unwrap_used, reason = "a test helper that fails should stop the test")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use channels::email::Envelope;
use channels::email::smtp::{Listener, ListenerSettings, MailSink, Protocol, Recipient, SinkError};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

#[derive(Default)]
struct Sink {
    mails: Mutex<Vec<(Envelope, Bytes)>>,
    answer: Mutex<Option<SinkError>>,
}

#[async_trait]
impl MailSink for Sink {
    async fn recipient(&self, address: &str) -> Recipient {
        match address.split('@').next() {
            Some("nobody") => Recipient::Unknown,
            Some("later") => Recipient::Busy,
            _ => Recipient::Known,
        }
    }

    async fn accept(&self, envelope: Envelope, raw: Bytes) -> Result<(), SinkError> {
        if let Some(error) = *self.answer.lock().unwrap() {
            return Err(error);
        }
        self.mails.lock().unwrap().push((envelope, raw));
        Ok(())
    }
}

struct Server {
    address: SocketAddr,
    sink: Arc<Sink>,
    stop: CancellationToken,
    runtime: Runtime,
}

fn serve(settings: ListenerSettings) -> Server {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(Listener::bind("127.0.0.1:0".parse().unwrap(), settings)).unwrap();
    let (address, sink, stop) =
        (listener.local_address().unwrap(), Arc::new(Sink::default()), CancellationToken::new());
    runtime.spawn(listener.run(Arc::clone(&sink) as Arc<dyn MailSink>, stop.clone()));
    Server { address, sink, stop, runtime }
}

fn smtp() -> ListenerSettings {
    ListenerSettings { protocol: Protocol::Smtp, ..ListenerSettings::default() }
}

impl Server {
    /// Says all of it at once and hangs up its side; returns all that is answered.
    fn say(&self, words: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(words.as_bytes()).unwrap();
        read_all(&mut stream)
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    fn mails(&self) -> Vec<(Envelope, Bytes)> {
        self.sink.mails.lock().unwrap().clone()
    }
}

fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The first word of each reply's last line.
fn codes(answer: &str) -> Vec<u16> {
    answer
        .lines()
        .filter(|line| line.as_bytes().get(3) == Some(&b' '))
        .map(|line| line[..3].parse().unwrap())
        .collect()
}

#[test]
fn a_pipelined_lmtp_batch_gets_one_answer_a_recipient() {
    let server = serve(ListenerSettings::default());
    let answer = server.say(
        "LHLO x\r\nMAIL FROM:<Ana@example.org> SIZE=10\r\nRCPT TO:<one@x.y>\r\nRCPT TO:<nobody@x.y>\r\nRCPT TO:<Two@x.y>\r\nRCPT TO:<later@x.y>\r\n\
         DATA\r\nSubject: hi\r\n\r\n..dot\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<one@x.y>\r\nDATA\r\n.\r\nQUIT\r\n",
    );
    assert_eq!(codes(&answer), [220, 250, 250, 250, 550, 250, 451, 354, 250, 250, 250, 250, 354, 250, 221]);
    let mails = server.mails();
    assert_eq!(
        mails[0].0,
        Envelope {
            sender: Some("ana@example.org".into()),
            recipients: vec!["one@x.y".into(), "two@x.y".into()]
        }
    );
    assert_eq!(&mails[0].1[..], b"Subject: hi\r\n\r\n.dot\r\n");
    assert_eq!((mails[1].0.sender.as_deref(), &mails[1].1[..]), (None, &b""[..]));
}

#[test]
fn what_the_sink_refuses_is_answered_by_kind_and_never_250() {
    let server = serve(smtp());
    for (error, code) in [(SinkError::Busy, 452), (SinkError::TooLarge, 552), (SinkError::Refused, 554)] {
        *server.sink.answer.lock().unwrap() = Some(error);
        let answer =
            server.say("EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<s@x.y>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n");
        assert_eq!(codes(&answer), [220, 250, 250, 250, 354, code, 221]);
    }
    assert!(server.mails().is_empty());
}

#[test]
fn a_mail_too_large_is_refused_by_word_and_by_deed() {
    let server = serve(ListenerSettings { max_message: 1_000, ..smtp() });
    let answer = server.say(&format!(
        "EHLO x\r\nMAIL FROM:<a@b.c> SIZE=1001\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<s@x.y>\r\nDATA\r\n{}\r\n.\r\nQUIT\r\n",
        "x".repeat(50_000)
    ));
    assert!(answer.contains("250 SIZE 1000\r\n"));
    assert_eq!(codes(&answer), [220, 250, 552, 250, 250, 354, 552, 221]);
    assert!(server.mails().is_empty());
}

#[test]
fn a_smuggled_mail_is_refused_whole() {
    let server = serve(smtp());
    for end in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r", "\r.\r"] {
        let answer = server.say(&format!(
            "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<s@x.y>\r\nDATA\r\nhi{end}MAIL FROM:<admin@x.y>\r\nRCPT TO:<s@x.y>\r\nDATA\r\nevil\r\n.\r\nQUIT\r\n"
        ));
        assert_eq!(codes(&answer), [220, 250, 250, 250, 354, 554, 221], "{end:?}");
    }
    assert!(server.mails().is_empty());
}

#[test]
fn commands_out_of_order_or_malformed_are_refused() {
    let server = serve(smtp());
    let long = "x".repeat(5_000);
    let answer = server.say(&format!(
        "DATA\r\nLHLO x\r\nMAIL FROM:<a@b.c>\r\nEHLO x\r\nRCPT TO:<s@x.y>\r\nMAIL FROM:<a@b.c>\r\nDATA\r\nMAIL FROM:<a@b.c>\r\nBDAT 5\r\nVRFY s\r\nNOOP {long}\r\nNOOP\nRSET\r\nRCPT TO:<s@x.y>\r\nQUIT\r\n"
    ));
    assert_eq!(
        codes(&answer),
        [220, 503, 500, 503, 250, 503, 250, 503, 503, 502, 252, 500, 500, 250, 503, 221]
    );
}

#[test]
fn a_babbler_is_hung_up_on() {
    let server = serve(smtp());
    let answer = server.say(&"GARBAGE\r\n".repeat(25));
    assert_eq!(codes(&answer).last(), Some(&421));
    assert_eq!(codes(&answer).len(), 22);
}

#[test]
fn the_hundred_and_first_recipient_has_to_wait() {
    let server = serve(smtp());
    let recipients: String = (0..101).map(|n| format!("RCPT TO:<s{n}@x.y>\r\n")).collect();
    let answer =
        server.say(&format!("EHLO x\r\nMAIL FROM:<a@b.c>\r\n{recipients}DATA\r\nhi\r\n.\r\nQUIT\r\n"));
    assert_eq!(codes(&answer)[3 + 99..], [250, 452, 354, 250, 221]);
    assert_eq!(server.mails()[0].0.recipients.len(), 100);
}

#[test]
fn silence_ends_in_421_at_the_command_and_in_the_mail() {
    let server = serve(ListenerSettings { idle: Duration::from_millis(50), ..smtp() });
    assert_eq!(codes(&read_all(&mut server.connect())), [220, 421]);
    let mut stream = server.connect();
    stream.write_all(b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<s@x.y>\r\nDATA\r\nhalf a ma").unwrap();
    assert_eq!(codes(&read_all(&mut stream)).last(), Some(&421));
    assert!(server.mails().is_empty());
}

#[test]
fn one_connection_too_many_is_told_to_come_back() {
    let server = serve(ListenerSettings { max_connections: 1, ..smtp() });
    let mut first = server.connect();
    let mut greeting = [0; 3];
    first.read_exact(&mut greeting).unwrap();
    assert_eq!(&greeting, b"220");
    assert_eq!(codes(&read_all(&mut server.connect())), [421]);
}

#[test]
fn stopping_says_so_to_who_waits() {
    let server = serve(smtp());
    let mut stream = server.connect();
    let mut greeting = [0; 3];
    stream.read_exact(&mut greeting).unwrap();
    server.stop.cancel();
    assert!(read_all(&mut stream).contains("421 4.3.2"));
    server.runtime.shutdown_timeout(Duration::from_secs(5));
}

#[test]
fn all_connections_together_hold_no_more_than_their_budget() {
    let server = serve(ListenerSettings { max_in_flight: 100_000, ..smtp() });
    let head = "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<s@x.y>\r\nDATA\r\n";
    let (large, small) = ("y\r\n".repeat(20_000), "y\r\n".repeat(100));
    let mut slow = server.connect();
    slow.write_all(format!("{head}{large}").as_bytes()).unwrap();
    let mut answers = Vec::new();
    let mut buffer = [0; 1_024];
    // Its DATA was answered, so that what was sent with it is being read.
    while !String::from_utf8_lossy(&answers).contains("354") {
        let count = slow.read(&mut buffer).unwrap();
        answers.extend_from_slice(&buffer[..count]);
    }
    let refused = || codes(&server.say(&format!("{head}{large}.\r\nQUIT\r\n"))).contains(&452);
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !refused() {
        assert!(std::time::Instant::now() < deadline, "never over the budget");
    }
    let small = server.say(&format!("{head}{small}.\r\nQUIT\r\n"));
    assert!(codes(&small).ends_with(&[354, 250, 221]), "there is room for a small one: {small}");
    slow.write_all(b".\r\nQUIT\r\n").unwrap();
    let rest = read_all(&mut slow);
    assert!(codes(&rest).contains(&250), "{rest}");
    let again = server.say(&format!("{head}{large}.\r\nQUIT\r\n"));
    assert!(codes(&again).ends_with(&[354, 250, 221]), "{again}");
}
