//! This node in a cluster. Cheap to clone; after the last clone's end the lease runs out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use model::AgentId;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use super::call::{Answer, Call, Shown};
use super::error::ClusterError;
use super::hint::{Audience, Hint};
use super::inbox::Delivery;
use super::lease::Lease;
use super::names::{Incarnation, NodeId};
use super::options::NodeOptions;
use super::ownership::done;
use super::standing::Standing;
use super::{Cluster, Health};

#[derive(Clone)]
pub struct Member {
    pub(super) shared: Arc<Shared>,
    /// Ends the node's tasks with the last clone.
    _tasks: Arc<JoinSet<()>>,
}

/// What the handle and the node's tasks share.
pub(super) struct Shared {
    pub cluster: Cluster,
    pub options: NodeOptions,
    pub lease: Mutex<Option<Lease>>,
    pub standing: watch::Sender<Standing>,
    pub started: Instant,
    pub commands: tokio::sync::Mutex<mpsc::Receiver<Delivery>>,
    pub asked: Mutex<HashMap<Uuid, oneshot::Sender<Bytes>>>,
    pub hints: broadcast::Sender<Hint>,
}

impl Member {
    pub(super) fn new(shared: Arc<Shared>, tasks: JoinSet<()>) -> Self {
        Self { shared, _tasks: Arc::new(tasks) }
    }

    pub fn id(&self) -> &NodeId {
        &self.shared.options.id
    }

    /// The incarnation under which this node may act just now; None while its lease is in doubt.
    pub fn incarnation(&self) -> Option<Incarnation> {
        self.shared.incarnation()
    }

    /// How the lease stands, and each change of it.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.shared.standing.subscribe()
    }

    pub fn health(&self) -> Health {
        self.shared.cluster.health()
    }

    /// Gives the lease back: others may claim at once what this node did not release. The node does
    /// nothing after it.
    pub async fn leave(&self) -> Result<(), ClusterError> {
        let lease = self.shared.lease.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.shared.standing.send_replace(Standing::Left);
        let Some(lease) = lease else { return Ok(()) };
        let node = self.id().clone();
        done(self.call(Call::Leave { node, incarnation: lease.incarnation }).await?)
    }

    /// Tells nodes what may be lost.
    pub async fn hint(&self, to: &Audience, bytes: Bytes) -> Result<(), ClusterError> {
        match &self.shared.cluster {
            Cluster::InProcess(house) => {
                house.hint(to, &Hint(bytes));
                Ok(())
            }
            Cluster::Redis(redis) => redis.publish(to, &bytes).await,
        }
    }

    /// What other nodes hint from now on.
    pub fn hints(&self) -> broadcast::Receiver<Hint> {
        self.shared.hints.subscribe()
    }

    /// Shows an agent's presence to all nodes. `Stale` if one of this or a later version is shown.
    pub async fn announce(&self, agent: AgentId, version: u64, value: Bytes) -> Result<(), ClusterError> {
        let presence = Shown { node: self.id().clone(), version, value };
        done(self.call(Call::Announce { agent, presence }).await?)
    }

    /// All agents' presences as last shown. Those shown by a node that died are among them.
    pub async fn presences(&self) -> Result<HashMap<AgentId, Shown>, ClusterError> {
        let (mut all, mut after) = (HashMap::new(), 0);
        loop {
            let Answer::Presences { shown, next } = self.call(Call::Presences { after }).await? else {
                return Err(unexpected());
            };
            all.extend(shown);
            if next == 0 {
                return Ok(all);
            }
            after = next;
        }
    }

    pub(super) async fn call(&self, call: Call) -> Result<Answer, ClusterError> {
        self.shared.cluster.call(call).await
    }

    pub(super) fn options(&self) -> &NodeOptions {
        &self.shared.options
    }
}

impl Shared {
    pub fn incarnation(&self) -> Option<Incarnation> {
        let lease = (*self.lease.lock().unwrap_or_else(PoisonError::into_inner))?;
        lease.is_safe(self.started.elapsed()).then_some(lease.incarnation)
    }
}

/// An answer of another shape than asked for: somebody else writes to our keys.
pub(super) fn unexpected() -> ClusterError {
    ClusterError::Unavailable { reason: "the shared state holds what this program cannot read".into() }
}
