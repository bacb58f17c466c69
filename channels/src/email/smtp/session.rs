//! One connection's conversation, without I/O: bytes go in, actions come out.
//!
//! ```text
//! session.receive(bytes); while let Some(action) = session.next_action() { … }
//! ```
//! After [`Action::CheckRecipient`] and [`Action::Deliver`] nothing more comes out until the answer
//! was given by `recipient_answered` or `delivered`.

use bytes::Bytes;

use super::command::{Command, Malformed};
use super::data::{DataReader, Outcome};
use super::sink::{Recipient, SinkError};
use crate::email::envelope::Envelope;

/// Bytes of a command line at most.
const MAX_LINE: usize = 4_096;
/// Recipients of a mail at most; the far side sends the rest in another mail.
const MAX_RECIPIENTS: usize = 100;
/// Errors in one connection before we hang up.
const MAX_ERRORS: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Smtp,
    /// RFC 2033: one answer a recipient after the mail.
    Lmtp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    pub protocol: Protocol,
    /// What we call ourselves.
    pub hostname: String,
    /// Bytes of a mail at most; told by SIZE.
    pub max_message: usize,
}

/// What the transport has to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    /// Write these bytes.
    Reply(String),
    /// Ask whether the address is ours; answer by [`Session::recipient_answered`].
    CheckRecipient(String),
    /// Make the mail durable; answer by [`Session::delivered`].
    Deliver(Envelope, Bytes),
}

#[derive(Debug)]
enum State {
    Start,
    Ready,
    Envelope {
        sender: Option<String>,
        recipients: Vec<String>,
    },
    Data {
        envelope: Envelope,
        reader: DataReader,
    },
    /// Waits for the answer about this address.
    Checking {
        sender: Option<String>,
        recipients: Vec<String>,
        address: String,
    },
    /// Waits for the answer about a mail of that many recipients.
    Delivering {
        recipients: usize,
    },
    Closed,
}

/// One connection.
#[derive(Debug)]
pub struct Session {
    settings: SessionSettings,
    state: State,
    input: Vec<u8>,
    /// The rest of a line that was too long is thrown away.
    skipping: bool,
    errors: usize,
}

impl Session {
    /// Write [`Session::greeting`] first.
    pub fn new(settings: SessionSettings) -> Self {
        Self { settings, state: State::Start, input: Vec::new(), skipping: false, errors: 0 }
    }

    pub fn greeting(&self) -> String {
        let protocol = if self.settings.protocol == Protocol::Lmtp { "LMTP" } else { "ESMTP" };
        format!("220 {} {protocol} ready\r\n", self.settings.hostname)
    }

    /// Takes what came in. Holds no more than it was given at once: call it only when
    /// [`Session::next_action`] said none and no answer is due.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// Whether a mail's content is being received.
    pub fn in_data(&self) -> bool {
        matches!(self.state, State::Data { .. })
    }

    /// Bytes of a mail that is being received.
    pub fn held(&self) -> usize {
        match &self.state {
            State::Data { reader, .. } => reader.held(),
            _ => 0,
        }
    }

    /// There is no room for the mail that is being received: its end is waited for and answered 452.
    pub fn drop_mail(&mut self) {
        if let State::Data { reader, .. } = &mut self.state {
            reader.drop_mail();
        }
    }

    /// The next thing to do; none when more bytes or an answer are needed.
    pub fn next_action(&mut self) -> Option<Action> {
        loop {
            match &mut self.state {
                State::Checking { .. } | State::Delivering { .. } | State::Closed => return None,
                State::Data { .. } => {
                    if let Some(action) = self.read_data() {
                        return Some(action);
                    }
                    if self.input.is_empty() {
                        return None;
                    }
                }
                _ => match self.next_line()? {
                    Ok(line) => return Some(self.obey(&line)),
                    Err(reply) => return Some(self.fail(reply)),
                },
            }
        }
    }

