//! The transport: sockets, timeouts, and how many connections at once.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::budget::{Budget, Share};
use super::session::{Action, Protocol, Session, SessionSettings};
use super::sink::MailSink;

/// Bytes read at once.
const READ: usize = 16 * 1024;

/// How mails are taken in; `Default` is LMTP for a mail server in front of Tandem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerSettings {
    pub protocol: Protocol,
    /// What we call ourselves.
    pub hostname: String,
    /// Bytes of a mail at most.
    pub max_message: usize,
    /// Beyond, 421.
    pub max_connections: usize,
    /// Bytes of mails that all connections hold together at most; beyond, 452.
    pub max_in_flight: usize,
    /// Silence after which we hang up with 421 (RFC 5321 asks for five minutes).
    pub idle: Duration,
    /// One mail's content must be in by then.
    pub data: Duration,
}

impl Default for ListenerSettings {
    fn default() -> Self {
        Self {
            protocol: Protocol::Lmtp,
            hostname: "localhost".to_owned(),
            max_message: 25 * 1024 * 1024,
            max_connections: 50,
            max_in_flight: 256 * 1024 * 1024,
            idle: Duration::from_secs(5 * 60),
            data: Duration::from_secs(10 * 60),
        }
    }
}

/// A bound port; nothing is accepted until [`Listener::run`].
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    settings: Arc<ListenerSettings>,
    budget: Arc<Budget>,
}

impl Listener {
    pub async fn bind(address: SocketAddr, settings: ListenerSettings) -> io::Result<Self> {
        let budget = Budget::new(settings.max_in_flight);
        Ok(Self { socket: TcpListener::bind(address).await?, settings: Arc::new(settings), budget })
    }

    /// Shares a budget with other listeners, in place of one of its own.
    pub fn sharing(self, budget: Arc<Budget>) -> Self {
        Self { budget, ..self }
    }

    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `stop`; then finishes the mail that each connection is handing over, and returns.
    pub async fn run(self, sink: Arc<dyn MailSink>, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(self.settings.max_connections));
        let connections = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.socket.accept() => accepted,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, mostly: others will close theirs.
                    tracing::warn!(%error, "cannot accept a mail connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let place = Arc::clone(&places).try_acquire_owned();
            let (settings, sink, stop) = (Arc::clone(&self.settings), Arc::clone(&sink), stop.clone());
            let share = Share::of(Arc::clone(&self.budget));
            connections.spawn(async move {
                let outcome = match place {
                    Ok(_place) => {
                        Box::pin(Connection::new(stream, settings, sink, share, stop).serve()).await
                    }
                    Err(_) => refuse(stream, &settings.hostname).await,
                };
                if let Err(error) = outcome {
                    tracing::debug!(%error, "mail connection lost");
                }
            });
        }
        connections.close();
        connections.wait().await;
    }
}

async fn refuse(mut stream: TcpStream, hostname: &str) -> io::Result<()> {
    let reply = format!("421 4.3.2 {hostname} too many connections, try again later\r\n");
    within(Duration::from_secs(5), stream.write_all(reply.as_bytes())).await?;
    stream.shutdown().await
}

/// One connection: moves bytes and actions between the socket, the session and the sink.
struct Connection {
    stream: TcpStream,
    session: Session,
    settings: Arc<ListenerSettings>,
    sink: Arc<dyn MailSink>,
    share: Share,
    stop: CancellationToken,
    /// Replies not yet written: one write for a pipelined batch.
    replies: String,
    data_until: Option<Instant>,
}

/// Why reading ended.
enum Read {
    Bytes(usize),
    End,
    TimedOut,
    Stopping,
}

impl Connection {
    fn new(
        stream: TcpStream,
        settings: Arc<ListenerSettings>,
        sink: Arc<dyn MailSink>,
        share: Share,
        stop: CancellationToken,
    ) -> Self {
        let session = Session::new(SessionSettings {
            protocol: settings.protocol,
            hostname: settings.hostname.clone(),
            max_message: settings.max_message,
        });
        Self { stream, session, settings, sink, share, stop, replies: String::new(), data_until: None }
    }

    async fn serve(mut self) -> io::Result<()> {
        self.replies = self.session.greeting();
        let mut buffer = vec![0; READ];
        loop {
            self.flush().await?;
            if self.session.is_closed() {
                return self.stream.shutdown().await;
            }
            match self.read(&mut buffer).await? {
                Read::Bytes(count) => self.session.receive(&buffer[..count]),
                Read::End => return Ok(()),
                Read::TimedOut => return self.hang_up("421 4.4.2 waited too long\r\n").await,
                Read::Stopping => return self.hang_up("421 4.3.2 shutting down\r\n").await,
            }
            self.act().await?;
            self.keep_within_budget();
        }
    }

    /// Counts what the session holds, or has it hold nothing. At most one read of [`READ`] bytes goes
    /// uncounted.
    fn keep_within_budget(&mut self) {
        if self.share.hold(self.session.held()).is_err() {
            self.session.drop_mail();
            // Giving back is never refused.
            let _ = self.share.hold(0);
        }
    }

    /// Does all that the session wants done.
    async fn act(&mut self) -> io::Result<()> {
        while let Some(action) = self.session.next_action() {
            let answered = match action {
                Action::CheckRecipient(address) => {
                    let answer = self.sink.recipient(&address).await;
                    self.session.recipient_answered(answer)
                }
                Action::Deliver(envelope, raw) => {
                    let outcome = self.sink.accept(envelope, raw).await;
                    self.session.delivered(outcome)
                }
                reply @ Action::Reply(_) => reply,
            };
            if let Action::Reply(reply) = answered {
                self.replies.push_str(&reply);
            }
            if self.replies.len() > READ {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<Read> {
        let idle = Instant::now() + self.settings.idle;
        let until = if self.session.in_data() {
            let data_until = *self.data_until.get_or_insert(Instant::now() + self.settings.data);
            idle.min(data_until)
        } else {
            self.data_until = None;
            idle
        };
        tokio::select! {
            // A mail on its way is let in first.
            () = self.stop.cancelled(), if !self.session.in_data() => Ok(Read::Stopping),
            read = timeout_at(until, self.stream.read(buffer)) => match read {
                Err(_) => Ok(Read::TimedOut),
                Ok(Ok(0)) => Ok(Read::End),
                Ok(Ok(count)) => Ok(Read::Bytes(count)),
                Ok(Err(error)) => Err(error),
            },
        }
    }

    async fn flush(&mut self) -> io::Result<()> {
        let replies = std::mem::take(&mut self.replies);
        within(self.settings.idle, self.stream.write_all(replies.as_bytes())).await
    }

    async fn hang_up(&mut self, reply: &str) -> io::Result<()> {
        self.replies.push_str(reply);
        self.flush().await?;
        self.stream.shutdown().await
    }
}

async fn within(limit: Duration, writing: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    timeout(limit, writing).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
