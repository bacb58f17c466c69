//! How long a big day takes to play: `cargo bench -p routing --bench day`.
//!
//! 100,000 contacts in ten hours, 1,000 agents in twenty teams who serve three of twenty queues each,
//! with skills, steps, patience, log-normal times, breaks, offers that ring out. One core.

use std::time::{Duration, Instant};

use model::task::{Level, SkillRequirement};
use model::{AgentId, Channel, QueueId, Skill, Timestamp};
use routing::simulator::*;
use routing::{AgentKind, AgentProfile, Capacity, Configuration, Queue, Step, StepRequirements};

const QUEUES: usize = 20;
const AGENTS: usize = 1_000;
const CONTACTS: f64 = 100_000.0;
const HOURS: u64 = 10;
const AIM: Duration = Duration::from_secs(2);

fn queue(number: usize) -> QueueId {
    QueueId::new(&format!("queue{:02}", number % QUEUES)).expect("a short name")
}

fn skill(number: usize) -> Skill {
    Skill::new(&format!("skill{:02}", number % QUEUES)).expect("a short name")
}

fn profile(number: usize) -> AgentProfile {
    let team = number / (AGENTS / QUEUES);
    AgentProfile {
        agent: AgentId::new(&format!("agent{number:04}")).expect("a short name"),
        kind: AgentKind::Person,
        skills: (0..4).map(|step| (skill(team + step), Level::HIGHEST)).collect(),
        languages: Default::default(),
        capacity: [(Channel::Voice, Capacity::of(1))].into(),
        queues: (0..3).map(|step| queue(team + step)).collect(),
        attributes: Default::default(),
        answering: Default::default(),
    }
}

fn staff(profile: &AgentProfile, number: usize) -> Staff {
    let minutes = |minutes: usize| Duration::from_secs(60 * minutes as u64);
    let pause = 120 + 15 * (number % 20);
    Staff {
        agent: profile.agent.clone(),
        group: format!("team {}", number / (AGENTS / QUEUES)),
        shifts: vec![Shift {
            from: Duration::ZERO,
            to: Duration::from_secs((HOURS + 2) * 3_600),
            breaks: vec![(minutes(pause), minutes(pause + 30))],
        }],
        answering: Answering {
            delay: Distribution::LogNormal { mean: 4.0, variation: 0.6 },
            unanswered: 0.01,
            rejected: 0.01,
            returns_after: minutes(2),
        },
        pace: 1.0,
    }
}

fn stream(number: usize) -> Stream {
    let length = Duration::from_secs(HOURS * 3_600);
    let hours = f64::from(u32::try_from(HOURS).expect("few"));
    let queues = f64::from(u32::try_from(QUEUES).expect("few"));
    let asked = |skills: Vec<Skill>| Asked {
        weight: 1.0,
        skills: skills.into_iter().map(|skill| SkillRequirement { skill, level: Level::LOWEST }).collect(),
        handling: None,
    };
    Stream {
        arrivals: Arrivals::Poisson(vec![Rate {
            from: Duration::ZERO,
            to: length,
            an_hour: CONTACTS / hours / queues,
        }]),
        kinds: vec![Kind::calls(vec![Segment {
            queue: queue(number),
            asks: vec![asked(vec![skill(number)]), asked(vec![skill(number), skill(number + 1)])],
            condition: None,
            patience: Some(Distribution::Exponential { mean: 240.0 }),
            handling: Distribution::LogNormal { mean: 270.0, variation: 0.9 },
            wrap_up: Distribution::Exponential { mean: 40.0 },
            goes_on: 0.0,
        }])],
    }
}

fn main() {
    let steps = vec![
        Step { duration: Some(Duration::from_secs(30)), ..Step::default() },
        Step { requirements: StepRequirements::Anyone, ..Step::default() },
    ];
    let settings = Queue { steps, ..Queue::default() };
    let queues = (0..QUEUES).map(|number| (queue(number), settings.clone())).collect();
    let configuration = Configuration { queues, ..Configuration::default() };
    let profiles: Vec<_> = (0..AGENTS).map(profile).collect();
    let length = Duration::from_secs(HOURS * 3_600);
    let scenario = Scenario {
        demand: Demand::Streams((0..QUEUES).map(stream).collect()),
        staff: profiles.iter().enumerate().map(|(number, profile)| staff(profile, number)).collect(),
        ..Scenario::between(Timestamp(0), Timestamp(0) + length)
    };
    let mut worst = Duration::ZERO;
    for number in 0..5 {
        let begun = Instant::now();
        let day = replicate(&configuration, &profiles, &scenario, 5, number, &Bounds::default())
            .expect("the day can be played");
        let took = begun.elapsed();
        worst = worst.max(took);
        let total = day.total();
        println!(
            "{} contacts, {AGENTS} agents: {took:.2?}, {} inputs of the router ({:.0} a second); {:.1} % in time, {:.1} % busy",
            day.contacts,
            day.inputs,
            f64::from(u32::try_from(day.inputs).unwrap_or(u32::MAX)) / took.as_secs_f64(),
            Measure::Strict.of(&total).unwrap_or(0.0) * 100.0,
            day.occupancy().share().unwrap_or(0.0) * 100.0,
        );
    }
    let verdict = if worst < AIM { "reached" } else { "NOT reached" };
    println!("worst {worst:.2?}, aim {AIM:.0?}: {verdict}");
}
