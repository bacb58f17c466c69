//! Filters and targets of a workflow, as its configuration has them.

use std::time::Duration;

use serde_json::Value;

use super::expression::Expression;
use super::fields::Fields;
use super::workspace::{Workflow, Workspace};
use crate::import::report::Report;

/// Filters of a workflow, targets of a filter.
const MOST: usize = 1_000;
/// No timeout is longer: a year.
const LONGEST: f64 = 31_536_000.0;

/// Which tasks, and where they go one after the other.
#[derive(Debug)]
pub(super) struct Filter {
    pub place: String,
    pub name: Option<String>,
    /// None: every task.
    pub expression: Option<Expression>,
    /// The expression as it stands there.
    pub written: String,
    pub targets: Vec<Target>,
}

#[derive(Debug)]
pub(super) struct Target {
    pub place: String,
    /// Its place among the workspace's task queues.
    pub queue: usize,
    pub expression: Option<Expression>,
    /// The expression as it stands there.
    pub written: String,
    pub priority: Option<i32>,
    pub timeout: Option<Duration>,
    pub skip_if: Option<String>,
    pub order_by: Option<String>,
    /// Asks for one worker, whom the task names.
    pub known_worker: bool,
}

/// The filters in their order, and the default one.
pub(super) fn filters(
    workflow: &Workflow,
    workspace: &Workspace,
    report: &mut Report,
) -> (Vec<Filter>, Option<Target>) {
    let place = format!("{}.configuration", workflow.place);
    let Some(configuration) = workflow.configuration.clone() else {
        report.lost(place, "there is none");
        return Default::default();
    };
    let Some(mut whole) = Fields::of(configuration, place, report) else { return Default::default() };
    let routing = whole.take(&["task_routing"]);
    whole.end(report);
    let Some(mut routing) =
        routing.and_then(|routing| Fields::of(routing, format!("{}.task_routing", workflow.place), report))
    else {
        report.lost(&workflow.place, "its configuration has no task_routing");
        return Default::default();
    };
    let default = routing.take(&["default_filter"]);
    let default = default.and_then(|value| {
        let place = format!("{}.default_filter", workflow.place);
        target(value, place, workspace, report)
    });
    let mut filters = Vec::new();
    for (index, value) in limited(routing.list(&["filters"]), &workflow.place, report).enumerate() {
        let place = format!("{}.filters[{index}]", workflow.place);
        filters.extend(filter(value, place, workspace, report));
    }
    routing.end(report);
    (filters, default)
}

fn limited(values: Vec<Value>, place: &str, report: &mut Report) -> impl Iterator<Item = Value> + use<> {
    if values.len() > MOST {
        report.lost(place, format!("only the first {MOST} of {} are read", values.len()));
    }
    values.into_iter().take(MOST)
}

fn filter(value: Value, place: String, workspace: &Workspace, report: &mut Report) -> Option<Filter> {
    let mut own = Fields::of(value, place, report)?;
    let name = own.text(&["filter_friendly_name", "friendly_name", "name"]);
    let text = own.text(&["expression"]);
    let mut targets = Vec::new();
    for (index, value) in limited(own.list(&["targets"]), &own.place, report).enumerate() {
        targets.extend(target(value, format!("{}.targets[{index}]", own.place), workspace, report));
    }
    let place = own.place.clone();
    own.end(report);
    let expression = match text.as_deref().map(Expression::parse) {
        None => None,
        Some(Ok(expression)) => Some(expression),
        Some(Err(error)) => {
            report.lost(format!("{place}.expression"), error);
            return None;
        }
    };
    if targets.is_empty() {
        report.lost(place, "it has no target that leads anywhere");
        return None;
    }
    Some(Filter { place, name, expression, written: text.unwrap_or_default(), targets })
}

fn target(value: Value, place: String, workspace: &Workspace, report: &mut Report) -> Option<Target> {
    let mut own = Fields::of(value, place, report)?;
    let reference = own.text(&["queue", "queue_sid", "queue_name"]);
    let text = own.text(&["expression"]);
    let priority = own.number(&["priority"]);
    let timeout = own.number(&["timeout"]).filter(|seconds| *seconds > 0.0);
    let known = own.text(&["known_worker_friendly_name", "known_worker_sid"]);
    let target = Target {
        queue: 0,
        expression: None,
        written: text.clone().unwrap_or_default(),
        priority: priority.map(whole),
        timeout: timeout.map(|seconds| Duration::from_secs_f64(seconds.min(LONGEST))),
        skip_if: own.text(&["skip_if"]),
        order_by: own.text(&["order_by"]),
        known_worker: known.is_some(),
        place: own.place.clone(),
    };
    own.end(report);
    let Some(queue) = reference.as_deref().and_then(|reference| workspace.queue(reference)) else {
        let named = reference.unwrap_or_default();
        report.lost(format!("{}.queue", target.place), format!("there is no task queue {named:?}"));
        return None;
    };
    let expression = match text.as_deref().map(Expression::parse) {
        None => None,
        Some(Ok(expression)) => Some(expression),
        Some(Err(error)) => {
            report.lost(format!("{}.expression", target.place), error);
            return None;
        }
    };
    Some(Target { queue, expression, ..target })
}

/// Within what a priority can be.
#[allow(clippy::cast_possible_truncation, reason = "it is held within the bounds first")]
fn whole(number: f64) -> i32 {
    number.clamp(f64::from(i32::MIN / 2), f64::from(i32::MAX / 2)).round() as i32
}
