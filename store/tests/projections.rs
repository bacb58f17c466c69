//! What the projections answer, and that the log alone is enough to make them anew.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::time::Duration;

use common::*;
use model::event::CloseReason;
use model::task::Requirements;
use model::task::{CancelReason, ReservationEnd, TaskState, TransferReason, TransferTarget};
use model::{
    Channel, Identity, Intent, ReservationId, Sequence, SessionEvent, StreamId, Timestamp, Verification,
};
use store::{SearchQuery, SearchScope, Store, WaitOutcome};
use uuid::Uuid;

on_every_engine!(
    open_tasks_come_longest_waiting_first_with_their_states,
    an_ended_reservation_returns_only_its_own_task,
    what_rings_at_several_agents_is_kept_in_order_until_one_has_it,
    a_transferred_task_keeps_its_age_and_waits_anew,
    a_task_does_not_go_on_waiting_for_who_declined_it,
    finished_waits_tell_answered_from_abandoned_and_keep_to_their_day,
    a_customer_has_a_history_and_an_open_session,
    a_claimed_identity_never_finds_a_verified_customer,
    search_finds_words_and_beginnings_and_keeps_notes_apart,
    search_pages_newest_first,
    no_text_is_a_query_language,
    an_absorbed_session_shows_in_the_history_until_it_is_separated,
    who_was_taken_for_another_customer_is_their_own_again_after_the_separation,
    sessions_that_absorb_each_other_end,
    rebuilt_projections_are_the_same,
    events_of_all_sessions_come_in_the_order_they_became_durable,
    customers_of_one_person_share_a_history_and_those_of_one_browser_do_not,
    offers_that_rang_out_are_counted_in_a_row_until_one_is_accepted,
);

async fn find(store: &Store, text: &str, scope: SearchScope) -> Vec<String> {
    let query = SearchQuery { text: text.to_owned(), scope, limit: 50, before: None };
    store.search(query).await.unwrap().into_iter().map(|hit| hit.snippet).collect()
}

fn transferred(number: u128, target: TransferTarget) -> SessionEvent {
    SessionEvent::TaskTransferred {
        task: task(number),
        from: None,
        target,
        requirements: Requirements::NONE,
        reason: TransferReason::LowConfidence,
        note: Some("wants a refund".to_owned()),
    }
}

async fn open_tasks_come_longest_waiting_first_with_their_states(home: Home) {
    let store = home.open();
    record(&store, 1, 50, vec![opened(1, 7), created(11, "sales", 30)]).await;
    record(&store, 2, 50, vec![opened(2, 7), created(12, "sales", 10), reserved(12, 5, "ana")]).await;
    record(&store, 3, 50, vec![opened(3, 7), created(13, "sales", 20), assigned(13, "ben")]).await;
    record(&store, 4, 50, vec![opened(4, 7), created(14, "sales", 5), assigned(14, "ben")]).await;
    let completed =
        SessionEvent::TaskCompleted { task: task(14), agent: agent("ben"), disposition: None, summary: None };
    record(&store, 4, 60, vec![completed]).await;

    let tasks = store.open_tasks().await.unwrap();
    assert_eq!(tasks.iter().map(|open| open.task).collect::<Vec<_>>(), [task(12), task(13), task(11)]);
    let reservation = ReservationId(Uuid::from_u128(5));
    let expires_at = Timestamp(99);
    assert_eq!(
        tasks[0].state,
        TaskState::Reserved { reservation, agent: agent("ana"), expires_at, others: Vec::new() }
    );
    assert_eq!(tasks[1].state, TaskState::Assigned { agent: agent("ben") });
    assert_eq!(tasks[2].state, TaskState::Pending);
}

async fn an_ended_reservation_returns_only_its_own_task(home: Home) {
    let store = home.open();
    record(&store, 1, 1, vec![opened(1, 7), created(11, "sales", 1), reserved(11, 5, "ana")]).await;
    let ended = |reservation| SessionEvent::ReservationEnded {
        task: task(11),
        reservation: ReservationId(Uuid::from_u128(reservation)),
        agent: agent("ana"),
        outcome: ReservationEnd::TimedOut,
        reason: None,
    };
    record(&store, 1, 2, vec![ended(4)]).await;
    assert!(matches!(store.open_tasks().await.unwrap()[0].state, TaskState::Reserved { .. }));
    record(&store, 1, 3, vec![ended(5)]).await;
    assert_eq!(store.open_tasks().await.unwrap()[0].state, TaskState::Pending);
}

