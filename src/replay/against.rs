//! `tandem replay --against`: what other rules would have decided on the recorded inputs.

use model::Sequence;
use routing::{Comparison, Difference, Distance, OtherRules};
use store::Store;

use super::{PastError, Problem, Window, verify::time, walk};
use crate::configuration::Organisation;
use crate::engine::routing_setup;

/// Where two sets of rules part, and how far they go from there.
#[derive(Debug)]
pub struct Compared {
    pub first: Option<(Sequence, Difference)>,
    pub distance: Distance,
    pub problems: Vec<(Sequence, Problem)>,
}

/// Problems kept; one after the other follows from a gap.
const MOST_PROBLEMS: usize = 20;

pub fn rules(organisation: &Organisation) -> OtherRules {
    OtherRules {
        configuration: routing_setup::configuration(organisation),
        profiles: routing_setup::profiles(organisation),
    }
}

/// Replays the window from the start before it by the rules of the recording and by others.
pub async fn compare(store: &Store, window: Window, rules: OtherRules) -> Result<Compared, PastError> {
    let mut comparison = Comparison::new(rules);
    let (mut first, mut problems) = (None, Vec::new());
    walk(store, window, |read| {
        match read
            .record
            .map_err(Problem::from)
            .and_then(|record| comparison.take(record).map_err(Problem::from))
        {
            Ok(Some(difference)) => {
                first.get_or_insert((read.sequence, difference));
            }
            Ok(None) | Err(Problem::Replay(routing::ReplayError::NotStarted)) => {}
            Err(problem) if problems.len() < MOST_PROBLEMS => problems.push((read.sequence, problem)),
            Err(_) => {}
        }
    })
    .await?;
    Ok(Compared { first, distance: comparison.distance(), problems })
}

impl Compared {
    /// What to tell people, in lines.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> =
            self.problems.iter().map(|(sequence, problem)| format!("record {sequence}: {problem}")).collect();
        let Distance { inputs, differing, offers_recorded, offers_other, .. } = self.distance;
        match &self.first {
            None => lines.push(format!("both decide the same on all {inputs} inputs")),
            Some((sequence, difference)) => {
                let at = time(difference.at);
                lines.push(format!("they first differ at record {sequence}, {at}, when the router was told"));
                lines.push(format!("  {}", serde_json::json!(difference.input)));
                lines.push(format!("  by the rules of that day: {}", serde_json::json!(difference.recorded)));
                lines.push(format!("  by the other rules:       {}", serde_json::json!(difference.other)));
                lines.push(format!("they differ after {differing} of {inputs} inputs"));
            }
        }
        lines.push(format!(
            "offers: {offers_recorded} by the rules of that day, {offers_other} by the others"
        ));
        if self.first.is_some() {
            lines.extend(self.tasks());
        }
        lines
    }

    fn tasks(&self) -> Vec<String> {
        let Distance { tasks_to_others, tasks_at_other_times, tasks_only_recorded, tasks_only_other, .. } =
            self.distance;
        vec![
            format!("tasks offered first to another agent: {tasks_to_others}"),
            format!("tasks offered first to the same agent at another time: {tasks_at_other_times}"),
            format!("tasks offered only by the rules of that day: {tasks_only_recorded}"),
            format!("tasks offered only by the others: {tasks_only_other}"),
        ]
    }
}
