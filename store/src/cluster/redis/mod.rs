//! The shared state in Redis 6.2 or later, or Valkey: core commands and scripts by hash only.

mod address;
mod check;
mod keys;
mod link;
mod listen;
mod read;
mod scripts;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use redis::{ScriptInvocation, Value};

use super::call::{Answer, Call};
use super::error::{ClusterError, JoinError};
use super::health::Health;
use super::hint::Audience;
use super::options::RedisOptions;
use super::ownership::OWNER_KEPT;
use address::Addresses;
use keys::Keys;
use link::Link;
use scripts::Scripts;

/// A released subject's epoch is remembered for a day; the log remembers it for ever.
const RELEASED_KEPT: Duration = Duration::from_secs(86_400);
/// The inbox of a node that does not come back is forgotten a day after its last letter.
const INBOX_KEPT: Duration = Duration::from_secs(86_400);
/// Presences read at a time.
const PAGE: usize = 1_000;

/// A handle; clones share its connections.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    addresses: Addresses,
    keys: Keys,
    scripts: Scripts,
    calls: Link,
    /// Reads that wait have a connection of their own: Redis holds back all that follows one.
    waiting: Link,
    limit: Duration,
    health: Mutex<Health>,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.prefix()).finish_non_exhaustive()
    }
}

impl Redis {
    pub(super) async fn open(options: RedisOptions) -> Result<Self, JoinError> {
        let settings = |reason: String| JoinError::Settings { reason };
        model::id::Name::new(&options.prefix).map_err(|error| settings(error.to_string()))?;
        let addresses = Addresses::new(options.clone()).map_err(|error| settings(error.to_string()))?;
        let redis = Self::with(addresses, Keys::new(&options.prefix), options.answer_within);
        redis.check(options.clocks_within).await?;
        Ok(redis)
    }

    /// The same Redis over other connections: what one node waits for must not hold up another, and
    /// ends with it.
    pub(super) fn apart(&self) -> Self {
        let Inner { addresses, keys, limit, .. } = &*self.0;
        Self::with(addresses.clone(), Keys::new(keys.prefix()), *limit)
    }

    fn with(addresses: Addresses, keys: Keys, limit: Duration) -> Self {
        Self(Arc::new(Inner {
            scripts: Scripts::default(),
            calls: Link::new(addresses.clone()),
            waiting: Link::new(addresses.clone()),
            health: Mutex::new(Health::Up),
            addresses,
            keys,
            limit,
        }))
    }

    pub(super) fn prefix(&self) -> &str {
        self.0.keys.prefix()
    }

    pub(super) fn health(&self) -> Health {
        self.0.health.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) async fn call(&self, call: Call) -> Result<Answer, ClusterError> {
        match call {
            Call::Fetch { node, by, most, wait } => self.fetch(&node, by, most, wait).await,
            Call::Acknowledge { places, .. } if places.is_empty() => Ok(Answer::Done),
            Call::Holder { node } => {
                let command = command("GET", &[&self.0.keys.lease(&node)]);
                self.command(command, read::holder).await
            }
            Call::Owner { subject } => {
                let command =
                    command("HMGET", &[&self.0.keys.owner(&subject), "node", "incarnation", "epoch"]);
                self.command(command, read::owner).await
            }
            Call::Load { subject } => {
                let command = command("HMGET", &[&self.0.keys.kept(&subject), "epoch", "bytes"]);
                self.command(command, read::kept).await
            }
            Call::Presences { after } => {
                let mut command = command("HSCAN", &[&self.0.keys.presences()]);
                command.arg(after).arg("COUNT").arg(PAGE);
                self.command(command, read::presences).await
            }
            Call::Dead { node, most } => {
                let mut command = command("XRANGE", &[&self.0.keys.dead(&node), "-", "+", "COUNT"]);
                command.arg(most);
                self.command(command, read::dead).await
            }
            Call::Recover { ref node, .. } => {
                let inbox = self.0.keys.inbox(node);
                let ran = self.run(call).await;
                self.or_made(ran, &inbox).await
            }
            scripted => {
                let (ran, read) = self.run(scripted).await;
                self.judge(ran, read)
            }
        }
    }

    async fn run(&self, call: Call) -> (Result<Value, ClusterError>, read::Reader) {
        let (invocation, read) = self.invocation(call);
        let ran = self.0.calls.run(self.0.limit, |mut connection| async move {
            invocation.invoke_async::<Value>(&mut connection).await
        });
        (ran.await, read)
    }

