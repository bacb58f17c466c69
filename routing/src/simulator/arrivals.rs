//! Who comes next, with everything about them drawn: nothing the rules decide can shift it.

use std::time::Duration;

use model::task::{Priority, Requirements};
use model::{Channel, QueueId, TaskFacts, Timestamp};

use super::distribution::duration;
use super::random::Draws;
use super::scenario::{
    Arrivals, Count, Demand, Kind, Rate, RecordedContact, RecordedPatience, RecordedTime, Scenario, Segment,
    Stream,
};

/// Purposes that streams of draws are named by.
const ARRIVALS: u64 = 1;
const CONTACT: u64 = 2;
pub(super) const OFFERS: u64 = 3;
pub(super) const CALLBACKS: u64 = 4;

/// Somebody who comes.
#[derive(Debug)]
pub(super) struct Coming {
    pub at: Timestamp,
    pub channel: Channel,
    pub priority: Priority,
    /// Names the draws of what befalls this contact besides.
    pub name: u64,
    /// Not empty.
    pub waits: Vec<Wait>,
}

/// One wait of a contact, and the handling after it, at the usual pace.
#[derive(Debug)]
pub(super) struct Wait {
    pub queue: QueueId,
    pub requirements: Requirements,
    pub facts: TaskFacts,
    pub patience: Option<Duration>,
    pub handling_seconds: f64,
    pub wrap_up_seconds: f64,
}

