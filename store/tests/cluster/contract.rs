//! What every kind of cluster promises, once in this process and once over Redis.

use std::time::Duration;

use model::AgentId;
use model::id::Name;
use store::cluster::{
    AskError, Audience, Claimed, Cluster, ClusterError, Hint, JoinError, MAX_LETTER, MAX_SNAPSHOT,
    NodeOptions, Subject,
};
use uuid::Uuid;

use crate::support::*;

macro_rules! promises {
    ($($promise:ident),+ $(,)?) => {
        mod in_process {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(super::Cluster::in_process()).await;
            })+
        }

        mod over_redis {
            $(#[tokio::test]
            async fn $promise() {
                let (_server, cluster) = super::redis().await;
                super::$promise(cluster).await;
            })+
        }
    };
}

promises!(
    one_of_many_claimants_owns_a_session,
    epochs_rise_above_those_of_the_log,
    a_living_owner_is_not_robbed_and_a_dead_one_is_followed,
    a_released_session_is_free_at_once_and_a_late_release_undoes_nothing,
    a_node_id_cannot_be_used_twice_at_once,
    a_node_of_another_organisation_is_refused,
    who_has_left_owns_nothing,
    roles_are_elected_as_sessions_are_owned,
    letters_come_in_order_and_each_id_once,
    a_full_inbox_says_busy,
    what_a_dead_reader_left_is_read_by_its_next_incarnation,
    a_letter_nobody_can_handle_is_dead_after_three_tries,
    questions_are_answered_in_time_or_not_at_all,
    a_snapshot_of_an_earlier_owner_never_overwrites,
    an_older_presence_never_replaces_a_newer,
    hints_reach_who_is_meant,
);

async fn one_of_many_claimants_owns_a_session(cluster: Cluster) {
    let mut members = Vec::new();
    for name in ["a", "b", "c", "d"] {
        members.push(join(&cluster, name).await);
    }
    for number in 0..50 {
        let claims = members
            .iter()
            .cloned()
            .map(|member| tokio::spawn(async move { member.claim(session(number), None).await.unwrap() }));
        let mut owners = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            if let Claimed::Ours(ownership) = claim.await.unwrap() {
                owners.push(ownership);
            }
        }
        assert_eq!(owners.len(), 1, "session {number}");
        let live = members[0].owner(session(number)).await.unwrap().unwrap();
        assert_eq!(live.epoch, owners[0].epoch);
        let safe = members.iter().filter(|member| member.is_safe(&owners[0])).count();
        assert_eq!(safe, 1, "an ownership is its own node's only");
    }
}

async fn epochs_rise_above_those_of_the_log(cluster: Cluster) {
    let a = join(&cluster, "a").await;
    assert_eq!(own(&a, session(1)).await.epoch, epoch(1));
    assert_eq!(own_after(&a, session(1), Some(epoch(40))).await.epoch, epoch(41));
    assert_eq!(own_after(&a, session(1), Some(epoch(7))).await.epoch, epoch(42));
    // Beyond what a float counts exactly nothing is promised, up to there each step is seen.
    let far = (1 << 53) - 10;
    assert_eq!(own_after(&a, session(2), Some(epoch(far))).await.epoch, epoch(far + 1));
}

async fn a_living_owner_is_not_robbed_and_a_dead_one_is_followed(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let first = own(&a, session(1)).await;
    let owner = elsewhere(&b, session(1)).await;
    assert_eq!((owner.node, owner.epoch), (node("a"), first.epoch));
    // Dropped without leaving, as a crash does.
    drop(a);
    let second = take_over(&b, session(1), Some(first.epoch)).await;
    assert!(second.epoch > first.epoch);
    assert!(b.is_safe(&second));
}

async fn a_released_session_is_free_at_once_and_a_late_release_undoes_nothing(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let first = own(&a, session(1)).await;
    a.release(&first).await.unwrap();
    assert_eq!(b.owner(session(1)).await.unwrap(), None);
    let second = own(&b, session(1)).await;
    assert!(second.epoch > first.epoch);
    assert_eq!(a.release(&first).await, Err(ClusterError::Stale));
    assert_eq!(a.owner(session(1)).await.unwrap().unwrap().node, node("b"));
}