async fn what_rings_at_several_agents_is_kept_in_order_until_one_has_it(home: Home) {
    let store = home.open();
    let offers = [reserved(11, 5, "ana"), reserved(11, 6, "ben"), reserved(11, 7, "cem")];
    record(&store, 1, 1, vec![opened(1, 7), created(11, "sales", 1)]).await;
    record(&store, 1, 2, offers.to_vec()).await;
    let ended = |reservation, name| SessionEvent::ReservationEnded {
        task: task(11),
        reservation: ReservationId(Uuid::from_u128(reservation)),
        agent: agent(name),
        outcome: ReservationEnd::Rescinded,
        reason: None,
    };
    let mut at = 3;
    for (end, left) in [
        (None, vec!["ana", "ben", "cem"]),
        (Some((5, "ana")), vec!["ben", "cem"]),
        (Some((9, "zoe")), vec!["ben", "cem"]),
        (Some((7, "cem")), vec!["ben"]),
        (Some((6, "ben")), vec![]),
    ] {
        if let Some((reservation, name)) = end {
            record(&store, 1, at, vec![ended(reservation, name)]).await;
            at += 1;
        }
        let state = store.open_tasks().await.unwrap().remove(0).state;
        let asked: Vec<_> = state.offers().into_iter().map(|offer| offer.agent.to_string()).collect();
        assert_eq!(asked, left);
        assert_eq!(state == TaskState::Pending, left.is_empty());
    }
    record(&store, 1, at, vec![reserved(11, 8, "ana"), assigned(11, "ana")]).await;
    assert_eq!(store.open_tasks().await.unwrap()[0].state, TaskState::Assigned { agent: agent("ana") });
}

async fn a_transferred_task_keeps_its_age_and_waits_anew(home: Home) {
    let store = home.open();
    record(&store, 1, 100, vec![opened(1, 7), created(11, "entry", 100), assigned(11, "bot")]).await;
    let target = TransferTarget::Agent { agent: agent("ana"), queue: queue("sales") };
    record(&store, 1, 400, vec![transferred(11, target)]).await;
    let waiting = store.open_tasks().await.unwrap().remove(0);
    assert_eq!((waiting.waiting_since, waiting.queued_at), (Timestamp(100), Timestamp(400)));
    assert_eq!((waiting.queue, waiting.only_agent), (queue("sales"), Some(agent("ana"))));

    record(&store, 1, 900, vec![assigned(11, "ana")]).await;
    let waits = store.queue_day(&queue("sales"), Timestamp(0), Timestamp(1_000)).await.unwrap();
    assert_eq!(waits.len(), 1);
    assert_eq!((waits[0].wait, waits[0].outcome), (Duration::from_millis(500), WaitOutcome::Answered));
}

async fn a_task_does_not_go_on_waiting_for_who_declined_it(home: Home) {
    let store = home.open();
    record(&store, 1, 100, vec![opened(1, 7), created(11, "entry", 100)]).await;
    let target = TransferTarget::Agent { agent: agent("ana"), queue: queue("sales") };
    record(&store, 1, 200, vec![transferred(11, target), reserved(11, 5, "ana")]).await;
    let rejected = SessionEvent::ReservationEnded {
        task: task(11),
        reservation: ReservationId(Uuid::from_u128(5)),
        agent: agent("ana"),
        outcome: ReservationEnd::Rejected,
        reason: None,
    };
    record(&store, 1, 300, vec![rejected]).await;
    let waiting = store.open_tasks().await.unwrap().remove(0);
    assert_eq!((waiting.state, waiting.only_agent), (TaskState::Pending, None));
}

async fn finished_waits_tell_answered_from_abandoned_and_keep_to_their_day(home: Home) {
    let store = home.open();
    record(&store, 1, 100, vec![opened(1, 7), created(11, "sales", 100)]).await;
    let canceled = SessionEvent::TaskCanceled { task: task(11), reason: CancelReason::Abandoned };
    record(&store, 1, 350, vec![canceled]).await;
    let day =
        async |from, to| store.queue_day(&queue("sales"), Timestamp(from), Timestamp(to)).await.unwrap();
    let waits = day(0, 1_000).await;
    assert_eq!((waits[0].wait, waits[0].outcome), (Duration::from_millis(250), WaitOutcome::Abandoned));
    assert!(day(0, 350).await.is_empty());
    assert_eq!(day(350, 351).await.len(), 1);
}

