//! Who is at the other end of the connection.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::ApiError;

/// The address of the connection, as [`super::serve`] saw it. Headers that claim another are not
/// believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Peer {
    pub(super) fn of(parts: &Parts) -> Self {
        // Without a listener of ours there is no telling: nobody is taken for this machine.
        parts.extensions.get::<Self>().copied().unwrap_or(Self(Ipv4Addr::UNSPECIFIED.into()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::of(parts))
    }
}
