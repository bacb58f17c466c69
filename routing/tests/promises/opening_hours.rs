//! Opening hours: two intervals a day, holidays, clock changes; what waits while a queue is closed.

use model::{Channel, Timestamp};
use routing::*;

use crate::support::*;

/// Berlin's wall clock.
fn berlin(text: &str) -> Timestamp {
    let zoned: jiff::ZonedDateTime = format!("{text}[Europe/Berlin]").parse().unwrap();
    Timestamp(zoned.timestamp().as_millisecond())
}

/// Monday to Friday 9 to 12 and 13 to 17, Sunday 1 to 4; Christmas Eve 9 to 11, Christmas closed.
fn hours() -> Hours {
    let day = || vec!["09:00-12:00", "13:00-17:00"];
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday"].map(|name| (name, day()));
    let sunday = [("sunday", vec!["01:00-04:00"])];
    let holidays = [("2026-12-24", vec!["09:00-11:00"]), ("2026-12-25", vec![])];
    Hours::new("Europe/Berlin", week.into_iter().chain(sunday), holidays).unwrap()
}

#[track_caller]
fn assert_changes(from: &str, expected: &[&str]) {
    let (hours, mut now) = (hours(), berlin(from));
    for change in expected {
        let was_open = hours.is_open(now);
        now = hours.next_change(now).unwrap();
        assert_eq!(now, berlin(change), "the next change should be {change}");
        assert_ne!(hours.is_open(now), was_open, "at {change}");
    }
}

#[test]
fn a_day_has_two_intervals() {
    assert_changes(
        "2026-11-24T08:00",
        &["2026-11-24T09:00", "2026-11-24T12:00", "2026-11-24T13:00", "2026-11-24T17:00", "2026-11-25T09:00"],
    );
}

#[test]
fn holidays_replace_the_weekday() {
    assert_changes(
        "2026-12-23T16:00",
        &["2026-12-23T17:00", "2026-12-24T09:00", "2026-12-24T11:00", "2026-12-27T01:00"],
    );
}

#[test]
fn a_skipped_hour_shortens_the_day_and_a_repeated_one_lengthens_it() {
    let hours = hours();
    let open = |from, to| hours.open_between(berlin(from), berlin(to)).as_secs() / 60;
    assert_eq!(open("2026-03-29T00:00", "2026-03-29T23:00"), 120, "2:00 to 3:00 does not exist");
    assert_eq!(open("2026-10-25T00:00", "2026-10-25T23:00"), 240, "2:00 to 3:00 comes twice");
    assert_eq!(open("2026-11-08T00:00", "2026-11-08T23:00"), 180);
    assert_changes("2026-03-29T00:30", &["2026-03-29T01:00", "2026-03-29T04:00"]);
}

#[test]
fn opening_times_are_the_wall_clocks_before_and_after_a_clock_change() {
    assert_changes("2026-03-27T18:00", &["2026-03-29T01:00", "2026-03-29T04:00", "2026-03-30T09:00"]);
    let before = hours().next_change(berlin("2026-03-27T06:00")).unwrap();
    let after = hours().next_change(berlin("2026-03-30T06:00")).unwrap();
    assert_eq!(after.since(before).as_secs(), 3 * 86_400 - 3_600);
}

#[test]
fn hours_around_the_clock_never_close() {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let always = Hours::new("UTC", days.map(|day| (day, vec!["00:00-24:00"])), []).unwrap();
    assert!(always.is_open(at(0.0)));
    assert_eq!(always.next_change(at(0.0)), None);
    let never = Hours::new("UTC", [], []).unwrap();
    assert_eq!((never.is_open(at(0.0)), never.next_change(at(0.0))), (false, None));
}

