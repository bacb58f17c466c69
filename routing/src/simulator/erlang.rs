//! The closed forms of queues with one kind of work: Erlang B, C and A. What a simulation of the same
//! must come to, and what pooling everybody would reach at best.

/// Calls that come at random, handled and given up after exponential times. Rates by one unit of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Erlang {
    pub arrivals: f64,
    /// Calls an agent ends in a unit of time.
    pub handling: f64,
    /// Waiting callers who give up, each at this rate; 0: nobody does.
    pub giving_up: f64,
    pub agents: u32,
}

/// What the formulas say of the long run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closed {
    /// Share of calls that find no agent free.
    pub delayed: f64,
    /// Share of calls that are given up.
    pub abandonment: f64,
    pub occupancy: f64,
    /// Of all calls, also those given up.
    pub mean_wait: f64,
}

/// States with less weight than this are left out.
const NEGLIGIBLE: f64 = 1e-16;
const MOST_STATES: usize = 1_000_000;

/// The share of calls lost where nobody waits. Numerically stable for any size.
pub fn erlang_b(load: f64, agents: u32) -> f64 {
    (1..=agents).fold(1.0, |blocked, agent| load * blocked / (f64::from(agent) + load * blocked))
}

/// The share of calls that wait where nobody gives up; 1 from full load on.
pub fn erlang_c(load: f64, agents: u32) -> f64 {
    let agents_f = f64::from(agents);
    if load >= agents_f {
        return 1.0;
    }
    let blocked = erlang_b(load, agents);
    blocked / (1.0 - load / agents_f * (1.0 - blocked))
}

impl Erlang {
    fn load(&self) -> f64 {
        self.arrivals / self.handling
    }

    /// Erlang A; Erlang C if nobody gives up. None where the line grows without end.
    pub fn closed(&self) -> Option<Closed> {
        let waiting = self.waiting()?;
        let delayed: f64 = waiting.iter().sum();
        let length: f64 = waiting.iter().zip(0u32..).map(|(weight, place)| weight * f64::from(place)).sum();
        let abandonment = self.giving_up * length / self.arrivals;
        Some(Closed {
            delayed,
            abandonment,
            occupancy: self.load() * (1.0 - abandonment) / f64::from(self.agents),
            mean_wait: length / self.arrivals,
        })
    }

    /// The share of all calls that are answered within a time.
    pub fn answered_within(&self, time: f64) -> Option<f64> {
        let waiting = self.waiting()?;
        let at_once = 1.0 - waiting.iter().sum::<f64>();
        // A call that finds `place` others waiting moves up as they are taken or give up, unless it
        // gives up itself: a chain that only goes down, followed by uniformisation.
        let ends = f64::from(self.agents) * self.handling;
        let places = waiting.len();
        let rate_down = |ahead: usize| ends + self.giving_up * super::distribution::count(ahead);
        let fastest = rate_down(places) + self.giving_up;
        let mut standing = waiting;
        let mut answered = 0.0;
        let mut total = 0.0;
        let mean_steps = fastest * time;
        let mut chance = (-mean_steps).exp();
        let mut steps = 0.0;
        while steps < mean_steps + 40.0 + 12.0 * mean_steps.sqrt() {
            total += chance * answered;
            let mut next = vec![0.0; places];
            for (ahead, weight) in standing.iter().enumerate() {
                let down = weight * rate_down(ahead) / fastest;
                if ahead == 0 {
                    answered += down
                } else {
                    next[ahead - 1] += down
                }
                next[ahead] += weight * (1.0 - (rate_down(ahead) + self.giving_up) / fastest);
            }
            standing = next;
            steps += 1.0;
            chance *= mean_steps / steps;
        }
        Some(at_once + total)
    }

    /// How likely all agents are busy and so many wait, from none on.
    fn waiting(&self) -> Option<Vec<f64>> {
        let ends = f64::from(self.agents) * self.handling;
        if self.agents == 0 || (self.giving_up <= 0.0 && self.arrivals >= ends) {
            return None;
        }
        // Weights relative to all agents busy and nobody waiting; below that they sum to 1/B - 1.
        let mut weights = vec![1.0];
        let (mut weight, mut place) = (1.0, 0.0);
        while weight > NEGLIGIBLE && weights.len() < MOST_STATES {
            place += 1.0;
            weight *= self.arrivals / (ends + self.giving_up * place);
            weights.push(weight);
        }
        let below = 1.0 / erlang_b(self.load(), self.agents) - 1.0;
        let sum = below + weights.iter().sum::<f64>();
        Some(weights.into_iter().map(|weight| weight / sum).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within, "{found} is not {expected}");
    }

    /// Times in minutes.
    const CALLS: Erlang =
        Erlang { arrivals: 100.0 / 30.0, handling: 1.0 / 3.0, giving_up: 1.0 / 5.0, agents: 14 };

    #[test]
    fn a_call_centre_of_fourteen_agents_has_the_published_figures() {
        let closed = CALLS.closed().unwrap();
        near(closed.delayed, 0.14526, 5e-6);
        near(closed.abandonment, 0.013984, 5e-7);
        near(closed.occupancy, 0.704297, 5e-7);
        near(closed.mean_wait, 0.069919, 5e-7);
        near(CALLS.answered_within(1.0 / 3.0).unwrap(), 0.9168, 5e-5);
    }

    #[test]
    fn without_giving_up_it_is_erlang_c() {
        let patient = Erlang { giving_up: 0.0, ..CALLS };
        let closed = patient.closed().unwrap();
        near(closed.delayed, erlang_c(10.0, 14), 1e-12);
        // Waiting times are exponential with the rate at which the agents' spare time comes.
        let spare = 14.0 / 3.0 - 100.0 / 30.0;
        near(closed.mean_wait, closed.delayed / spare, 1e-12);
        let later = closed.delayed * (-spare * 0.5f64).exp();
        near(patient.answered_within(0.5).unwrap(), 1.0 - later, 1e-9);
        assert_eq!(Erlang { agents: 10, ..patient }.closed(), None);
    }

    #[test]
    fn blocking_is_that_of_the_tables() {
        near(erlang_b(10.0, 14), 0.0568, 5e-5);
        near(erlang_b(0.0, 3), 0.0, 0.0);
        near(erlang_b(900.0, 900), 0.0259, 1e-3);
        near(erlang_c(2.0, 2), 1.0, 0.0);
    }
}
