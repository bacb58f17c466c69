use std::time::Duration;

use model::task::CallbackMode;
use routing::simulator::*;
use routing::{Overflow, Queue};

use crate::support::*;

#[test]
fn nobody_answers_before_the_shift_or_in_a_break_and_what_is_in_hand_is_finished() {
    let contacts = stream(&[(0, 1, 1), (30, 31, 1), (59, 60, 1)], vec![segment("q")]);
    let day = scenario(60, vec![contacts], vec![staff("ana", 10, 60, &[(25, 40)])]);
    let played = once(&rules(&[("q", Queue::default())]), &[profile("ana", &["q"], &[])], &day);
    let all = tally(&played, "q");
    assert_eq!((all.outcomes.answered(), all.unfinished), (3, 0));
    let waits = &played.queues[&queue("q")].intervals;
    // Came within the first minute, answered when the shift began at ten.
    assert!((540_000..=600_000).contains(&waits[0].wait_ms), "{}", waits[0].wait_ms);
    assert!((540_000..=600_000).contains(&waits[3].wait_ms), "{}", waits[3].wait_ms);
    assert_eq!(waits[5].wait_ms, 0);
    // At work for 35 minutes; busy for two whole ones and as much of the third as lies in the hour.
    let busy = &played.groups["team"].total;
    assert_eq!(busy.staffed_ms, 35 * 60_000);
    assert!((120_000..180_000).contains(&busy.busy_ms), "{busy:?}");
}

#[test]
fn wrap_up_holds_the_agent_until_it_ends_or_the_queue_ends_it() {
    let wrapping = Segment { wrap_up: Distribution::Constant(600.0), ..segment("q") };
    let day = scenario(60, vec![stream(&[(0, 1, 2)], vec![wrapping])], vec![staff("ana", 0, 60, &[])]);
    let profiles = [profile("ana", &["q"], &[])];
    let patient = once(&rules(&[("q", Queue::default())]), &profiles, &day);
    let limited = Queue { wrap_up_limit: Some(minutes(2)), ..Queue::default() };
    let limited = once(&rules(&[("q", limited)]), &profiles, &day);
    assert!((600_000..=660_000).contains(&tally(&patient, "q").wait_ms), "{:?}", tally(&patient, "q"));
    assert!((120_000..=180_000).contains(&tally(&limited, "q").wait_ms), "{:?}", tally(&limited, "q"));
    assert_eq!(patient.groups["team"].total.busy_ms, 2 * 660_000);
    assert_eq!(limited.groups["team"].total.busy_ms, 2 * 180_000);
}

#[test]
fn a_contact_counts_where_it_came_also_when_it_overflows_or_expires() {
    let away =
        Queue { deadline: Some(minutes(1)), overflow: Some(queue("people").into()), ..Queue::default() };
    let lost = Queue { deadline: Some(minutes(1)), ..Queue::default() };
    let configuration = rules(&[("first", away), ("short", lost), ("people", Queue::default())]);
    let streams =
        vec![stream(&[(0, 30, 5)], vec![segment("first")]), stream(&[(0, 30, 3)], vec![segment("short")])];
    let day = scenario(60, streams, vec![staff("ana", 0, 60, &[])]);
    let played = once(&configuration, &[profile("ana", &["people"], &[])], &day);
    let (first, short) = (tally(&played, "first"), tally(&played, "short"));
    assert_eq!((first.outcomes.answered(), first.overflowed), (5, 5));
    assert!(first.wait_ms >= 5 * 60_000);
    assert_eq!((short.lost, short.offered(), short.wait_ms), (3, 3, 180_000));
    assert!(!played.queues.contains_key(&queue("people")));
}

#[test]
fn who_leaves_the_line_to_be_called_back_is_neither_answered_nor_abandoned() {
    let asks = Overflow::Callback { answer_within: Duration::from_secs(30) };
    let asking = Queue { deadline: Some(minutes(2)), overflow: Some(asks), ..Queue::default() };
    let impatient = Segment { patience: Some(Distribution::Constant(300.0)), ..segment("q") };
    for mode in [CallbackMode::AgentFirst, CallbackMode::CustomerFirst] {
        let mut day = scenario(
            600,
            vec![stream(&[(0, 30, 60)], vec![impatient.clone()])],
            vec![staff("ana", 60, 600, &[])],
        );
        day.callbacks.chosen = 0.6;
        day.callbacks.callback.mode = mode;
        let played = once(&rules(&[("q", asking.clone())]), &[profile("ana", &["q"], &[])], &day);
        let all = tally(&played, "q");
        // Nobody is there for an hour: at two minutes all are asked, and who says no leaves.
        assert_eq!((all.callbacks + all.lost, all.unfinished), (60, 0), "{all:?}");
        assert!((24..=48).contains(&all.callbacks), "{all:?}");
        assert_eq!(all.wait_ms, 60 * 120_000);
        // Those who are reached, most of them, are spoken with for a minute each.
        let spoken = played.groups["team"].total.busy_ms / 60_000;
        assert!(
            (u64::from(all.callbacks) / 2..=u64::from(all.callbacks) * 3 / 2).contains(&spoken),
            "{spoken}"
        );
    }
}

