//! Nodes and subjects for the tests.

use std::time::{Duration, Instant};

use bytes::Bytes;
use model::{Epoch, SessionId};
use store::cluster::{
    Claimed, Cluster, ClusterError, Member, NodeId, NodeOptions, Owner, Ownership, RedisOptions, Standing,
    Subject,
};
use uuid::Uuid;

use crate::server::Server;

/// Short, so that the death of a node is seen soon; long beside the pauses of a busy machine.
pub const LEASE: Duration = Duration::from_millis(1_800);

pub fn node(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

pub fn options(name: &str) -> NodeOptions {
    NodeOptions { lease: LEASE, ..NodeOptions::new(node(name), "shop at postgres/shop") }
}

pub async fn join(cluster: &Cluster, name: &str) -> Member {
    cluster.join(options(name)).await.unwrap()
}

/// A cluster on a Redis of its own, which lives as long as the first part.
pub async fn redis() -> (Server, Cluster) {
    let server = Server::start(&[]);
    let cluster = Cluster::redis(RedisOptions::single(&server.address())).await.unwrap();
    (server, cluster)
}

pub fn session(number: u128) -> Subject {
    Subject::Session(SessionId(Uuid::from_u128(number)))
}

pub fn epoch(number: u64) -> Epoch {
    Epoch(number.try_into().unwrap())
}

pub fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

pub async fn own(member: &Member, subject: Subject) -> Ownership {
    own_after(member, subject, None).await
}

pub async fn own_after(member: &Member, subject: Subject, stored: Option<Epoch>) -> Ownership {
    match member.claim(subject, stored).await.unwrap() {
        Claimed::Ours(ownership) => ownership,
        Claimed::Elsewhere(owner) => panic!("{owner:?} has it"),
    }
}

pub async fn elsewhere(member: &Member, subject: Subject) -> Owner {
    match member.claim(subject, None).await.unwrap() {
        Claimed::Ours(ownership) => panic!("it was free: {ownership:?}"),
        Claimed::Elsewhere(owner) => owner,
    }
}

/// Claims until nobody else has it, at most 20 seconds.
pub async fn take_over(member: &Member, subject: Subject, stored: Option<Epoch>) -> Ownership {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        if let Ok(Claimed::Ours(ownership)) = member.claim(subject.clone(), stored).await {
            return ownership;
        }
        assert!(Instant::now() < until, "it was never free");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub async fn stands(member: &Member, what: &str, holds: impl FnMut(&Standing) -> bool) {
    let mut standing = member.standing();
    let waited = tokio::time::timeout(Duration::from_secs(20), standing.wait_for(holds)).await;
    assert!(waited.is_ok(), "the node's lease never was {what}");
}

pub fn reason(error: ClusterError) -> String {
    match error {
        ClusterError::Unavailable { reason } => reason,
        other => panic!("not unavailable: {other}"),
    }
}
