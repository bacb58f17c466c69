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

/// An instant as UTC writes it.
fn utc(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

#[test]
fn known_instants_hold_in_several_zones_and_at_both_clock_changes() {
    let daily = |zone, interval| {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        Hours::new(zone, days.map(|day| (day, vec![interval])), []).unwrap()
    };
    for (zone, interval, from, opens, closes) in [
        // The clock goes from 2 to 3 at 01:00 UTC on the 29th of March, and back on the 25th of October.
        ("Europe/Berlin", "09:00-17:00", "2026-03-28T00:00Z", "2026-03-28T08:00Z", "2026-03-28T16:00Z"),
        ("Europe/Berlin", "09:00-17:00", "2026-03-29T00:00Z", "2026-03-29T07:00Z", "2026-03-29T15:00Z"),
        ("Europe/Berlin", "01:00-04:00", "2026-03-28T12:00Z", "2026-03-29T00:00Z", "2026-03-29T02:00Z"),
        ("Europe/Berlin", "01:00-04:00", "2026-10-24T12:00Z", "2026-10-24T23:00Z", "2026-10-25T03:00Z"),
        ("Europe/Berlin", "09:00-17:00", "2026-10-25T00:00Z", "2026-10-25T08:00Z", "2026-10-25T16:00Z"),
        // What the change skips begins when it is over; what comes twice, at its first coming.
        ("Europe/Berlin", "02:30-05:00", "2026-03-28T12:00Z", "2026-03-29T01:30Z", "2026-03-29T03:00Z"),
        ("Europe/Berlin", "02:30-05:00", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-25T04:00Z"),
        // The 8th of March and the 1st of November.
        ("America/New_York", "09:00-17:00", "2026-03-07T06:00Z", "2026-03-07T14:00Z", "2026-03-07T22:00Z"),
        ("America/New_York", "09:00-17:00", "2026-03-08T06:00Z", "2026-03-08T13:00Z", "2026-03-08T21:00Z"),
        ("America/New_York", "09:00-17:00", "2026-11-01T06:00Z", "2026-11-01T14:00Z", "2026-11-01T22:00Z"),
        // Half an hour off, and none at all.
        ("Asia/Kolkata", "09:00-17:00", "2026-07-01T00:00Z", "2026-07-01T03:30Z", "2026-07-01T11:30Z"),
        ("UTC", "00:00-24:00", "2026-07-01T00:00Z", "", ""),
    ] {
        let hours = daily(zone, interval);
        if opens.is_empty() {
            assert!(hours.is_open(utc(from)) && hours.next_change(utc(from)).is_none());
            continue;
        }
        assert_eq!(hours.next_change(utc(from)), Some(utc(opens)), "{zone} {interval} opens");
        assert_eq!(hours.next_change(utc(opens)), Some(utc(closes)), "{zone} {interval} closes");
        assert_eq!(hours.open_between(utc(from), utc(closes)), utc(closes).since(utc(opens)));
    }
}

#[test]
fn a_holiday_is_a_day_of_the_zone_and_not_of_utc() {
    let days = ["thursday", "friday"].map(|day| (day, vec!["09:00-17:00"]));
    let hours = Hours::new("Pacific/Auckland", days, [("2026-12-25", vec![])]).unwrap();
    // The 25th there is from 11:00 UTC of the 24th to 11:00 of the 25th.
    assert!(hours.is_open(utc("2026-12-23T20:00Z")), "Thursday the 24th, 9 o'clock");
    assert!(!hours.is_open(utc("2026-12-24T20:00Z")), "Friday the 25th, 9 o'clock");
    assert!(hours.is_open(utc("2026-12-31T20:00Z")), "Friday the 1st, 9 o'clock");
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
