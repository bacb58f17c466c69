//! Redis dies, stands still, fills up and becomes a replica.

use std::time::{Duration, Instant};

use model::Epoch;
use store::cluster::{Health, Standing};
use uuid::Uuid;

use crate::support::*;

/// What any call may take: its limit, and the time a busy machine adds.
const BOUNDED: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_redis_that_forgot_everything_gives_later_epochs_and_ends_earlier_owners() {
    let (mut server, cluster) = redis().await;
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let mut known: Option<Epoch> = None;
    for _ in 0..3 {
        let old = take_over(&a, session(1), known).await;
        assert!(Some(old.epoch) > known);
        let before = a.incarnation();
        server.kill();
        server.restart();
        stands(&a, "held anew", |standing| matches!(standing, Standing::Held(now) if Some(*now) != before))
            .await;
        assert!(!a.is_safe(&old), "what an ended incarnation owned is over");
        let new = take_over(&b, session(1), Some(old.epoch)).await;
        assert!(new.epoch > old.epoch);
        b.release(&new).await.unwrap();
        known = Some(new.epoch);
    }
    // The inbox is made anew as well.
    a.send(node("b"), Uuid::from_u128(1), bytes("hello")).await.unwrap();
    assert_eq!(b.next().await.unwrap().bytes, bytes("hello"));
}

#[tokio::test]
async fn a_redis_that_stands_still_costs_a_bounded_time_and_comes_back() {
    let (server, cluster) = redis().await;
    let a = join(&cluster, "a").await;
    let owned = own(&a, session(1)).await;
    server.signal("-STOP");
    let stopped = Instant::now();
    let failed = reason(a.claim(session(2), None).await.unwrap_err());
    assert!(stopped.elapsed() < BOUNDED, "a call took {:?}", stopped.elapsed());
    assert!(failed.contains("no answer within"), "{failed}");
    assert!(matches!(a.health(), Health::Away { .. }));
    stands(&a, "doubtful", |standing| matches!(standing, Standing::Doubtful(_))).await;
    assert!(!a.is_safe(&owned));
    assert!(stopped.elapsed() < LEASE + BOUNDED);
    let begun = Instant::now();
    let many: Vec<_> = (0..200)
        .map(|number| {
            let a = a.clone();
            tokio::spawn(async move { a.owner(session(number)).await.is_err() })
        })
        .collect();
    for one in many {
        assert!(one.await.unwrap());
    }
    assert!(begun.elapsed() < BOUNDED, "200 calls at once took {:?}", begun.elapsed());
    server.signal("-CONT");
    stands(&a, "held", |standing| matches!(standing, Standing::Held(_))).await;
    take_over(&a, session(2), None).await;
    assert_eq!(a.health(), Health::Up);
}

#[tokio::test]
async fn a_pause_shorter_than_the_lease_ends_no_ownership() {
    let (server, cluster) = redis().await;
    let mut long = options("a");
    long.lease = Duration::from_secs(20);
    let a = cluster.join(long).await.unwrap();
    let owned = own(&a, session(1)).await;
    server.signal("-STOP");
    assert!(a.owner(session(1)).await.is_err());
    assert!(a.is_safe(&owned), "the owner goes on by its own clock");
    server.signal("-CONT");
    let until = Instant::now() + Duration::from_secs(10);
    while a.owner(session(1)).await.is_err() {
        assert!(Instant::now() < until);
    }
    assert!(a.is_safe(&owned));
}

#[tokio::test]
async fn a_full_redis_refuses_claims_with_its_reason_and_leases_go_on() {
    let (server, cluster) = redis().await;
    let a = join(&cluster, "a").await;
    let owned = own(&a, session(1)).await;
    server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    let refused = reason(a.claim(session(2), None).await.unwrap_err());
    assert!(refused.contains("OOM") || refused.contains("maxmemory"), "{refused}");
    // Longer than the lease: renewals need no memory.
    tokio::time::sleep(LEASE + LEASE / 2).await;
    assert!(a.is_safe(&owned));
    server.command(&["CONFIG", "SET", "maxmemory", "0"]);
    own(&a, session(2)).await;
}

#[tokio::test]
async fn a_primary_that_became_a_replica_is_unavailable_with_its_reason() {
    let (server, cluster) = redis().await;
    let a = join(&cluster, "a").await;
    let other = crate::server::Server::start(&[]);
    server.command(&["REPLICAOF", "127.0.0.1", &other.port.to_string()]);
    let refused = reason(a.claim(session(2), None).await.unwrap_err());
    assert!(refused.to_lowercase().contains("read only") || refused.contains("READONLY"), "{refused}");
    server.command(&["REPLICAOF", "NO", "ONE"]);
    take_over(&a, session(2), None).await;
}
