//! How a node comes into a cluster: is it the right cluster, and is the node's id free.

use std::sync::{Arc, Mutex};

use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use super::call::{Answer, Call, Identity};
use super::error::{ClusterError, JoinError};
use super::heartbeat;
use super::hint::WAITING_HINTS;
use super::lease::Lease;
use super::member::{Member, Shared};
use super::options::NodeOptions;
use super::standing::Standing;
use super::{Cluster, inbox};

/// The layout of the shared state that this program reads and writes.
const FORMAT: u32 = 1;
/// Shorter leases end during a pause of the machine.
const SHORTEST_LEASE: std::time::Duration = std::time::Duration::from_millis(500);

pub(super) async fn join(cluster: Cluster, options: NodeOptions) -> Result<Member, JoinError> {
    if options.lease < SHORTEST_LEASE || options.inbox == 0 {
        let reason = format!("a lease is at least {SHORTEST_LEASE:?} long, an inbox holds at least 1");
        return Err(JoinError::Settings { reason });
    }
    identify(&cluster, &options).await?;
    let started = Instant::now();
    let lease = hold(&cluster, &options, started).await?;
    let (sender, commands) = mpsc::channel(options.inbox);
    let hints = match &cluster {
        Cluster::InProcess(house) => house.hints(&options.id),
        Cluster::Redis(_) => broadcast::Sender::new(WAITING_HINTS),
    };
    let shared = Arc::new(Shared {
        standing: watch::Sender::new(Standing::Held(lease.incarnation)),
        lease: Mutex::new(Some(lease)),
        started,
        commands: tokio::sync::Mutex::new(commands),
        asked: Mutex::default(),
        hints,
        cluster,
        options,
    });
    let mut tasks = JoinSet::new();
    tasks.spawn(heartbeat::keep(shared.clone()));
    tasks.spawn(inbox::empty(shared.clone(), sender));
    if let Cluster::Redis(redis) = &shared.cluster {
        tasks.spawn(redis.clone().listen(shared.options.id.clone(), shared.hints.clone()));
    }
    Ok(Member::new(shared, tasks))
}

async fn identify(cluster: &Cluster, options: &NodeOptions) -> Result<(), JoinError> {
    let fingerprint = options.fingerprint.clone();
    let identity = Identity { cluster: Uuid::now_v7(), fingerprint, format: FORMAT };
    let Answer::Identity(found) = cluster.call(Call::Identify { identity }).await.map_err(unreachable)?
    else {
        return Err(unreachable(super::member::unexpected()));
    };
    let prefix = cluster.prefix().to_owned();
    if found.format != FORMAT {
        return Err(JoinError::Format { prefix, found: found.format, known: FORMAT });
    }
    if found.fingerprint != options.fingerprint {
        return Err(JoinError::AnotherCluster { prefix, cluster: found.cluster.to_string() });
    }
    Ok(())
}

async fn hold(cluster: &Cluster, options: &NodeOptions, started: Instant) -> Result<Lease, JoinError> {
    let incarnation = heartbeat::fresh();
    let (node, lease) = (options.id.clone(), options.lease);
    let sent = started.elapsed();
    let hold = Call::Hold { node, incarnation, lease, abandoned: Vec::new() };
    match cluster.call(hold).await.map_err(unreachable)? {
        Answer::Done => Ok(Lease::granted(incarnation, lease, sent)),
        Answer::Held { remaining, .. } => {
            Err(JoinError::NodeInUse { node: options.id.to_string(), remaining })
        }
        _ => Err(unreachable(super::member::unexpected())),
    }
}

fn unreachable(error: ClusterError) -> JoinError {
    match error {
        ClusterError::Unavailable { reason } if is_denied(&reason) => JoinError::Denied { reason },
        ClusterError::Unavailable { reason } => JoinError::Unreachable { reason },
        other => JoinError::Unreachable { reason: other.to_string() },
    }
}

/// By what Redis and its driver say.
pub(super) fn is_denied(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    ["noauth", "wrongpass", "noperm", "authenticationfailed", "authentication failed"]
        .iter()
        .any(|word| reason.contains(word))
}

impl Cluster {
    fn prefix(&self) -> &str {
        match self {
            Self::InProcess(_) => "this process",
            Self::Redis(redis) => redis.prefix(),
        }
    }
}
