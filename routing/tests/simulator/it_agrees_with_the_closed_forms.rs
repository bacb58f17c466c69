use std::time::Duration;

use routing::simulator::erlang::{Erlang, erlang_b};
use routing::simulator::*;

const CALLS: Erlang =
    Erlang { arrivals: 100.0 / 30.0, handling: 1.0 / 3.0, giving_up: 1.0 / 5.0, agents: 14 };
/// In half-widths of the 99 % interval: chance alone goes as far once in some thousand seeds, and the
/// seed is fixed.
const NEAR: f64 = 1.3;

fn played(erlang: &Erlang, busy: BusyCallers, seed: u64) -> Replication {
    let world = erlang.world(300_000, 32, busy, Duration::from_secs(20));
    replicate(&world.configuration, &world.profiles, &world.scenario, seed, 0, &Bounds::default()).unwrap()
}

fn holds(what: &str, run: &Replication, expected: f64, value: impl Fn(&Replication, usize) -> Option<f64>) {
    let found = batch_means(run, 2, Confidence::Percent99, value).unwrap();
    let half = found.half_width.unwrap();
    assert!((found.mean - expected).abs() < NEAR * half, "{what}: {found:?} is not {expected}");
    assert!(half < 0.15 * expected, "{what}: {half} is too wide to say anything of {expected}");
}

fn of(measure: Measure) -> impl Fn(&Replication, usize) -> Option<f64> {
    move |replication, place| measure.of(&replication.interval(place))
}

#[test]
fn fourteen_agents_and_impatient_callers_come_to_erlang_a() {
    let run = played(&CALLS, BusyCallers::Wait, 21);
    let closed = CALLS.closed().unwrap();
    holds("has to wait", &run, closed.delayed, of(Measure::Delayed));
    holds("abandonment", &run, closed.abandonment, of(Measure::Abandonment));
    holds("mean wait", &run, closed.mean_wait * 60.0, of(Measure::MeanWait));
    holds("in time", &run, CALLS.answered_within(1.0 / 3.0).unwrap(), of(Measure::Strict));
    holds("occupancy", &run, closed.occupancy, |run, place| run.occupancy_in(place).share());
}

#[test]
fn patient_callers_come_to_erlang_c_and_callers_who_do_not_wait_to_erlang_b() {
    let patient = Erlang { giving_up: 0.0, ..CALLS };
    let run = played(&patient, BusyCallers::Wait, 22);
    let closed = patient.closed().unwrap();
    holds("has to wait", &run, closed.delayed, of(Measure::Delayed));
    holds("mean wait", &run, closed.mean_wait * 60.0, of(Measure::MeanWait));
    let run = played(&CALLS, BusyCallers::Leave, 23);
    holds("finds all busy", &run, erlang_b(10.0, 14), of(Measure::Abandonment));
}