async fn a_node_id_cannot_be_used_twice_at_once(cluster: Cluster) {
    let first = join(&cluster, "a").await;
    let before = first.incarnation().unwrap();
    let Err(error) = cluster.join(options("a")).await else { panic!("two nodes of one id") };
    assert!(matches!(&error, JoinError::NodeInUse { remaining, .. } if *remaining <= LEASE), "{error}");
    assert!(error.to_string().contains("another id"), "{error}");
    drop(first);
    let until = std::time::Instant::now() + LEASE * 4;
    let second = loop {
        match cluster.join(options("a")).await {
            Ok(member) => break member,
            Err(error) => assert!(std::time::Instant::now() < until, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_ne!(second.incarnation().unwrap(), before);
}

async fn a_node_of_another_organisation_is_refused(cluster: Cluster) {
    let _first = join(&cluster, "a").await;
    let other = NodeOptions { lease: LEASE, ..NodeOptions::new(node("b"), "bank at postgres/bank") };
    let Err(error) = cluster.join(other).await else { panic!("two clusters in one place") };
    assert!(error.to_string().contains("two clusters on one Redis prefix"), "{error}");
}

async fn who_has_left_owns_nothing(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let first = own(&a, session(1)).await;
    assert!(a.is_safe(&first));
    a.leave().await.unwrap();
    assert!(!a.is_safe(&first));
    assert_eq!(a.claim(session(2), None).await, Err(ClusterError::NoLease));
    assert!(own(&b, session(1)).await.epoch > first.epoch);
    // The id is free again.
    join(&cluster, "a").await;
}

async fn roles_are_elected_as_sessions_are_owned(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let domain = |name: &str| Subject::Routing(Name::new(name).unwrap());
    for role in [domain("main"), domain("sales"), Subject::Outbox, Subject::Housekeeping] {
        let router = own(&a, role.clone()).await;
        assert_eq!(elsewhere(&b, role.clone()).await.node, node("a"));
        a.release(&router).await.unwrap();
        assert!(own(&b, role).await.epoch > router.epoch);
    }
}

async fn letters_come_in_order_and_each_id_once(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    for number in 0..300_u128 {
        let text = bytes(&number.to_string());
        a.send(node("b"), Uuid::from_u128(number), text.clone()).await.unwrap();
        a.send(node("b"), Uuid::from_u128(number), text).await.unwrap();
    }
    for number in 0..300_u128 {
        let letter = b.next().await.unwrap();
        assert_eq!((letter.id, letter.bytes.clone()), (Uuid::from_u128(number), bytes(&number.to_string())));
        assert_eq!(letter.from, node("a"));
        assert!(!letter.wants_reply());
        b.done(&letter).await.unwrap();
    }
    let more = tokio::time::timeout(Duration::from_millis(200), b.next()).await;
    assert!(more.is_err(), "a letter came twice: {more:?}");
    let large = vec![0; MAX_LETTER + 1].into();
    let refused = a.send(node("b"), Uuid::from_u128(999), large).await;
    assert!(matches!(refused, Err(ClusterError::TooLarge { .. })));
}

async fn a_full_inbox_says_busy(cluster: Cluster) {
    let a = cluster.join(NodeOptions { inbox: 3, ..options("a") }).await.unwrap();
    // Nobody reads there.
    for number in 1..=3 {
        a.send(node("b"), Uuid::from_u128(number), bytes("hello")).await.unwrap();
    }
    assert_eq!(a.send(node("b"), Uuid::from_u128(4), bytes("hello")).await, Err(ClusterError::Busy));
    a.send(node("b"), Uuid::from_u128(3), bytes("hello")).await.unwrap();
    let b = join(&cluster, "b").await;
    let letter = b.next().await.unwrap();
    b.done(&letter).await.unwrap();
    a.send(node("b"), Uuid::from_u128(4), bytes("hello")).await.unwrap();
}

async fn what_a_dead_reader_left_is_read_by_its_next_incarnation(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    for number in 1..=2 {
        a.send(node("b"), Uuid::from_u128(number), bytes("hello")).await.unwrap();
    }
    let handled = b.next().await.unwrap();
    b.done(&handled).await.unwrap();
    let handed = b.next().await.unwrap();
    b.leave().await.unwrap();
    drop(b);
    let b = join(&cluster, "b").await;
    let again = b.next().await.unwrap();
    assert_eq!(again.id, handed.id);
}

async fn a_letter_nobody_can_handle_is_dead_after_three_tries(cluster: Cluster) {
    let a = join(&cluster, "a").await;
    let poison = Uuid::from_u128(13);
    a.send(node("b"), poison, bytes("poison")).await.unwrap();
    for _ in 0..3 {
        let b = join(&cluster, "b").await;
        assert_eq!(b.next().await.unwrap().id, poison);
        b.leave().await.unwrap();
    }
    let b = join(&cluster, "b").await;
    a.send(node("b"), Uuid::from_u128(14), bytes("wholesome")).await.unwrap();
    assert_eq!(b.next().await.unwrap().id, Uuid::from_u128(14));
    let dead = b.dead_letters(10).await.unwrap();
    assert_eq!(dead.iter().map(|letter| letter.id).collect::<Vec<_>>(), [poison]);
}

async fn questions_are_answered_in_time_or_not_at_all(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let answering = b.clone();
    let answers = tokio::spawn(async move {
        while let Some(question) = answering.next().await {
            if question.wants_reply() && question.bytes != "silence" {
                answering.reply(&question, question.bytes.clone()).await.unwrap();
            }
        }
    });
    let long = Duration::from_secs(10);
    assert_eq!(a.ask(node("b"), bytes("one"), long).await.unwrap(), "one");
    assert_eq!(b.ask(node("b"), bytes("myself"), long).await.unwrap(), "myself");
    let none = a.ask(node("b"), bytes("silence"), Duration::from_millis(200)).await;
    assert_eq!(none, Err(AskError::TimedOut));
    assert_eq!(a.ask(node("b"), bytes("two"), long).await.unwrap(), "two");
    answers.abort();
}

async fn a_snapshot_of_an_earlier_owner_never_overwrites(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let Subject::Session(id) = session(1) else { unreachable!() };
    assert_eq!(b.snapshot(id).await.unwrap(), None);
    let first = own(&a, session(1)).await;
    a.save_snapshot(&first, bytes("first")).await.unwrap();
    assert_eq!(b.snapshot(id).await.unwrap(), Some((first.epoch, bytes("first"))));
    a.release(&first).await.unwrap();
    let second = own(&b, session(1)).await;
    assert_eq!(a.save_snapshot(&first, bytes("late")).await, Err(ClusterError::Stale));
    b.save_snapshot(&second, bytes("second")).await.unwrap();
    assert_eq!(a.snapshot(id).await.unwrap(), Some((second.epoch, bytes("second"))));
    let large = vec![0; MAX_SNAPSHOT + 1].into();
    assert!(matches!(b.save_snapshot(&second, large).await, Err(ClusterError::TooLarge { .. })));
}

async fn an_older_presence_never_replaces_a_newer(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let ana = AgentId::new("ana").unwrap();
    a.announce(ana.clone(), 2, bytes("Available")).await.unwrap();
    assert_eq!(b.announce(ana.clone(), 1, bytes("Offline")).await, Err(ClusterError::Stale));
    b.announce(AgentId::new("bo").unwrap(), 1, bytes("Busy with words")).await.unwrap();
    let all = a.presences().await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!((&all[&ana].node, &all[&ana].value), (&node("a"), &bytes("Available")));
    assert_eq!(all[&AgentId::new("bo").unwrap()].value, bytes("Busy with words"));
}

async fn hints_reach_who_is_meant(cluster: Cluster) {
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let (mut at_a, mut at_b) = (a.hints(), b.hints());
    // A hint may be lost, above all before the listener is connected: say it until it is heard.
    let first = loop {
        a.hint(&Audience::Node(node("b")), bytes("typing")).await.unwrap();
        if let Ok(heard) = tokio::time::timeout(Duration::from_millis(100), at_b.recv()).await {
            break heard.unwrap();
        }
    };
    assert_eq!(first, Hint(bytes("typing")));
    loop {
        b.hint(&Audience::All, bytes("tick")).await.unwrap();
        if let Ok(heard) = tokio::time::timeout(Duration::from_millis(100), at_a.recv()).await {
            assert_eq!(heard.unwrap(), Hint(bytes("tick")), "a hint for another node was heard");
            return;
        }
    }
}
