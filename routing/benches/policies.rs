//! Rules against each other on the same days: `cargo bench -p routing --bench policies [-- REPLICATIONS] [all]`.
//!
//! Houses as they are studied: the N (specialists beside people who can do both), the W (two teams who
//! share one kind of work), ten kinds of work with two a person, in a ring or in all pairs. All rules meet the same customers. Each
//! is held against everybody doing everything: the closed form (Erlang A) for the mean wait, and for
//! waiting by what it costs the same house with everybody trained in everything, on the same days.
//! `all` adds each combination of share and choice that has a name.

use std::time::Duration;

use model::task::{Level, SkillRequirement};
use model::{AgentId, Channel, QueueId, Skill, Timestamp};
use routing::simulator::erlang::Erlang;
use routing::simulator::*;
use routing::{
    AgentKind, AgentProfile, Capacity, Configuration, LongestIdle, Queue, Selection, Share, Stake,
};

const REPLICATIONS: u32 = 60;
/// A working day; the house fills in the first hour.
const HOURS: u64 = 9;
const WARM_UP: Duration = Duration::from_secs(3_600);
const HANDLING_MINUTES: f64 = 5.0;
const PATIENCE_MINUTES: f64 = 8.0;
/// By level 1 to 5: at the fourth one works at the usual pace.
const PACE: [f64; 5] = [1.4, 1.25, 1.12, 1.0, 0.95];
const IN_TIME: Duration = Duration::from_secs(30);

/// One kind of work, with a queue and a skill of its own.
struct Class {
    name: &'static str,
    an_hour: f64,
    /// Of a minute's wait.
    cost: u32,
}

/// So many people who can do these, by number of class and level.
struct Pool {
    count: u32,
    can: Vec<(usize, u8)>,
}

struct House {
    name: &'static str,
    classes: Vec<Class>,
    pools: Vec<Pool>,
}

struct Policy {
    name: String,
    share: Share,
    selection: Selection,
}

fn class(name: &'static str, load: f64, cost: u32) -> Class {
    Class { name, an_hour: load * 60.0 / HANDLING_MINUTES, cost }
}

/// Each of the 45 pairs of ten kinds of work, so many people each.
fn pairs(count: u32) -> Vec<Pool> {
    let all = (0..10).flat_map(|one| (one + 1..10).map(move |other| (one, other)));
    all.map(|(one, other)| Pool { count, can: vec![(one, 4), (other, 4)] }).collect()
}

/// Each kind's people have the next one besides: a ring.
fn ring(count: u32) -> Vec<Pool> {
    (0..10).map(|first| Pool { count, can: vec![(first, 4), ((first + 1) % 10, 4)] }).collect()
}

const TEN: [&str; 10] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"];

fn even(load: f64) -> Vec<Class> {
    TEN.iter().map(|name| class(name, load, 1)).collect()
}

fn houses() -> Vec<House> {
    let uneven = TEN
        .iter()
        .zip([9.9, 7.6, 8.5, 9.4, 7.2, 9.0, 8.1, 9.9, 7.6, 9.0])
        .zip([1, 3, 1, 2, 4, 1, 2, 1, 3, 1])
        .map(|((name, load), cost)| class(name, load, cost));
    vec![
        House {
            name: "N: 30 do simple work, 30 do both (simple work slower), load 95 %",
            classes: vec![class("simple", 36.0, 1), class("special", 21.0, 3)],
            pools: vec![Pool { count: 30, can: vec![(0, 4)] }, Pool { count: 30, can: vec![(0, 3), (1, 4)] }],
        },
        House {
            name: "W: teams of 30, the work between them done slower, load 93 %",
            classes: vec![class("left", 19.0, 1), class("middle", 18.0, 2), class("right", 19.0, 4)],
            pools: vec![
                Pool { count: 30, can: vec![(0, 4), (1, 3)] },
                Pool { count: 30, can: vec![(1, 3), (2, 4)] },
            ],
        },
        House {
            name: "10 skills, each of 45 pairs with 2 people, uneven costs and loads, load 96 %",
            classes: uneven.collect(),
            pools: pairs(2),
        },
        House { name: "10 skills in a ring, 9 people each, load 96 %", classes: even(8.6), pools: ring(9) },
        House {
            name: "10 skills, each of 45 pairs with 2 people, load 96 %",
            classes: even(8.6),
            pools: pairs(2),
        },
        House {
            name: "10 skills, each of 45 pairs with 2 people, load 105 %",
            classes: even(9.45),
            pools: pairs(2),
        },
        House {
            name: "10 skills, each of 45 pairs with 2 people, load 115 %",
            classes: even(10.35),
            pools: pairs(2),
        },
        House {
            name: "10 skills, each of 45 pairs with 10 people, load 100 %",
            classes: even(45.0),
            pools: pairs(10),
        },
    ]
}

fn idle() -> Selection {
    Selection::LongestIdle(LongestIdle::Unoccupied)
}

