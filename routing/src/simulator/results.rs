//! All replications together, figure by figure, and two sets of rules side by side.

use std::collections::BTreeSet;

use model::QueueId;
use serde::Serialize;

use super::measure::{Better, Measure, Preferred};
use super::replication::Replication;
use super::summary::{Confidence, Summary};

/// What a scenario came to under one set of rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    pub seed: u64,
    pub confidence: Confidence,
    pub replications: Vec<Replication>,
}

/// What a figure is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    All,
    Queue(QueueId),
}

/// A figure under two sets of rules that met the same days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    pub this: Summary,
    pub other: Summary,
    /// Other minus this, from pairs of the same replication.
    pub difference: Summary,
    /// Which is better, if the interval of the difference leaves zero out.
    pub better: Option<Preferred>,
}

impl Results {
    /// The queues in which anybody waited.
    pub fn queues(&self) -> BTreeSet<&QueueId> {
        self.replications.iter().flat_map(|replication| replication.queues.keys()).collect()
    }

    pub fn groups(&self) -> BTreeSet<&str> {
        self.replications
            .iter()
            .flat_map(|replication| replication.groups.keys())
            .map(String::as_str)
            .collect()
    }

    pub fn intervals(&self) -> usize {
        self.replications.iter().map(Replication::intervals).max().unwrap_or(0)
    }

    /// The figure in each replication; none where nothing counted.
    pub fn values(&self, scope: &Scope, measure: Measure) -> Vec<Option<f64>> {
        let value = |replication: &Replication| match scope {
            Scope::All => measure.of(&replication.total()),
            Scope::Queue(queue) => measure.of(&replication.queues.get(queue)?.total),
        };
        self.replications.iter().map(value).collect()
    }

    pub fn figure(&self, scope: &Scope, measure: Measure) -> Option<Summary> {
        self.summary(self.values(scope, measure))
    }

    /// The figure over one interval of each replication.
    pub fn figure_in(&self, scope: &Scope, measure: Measure, place: usize) -> Option<Summary> {
        let value = |replication: &Replication| match scope {
            Scope::All => measure.of(&replication.interval(place)),
            Scope::Queue(queue) => measure.of(replication.queues.get(queue)?.intervals.get(place)?),
        };
        self.summary(self.replications.iter().map(value).collect())
    }

    /// How much of their time the agents of a group were busy; of all without a group.
    pub fn occupancy(&self, group: Option<&str>) -> Option<Summary> {
        self.summary(self.occupancies(group))
    }

    pub fn occupancy_in(&self, place: usize) -> Option<Summary> {
        let value = |replication: &Replication| replication.occupancy_in(place).share();
        self.summary(self.replications.iter().map(value).collect())
    }

    /// This and another, a figure: what the other's rules change. None where either has no such figure.
    pub fn against(&self, other: &Self, scope: &Scope, measure: Measure) -> Option<Difference> {
        self.difference(&self.values(scope, measure), &other.values(scope, measure), measure.better())
    }

    /// The same for how busy a group was, of which neither more nor less is better.
    pub fn occupancy_against(&self, other: &Self, group: Option<&str>) -> Option<Difference> {
        self.difference(&self.occupancies(group), &other.occupancies(group), Better::Neither)
    }

    fn occupancies(&self, group: Option<&str>) -> Vec<Option<f64>> {
        let value = |replication: &Replication| match group {
            None => replication.occupancy().share(),
            Some(group) => replication.groups.get(group)?.total.share(),
        };
        self.replications.iter().map(value).collect()
    }

    fn difference(&self, this: &[Option<f64>], other: &[Option<f64>], better: Better) -> Option<Difference> {
        let pairs: Vec<_> =
            this.iter().zip(other).filter_map(|(this, other)| Some(((*this)?, (*other)?))).collect();
        let of = |value: &dyn Fn(&(f64, f64)) -> f64| {
            Summary::of(&pairs.iter().map(value).collect::<Vec<_>>(), self.confidence)
        };
        let (this, other) = (of(&|pair| pair.0)?, of(&|pair| pair.1)?);
        let difference = of(&|pair| pair.1 - pair.0)?;
        let sure = difference.differs_from_zero();
        let better = better.prefers_other(this.mean, other.mean).filter(|_| sure);
        Some(Difference { this, other, difference, better })
    }

    fn summary(&self, values: Vec<Option<f64>>) -> Option<Summary> {
        let values: Vec<f64> = values.into_iter().flatten().collect();
        Summary::of(&values, self.confidence)
    }
}

/// The long run from one replication: its intervals, which must be long, count as independent. The first
/// `skip` are left out, for the house fills.
pub fn batch_means(
    replication: &Replication,
    skip: usize,
    confidence: Confidence,
    value: impl Fn(&Replication, usize) -> Option<f64>,
) -> Option<Summary> {
    let values = (skip..replication.intervals()).filter_map(|place| value(replication, place));
    Summary::of(&values.collect::<Vec<_>>(), confidence)
}