#[test]
fn hours_that_do_not_read_are_refused() {
    let with = |zone, day, interval| Hours::new(zone, [(day, vec![interval])], []);
    assert!(matches!(with("Mars/Olympus", "monday", "09:00-12:00"), Err(InvalidHours::Zone(_))));
    assert!(matches!(with("UTC", "someday", "09:00-12:00"), Err(InvalidHours::Day(_))));
    for bad in ["9-12", "12:00-09:00", "09:00-24:01", "09:60-10:00", "", "-", "99999:00-09:00", "09:00-09:00"]
    {
        assert!(matches!(with("UTC", "monday", bad), Err(InvalidHours::Interval(_))), "{bad}");
    }
    let overlapping = Hours::new("UTC", [("monday", vec!["09:00-12:00", "11:00-13:00"])], []);
    assert!(matches!(overlapping, Err(InvalidHours::Overlap(..))));
    assert!(matches!(Hours::new("UTC", [], [("2026-02-30", vec![])]), Err(InvalidHours::Date(_))));
}

#[test]
fn hours_read_back_as_they_were_written() {
    let text = serde_json::to_string(&hours()).unwrap();
    assert_eq!(serde_json::from_str::<Hours>(&text).unwrap(), hours());
}

fn closed_world(settings: Queue, now: &str) -> World {
    let settings = Queue { hours: Some(hours()), ..settings };
    let mut world = World::new(configuration([("q", settings), ("night", Queue::default())]));
    world.now = berlin(now);
    world.log_in(profile("ana", &[], &[(Channel::Chat, Capacity::of(1))], &["q"]));
    world
}

#[test]
fn a_chat_that_comes_while_closed_is_offered_at_the_opening() {
    let mut world = closed_world(Queue::default(), "2026-11-24T12:10");
    assert_offered(&world.chat(1, "q"), &[]);
    assert_offered(&world.chat(2, "q"), &[]);
    let opens_at = Some(berlin("2026-11-24T13:00"));
    assert!(
        matches!(world.explain(1).standing, Standing::Closed { position: 1, opens_at: at, .. } if at == opens_at)
    );
    assert_eq!(world.explain(1).needs, [Need::Opening { at: opens_at }]);
    assert_eq!(world.passed_over(1, "ana"), Some(PassedOver::QueueClosed));
    let happened = world.until(berlin("2026-11-24T13:00"));
    assert_eq!(happened.len(), 1);
    assert_offered(&[happened[0].1.clone()], &[(1, "ana")]);
}

#[test]
fn the_queues_times_stand_still_while_it_is_closed() {
    let settings = Queue { deadline: Some(seconds(600.0)), ..Queue::default() };
    let mut world = closed_world(settings, "2026-11-24T11:55");
    world.presence("ana", "offline");
    world.chat(1, "q");
    let happened = world.until(berlin("2026-11-24T14:00"));
    let expired = Output::Expired { task: task(1), queue: queue("q") };
    assert_eq!(
        happened,
        [(berlin("2026-11-24T13:05"), expired)],
        "five minutes before, five after the break"
    );
}

#[test]
fn a_closed_queue_overflows_if_it_is_told_to() {
    let overflowing = Queue {
        when_closed: WhenClosed::Overflow,
        overflow: Some(queue("night").into()),
        ..Queue::default()
    };
    let mut world = closed_world(overflowing, "2026-11-24T11:55");
    world.presence("ana", "break");
    world.chat(1, "q");
    let overflow = |number| Output::Overflowed {
        task: task(number),
        from: queue("q"),
        to: queue("night"),
        agent: None,
        reason: OverflowReason::Closed,
    };
    assert_eq!(world.until(berlin("2026-11-24T12:00")), [(world.now, overflow(1))]);
    assert_eq!(world.chat(2, "q"), [overflow(2)]);
}

#[test]
fn a_task_restored_after_a_closed_night_has_not_aged_by_it() {
    let settings = Queue { deadline: Some(seconds(600.0)), ..Queue::default() };
    let mut world = closed_world(settings, "2026-11-25T09:02");
    world.presence("ana", "offline");
    let came = berlin("2026-11-24T16:57");
    let outputs = world.feed(Input::TaskRestored {
        task: request(1, "q", Channel::Chat, came),
        queued_since: came,
        state: RestoredState::Pending,
    });
    assert_eq!(outputs, []);
    let expired = Output::Expired { task: task(1), queue: queue("q") };
    assert_eq!(world.until(berlin("2026-11-25T10:00")), [(berlin("2026-11-25T09:07"), expired)]);
}