/// The last one is ours.
fn policies() -> Vec<Policy> {
    let policy = |name: &str, share, selection| Policy { name: name.into(), share, selection };
    vec![
        policy("first come, longest idle", Share::InOrder, idle()),
        policy("weighted, longest idle", Share::Weighted, idle()),
        policy("generalised c-mu, longest idle", Share::ServiceLevel, idle()),
        policy("fastest first", Share::InOrder, Selection::MostProficient),
        policy("ours: strict by cost, the most proficient", Share::Strict, Selection::MostProficient),
    ]
}

fn every_combination() -> Vec<Policy> {
    let shares = [Share::InOrder, Share::Strict, Share::Weighted, Share::ServiceLevel];
    let selections = [idle(), Selection::MostProficient, Selection::LeastProficient, Selection::RoundRobin];
    let pairs = shares.into_iter().flat_map(|share| selections.map(|selection| (share, selection)));
    pairs
        .map(|(share, selection)| Policy { name: format!("{share:?}, {selection:?}"), share, selection })
        .collect()
}

fn queue(class: &Class) -> QueueId {
    QueueId::new(class.name).expect("a plain word")
}

fn skill(class: &Class) -> Skill {
    Skill::new(class.name).expect("a plain word")
}

impl House {
    fn agents(&self) -> u32 {
        self.pools.iter().map(|pool| pool.count).sum()
    }

    fn configuration(&self, policy: &Policy) -> Configuration {
        // Dearer work has the lower rank, and its part of the agents by load and cost.
        let queue_of = |class: &Class| {
            let part = class.an_hour * f64::from(class.cost);
            let weight = (1..=100_000u32).find(|weight| f64::from(*weight) >= part).unwrap_or(1);
            let stake = Stake {
                rank: 100 - u16::try_from(class.cost).unwrap_or(0),
                weight: weight.try_into().expect("from 1"),
                cost: class.cost.try_into().expect("from 1"),
                target: IN_TIME,
                handling: Duration::from_secs_f64(HANDLING_MINUTES * 60.0),
            };
            (queue(class), Queue { selection: policy.selection, stake, ..Queue::default() })
        };
        let queues = self.classes.iter().map(queue_of).collect();
        Configuration { queues, share: policy.share, ..Configuration::default() }
    }

    fn profiles(&self, trained: Trained) -> Vec<AgentProfile> {
        let all: Vec<(usize, u8)> = (0..self.classes.len()).map(|class| (class, 4)).collect();
        let people = self.pools.iter().flat_map(|pool| (0..pool.count).map(move |_| &pool.can));
        let profile = |(number, can): (usize, &Vec<(usize, u8)>)| {
            let can = if trained == Trained::InEverything { &all } else { can };
            AgentProfile {
                agent: AgentId::new(&format!("agent{number:04}")).expect("a short name"),
                kind: AgentKind::Person,
                skills: can
                    .iter()
                    .map(|(class, level)| (skill(&self.classes[*class]), Level::new(*level).expect("1 to 5")))
                    .collect(),
                languages: Default::default(),
                capacity: [(Channel::Voice, Capacity::of(1))].into(),
                queues: can.iter().map(|(class, _)| queue(&self.classes[*class])).collect(),
                attributes: Default::default(),
                answering: Default::default(),
            }
        };
        people.enumerate().map(profile).collect()
    }

    fn scenario(&self, profiles: &[AgentProfile]) -> Scenario {
        let length = Duration::from_secs(HOURS * 3_600);
        let kind = |class: &Class| {
            Kind::calls(vec![Segment {
                queue: queue(class),
                asks: vec![Asked {
                    weight: 1.0,
                    skills: vec![SkillRequirement { skill: skill(class), level: Level::LOWEST }],
                    handling: None,
                }],
                condition: None,
                patience: Some(Distribution::Exponential { mean: PATIENCE_MINUTES * 60.0 }),
                handling: Distribution::Exponential { mean: HANDLING_MINUTES * 60.0 },
                wrap_up: Distribution::ZERO,
                goes_on: 0.0,
            }])
        };
        let stream = |class: &Class| Stream {
            arrivals: Arrivals::Poisson(vec![Rate {
                from: Duration::ZERO,
                to: length,
                an_hour: class.an_hour,
            }]),
            kinds: vec![kind(class)],
        };
        let staff = |profile: &AgentProfile| Staff {
            agent: profile.agent.clone(),
            group: "all".into(),
            shifts: vec![Shift { from: Duration::ZERO, to: length * 2, breaks: Vec::new() }],
            answering: Answering::AT_ONCE,
            pace: 1.0,
        };
        Scenario {
            overtime: length,
            warm_up: WARM_UP,
            demand: Demand::Streams(self.classes.iter().map(stream).collect()),
            staff: profiles.iter().map(staff).collect(),
            pace_by_level: PACE,
            threshold: IN_TIME,
            costs: self.classes.iter().map(|class| (queue(class), f64::from(class.cost))).collect(),
            ..Scenario::between(Timestamp(0), Timestamp(0) + length)
        }
    }

