//! A closed form's assumptions as a scenario for the router, to hold one against the other.

use std::time::Duration;

use model::{AgentId, Channel, QueueId, Timestamp};

use super::distribution::Distribution;
use super::erlang::Erlang;
use super::scenario::{Answering, Arrivals, Demand, Kind, Rate, Scenario, Segment, Shift, Staff, Stream};
use crate::configuration::{Configuration, Queue};
use crate::input::{AgentKind, AgentProfile, Capacity};

/// All that a simulation takes.
#[derive(Debug, Clone)]
pub struct World {
    pub configuration: Configuration,
    pub profiles: Vec<AgentProfile>,
    pub scenario: Scenario,
}

/// What callers do who find everybody busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// As the rate of giving up says.
    Wait,
    /// Gone at once: Erlang B.
    Leave,
}

impl Erlang {
    /// About so many calls, with rates by the minute, in one queue, whose agents are always there and
    /// answer at once; figures for `batches` stretches of equal length.
    pub fn world(&self, calls: u32, batches: u32, busy: Busy, in_time: Duration) -> World {
        let queue = QueueId::new("calls").expect("a plain word");
        let length = Duration::from_secs_f64(f64::from(calls) / self.arrivals * 60.0);
        let exponential = |rate: f64| Distribution::Exponential { mean: 60.0 / rate };
        let segment = Segment {
            queue: queue.clone(),
            asks: Vec::new(),
            condition: None,
            patience: match busy {
                Busy::Leave => Some(Distribution::ZERO),
                Busy::Wait => (self.giving_up > 0.0).then(|| exponential(self.giving_up)),
            },
            handling: exponential(self.handling),
            wrap_up: Distribution::ZERO,
            goes_on: 0.0,
        };
        let rate = Rate { from: Duration::ZERO, to: length, an_hour: self.arrivals * 60.0 };
        let stream =
            Stream { arrivals: Arrivals::Poisson(vec![rate]), kinds: vec![Kind::calls(vec![segment])] };
        let agents: Vec<_> = (1..=self.agents)
            .map(|number| AgentId::new(&format!("agent{number:05}")).expect("a short name"))
            .collect();
        let staff = agents.iter().map(|agent| Staff {
            agent: agent.clone(),
            group: "agents".into(),
            shifts: vec![Shift { from: Duration::ZERO, to: length, breaks: Vec::new() }],
            answering: Answering::AT_ONCE,
            pace: 1.0,
        });
        let profile = |agent: &AgentId| AgentProfile {
            agent: agent.clone(),
            kind: AgentKind::Person,
            skills: Default::default(),
            languages: Default::default(),
            capacity: [(Channel::Voice, Capacity::of(1))].into(),
            queues: [queue.clone()].into(),
            attributes: Default::default(),
            answering: Default::default(),
        };
        World {
            configuration: Configuration {
                queues: [(queue.clone(), Queue::default())].into(),
                ..Configuration::default()
            },
            profiles: agents.iter().map(profile).collect(),
            scenario: Scenario {
                // Rounded up: no crumb is left over as a stretch of its own.
                interval: length / batches.max(1) + Duration::from_millis(1),
                demand: Demand::Streams(vec![stream]),
                staff: staff.collect(),
                threshold: in_time,
                ..Scenario::between(Timestamp(0), Timestamp(0) + length)
            },
        }
    }
}
