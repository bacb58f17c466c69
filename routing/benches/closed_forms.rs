//! The simulator beside the formulas: `cargo bench -p routing --bench closed_forms [-- CALLS]`.
//!
//! One long run each, cut into batches whose means give the interval. Prints both figures, the 99 %
//! interval's half-width, and the distance as a part of it. Of a hundred figures one lies outside by
//! chance, and those of one run fall together; so only a distance past 1.6 half-widths, which chance
//! gives once in twenty thousand, ends with an error.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use routing::simulator::erlang::{Erlang, erlang_b, erlang_c};
use routing::simulator::{
    Bounds, BusyCallers, Confidence, Measure, Replication, Summary, batch_means, replicate,
};

const CALLS: u32 = 10_000_000;
const BATCHES: u32 = 105;
/// The house fills meanwhile.
const SKIPPED: usize = 5;
/// In half-widths.
const TOO_FAR: f64 = 1.6;
/// Minutes.
const IN_TIME: f64 = 1.0 / 3.0;

/// 100 calls in 30 minutes, handled in 3, patient for 5, 14 agents.
const PUBLISHED: Erlang =
    Erlang { arrivals: 100.0 / 30.0, handling: 1.0 / 3.0, giving_up: 1.0 / 5.0, agents: 14 };

struct Line {
    what: &'static str,
    expected: f64,
    found: Summary,
}

fn run(name: &str, erlang: &Erlang, calls: u32, busy: BusyCallers, seed: u64) -> Replication {
    let world = erlang.world(calls, BATCHES, busy, Duration::from_secs_f64(IN_TIME * 60.0));
    let bounds = Bounds { most_contacts: u64::from(calls) * 2, ..Bounds::default() };
    let begun = Instant::now();
    let replication = replicate(&world.configuration, &world.profiles, &world.scenario, seed, 0, &bounds)
        .expect("the world can be played");
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{name}: {} calls in {seconds:.1} s, {:.0} inputs of the router a second",
        replication.contacts,
        f64::from(u32::try_from(replication.inputs).unwrap_or(u32::MAX)) / seconds
    );
    replication
}

fn mean(replication: &Replication, value: impl Fn(&Replication, usize) -> Option<f64>) -> Summary {
    batch_means(replication, SKIPPED, Confidence::Percent99, value).expect("there are batches")
}

fn of(replication: &Replication, measure: Measure) -> Summary {
    mean(replication, |replication, place| measure.of(&replication.interval(place)))
}

fn occupancy(replication: &Replication) -> Summary {
    mean(replication, |replication, place| replication.occupancy_in(place).share())
}

fn minutes(seconds: Summary) -> Summary {
    Summary { mean: seconds.mean / 60.0, half_width: seconds.half_width.map(|half| half / 60.0), ..seconds }
}

fn erlang_a(name: &str, erlang: &Erlang, calls: u32, seed: u64) -> Vec<Line> {
    let closed = erlang.closed().expect("callers who give up keep the line short");
    let in_time = erlang.answered_within(IN_TIME).expect("the same");
    let run = run(name, erlang, calls, BusyCallers::Wait, seed);
    vec![
        Line { what: "has to wait", expected: closed.delayed, found: of(&run, Measure::Delayed) },
        Line { what: "abandonment", expected: closed.abandonment, found: of(&run, Measure::Abandonment) },
        Line { what: "occupancy", expected: closed.occupancy, found: occupancy(&run) },
        Line {
            what: "mean wait, min",
            expected: closed.mean_wait,
            found: minutes(of(&run, Measure::MeanWait)),
        },
        Line { what: "answered within 20 s", expected: in_time, found: of(&run, Measure::Strict) },
    ]
}

fn patient(calls: u32) -> Vec<Line> {
    let erlang = Erlang { giving_up: 0.0, ..PUBLISHED };
    let closed = erlang.closed().expect("fourteen agents keep up");
    let in_time = erlang.answered_within(IN_TIME).expect("the same");
    let run = run("Erlang C, 10 of load, 14 agents", &erlang, calls, BusyCallers::Wait, 203);
    vec![
        Line { what: "has to wait", expected: erlang_c(10.0, 14), found: of(&run, Measure::Delayed) },
        Line { what: "occupancy", expected: closed.occupancy, found: occupancy(&run) },
        Line {
            what: "mean wait, min",
            expected: closed.mean_wait,
            found: minutes(of(&run, Measure::MeanWait)),
        },
        Line { what: "answered within 20 s", expected: in_time, found: of(&run, Measure::Strict) },
    ]
}

fn blocked(calls: u32) -> Vec<Line> {
    let lost = erlang_b(10.0, 14);
    let run = run("Erlang B, 10 of load, 14 agents", &PUBLISHED, calls, BusyCallers::Leave, 204);
    vec![
        Line { what: "finds all busy", expected: lost, found: of(&run, Measure::Abandonment) },
        Line { what: "occupancy", expected: 10.0 * (1.0 - lost) / 14.0, found: occupancy(&run) },
    ]
}

/// Prints the lines; how many are outside, and the largest distance.
fn print(lines: &[Line]) -> (usize, f64) {
    println!("  {:22} {:>12} {:>12} {:>12} {:>10}", "", "formula", "simulated", "99 % +-", "distance");
    let (mut outside, mut worst) = (0, 0.0f64);
    for Line { what, expected, found } in lines {
        let half = found.half_width.unwrap_or(f64::INFINITY);
        let distance = (found.mean - expected).abs() / half;
        outside += usize::from(distance > 1.0);
        worst = worst.max(distance);
        println!("  {what:22} {expected:12.6} {:12.6} {half:12.6} {distance:10.2}", found.mean);
    }
    (outside, worst)
}

fn main() -> ExitCode {
    let calls = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(CALLS);
    let heavy = Erlang { arrivals: 100.0, handling: 1.0 / 4.0, giving_up: 1.0 / 3.0, agents: 380 };
    let all = [
        erlang_a("Erlang A, 14 agents", &PUBLISHED, calls, 201),
        erlang_a("Erlang A, overloaded, 380 agents for 400 of load", &heavy, calls / 4, 202),
        patient(calls),
        blocked(calls),
    ];
    let (mut outside, mut worst) = (0, 0.0f64);
    for lines in &all {
        println!();
        let (more, distance) = print(lines);
        (outside, worst) = (outside + more, worst.max(distance));
    }
    println!("\n{outside} of {} outside their 99 % interval", all.iter().map(Vec::len).sum::<usize>());
    if worst <= TOO_FAR { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
