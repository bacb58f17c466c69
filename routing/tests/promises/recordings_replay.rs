//! What a router was told, recorded and told again, gives the same outputs.

use model::Timestamp;
use proptest::prelude::*;
use routing::*;

use crate::histories_keep_every_promise::{History, act};
use crate::support::*;

fn replay(lines: &[String]) -> (Replay, Vec<Output>) {
    let (mut replay, mut outputs) = (Replay::default(), Vec::new());
    for line in lines {
        replay.take(serde_json::from_str(line).unwrap(), &mut outputs).unwrap();
    }
    (replay, outputs)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Also through JSON, as the log keeps it, and without the ticks at which nothing was due.
    #[test]
    fn any_recorded_history_replays_to_the_same_outputs(acts in prop::collection::vec(act(), 1..100)) {
        let mut history = History::new();
        acts.into_iter().for_each(|act| history.act(act));
        let lines: Vec<_> =
            history.records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
        let (replay, outputs) = replay(&lines);
        prop_assert_eq!(outputs, history.outputs);
        let (now, router) = (history.world.now, history.world.router);
        prop_assert_eq!(replay.router().unwrap().board(now), router.board(now));
    }
}

fn records() -> Vec<Record> {
    let mut history = History::new();
    history.world.now = Timestamp(1_000);
    history.records.split_off(0)
}

#[test]
fn nothing_is_replayed_after_a_gap_until_the_next_start() {
    let [started, fed @ ..] = &records()[..] else { panic!("a start comes first") };
    let (mut replay, mut outputs) = (Replay::default(), Vec::new());
    let mut take = |record: &Record| replay.take(record.clone(), &mut outputs);
    assert_eq!(take(&fed[0]), Err(ReplayError::NotStarted));
    assert_eq!(take(started), Ok(()));
    assert_eq!(take(&fed[0]), Ok(()));
    assert_eq!(take(&Record::Gap { missing: 3 }), Err(ReplayError::Gap { missing: 3 }));
    assert_eq!(take(&fed[1]), Err(ReplayError::NotStarted));
    assert_eq!(take(started), Ok(()));
}

#[test]
fn a_recording_of_a_router_that_decides_otherwise_is_refused() {
    let Record::Started { seed, configuration, .. } = records().remove(0) else { panic!() };
    let later = Record::Started { version: 2_000, seed, configuration };
    let refused = Replay::default().take(later, &mut Vec::new());
    assert_eq!(refused, Err(ReplayError::OtherVersion(2_000)));
}

#[test]
fn only_ticks_at_which_nothing_is_due_are_left_out() {
    let mut world = World::new(configuration([("q", Queue::default())]));
    world.feed(Input::Tick);
    world.log_in(profile("ana", &[], &[(model::Channel::Chat, Capacity::of(1))], &["q"]));
    assert!(!world.router.is_worth_recording(world.now, &Input::Tick));
    world.chat(1, "q");
    let due = world.router.next_deadline().unwrap();
    assert!(!world.router.is_worth_recording(Timestamp(due.0 - 1), &Input::Tick));
    assert!(world.router.is_worth_recording(due, &Input::Tick));
    assert!(
        world.router.is_worth_recording(world.now, &Input::TaskReleased { task: task(9), reservation: None })
    );
}
