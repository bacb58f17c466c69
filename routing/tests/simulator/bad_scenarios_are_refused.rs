use std::sync::atomic::{AtomicU32, Ordering};

use routing::Queue;
use routing::simulator::*;

use crate::support::*;

fn refused(change: impl FnOnce(&mut Scenario)) -> String {
    let mut day =
        scenario(60, vec![stream(&[(0, 30, 5)], vec![segment("q")])], vec![staff("ana", 0, 60, &[])]);
    change(&mut day);
    let played = replicate(
        &rules(&[("q", Queue::default())]),
        &[profile("ana", &["q"], &[])],
        &day,
        1,
        0,
        &Bounds { most_contacts: 1_000, ..Bounds::default() },
    );
    played.unwrap_err().to_string()
}

fn first_stream(day: &mut Scenario) -> &mut Stream {
    let Demand::Streams(streams) = &mut day.demand else { panic!("made of streams") };
    &mut streams[0]
}

#[test]
fn each_flaw_is_named_with_its_place() {
    let unknown = refused(|day| first_stream(day).kinds[0].segments[0].queue = queue("sales"));
    assert!(unknown.contains("stream 1, kind 1, segment 1: there is no queue \"sales\""), "{unknown}");
    let negative =
        refused(|day| first_stream(day).kinds[0].segments[0].handling = Distribution::Constant(-3.0));
    assert!(negative.contains("segment 1, handling: a time is from 0"), "{negative}");
    let endless = refused(|day| day.staff[0].shifts[0].to = minutes(60 * 24 * 30));
    assert!(endless.contains("agent ana: a shift is longer"), "{endless}");
    let backwards = refused(|day| day.staff[0].shifts[0].from = minutes(90));
    assert!(backwards.contains("a shift ends after it begins"), "{backwards}");
    let overlapping = refused(|day| {
        day.staff[0].shifts[0].breaks = vec![(minutes(10), minutes(20)), (minutes(15), minutes(25))]
    });
    assert!(overlapping.contains("breaks lie within the shift"), "{overlapping}");
    let stranger = refused(|day| day.staff[0].agent = agent("zoe"));
    assert!(stranger.contains("agent zoe: no profile"), "{stranger}");
    let nobody = refused(|day| day.staff[0].answering.unanswered = 1.0);
    assert!(nobody.contains("leave some to be taken"), "{nobody}");
    let rate = Rate { from: minutes(0), to: minutes(10), an_hour: f64::NAN };
    let strange = refused(|day| first_stream(day).arrivals = Arrivals::Poisson(vec![rate]));
    assert!(strange.contains("a rate is not negative"), "{strange}");
    let never = refused(|day| day.ends = day.begins);
    assert!(never.contains("it ends after it begins"), "{never}");
}

#[test]
fn size_and_time_are_bounded() {
    let many = refused(|day| first_stream(day).arrivals = stream(&[(0, 1, 2_000)], vec![]).arrivals);
    assert!(many.contains("more than 1000 contacts"), "{many}");
    let day =
        scenario(60, vec![stream(&[(0, 30, 50_000)], vec![segment("q")])], vec![staff("ana", 0, 60, &[])]);
    let asked = AtomicU32::new(0);
    let three_times = || asked.fetch_add(1, Ordering::Relaxed) < 3;
    let bounds = Bounds { go_on: &three_times, ..Bounds::default() };
    let configuration = rules(&[("q", Queue::default())]);
    let stopped = replicate(&configuration, &[profile("ana", &["q"], &[])], &day, 1, 0, &bounds);
    assert_eq!(stopped, Err(SimulationError::Interrupted));
    assert_eq!(asked.into_inner(), 4);
}

#[test]
fn contacts_nobody_can_serve_end_the_day_with_it() {
    let day = scenario(60, vec![stream(&[(0, 30, 5)], vec![segment("q")])], Vec::new());
    let played = once(&rules(&[("q", Queue::default())]), &[], &day);
    let all = tally(&played, "q");
    assert_eq!((all.unfinished, all.offered()), (5, 0));
}