    fn invocation(&self, call: Call) -> (ScriptInvocation<'_>, read::Reader) {
        let Inner { keys, scripts, .. } = &*self.0;
        match call {
            Call::Identify { identity } => {
                let mut script = scripts.identify.key(keys.identity());
                script.arg(identity.cluster.to_string()).arg(identity.fingerprint).arg(identity.format);
                (script, read::identity)
            }
            Call::Hold { node, incarnation, lease, abandoned } => {
                let mut script = scripts.hold.key(keys.lease(&node));
                script.arg(incarnation.to_string()).arg(millis(lease));
                for one in abandoned {
                    script.arg(one.to_string());
                }
                (script, read::hold)
            }
            Call::Renew { node, incarnation, lease } => {
                let mut script = scripts.renew.key(keys.lease(&node));
                script.arg(incarnation.to_string()).arg(millis(lease));
                (script, read::done_or_lost)
            }
            Call::Leave { node, incarnation } => {
                let mut script = scripts.leave.key(keys.lease(&node));
                script.arg(incarnation.to_string());
                (script, read::done)
            }
            Call::Take { subject, node, by, dead, stored } => {
                let mut script = scripts.take.key(keys.owner(&subject));
                script.arg(node.to_string()).arg(by.to_string());
                script.arg(dead.map(|dead| dead.to_string()).unwrap_or_default());
                script.arg(stored.map_or(0, |epoch| epoch.0.get())).arg(millis(OWNER_KEPT));
                (script, read::taken)
            }
            Call::Release { subject, by, epoch } => {
                let mut script = scripts.release.key(keys.owner(&subject));
                script.arg(by.to_string()).arg(epoch.0.get()).arg(millis(RELEASED_KEPT));
                (script, read::done_or_stale)
            }
            Call::Save { subject, epoch, bytes, keep } => {
                let mut script = scripts.save.key(keys.owner(&subject));
                script.key(keys.kept(&subject)).arg(epoch.0.get()).arg(&bytes[..]).arg(millis(keep));
                (script, read::done_or_stale)
            }
            Call::Send { to, letter, bound, window } => {
                let mut script = scripts.send.key(keys.inbox(&to));
                script.key(keys.seen(&to)).arg(letter.id.to_string()).arg(letter.from.to_string());
                script.arg(read::kind_name(letter.kind)).arg(&letter.bytes[..]);
                script.arg(bound).arg(millis(window)).arg(millis(INBOX_KEPT));
                (script, read::sent)
            }
            Call::Recover { node, by, idle, tries, most } => {
                let mut script = scripts.recover.key(keys.inbox(&node));
                script.key(keys.dead(&node)).arg(by.to_string());
                script.arg(millis(idle)).arg(tries).arg(most);
                (script, read::recovered)
            }
            Call::Acknowledge { node, places } => {
                let mut script = scripts.acknowledge.key(keys.inbox(&node));
                for place in places {
                    script.arg(place);
                }
                (script, read::done)
            }
            Call::Announce { agent, presence } => {
                let mut script = scripts.announce.key(keys.presences());
                let mut value = format!("{} {} ", presence.version, presence.node).into_bytes();
                value.extend_from_slice(&presence.value);
                script.arg(agent.to_string()).arg(presence.version).arg(value);
                (script, read::done_or_stale)
            }
            Call::Fetch { .. }
            | Call::Holder { .. }
            | Call::Owner { .. }
            | Call::Load { .. }
            | Call::Presences { .. }
            | Call::Dead { .. } => unreachable!("carried out as plain commands"),
        }
    }

    async fn fetch(
        &self,
        node: &super::NodeId,
        by: super::Incarnation,
        most: usize,
        wait: Duration,
    ) -> Result<Answer, ClusterError> {
        let inbox = self.0.keys.inbox(node);
        let mut fetch = command("XREADGROUP", &["GROUP", "node", &by.to_string(), "COUNT"]);
        fetch.arg(most).arg("BLOCK").arg(millis(wait)).arg("STREAMS").arg(&inbox).arg(">");
        let limit = self.0.limit + wait;
        let ran = self
            .0
            .waiting
            .run(limit, |mut connection| async move { fetch.query_async::<Value>(&mut connection).await });
        self.or_made((ran.await, read::fetched), &inbox).await
    }

    /// What was read from an inbox, which is made where there is none.
    async fn or_made(
        &self,
        (ran, read): (Result<Value, ClusterError>, read::Reader),
        inbox: &str,
    ) -> Result<Answer, ClusterError> {
        match ran {
            Err(ClusterError::Unavailable { reason }) if reason.contains("NOGROUP") => {
                self.make_inbox(inbox).await
            }
            ran => self.judge(ran, read),
        }
    }

    /// The inbox's group is made with it: at first, and after Redis forgot it.
    async fn make_inbox(&self, inbox: &str) -> Result<Answer, ClusterError> {
        let make = command("XGROUP", &["CREATE", inbox, "node", "0", "MKSTREAM"]);
        match self.command(make, read::done).await {
            Err(ClusterError::Unavailable { reason }) if !reason.contains("BUSYGROUP") => {
                Err(ClusterError::Unavailable { reason })
            }
            _ => Ok(Answer::Letters { letters: Vec::new(), dead: 0 }),
        }
    }

    pub(super) async fn publish(&self, to: &Audience, bytes: &[u8]) -> Result<(), ClusterError> {
        let mut command = command("PUBLISH", &[&self.0.keys.channel(to)]);
        command.arg(bytes);
        self.command(command, read::done).await.map(drop)
    }

    async fn command(&self, command: redis::Cmd, read: read::Reader) -> Result<Answer, ClusterError> {
        let ran = self.0.calls.run(self.0.limit, |mut connection| async move {
            command.query_async::<Value>(&mut connection).await
        });
        self.judge(ran.await, read)
    }

    fn judge(&self, ran: Result<Value, ClusterError>, read: read::Reader) -> Result<Answer, ClusterError> {
        self.note(&ran);
        read(&ran?).ok_or_else(super::member::unexpected)
    }

    /// Keeps the health, and logs where it changes.
    fn note<T>(&self, ran: &Result<T, ClusterError>) {
        let mut health = self.0.health.lock().unwrap_or_else(PoisonError::into_inner);
        match (ran, &mut *health) {
            (Ok(_), Health::Up) | (Err(ClusterError::Busy), _) => {}
            (Ok(_), Health::Away { .. }) => {
                tracing::info!("Redis answers again");
                *health = Health::Up;
            }
            (Err(error), Health::Away { reason, .. }) => *reason = error.to_string(),
            (Err(error), Health::Up) => {
                tracing::warn!(%error, "Redis is away");
                *health = Health::Away { since: SystemTime::now(), reason: error.to_string() };
            }
        }
    }
}

fn command(name: &str, arguments: &[&str]) -> redis::Cmd {
    let mut command = redis::cmd(name);
    command.arg(arguments);
    command
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