    fn play(&self, policy: &Policy, trained: Trained, replications: u32) -> Results {
        let profiles = self.profiles(trained);
        let options = Options { seed: 3_003, replications, confidence: Confidence::Percent95 };
        let scenario = self.scenario(&profiles);
        simulate(&self.configuration(policy), &profiles, &scenario, &options, &Bounds::default())
            .expect("the house can be played")
    }

    /// Everybody does everything at the usual pace, in order.
    fn pooled(&self) -> Erlang {
        let an_hour: f64 = self.classes.iter().map(|class| class.an_hour).sum();
        Erlang {
            arrivals: an_hour / 60.0,
            handling: 1.0 / HANDLING_MINUTES,
            giving_up: 1.0 / PATIENCE_MINUTES,
            agents: self.agents(),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Trained {
    AsTheyAre,
    InEverything,
}

fn written(figure: Option<Summary>, factor: f64, places: usize) -> String {
    let Some(figure) = figure else { return "-".into() };
    let half = figure.half_width.unwrap_or(0.0) * factor;
    format!("{:.places$} ± {half:.places$}", figure.mean * factor)
}

/// The worst queue's share answered in time.
fn worst(results: &Results) -> f64 {
    let queues = results.queues().into_iter();
    let strict = queues.filter_map(|queue| results.figure(&Scope::Queue(queue.clone()), Measure::Strict));
    strict.map(|figure| figure.mean).fold(1.0, f64::min)
}

/// How many people who do everything let customers wait about as long.
fn as_many_pooled(erlang: &Erlang, wait_minutes: f64) -> u32 {
    let wait =
        |agents: u32| Erlang { agents, ..*erlang }.closed().map_or(f64::INFINITY, |closed| closed.mean_wait);
    let distance = |agents: &u32| (wait(*agents) - wait_minutes).abs();
    let nearer = |one: &u32, other: &u32| distance(one).total_cmp(&distance(other));
    (erlang.agents / 2..=erlang.agents).min_by(nearer).unwrap_or(0)
}

fn compare(house: &House, policies: &[Policy], replications: u32) {
    let erlang = house.pooled();
    let closed = erlang.closed().expect("callers who give up keep the line short");
    let ours = policies.last().expect("there is one");
    let all: Vec<_> =
        policies.iter().map(|policy| house.play(policy, Trained::AsTheyAre, replications)).collect();
    let pooled = house.play(ours, Trained::InEverything, replications);
    let our_results = all.last().expect("there is one");
    println!("\n{} ({} agents, {replications} days)", house.name, house.agents());
    println!(
        "  everybody does everything: mean wait {:.2} s by Erlang A, {} s simulated; abandonment {:.2} % by Erlang A; cost a contact {}",
        closed.mean_wait * 60.0,
        written(pooled.figure(&Scope::All, Measure::MeanWait), 1.0, 2),
        closed.abandonment * 100.0,
        written(pooled.figure(&Scope::All, Measure::WaitCost), 1.0, 4),
    );
    println!(
        "  | rule | cost of waiting a contact | over ours | over pooled, cost | mean wait, s | over Erlang A | as good as pooled | abandoned, % | in time, worst queue, % |"
    );
    println!("  | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (policy, results) in policies.iter().zip(&all) {
        let against = our_results.against(results, &Scope::All, Measure::WaitCost);
        let over = against.map(|against| against.difference);
        let cost = results.figure(&Scope::All, Measure::WaitCost);
        let pooled_cost = pooled.figure(&Scope::All, Measure::WaitCost);
        let wait = results.figure(&Scope::All, Measure::MeanWait);
        let ratio = |one: Option<Summary>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) if other > 0.0 => format!("{:+.0} %", (one.mean / other - 1.0) * 100.0),
            _ => "-".into(),
        };
        println!(
            "  | {} | {} | {} | {} | {} | {} | {} of {} | {} | {:.1} |",
            policy.name,
            written(cost, 1.0, 4),
            written(over, 1.0, 4),
            ratio(cost, pooled_cost.map(|figure| figure.mean)),
            written(wait, 1.0, 2),
            ratio(wait, Some(closed.mean_wait * 60.0)),
            wait.map_or(0, |wait| as_many_pooled(&erlang, wait.mean / 60.0)),
            house.agents(),
            written(results.figure(&Scope::All, Measure::Abandonment), 100.0, 2),
            worst(results) * 100.0,
        );
    }
}

fn main() {
    let replications = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(REPLICATIONS);
    let every = std::env::args().any(|argument| argument == "all");
    let mut policies = policies();
    if every {
        let ours = policies.pop();
        policies.extend(every_combination());
        policies.extend(ours);
    }
    for house in houses() {
        compare(&house, &policies, replications);
    }
}