async fn a_customer_has_a_history_and_an_open_session(home: Home) {
    let store = home.open();
    let intent = Intent::new("refund").unwrap();
    let detected = SessionEvent::IntentDetected { intent: intent.clone(), confidence: 0.9 };
    let visitor = Identity::Visitor("v1".into());
    let events = vec![
        opened(1, 7),
        leg(21, visitor, Verification::Verified),
        message(10, "where is my parcel?"),
        detected,
        created(11, "sales", 10),
        assigned(11, "ana"),
    ];
    record(&store, 1, 10, events).await;
    record(&store, 1, 20, vec![SessionEvent::Closed { reason: CloseReason::Customer }]).await;
    record(&store, 2, 30, vec![opened(2, 7)]).await;

    let past = store.sessions_of_customer(customer(7), 10).await.unwrap();
    assert_eq!(past.iter().map(|summary| summary.session).collect::<Vec<_>>(), [session(2), session(1)]);
    let first = store.session_summary(session(1)).await.unwrap().unwrap();
    assert_eq!(first, past[1]);
    assert_eq!(first.channels, [Channel::Chat]);
    assert_eq!(first.last_text.as_deref(), Some("where is my parcel?"));
    assert_eq!((first.last_agent, first.intent), (Some(agent("ana")), Some(intent)));
    assert_eq!((first.closed_at, first.close_reason), (Some(Timestamp(20)), Some(CloseReason::Customer)));
    assert_eq!(store.open_session_of(customer(7)).await.unwrap(), Some(session(2)));
    assert_eq!(store.open_session_of(customer(8)).await.unwrap(), None);
    assert_eq!(store.last_agent(customer(7), Timestamp(10)).await.unwrap(), Some(agent("ana")));
    assert_eq!(store.last_agent(customer(7), Timestamp(11)).await.unwrap(), None);

    record(&store, 1, 40, vec![SessionEvent::Reopened]).await;
    assert_eq!(store.open_sessions(None, 10).await.unwrap(), [session(1), session(2)]);
    assert_eq!(store.open_sessions(Some(session(1)), 10).await.unwrap(), [session(2)]);
}

async fn a_claimed_identity_never_finds_a_verified_customer(home: Home) {
    let store = home.open();
    let mail = Identity::email("Eve@example.org");
    record(&store, 1, 1, vec![opened(1, 7), leg(21, mail.clone(), Verification::Verified)]).await;
    record(&store, 2, 9, vec![opened(2, 8), leg(22, mail.clone(), Verification::Claimed)]).await;
    let verified = store.customer_by_identity(&mail, Verification::Verified).await.unwrap();
    assert_eq!(verified, Some(customer(7)));

    let other = Identity::email("mallory@example.org");
    record(&store, 3, 9, vec![opened(3, 9), leg(23, other.clone(), Verification::Claimed)]).await;
    assert_eq!(store.customer_by_identity(&other, Verification::Verified).await.unwrap(), None);
    assert_eq!(store.customer_by_identity(&other, Verification::Claimed).await.unwrap(), Some(customer(9)));
}

async fn search_finds_words_and_beginnings_and_keeps_notes_apart(home: Home) {
    let store = home.open();
    record(&store, 1, 1, vec![opened(1, 7), message(10, "Der Rückversand ist kaputt"), note(11, "grumpy")])
        .await;
    for text in
        ["rückversand", "RUCKVERSAND", "kaputt rück", "ruckv", "ru\u{308}ckversand kaputt", "ist-kaputt"]
    {
        assert_eq!(find(&store, text, SearchScope::Messages).await.len(), 1, "{text}");
    }
    assert!(find(&store, "kaputt missing", SearchScope::Messages).await.is_empty());
    assert!(find(&store, "grumpy", SearchScope::Messages).await.is_empty());
    assert_eq!(find(&store, "grumpy", SearchScope::MessagesAndNotes).await, ["grumpy"]);
}

