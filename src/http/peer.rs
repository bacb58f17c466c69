//! Who is at the other end of the connection.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::ApiError;
use super::gate::Gate;
use crate::network::Network;

/// Proxies named on the way, at most; what is before is not read.
const MOST_PROXIES: usize = 16;

/// The address of the connection, as [`super::serve`] saw it; behind a proxy that the settings trust,
/// the last address that is not such a proxy's. What others claim is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Peer {
    pub(super) fn of(parts: &Parts) -> Self {
        // Without a listener of ours there is no telling: nobody is taken for this machine.
        let seen = parts.extensions.get::<Self>().copied();
        let seen = seen.unwrap_or(Self(Ipv4Addr::UNSPECIFIED.into()));
        let gate = parts.extensions.get::<std::sync::Arc<Gate>>();
        gate.map_or(seen, |gate| seen.behind(&gate.trusted_proxies, &parts.headers))
    }

    /// Who is behind trusted proxies, read from the nearest back.
    fn behind(self, trusted: &[Network], headers: &HeaderMap) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
        if !is_trusted(self.0) {
            return self;
        }
        let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        let steps =
            lines.iter().rev().filter_map(|line| line.to_str().ok()).flat_map(|line| line.rsplit(','));
        let mut nearest = self.0;
        for step in steps.take(MOST_PROXIES) {
            let Some(address) = address(step) else { break };
            nearest = address;
            if !is_trusted(address) {
                break;
            }
        }
        Self(nearest)
    }
}

/// With or without a port, as proxies write it.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let plain = text.parse().ok();
    let address = plain.or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, lines: &[&str]) -> String {
        let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        Peer(peer.parse().unwrap()).behind(&trusted, &headers).0.to_string()
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_nobody_before_it() {
        assert_eq!(seen("10.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, 192.0.2.7, 10.0.0.2"]), "192.0.2.7");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1", "192.0.2.7:4711"]), "192.0.2.7");
        assert_eq!(seen("::1", &["[2001:db8::1]"]), "2001:db8::1");
    }

    #[test]
    fn a_claim_by_anybody_else_is_not_read() {
        assert_eq!(seen("192.0.2.1", &["127.0.0.1"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["127.0.0.1, nonsense"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[&"10.0.0.2,".repeat(1_000)]), "10.0.0.1");
    }
}
