//! Where Tandem listens and under which address it is known.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Where HTTP and WebSocket are served.
    pub address: SocketAddr,
    /// How browsers reach it, for links in mails and webhooks; without a slash at the end. None: made
    /// from `address`.
    pub public_url: Option<String>,
    /// Serve TLS. None: plain HTTP, for one machine or behind a proxy.
    pub tls: Option<Tls>,
    /// Addresses or networks of proxies whose `X-Forwarded-For` is believed: rates are then counted by
    /// customer. Others that send it are taken for what they are.
    pub trusted_proxies: Vec<String>,
    /// After SIGTERM, how long connections and actors may take to finish.
    #[serde(with = "crate::configuration::duration")]
    pub drain_deadline: Duration,
}

/// A certificate and its key, both PEM. Read at start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            tls: None,
            trusted_proxies: Vec::new(),
            drain_deadline: Duration::from_secs(30),
        }
    }
}

impl Server {
    /// The address under which browsers reach the server, without a slash at the end.
    pub fn public_url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("{scheme}://{}", self.address),
        }
    }
}