async fn search_pages_newest_first(home: Home) {
    let store = home.open();
    for number in 1..=5 {
        record(&store, number, 1, vec![opened(number, 7), message(10, "parcel")]).await;
    }
    let page = |before| SearchQuery { text: "parcel".into(), scope: SearchScope::Messages, limit: 3, before };
    let first = store.search(page(None)).await.unwrap();
    let second = store.search(page(Some(first[2].position))).await.unwrap();
    let sessions: Vec<_> = first.iter().chain(&second).map(|hit| hit.session).collect();
    assert_eq!(sessions, [5, 4, 3, 2, 1].map(session));
}

async fn no_text_is_a_query_language(home: Home) {
    let store = home.open();
    record(&store, 1, 1, vec![opened(1, 7), message(10, "parcel"), note(11, "secret")]).await;
    let hostile = [
        "\"",
        "\"\"",
        "*",
        "a*b",
        "note:secret",
        "{note} : secret",
        "parcel OR secret",
        "NOT parcel",
        "NEAR(",
        "parcel NEAR/2 secret",
        "(((((",
        "^secret",
        "-parcel +secret",
        "'; DROP TABLE events; --",
        "\0",
        "\u{feff}",
        "parcel\0secret",
        "AND",
        "OR",
        "😀",
        "%",
        "_",
        "\\",
        "",
        "ⓐ",
        "ⓐ secret ⓑ",
        "\"secret",
        "\\\" OR secret",
    ];
    for text in hostile {
        let hits = find(&store, text, SearchScope::Messages).await;
        assert!(!hits.iter().any(|hit| hit.contains("secret")), "{text:?}");
    }
    assert_eq!(find(&store, "parcel", SearchScope::Messages).await.len(), 1);
    find(&store, &"(\"x".repeat(100_000), SearchScope::MessagesAndNotes).await;
}

