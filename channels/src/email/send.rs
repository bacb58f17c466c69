//! Hands mails to a smarthost, and says when to try again. The outbox itself is the engine's.

use std::time::Duration;

use lettre::address::Envelope as SmtpEnvelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::address::bounded;
use super::envelope::Envelope;

/// Bytes of the far side's answer that are kept.
const MAX_ANSWER: usize = 500;
/// For connecting and for each answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Waits before the second try, the third and so on; then the last one again.
const BACKOFF: [Duration; 7] = [
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(4 * 60 * 60),
];
/// A mail is given up this long after its first try (RFC 5321 asks for four to five days at most).
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// How long to wait after `failures` (1 or more) temporary failures, `waited` after the first try.
/// None: give up.
pub fn retry_after(failures: u32, waited: Duration) -> Option<Duration> {
    let step = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX).min(BACKOFF.len() - 1);
    (waited < GIVE_UP_AFTER).then_some(BACKOFF[step])
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// On loopback and in private networks only.
    Plain,
    /// STARTTLS, and nothing is sent without it.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// The relay that takes our mails.
#[derive(Clone)]
pub struct SmarthostSettings {
    pub host: String,
    pub port: u16,
    pub transport: Transport,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// What we call ourselves in EHLO.
    pub hello: String,
}

/// Why a mail was not taken. `answer` is the far side's words or ours, at most 500 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Retry after [`retry_after`].
    #[error("not sent yet: {answer}")]
    Temporary { answer: String },
    /// Do not retry.
    #[error("cannot be sent: {answer}")]
    Permanent { answer: String },
}

/// The settings cannot work. Do not retry.
#[derive(Debug, thiserror::Error)]
#[error("cannot use smarthost: {0}")]
pub struct InvalidSmarthost(String);

/// A relay with a small pool of connections.
#[derive(Clone)]
pub struct Smarthost {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smarthost {
    pub fn new(settings: &SmarthostSettings) -> Result<Self, InvalidSmarthost> {
        let tls =
            || TlsParameters::new(settings.host.clone()).map_err(|error| InvalidSmarthost(error.to_string()));
        let tls = match settings.transport {
            Transport::Plain => Tls::None,
            Transport::StartTls => Tls::Required(tls()?),
            Transport::Tls => Tls::Wrapper(tls()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.clone())
            .port(settings.port)
            .tls(tls)
            .timeout(Some(TIMEOUT))
            .hello_name(ClientId::Domain(settings.hello.clone()));
        if let Some((user, password)) = settings.credentials.clone() {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: builder.build() })
    }

    /// Sends one mail; returns the relay's answer, which may name the id it gave the mail.
    pub async fn send(&self, envelope: &Envelope, raw: &[u8]) -> Result<String, SendError> {
        let envelope = smtp_envelope(envelope)?;
        let sending = Box::pin(self.transport.send_raw(&envelope, raw));
        match sending.await {
            Ok(response) => Ok(kept(&response.message().collect::<Vec<_>>().join(" "))),
            Err(error) => Err(failure(&error)),
        }
    }
}

fn smtp_envelope(envelope: &Envelope) -> Result<SmtpEnvelope, SendError> {
    let read = |address: &String| {
        address.parse::<Address>().map_err(|error| permanent(format!("{address:?}: {error}")))
    };
    let sender = envelope.sender.as_ref().map(read).transpose()?;
    let recipients = envelope.recipients.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    SmtpEnvelope::new(sender, recipients).map_err(|error| permanent(error.to_string()))
}

fn failure(error: &lettre::transport::smtp::Error) -> SendError {
    let answer = kept(&describe(error));
    if error.is_permanent() { SendError::Permanent { answer } } else { SendError::Temporary { answer } }
}

fn permanent(answer: String) -> SendError {
    SendError::Permanent { answer: kept(&answer) }
}

/// The error and what caused it, on one line.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn kept(answer: &str) -> String {
    let line: String = answer.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    bounded(line.trim(), MAX_ANSWER).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_tried_ever_more_rarely_and_given_up_after_three_days() {
        let mut waited = Duration::ZERO;
        let mut last = Duration::ZERO;
        let mut failures = 0;
        loop {
            failures += 1;
            let Some(wait) = retry_after(failures, waited) else { break };
            assert!(wait >= last);
            (last, waited) = (wait, waited + wait);
        }
        assert!((20..30).contains(&failures), "{failures} tries");
        assert!(waited < GIVE_UP_AFTER + last);
    }
}