/// One stream of contacts in order of time.
#[derive(Debug)]
pub(super) enum Source<'a> {
    Stream(StreamSource<'a>),
    Recorded { name: [u64; 3], rest: std::slice::Iter<'a, RecordedContact>, number: u64 },
}

impl<'a> Source<'a> {
    /// All streams of a scenario, for one replication.
    pub fn all(scenario: &'a Scenario, seed: u64, replication: u32) -> Vec<Self> {
        let name = |stream: usize| [seed, u64::from(replication), stream as u64];
        match &scenario.demand {
            Demand::Recorded(contacts) => {
                vec![Self::Recorded { name: name(0), rest: contacts.iter(), number: 0 }]
            }
            Demand::Streams(streams) => {
                let source = |(number, stream): (usize, &'a Stream)| {
                    let times = Times::new(&stream.arrivals, name(number), replication);
                    Self::Stream(StreamSource {
                        stream,
                        begins: scenario.begins,
                        ends: scenario.ends,
                        times,
                        number: 0,
                    })
                };
                streams.iter().enumerate().map(source).collect()
            }
        }
    }

    pub fn next(&mut self) -> Option<Coming> {
        match self {
            Self::Stream(source) => source.next(),
            Self::Recorded { name, rest, number } => {
                *number += 1;
                let mut draws = Draws::named(&[name[0], name[1], name[2], CONTACT, *number]);
                rest.next().map(|contact| as_recorded(contact, &mut draws))
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct StreamSource<'a> {
    stream: &'a Stream,
    begins: Timestamp,
    ends: Timestamp,
    times: Times<'a>,
    number: u64,
}

impl StreamSource<'_> {
    fn next(&mut self) -> Option<Coming> {
        let at = self.begins + Duration::from_secs_f64(self.times.next()?);
        if at >= self.ends {
            return None;
        }
        self.number += 1;
        let [seed, replication, stream] = self.times.name;
        let mut draws = Draws::named(&[seed, replication, stream, CONTACT, self.number]);
        let place = draws.place(self.stream.kinds.iter().map(|kind| kind.weight));
        self.stream.kinds.get(place).map(|kind| drawn(kind, at, &mut draws))
    }
}

fn drawn(kind: &Kind, at: Timestamp, draws: &mut Draws) -> Coming {
    let place = draws.place(kind.languages.iter().map(|(weight, _)| *weight));
    let language = kind.languages.get(place).and_then(|(_, language)| language.clone());
    let mut waits = Vec::with_capacity(kind.segments.len());
    for segment in &kind.segments {
        let place = draws.place(segment.asks.iter().map(|asked| asked.weight));
        let asked = segment.asks.get(place);
        let skills = asked.map(|asked| asked.skills.iter().cloned()).into_iter().flatten();
        let handling = asked.and_then(|asked| asked.handling.as_ref()).unwrap_or(&segment.handling);
        waits.push(Wait {
            queue: segment.queue.clone(),
            requirements: Requirements::new(skills, language.clone())
                .with_conditions(segment.condition.clone()),
            facts: TaskFacts { language: language.clone(), ..kind.facts.clone() },
            patience: segment.patience.as_ref().map(|patience| duration(patience.draw(draws))),
            handling_seconds: handling.draw(draws),
            wrap_up_seconds: segment.wrap_up.draw(draws),
        });
        if !goes_on(segment, draws) {
            break;
        }
    }
    Coming { at, channel: kind.channel, priority: kind.priority, name: draws.next_u64(), waits }
}

fn goes_on(segment: &Segment, draws: &mut Draws) -> bool {
    draws.uniform() < segment.goes_on
}

fn as_recorded(contact: &RecordedContact, draws: &mut Draws) -> Coming {
    let waits = contact.segments.iter().map(|segment| Wait {
        queue: segment.queue.clone(),
        requirements: segment.requirements.clone(),
        facts: segment.facts.clone(),
        patience: patience(&segment.patience, draws),
        handling_seconds: seconds(&segment.handling, draws),
        wrap_up_seconds: seconds(&segment.wrap_up, draws),
    });
    let waits = waits.collect();
    Coming {
        at: contact.at,
        channel: contact.channel,
        priority: contact.priority,
        name: draws.next_u64(),
        waits,
    }
}

fn patience(recorded: &RecordedPatience, draws: &mut Draws) -> Option<Duration> {
    match recorded {
        RecordedPatience::Left(after) => Some(*after),
        RecordedPatience::AtLeast(_, None) => None,
        RecordedPatience::AtLeast(waited, Some(longer)) => Some(*waited + duration(longer.draw(draws))),
    }
}

fn seconds(recorded: &RecordedTime, draws: &mut Draws) -> f64 {
    match recorded {
        RecordedTime::Known(time) => time.as_secs_f64(),
        RecordedTime::Assumed(distribution) => distribution.draw(draws),
    }
}

/// Moments of arrival, in seconds after the beginning.
#[derive(Debug)]
struct Times<'a> {
    name: [u64; 3],
    draws: Draws,
    law: Law<'a>,
}

#[derive(Debug)]
enum Law<'a> {
    Poisson { rates: &'a [Rate], stretch: usize, at: f64 },
    Counts { day: &'a [Count], stretch: usize, left: u32, at: f64 },
}

impl<'a> Times<'a> {
    fn new(arrivals: &'a Arrivals, name: [u64; 3], replication: u32) -> Self {
        let draws = Draws::named(&[name[0], name[1], name[2], ARRIVALS]);
        let law = match arrivals {
            Arrivals::Poisson(rates) => Law::Poisson { rates, stretch: 0, at: 0.0 },
            Arrivals::Counts(days) => {
                let day = days.get(replication as usize % days.len().max(1)).map_or(&[][..], Vec::as_slice);
                let left = day.first().map_or(0, |count| count.contacts);
                Law::Counts {
                    day,
                    stretch: 0,
                    left,
                    at: day.first().map_or(0.0, |count| count.from.as_secs_f64()),
                }
            }
        };
        Self { name, draws, law }
    }

    fn next(&mut self) -> Option<f64> {
        match &mut self.law {
            Law::Poisson { rates, stretch, at } => {
                // In a time that runs as fast as contacts come, they come at rate 1.
                let mut left = self.draws.exponential();
                while let Some(rate) = rates.get(*stretch) {
                    *at = at.max(rate.from.as_secs_f64());
                    let a_second = rate.an_hour / 3_600.0;
                    let to_come = (rate.to.as_secs_f64() - *at) * a_second;
                    if left < to_come {
                        *at += left / a_second;
                        return Some(*at);
                    }
                    left -= to_come.max(0.0);
                    *stretch += 1;
                }
                None
            }
            Law::Counts { day, stretch, left, at } => {
                while *left == 0 {
                    *stretch += 1;
                    let next = day.get(*stretch)?;
                    (*left, *at) = (next.contacts, next.from.as_secs_f64());
                }
                // The earliest of the `left` moments that lie evenly in what remains of the stretch.
                let to = day.get(*stretch)?.to.as_secs_f64();
                *at += (to - *at) * (1.0 - self.draws.uniform().powf(1.0 / f64::from(*left)));
                *left -= 1;
                Some(*at)
            }
        }
    }
}

/// How many contacts to expect of a scenario.
pub fn expected_contacts(scenario: &Scenario) -> f64 {
    let in_a_day = |day: &Vec<Count>| day.iter().map(|count| f64::from(count.contacts)).sum::<f64>();
    let of_stream = |stream: &Stream| match &stream.arrivals {
        Arrivals::Poisson(rates) => {
            let contacts =
                |rate: &Rate| rate.an_hour * rate.to.saturating_sub(rate.from).as_secs_f64() / 3_600.0;
            rates.iter().map(contacts).sum()
        }
        Arrivals::Counts(days) => days.iter().map(in_a_day).fold(0.0, f64::max),
    };
    match &scenario.demand {
        Demand::Streams(streams) => streams.iter().map(of_stream).sum(),
        Demand::Recorded(contacts) => super::distribution::count(contacts.len()),
    }
}