#[test]
fn who_is_handed_on_waits_again_in_the_next_queue() {
    let bot = Segment { goes_on: 1.0, ..segment("bot") };
    let day = scenario(
        60,
        vec![stream(&[(0, 30, 4)], vec![bot, segment("people")])],
        vec![staff("scout", 0, 60, &[]), staff("ana", 45, 60, &[])],
    );
    let profiles = [profile("scout", &["bot"], &[]), profile("ana", &["people"], &[])];
    let played = once(&rules(&[("bot", Queue::default()), ("people", Queue::default())]), &profiles, &day);
    assert_eq!(tally(&played, "bot").outcomes.answered(), 4);
    assert_eq!(tally(&played, "people").outcomes.answered(), 4);
    assert!(tally(&played, "people").wait_ms >= 4 * 14 * 60_000);
}

#[test]
fn offers_that_ring_out_cost_ring_time_and_the_agent_until_back() {
    let mut careless = staff("ana", 0, 600, &[]);
    careless.answering = Answering { unanswered: 0.5, returns_after: minutes(3), ..Answering::AT_ONCE };
    let ring = Queue { ring: [(model::Channel::Voice, Duration::from_secs(15))].into(), ..Queue::default() };
    let day = scenario(600, vec![stream(&[(0, 500, 40)], vec![segment("q")])], vec![careless]);
    let played = once(&rules(&[("q", ring)]), &[profile("ana", &["q"], &[])], &day);
    let all = tally(&played, "q");
    assert_eq!(all.outcomes.answered(), 40);
    // About forty misses, each of 15 s of ringing and three minutes away.
    assert!(all.wait_ms > 40 * 195_000 / 2, "{}", all.wait_ms);
}

#[test]
fn waiting_times_told_on_arrival_are_held_against_the_wait() {
    let day =
        scenario(120, vec![stream(&[(0, 60, 110)], vec![segment("q")])], vec![staff("ana", 0, 120, &[])]);
    let played = once(&rules(&[("q", Queue::default())]), &[profile("ana", &["q"], &[])], &day);
    let all = tally(&played, "q");
    let told = &all.estimates;
    assert_eq!(u64::from(told.given + told.none), u64::from(all.delayed));
    assert!(told.given > 80, "{told:?}");
    // One call a minute is answered, without fail: the guess can hardly be wrong.
    let off = Measure::EstimateRelativeError.of(all).unwrap();
    assert!(off < 0.25, "{off}");
}

#[test]
fn those_ahead_who_will_give_up_are_not_told_as_waiting_time() {
    // Half as many agents as calls need: who is answered has waited while about half of those ahead left.
    let impatient = Segment {
        patience: Some(Distribution::Exponential { mean: 300.0 }),
        handling: Distribution::Exponential { mean: 180.0 },
        ..segment("q")
    };
    let names: Vec<String> = (0..20).map(|number| format!("agent{number}")).collect();
    let members = names.iter().map(|name| staff(name, 0, 900, &[])).collect();
    let profiles: Vec<_> = names.iter().map(|name| profile(name, &["q"], &[])).collect();
    let day = Scenario {
        warm_up: minutes(60),
        ..scenario(600, vec![stream(&[(0, 600, 8_000)], vec![impatient])], members)
    };
    let played = once(&rules(&[("q", Queue::default())]), &profiles, &day);
    let all = tally(&played, "q");
    let wait =
        f64::from(u32::try_from(all.estimates.wait_ms / 1_000).unwrap()) / f64::from(all.estimates.given);
    let bias = Measure::EstimateBias.of(all).unwrap() / wait;
    let off = Measure::EstimateRelativeError.of(all).unwrap();
    assert!(Measure::Abandonment.of(all).unwrap() > 0.4);
    assert!(bias.abs() < 0.15, "told {bias:+.2} of the wait too much");
    assert!(off < 0.4, "{off:.2} of the wait off");
}

#[test]
fn a_recorded_day_is_played_as_it_was() {
    let at = |seconds: u64| model::Timestamp(1_000_000) + Duration::from_secs(seconds);
    let contact = |seconds: u64, patience: RecordedPatience| RecordedContact {
        at: at(seconds),
        channel: model::Channel::Voice,
        priority: Default::default(),
        segments: vec![RecordedSegment {
            queue: queue("q"),
            requirements: Default::default(),
            facts: Default::default(),
            patience,
            handling: RecordedTime::Known(minutes(5)),
            wrap_up: RecordedTime::Known(Duration::ZERO),
        }],
    };
    let waits = |seconds: u64| RecordedPatience::AtLeast(Duration::from_secs(seconds), None);
    let contacts = vec![
        contact(0, waits(0)),
        contact(10, RecordedPatience::Left(Duration::from_secs(40))),
        contact(20, waits(280)),
    ];
    let day = Scenario {
        demand: Demand::Recorded(contacts),
        ..scenario(60, Vec::new(), vec![staff("ana", 0, 60, &[])])
    };
    let played = once(&rules(&[("q", Queue::default())]), &[profile("ana", &["q"], &[])], &day);
    let all = tally(&played, "q");
    assert_eq!((all.outcomes.answered(), all.outcomes.abandoned_later), (2, 1));
    assert_eq!((all.answered_wait_ms, all.wait_ms), (280_000, 320_000));
}