    /// The answer to [`Action::CheckRecipient`].
    pub fn recipient_answered(&mut self, answer: Recipient) -> Action {
        let State::Checking { sender, mut recipients, address } =
            std::mem::replace(&mut self.state, State::Ready)
        else {
            return self.fail("503 5.5.1 nothing to answer\r\n");
        };
        let reply = match answer {
            Recipient::Known => {
                // Twins stay until the mail is handed over: LMTP answers each RCPT that was accepted.
                recipients.push(address);
                "250 2.1.5 ok\r\n"
            }
            Recipient::Unknown => "550 5.1.1 no such address here\r\n",
            Recipient::Busy => "451 4.3.0 cannot check the address now, try again later\r\n",
        };
        self.state = State::Envelope { sender, recipients };
        if answer == Recipient::Unknown { self.fail(reply) } else { Action::Reply(reply.to_owned()) }
    }

    /// The answer to [`Action::Deliver`].
    pub fn delivered(&mut self, outcome: Result<(), SinkError>) -> Action {
        let State::Delivering { recipients } = std::mem::replace(&mut self.state, State::Ready) else {
            return self.fail("503 5.5.1 nothing to answer\r\n");
        };
        let reply = match outcome {
            Ok(()) => "250 2.0.0 accepted\r\n",
            Err(SinkError::Busy) => "452 4.3.1 busy, try again later\r\n",
            Err(SinkError::TooLarge) => "552 5.3.4 the mail is too large\r\n",
            Err(SinkError::Refused) => "554 5.6.0 the mail is refused\r\n",
        };
        Action::Reply(self.for_each_recipient(reply, recipients))
    }

