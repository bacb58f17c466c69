//! What a node needs to know to take part.

use std::time::Duration;

use super::names::NodeId;

/// How a node takes part, whatever shares the state.
#[derive(Debug, Clone)]
pub struct NodeOptions {
    pub id: NodeId,
    /// Names organisation and database; nodes with another one are refused.
    pub fingerprint: String,
    /// Length of the node's lease. A dead node's sessions can be claimed after it; a living node may
    /// be out of reach of Redis for two thirds of it.
    pub lease: Duration,
    /// Most letters in an inbox, unread and unacknowledged ones together; past it senders hear `Busy`.
    pub inbox: usize,
    /// A letter's id is known, and not taken twice, for so long.
    pub window: Duration,
    /// A letter handed out and not acknowledged is handed out again after this.
    pub redeliver_after: Duration,
    /// How long a snapshot is kept.
    pub keep_snapshot: Duration,
}

impl NodeOptions {
    pub fn new(id: NodeId, fingerprint: &str) -> Self {
        Self {
            id,
            fingerprint: fingerprint.to_owned(),
            lease: Duration::from_secs(9),
            inbox: 4_096,
            window: Duration::from_secs(120),
            redeliver_after: Duration::from_secs(30),
            keep_snapshot: Duration::from_secs(3_600),
        }
    }

    /// Several renewals fit into the third of the lease that may pass before ownership is doubted.
    pub(super) fn beat(&self) -> Duration {
        self.lease / 6
    }
}

/// Where Redis is and how to speak to it.
#[derive(Clone)]
pub struct RedisOptions {
    pub layout: Layout,
    /// All keys begin with it; clusters that share a Redis have different ones. 1 to 64 bytes of
    /// `a-z A-Z 0-9 - _ . @ +`.
    pub prefix: String,
    pub user: Option<String>,
    pub password: Option<String>,
    /// None: plain text.
    pub tls: Option<TlsOptions>,
    /// A call is given up after this, connecting included.
    pub answer_within: Duration,
    /// How far this machine's clock may be from that of Redis.
    pub clocks_within: Duration,
}

/// Addresses are `host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    Single {
        address: String,
    },
    /// The sentinels know which server is the primary of `primary`.
    Sentinel {
        sentinels: Vec<String>,
        primary: String,
    },
    /// Some nodes of a Redis Cluster; they name the others.
    Cluster {
        nodes: Vec<String>,
    },
}

/// How the server's certificate is judged.
#[derive(Clone, Default)]
pub struct TlsOptions {
    /// Authorities in PEM; None: those of the system.
    pub authorities: Option<Vec<u8>>,
    /// This client's certificate chain and key in PEM, where Redis asks for one.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
}

impl RedisOptions {
    /// One server, as it is installed.
    pub fn single(address: &str) -> Self {
        Self {
            layout: Layout::Single { address: address.to_owned() },
            prefix: "tandem".to_owned(),
            user: None,
            password: None,
            tls: None,
            answer_within: Duration::from_secs(1),
            clocks_within: Duration::from_secs(2),
        }
    }
}

/// Secrets are left out.
impl std::fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisOptions")
            .field("layout", &self.layout)
            .field("prefix", &self.prefix)
            .field("user", &self.user)
            .field("tls", &self.tls.is_some())
            .field("answer_within", &self.answer_within)
            .finish_non_exhaustive()
    }
}
