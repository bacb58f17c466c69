//! Events that were stored by an older Tandem read and fold today.
//!
//! `stored_events/v1.jsonl` is a sample of the first version: two sessions' logs, in which every kind
//! of event occurs, with its optional fields and without. It is never changed. When a field or kind of
//! event is added, the sample of that version goes beside it: `v2.jsonl` has callbacks, held
//! work, and a task that rang at two agents and was given to one of them.

use std::collections::BTreeSet;

use model::session::{State, Status};
use model::*;

use crate::checker::Checker;
use crate::support::*;

const V1: &str = include_str!("../stored_events/v1.jsonl");
const V2: &str = include_str!("../stored_events/v2.jsonl");

/// The logs of a sample, told apart by their beginnings.
fn logs(sample: &str) -> Vec<Vec<Recorded<SessionEvent>>> {
    let mut logs: Vec<Vec<Recorded<SessionEvent>>> = Vec::new();
    for line in sample.lines() {
        let recorded: Recorded<SessionEvent> =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        if recorded.sequence == Sequence(1) {
            logs.push(Vec::new());
        }
        logs.last_mut().unwrap().push(recorded);
    }
    logs
}

#[test]
fn every_kind_of_event_of_all_versions_reads() {
    let logs = [logs(V1), logs(V2)].concat();
    let found: BTreeSet<_> = logs.iter().flatten().map(|recorded| event_name(&recorded.event)).collect();
    let all: BTreeSet<_> = EVENTS.iter().copied().collect();
    assert_eq!(found, all);
}

#[test]
fn the_logs_of_the_first_version_keep_the_rules_and_fold() {
    let [first, second] = logs(V1).try_into().unwrap();
    for log in [&first, &second] {
        let mut checker = Checker::default();
        log.chunk_by(|one, next| one.at == next.at).for_each(|batch| checker.check(batch));
    }
    let state = State::fold(&first);
    assert_eq!(state.status, Status::Open);
    assert_eq!(state.customer, Some("0190163d-0000-7000-8000-000000000002".parse().unwrap()));
    assert_eq!(state.channels, [Channel::Chat, Channel::Email]);
    assert_eq!(state.intent.as_ref().unwrap().0.as_str(), "refund");
    assert_eq!(state.facts.values().next().unwrap(), "A-1077");
    assert_eq!(state.handover.as_ref().unwrap().note.as_deref(), Some("wants a refund for A-1077"));
    assert_eq!((state.rated, state.task.is_none()), (None, true));
    assert_eq!(State::fold(&second).status, Status::Erased);
}

#[test]
fn the_log_of_a_callback_keeps_the_rules_and_folds() {
    let [log] = logs(V2).try_into().unwrap();
    let mut checker = Checker::default();
    log.chunk_by(|one, next| one.at == next.at).for_each(|batch| checker.check(batch));
    let folded = |events: usize| State::fold(&log[..events]).task.unwrap();
    let task = folded(8);
    let (number, callback) = task.callback().unwrap();
    assert_eq!((number, callback.attempts, task.channel), ("+49301234567", 2, Channel::Voice));
    let tried = folded(14);
    assert_eq!(tried.callback().unwrap().1.attempts, 1);
    assert_eq!(tried.calls.unwrap().not_before, Some(Timestamp(1_700_000_800_000)));
    assert_eq!(tried.waiting_since, Timestamp(1_700_000_040_000));
    assert_eq!(folded(30).state.offers().len(), 2, "it rings at two");
    assert_eq!(State::fold(&log).task, None);
}

/// What is written today is what was written then, but for fields that a default may stand for.
#[test]
fn what_is_written_reads_back_as_the_same() {
    for recorded in [logs(V1), logs(V2)].concat().into_iter().flatten() {
        let written = serde_json::to_string(&recorded).unwrap();
        assert_eq!(serde_json::from_str::<Recorded<SessionEvent>>(&written).unwrap(), recorded);
    }
}

/// So that a server can be set back to the version before: a field that only the newer one knows is
/// passed over.
#[test]
fn a_field_of_a_later_version_is_passed_over() {
    for line in V1.lines() {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        let known: Recorded<SessionEvent> = serde_json::from_str(line).unwrap();
        value["event"]["field_of_a_later_version"] = serde_json::json!({ "with": ["anything"] });
        value["field_of_a_later_version"] = 7.into();
        assert_eq!(serde_json::from_value::<Recorded<SessionEvent>>(value).unwrap(), known, "{line}");
    }
}

/// A kind of event that is not known changes nobody can say what: the session is refused, not misread.
#[test]
fn a_kind_of_event_of_a_later_version_is_refused() {
    let later = r#"{"sequence":1,"at":0,"event":{"type":"teleported","to":"mars"}}"#;
    assert!(serde_json::from_str::<Recorded<SessionEvent>>(later).is_err());
}