    fn next_line(&mut self) -> Option<Result<Vec<u8>, &'static str>> {
        let Some(end) = self.input.iter().position(|&byte| byte == b'\n') else {
            if self.input.len() > MAX_LINE {
                self.input.clear();
                self.skipping = true;
            }
            return None;
        };
        let mut line: Vec<u8> = self.input.drain(..=end).collect();
        if std::mem::take(&mut self.skipping) || line.len() > MAX_LINE {
            return Some(Err("500 5.5.2 line too long\r\n"));
        }
        if !line.ends_with(b"\r\n") {
            return Some(Err("500 5.5.2 lines end with CR LF\r\n"));
        }
        line.truncate(line.len() - 2);
        Some(Ok(line))
    }

    fn obey(&mut self, line: &[u8]) -> Action {
        let lmtp = self.settings.protocol == Protocol::Lmtp;
        match Command::read(line) {
            Ok(Command::Ehlo) if !lmtp => self.greet(),
            Ok(Command::Lhlo) if lmtp => self.greet(),
            Ok(Command::Helo) if !lmtp => {
                self.state = State::Ready;
                Action::Reply(format!("250 {}\r\n", self.settings.hostname))
            }
            Ok(Command::Helo | Command::Ehlo | Command::Lhlo) => {
                self.fail("500 5.5.1 the other protocol is spoken here\r\n")
            }
            Ok(Command::Mail { sender, size }) => self.mail(sender, size),
            Ok(Command::Recipient { address }) => self.recipient(address),
            Ok(Command::Data) => self.data(),
            Ok(Command::Reset) => {
                if !matches!(self.state, State::Start) {
                    self.state = State::Ready;
                }
                Action::Reply("250 2.0.0 ok\r\n".to_owned())
            }
            Ok(Command::Noop) => Action::Reply("250 2.0.0 ok\r\n".to_owned()),
            Ok(Command::Verify) => Action::Reply("252 2.5.0 send it and see\r\n".to_owned()),
            Ok(Command::Quit) => self.hang_up("221 2.0.0 bye\r\n"),
            Ok(Command::NotOffered) => self.fail("502 5.5.1 not offered\r\n"),
            Err(Malformed::Unknown) => self.fail("500 5.5.1 unknown command\r\n"),
            Err(Malformed::Syntax) => self.fail("501 5.5.4 bad syntax\r\n"),
            Err(Malformed::Parameter) => self.fail("555 5.5.4 unknown parameter\r\n"),
        }
    }

    fn greet(&mut self) -> Action {
        self.state = State::Ready;
        let SessionSettings { hostname, max_message, .. } = &self.settings;
        Action::Reply(format!(
            "250-{hostname}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-SMTPUTF8\r\n250 SIZE {max_message}\r\n"
        ))
    }

    fn mail(&mut self, sender: Option<String>, size: Option<usize>) -> Action {
        if !matches!(self.state, State::Ready) {
            return self.fail("503 5.5.1 not now\r\n");
        }
        if size.is_some_and(|size| size > self.settings.max_message) {
            return self.fail("552 5.3.4 the mail is too large\r\n");
        }
        self.state = State::Envelope { sender, recipients: Vec::new() };
        Action::Reply("250 2.1.0 ok\r\n".to_owned())
    }

    fn recipient(&mut self, address: String) -> Action {
        let State::Envelope { sender, recipients } = &mut self.state else {
            return self.fail("503 5.5.1 MAIL first\r\n");
        };
        if recipients.len() >= MAX_RECIPIENTS {
            return Action::Reply("452 4.5.3 too many recipients\r\n".to_owned());
        }
        let (sender, recipients) = (sender.take(), std::mem::take(recipients));
        self.state = State::Checking { sender, recipients, address: address.clone() };
        Action::CheckRecipient(address)
    }

    fn data(&mut self) -> Action {
        match &mut self.state {
            State::Envelope { sender, recipients } if !recipients.is_empty() => {
                let envelope = Envelope { sender: sender.take(), recipients: std::mem::take(recipients) };
                self.state = State::Data { envelope, reader: DataReader::new(self.settings.max_message) };
                Action::Reply("354 end with CR LF . CR LF\r\n".to_owned())
            }
            State::Envelope { .. } => self.fail("503 5.5.1 no valid recipients\r\n"),
            _ => self.fail("503 5.5.1 MAIL first\r\n"),
        }
    }

    fn read_data(&mut self) -> Option<Action> {
        let State::Data { envelope, reader } = &mut self.state else { return None };
        let (taken, outcome) = reader.read(&self.input);
        self.input.drain(..taken);
        let outcome = outcome?;
        let recipients = envelope.recipients.len();
        let reply = match outcome {
            Outcome::Complete(mail) => {
                let mut envelope = Envelope {
                    sender: envelope.sender.take(),
                    recipients: std::mem::take(&mut envelope.recipients),
                };
                let mut seen = std::collections::HashSet::new();
                envelope.recipients.retain(|address| seen.insert(address.clone()));
                self.state = State::Delivering { recipients };
                return Some(Action::Deliver(envelope, Bytes::from(mail)));
            }
            Outcome::TooLarge => "552 5.3.4 the mail is too large\r\n",
            Outcome::Dropped => "452 4.3.1 too much mail at once, try again later\r\n",
            Outcome::BareLineEnd => "554 5.6.0 lines end with CR LF, and with nothing else\r\n",
        };
        self.state = State::Ready;
        Some(Action::Reply(self.for_each_recipient(reply, recipients)))
    }

    fn for_each_recipient(&self, reply: &str, recipients: usize) -> String {
        let times = if self.settings.protocol == Protocol::Lmtp { recipients } else { 1 };
        reply.repeat(times)
    }

    fn fail(&mut self, reply: &str) -> Action {
        self.errors += 1;
        if self.errors > MAX_ERRORS {
            return self.hang_up("421 4.7.0 too many errors\r\n");
        }
        Action::Reply(reply.to_owned())
    }

    fn hang_up(&mut self, reply: &str) -> Action {
        self.state = State::Closed;
        self.input.clear();
        Action::Reply(reply.to_owned())
    }

    /// Whether the transport should hang up once everything is written.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }
}
