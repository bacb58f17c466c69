//! A customer: says what they are told to say, and hears acknowledgements.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, bail};
use channels::chat::wire::{ChatRequest, Hello, VERSION};
use model::{MessageId, Sequence, SiteId};
use serde::Deserialize;
use tokio::sync::mpsc;

use super::clock::{self, Stamp};
use super::crowd::Heard;
use super::organisation::SITE;
use super::socket::Socket;

/// What a customer is told to do.
#[derive(Debug, Clone, Copy)]
pub enum Say {
    /// One message, due at this time.
    Once(Stamp),
    /// One message after the other, each when the last is acknowledged.
    OnAndOn { until: Instant },
}

pub struct Customer {
    number: u32,
    socket: Socket,
    heard: mpsc::UnboundedSender<Heard>,
    /// Sent and not yet acknowledged.
    waiting: VecDeque<(MessageId, Stamp)>,
    on_and_on: Option<Instant>,
}

#[derive(Deserialize)]
struct Acknowledged {
    id: MessageId,
}

impl Customer {
    /// Opens the chat and says hello.
    pub async fn arrive(
        address: SocketAddr,
        number: u32,
        heard: mpsc::UnboundedSender<Heard>,
    ) -> anyhow::Result<Self> {
        let mut socket = Socket::open(address, "/chat", None).await?;
        let hello = Hello {
            version: VERSION,
            site: SiteId::new(SITE).context("the site's name")?,
            visitor: None,
            user: None,
            session: None,
            since: Sequence::START,
            language: None,
            page: None,
            form: Default::default(),
        };
        socket.send(&ChatRequest::Hello(hello)).await?;
        let welcome = socket.next().await?;
        if !is(&welcome, "welcome") {
            bail!("no welcome: {welcome}");
        }
        Ok(Self { number, socket, heard, waiting: VecDeque::new(), on_and_on: None })
    }

    /// Until `says` ends, or the server does.
    pub async fn run(mut self, mut says: mpsc::UnboundedReceiver<Say>) {
        loop {
            let step = tokio::select! {
                frame = self.socket.next() => match frame {
                    Ok(frame) => self.hear(&frame).await,
                    Err(error) => Err(error),
                },
                say = says.recv() => match say {
                    Some(Say::Once(due)) => self.say(due).await,
                    Some(Say::OnAndOn { until }) => {
                        self.on_and_on = Some(until);
                        self.say(Stamp::now()).await
                    }
                    None => return,
                },
            };
            if let Err(error) = step {
                // Nobody listens once the measurement is over.
                let _ = self.heard.send(Heard::Lost(error));
                return;
            }
        }
    }

    async fn say(&mut self, due: Stamp) -> anyhow::Result<()> {
        let id = MessageId(uuid::Uuid::now_v7());
        self.waiting.push_back((id, due));
        let text = clock::text(due, self.number);
        self.socket.send(&ChatRequest::Message { id, text, uploads: Vec::new() }).await
    }

    async fn hear(&mut self, frame: &str) -> anyhow::Result<()> {
        if is(frame, "refused") || is(frame, "bye") {
            let _ = self.heard.send(Heard::Refused(frame.to_owned()));
        }
        if !is(frame, "ack") {
            return Ok(());
        }
        let Acknowledged { id } = serde_json::from_str(frame)?;
        let Some(place) = self.waiting.iter().position(|(waiting, _)| *waiting == id) else { return Ok(()) };
        let Some((_, due)) = self.waiting.remove(place) else { return Ok(()) };
        let _ = self.heard.send(Heard::Acknowledged { due, took: due.elapsed() });
        match self.on_and_on {
            Some(until) if Instant::now() < until => self.say(Stamp::now()).await,
            _ => Ok(()),
        }
    }
}

/// Whether a frame is of this type; the tag comes first.
pub fn is(frame: &str, kind: &str) -> bool {
    let rest = frame.strip_prefix("{\"type\":\"").and_then(|rest| rest.strip_prefix(kind));
    rest.is_some_and(|rest| rest.starts_with('"'))
}