#[tokio::test]
async fn erasing_leaves_no_word_anywhere_and_no_gap() {
    let (folder, store) = open();
    let events = vec![
        opened(1, 7),
        message(10, "my number is zanzibar"),
        note(11, "zanzibar again"),
        created(12, "sales", 1),
        transferred(12, TransferTarget::Queue { queue: queue("sales") }),
    ];
    record(&store, 1, 1, events).await;
    record(&store, 2, 1, vec![opened(2, 8), message(10, "zanzibar elsewhere")]).await;
    // Words of the very batch that erases them go too.
    let erased = SessionEvent::Erased { by: agent("ana") };
    record(&store, 1, 2, vec![message(13, "zanzibar to the last"), erased]).await;

    let hits = find(&store, "zanzibar", SearchScope::MessagesAndNotes).await;
    assert_eq!(hits, ["zanzibar elsewhere"]);
    let left = store.load_session(session(1), Sequence::START, 99).await.unwrap();
    assert_eq!(left.iter().map(|event| event.sequence.0).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    let text = serde_json::to_string(&left).unwrap();
    assert!(!text.contains("zanzibar") && !text.contains("refund"), "{text}");
    let summary = store.session_summary(session(1)).await.unwrap().unwrap();
    assert_eq!((summary.last_text, summary.erased_at), (None, Some(Timestamp(2))));
    // The key is still held: a repeated delivery brings nothing back.
    let key = Uuid::from_u128(10);
    assert_eq!(store.find_key(&StreamId::Session(session(1)), key).await.unwrap(), Some(Sequence(2)));
    drop(store);

    // Not in the bytes on disk either, once the log is moved into the database.
    let database = std::fs::read(folder.path().join("tandem.db")).unwrap();
    let holds = |word: &[u8]| database.windows(word.len()).any(|bytes| bytes == word);
    assert!(!holds(b"number is zanzibar") && !holds(b"zanzibar again") && !holds(b"to the last"));
    assert!(holds(b"zanzibar elsewhere"));
}

async fn an_absorbed_session_shows_in_the_history_until_it_is_separated(home: Home) {
    let store = home.open();
    record(&store, 1, 1, vec![opened(1, 7), message(10, "first")]).await;
    record(&store, 2, 2, vec![opened(2, 7), message(20, "second")]).await;
    record(&store, 1, 3, vec![message(11, "third")]).await;
    record(&store, 2, 4, vec![SessionEvent::AbsorbedInto { other: session(1) }]).await;
    let absorbed = SessionEvent::Absorbed { other: session(2), through: Sequence(2) };
    record(&store, 1, 5, vec![absorbed]).await;

    let texts = async || {
        let mut texts = Vec::new();
        for event in store.history(session(1), 0, 99).await.unwrap() {
            if let SessionEvent::MessagePosted { message } = event.recorded.event {
                texts.push((event.session, message.text));
            }
        }
        texts
    };
    let own = |text: &str| (session(1), text.to_owned());
    assert_eq!(texts().await, [own("first"), (session(2), "second".to_owned()), own("third")]);
    let summary = store.session_summary(session(2)).await.unwrap().unwrap();
    assert_eq!(summary.absorbed_into, Some(session(1)));

    record(&store, 1, 6, vec![SessionEvent::Separated { other: session(2) }]).await;
    record(&store, 2, 6, vec![SessionEvent::Separated { other: session(1) }]).await;
    assert_eq!(texts().await, [own("first"), own("third")]);
    assert_eq!(store.session_summary(session(2)).await.unwrap().unwrap().absorbed_into, None);
}

async fn who_was_taken_for_another_customer_is_their_own_again_after_the_separation(home: Home) {
    let store = home.open();
    let theirs = || Identity::Visitor("v2".into());
    record(&store, 1, 1, vec![opened(1, 7)]).await;
    record(&store, 2, 2, vec![opened(2, 8), leg(21, theirs(), Verification::Verified)]).await;
    record(&store, 2, 4, vec![SessionEvent::AbsorbedInto { other: session(1) }]).await;
    let learned = SessionEvent::IdentityAttached { identity: theirs(), verification: Verification::Verified };
    let absorbed = SessionEvent::Absorbed { other: session(2), through: Sequence(3) };
    record(&store, 1, 5, vec![absorbed, learned]).await;
    let whose = async || store.customer_by_identity(&theirs(), Verification::Verified).await.unwrap();
    assert_eq!(whose().await, Some(customer(7)));

    record(&store, 2, 6, vec![SessionEvent::Separated { other: session(1) }]).await;
    record(&store, 1, 7, vec![SessionEvent::Separated { other: session(2) }]).await;
    assert_eq!(whose().await, Some(customer(8)));
}

async fn sessions_that_absorb_each_other_end(home: Home) {
    let store = home.open();
    for (number, other) in [(1, 2), (2, 1)] {
        let absorbed = SessionEvent::Absorbed { other: session(other), through: Sequence(1) };
        record(&store, number, 1, vec![opened(number, 7), absorbed]).await;
    }
    assert_eq!(store.history(session(1), 0, 99).await.unwrap().len(), 3);
}

async fn rebuilt_projections_are_the_same(home: Home) {
    let store = home.open();
    for number in 1..=30u128 {
        let identity = Identity::Visitor(format!("v{number}").into());
        let events = vec![
            opened(number, number % 4),
            leg(21, identity, Verification::Verified),
            message(10, "parcel"),
            note(11, "parcel too"),
            created(number + 1_000, "sales", i64::try_from(number).unwrap()),
        ];
        record(&store, number, 50, events).await;
        match number % 3 {
            0 => record(&store, number, 60, vec![assigned(number + 1_000, "ana")]).await,
            1 => record(&store, number, 60, vec![SessionEvent::Erased { by: agent("ana") }]).await,
            _ => record(&store, number, 60, vec![reserved(number + 1_000, 5_000, "ben")]).await,
        };
    }
    let before = everything(&store).await;
    assert_eq!(store.rebuild_projections().await.unwrap(), 30 * 6);
    assert_eq!(everything(&store).await, before);
    assert_eq!(store.integrity().await.unwrap(), "ok");
}

async fn everything(store: &Store) -> String {
    let scope = SearchScope::MessagesAndNotes;
    let query = SearchQuery { text: "parcel".into(), scope, limit: 200, before: None };
    let mut all = format!("{:?}", store.search(query).await.unwrap());
    all += &format!("{:?}", store.open_tasks().await.unwrap());
    all += &format!("{:?}", store.queue_day(&queue("sales"), Timestamp(0), Timestamp(99)).await.unwrap());
    for number in 0..4 {
        all += &format!("{:?}", store.sessions_of_customer(customer(number), 99).await.unwrap());
        all += &format!("{:?}", store.last_agents(customer(number), Timestamp(0), 9).await.unwrap());
    }
    all
}

async fn events_of_all_sessions_come_in_the_order_they_became_durable(home: Home) {
    let store = home.open();
    record(&store, 1, 1, vec![opened(1, 7), message(10, "first")]).await;
    record(&store, 2, 2, vec![opened(2, 7)]).await;
    record(&store, 1, 3, vec![message(11, "third")]).await;
    let mut places = Vec::new();
    let mut after = 0;
    while let [.., last] = &store.session_events(after, 3).await.unwrap()[..] {
        let page = store.session_events(after, 3).await.unwrap();
        after = last.position;
        places.extend(page.iter().map(|event| (event.session, event.recorded.sequence)));
    }
    let place = |number, sequence| (session(number), Sequence(sequence));
    assert_eq!(places, [place(1, 1), place(1, 2), place(2, 1), place(1, 3)]);
}

async fn customers_of_one_person_share_a_history_and_those_of_one_browser_do_not(home: Home) {
    let store = home.open();
    let user = |id: &str| Identity::User(id.into());
    let browser = || Identity::Visitor("v1".into());
    let closed = || SessionEvent::Closed { reason: CloseReason::Customer };
    let first = vec![opened(1, 7), leg(21, user("u-1"), Verification::Verified), closed()];
    record(&store, 1, 10, first).await;
    // The same person, first seen as a browser.
    let second = vec![
        opened(2, 8),
        leg(22, browser(), Verification::Verified),
        leg(23, user("u-1"), Verification::Verified),
    ];
    record(&store, 2, 20, second).await;
    // Somebody else at that browser, and somebody who only says so.
    let third = vec![
        opened(3, 9),
        leg(24, browser(), Verification::Verified),
        leg(25, user("u-2"), Verification::Verified),
    ];
    record(&store, 3, 30, third).await;
    record(&store, 4, 40, vec![opened(4, 10), leg(26, user("u-1"), Verification::Claimed)]).await;

    let sessions = async |number| {
        let past = store.sessions_of_customer(customer(number), 10).await.unwrap();
        past.iter().map(|summary| summary.session).collect::<Vec<_>>()
    };
    assert_eq!(sessions(7).await, [session(2), session(1)]);
    assert_eq!(sessions(8).await, [session(2), session(1)]);
    assert_eq!(sessions(9).await, [session(3)]);
    assert_eq!(sessions(10).await, [session(4)]);
    assert_eq!(store.open_session_of(customer(7)).await.unwrap(), Some(session(2)));
    let mut known = store.verified_identities(customer(8)).await.unwrap();
    known.sort();
    assert_eq!(known, [browser(), user("u-1")]);
    assert_eq!(store.verified_identities(customer(10)).await.unwrap(), []);
}

async fn offers_that_rang_out_are_counted_in_a_row_until_one_is_accepted(home: Home) {
    let store = home.open();
    let ended = |number: u128, outcome| SessionEvent::ReservationEnded {
        task: task(1),
        reservation: ReservationId(Uuid::from_u128(number)),
        agent: agent("ana"),
        outcome,
        reason: None,
    };
    let assigned = |by| SessionEvent::TaskAssigned {
        task: task(1),
        reservation: Some(ReservationId(Uuid::from_u128(3))),
        agent: agent("ana"),
        by,
    };
    let (timed_out, rejected) = (ReservationEnd::TimedOut, ReservationEnd::Rejected);
    record(&store, 1, 1, vec![opened(1, 7), ended(1, timed_out)]).await;
    record(&store, 1, 5, vec![ended(2, timed_out), ended(4, rejected), assigned(Some(agent("sam")))]).await;
    let (misses, since) =
        (store.misses().await.unwrap(), store.unanswered_since(Timestamp(2)).await.unwrap());
    assert_eq!((misses, since), (vec![(agent("ana"), 2)], vec![(agent("ana"), 1)]));
    store.rebuild_projections().await.unwrap();
    assert_eq!(store.misses().await.unwrap(), [(agent("ana"), 2)]);
    record(&store, 1, 6, vec![assigned(None)]).await;
    assert_eq!(store.misses().await.unwrap(), []);
    assert_eq!(store.unanswered_since(Timestamp(0)).await.unwrap(), [(agent("ana"), 2)]);
}
