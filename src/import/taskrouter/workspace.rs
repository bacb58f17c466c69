//! A workspace as an export has it: activities, task queues, workflows, workers, channels.

use serde_json::{Map, Value};

use super::fields::Fields;
use crate::import::report::Report;

/// Entries of one list.
const MOST: usize = 20_000;

#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub name: Option<String>,
    /// Last in, first out, where a task queue says nothing else.
    pub lifo: bool,
    pub activities: Vec<Activity>,
    pub queues: Vec<TaskQueue>,
    pub workflows: Vec<Workflow>,
    pub workers: Vec<Worker>,
    pub channels: Vec<TaskChannel>,
}

#[derive(Debug)]
pub(super) struct Activity {
    pub name: String,
    pub available: bool,
}

#[derive(Debug)]
pub(super) struct TaskQueue {
    pub place: String,
    pub sid: Option<String>,
    pub name: String,
    pub target_workers: Option<String>,
    pub max_reserved_workers: Option<f64>,
    pub lifo: bool,
}

#[derive(Debug)]
pub(super) struct Workflow {
    pub place: String,
    pub name: String,
    pub configuration: Option<Value>,
    /// How long an offer rings, in seconds.
    pub reservation_timeout: Option<f64>,
}

#[derive(Debug)]
pub(super) struct Worker {
    pub place: String,
    pub sid: Option<String>,
    pub name: String,
    pub attributes: Value,
    pub channels: Vec<WorkerChannel>,
}

#[derive(Debug)]
pub(super) struct WorkerChannel {
    pub place: String,
    pub worker: Option<String>,
    pub channel: String,
    pub capacity: f64,
}

#[derive(Debug)]
pub(super) struct TaskChannel {
    pub sid: Option<String>,
    pub name: String,
}

impl Workspace {
    /// Takes all of an export; what is not known is reported.
    pub fn read(export: Map<String, Value>, report: &mut Report) -> Self {
        let Some(mut fields) = Fields::of(Value::Object(export), "export".into(), report) else {
            return Self::default();
        };
        let mut workspace = Self::default();
        if let Some(mut own) =
            fields.take(&["workspace"]).and_then(|own| Fields::of(own, "workspace".into(), report))
        {
            workspace.name = own.text(&["friendly_name", "name"]);
            workspace.lifo = own.text(&["prioritize_queue_order"]).as_deref() == Some("LIFO");
            own.take(&["sid", "multi_task_enabled", "default_activity_sid", "default_activity_name"]);
            let ours = "an agent who lets an offer ring out becomes not_responding";
            own.no_counterpart("timeout_activity_sid", ours, report);
            own.take(&["timeout_activity_name"]);
            let webhooks = "events go to webhooks, which are declared in integrations.toml";
            own.no_counterpart("event_callback_url", webhooks, report);
            own.take(&["events_filter"]);
            own.end(report);
        }
        each(&mut fields, "activities", &[], report, |own, report| {
            workspace.activities.extend(activity(own, report));
        });
        each(&mut fields, "task_channels", &[], report, |own, _| {
            own.take(&["channel_optimized_routing", "friendly_name"]);
            let sid = own.text(&["sid"]);
            workspace.channels.extend(own.text(&["unique_name"]).map(|name| TaskChannel { sid, name }));
        });
        let lifo = workspace.lifo;
        each(&mut fields, "task_queues", &["queues"], report, |own, report| {
            workspace.queues.extend(task_queue(own, lifo, report));
        });
        each(&mut fields, "workflows", &[], report, |own, report| {
            workspace.workflows.extend(workflow(own, report));
        });
        if let Some(routing) = fields.take(&["task_routing"]) {
            let configuration = Some(serde_json::json!({ "task_routing": routing }));
            let (place, name) = ("export".into(), "workflow".into());
            workspace.workflows.push(Workflow { place, name, configuration, reservation_timeout: None });
        }
        each(&mut fields, "workers", &[], report, |own, report| {
            workspace.workers.extend(worker(own, report));
        });
        let mut capacities = Vec::new();
        each(&mut fields, "worker_channels", &[], report, |own, report| {
            capacities.extend(worker_channel(own, report));
        });
        for capacity in capacities {
            let its = |worker: &&mut Worker| {
                capacity.worker.is_some()
                    && (worker.sid == capacity.worker || Some(&worker.name) == capacity.worker.as_ref())
            };
            match workspace.workers.iter_mut().find(its) {
                Some(worker) => worker.channels.push(capacity),
                None => report.lost(capacity.place, "it names no worker of the export"),
            }
        }
        fields.end(report);
        workspace
    }

    /// By its SID or its name.
    pub fn queue(&self, reference: &str) -> Option<usize> {
        let by_sid = self.queues.iter().position(|queue| queue.sid.as_deref() == Some(reference));
        by_sid.or_else(|| self.queues.iter().position(|queue| queue.name == reference))
    }
}

fn each(
    fields: &mut Fields,
    list: &str,
    other_names: &[&str],
    report: &mut Report,
    mut read: impl FnMut(&mut Fields, &mut Report),
) {
    let names: Vec<_> = [list].into_iter().chain(other_names.iter().copied()).collect();
    let values = fields.list(&names);
    if values.len() > MOST {
        report.lost(list, format!("only the first {MOST} of {} are read", values.len()));
    }
    for (index, value) in values.into_iter().take(MOST).enumerate() {
        if let Some(mut own) = Fields::of(value, format!("{list}[{index}]"), report) {
            read(&mut own, report);
            own.end(report);
        }
    }
}

fn name(own: &mut Fields, report: &mut Report) -> Option<String> {
    let name = own.text(&["friendly_name", "unique_name", "name"]);
    if name.is_none() {
        report.lost(&own.place, "it has no friendly_name");
    }
    name
}

fn activity(own: &mut Fields, report: &mut Report) -> Option<Activity> {
    own.take(&["sid"]);
    let available = own.truth(&["available"]).unwrap_or(false);
    Some(Activity { name: name(own, report)?, available })
}

fn task_queue(own: &mut Fields, lifo: bool, report: &mut Report) -> Option<TaskQueue> {
    let held = "an agent keeps the presence while a task is offered or in hand: capacity says who is full";
    own.take(&["assignment_activity_name", "reservation_activity_name"]);
    own.no_counterpart("assignment_activity_sid", held, report);
    own.no_counterpart("reservation_activity_sid", held, report);
    Some(TaskQueue {
        sid: own.text(&["sid"]),
        target_workers: own.text(&["target_workers", "target_workers_expression"]),
        max_reserved_workers: own.number(&["max_reserved_workers"]),
        lifo: own.text(&["task_order"]).map_or(lifo, |order| order == "LIFO"),
        place: own.place.clone(),
        name: name(own, report)?,
    })
}

fn workflow(own: &mut Fields, report: &mut Report) -> Option<Workflow> {
    own.take(&["sid"]);
    let callback = "assignments are recorded and shown, not asked for: programs follow webhooks";
    own.no_counterpart("assignment_callback_url", callback, report);
    own.no_counterpart("fallback_assignment_callback_url", callback, report);
    Some(Workflow {
        configuration: match own.take(&["task_routing"]) {
            Some(routing) => Some(serde_json::json!({ "task_routing": routing })),
            None => own.json(&["configuration"], report),
        },
        reservation_timeout: own.number(&["task_reservation_timeout"]),
        place: own.place.clone(),
        name: name(own, report)?,
    })
}

fn worker(own: &mut Fields, report: &mut Report) -> Option<Worker> {
    // How things stand is no rule.
    own.take(&["activity_sid", "activity_name", "available"]);
    let channels = own.list(&["worker_channels", "channels"]);
    let mut read = Vec::new();
    for (index, value) in channels.into_iter().take(100).enumerate() {
        let place = format!("{}.worker_channels[{index}]", own.place);
        if let Some(mut fields) = Fields::of(value, place, report) {
            read.extend(worker_channel(&mut fields, report));
            fields.end(report);
        }
    }
    Some(Worker {
        sid: own.text(&["sid"]),
        attributes: own.json(&["attributes"], report).unwrap_or_default(),
        channels: read,
        place: own.place.clone(),
        name: name(own, report)?,
    })
}

fn worker_channel(own: &mut Fields, report: &mut Report) -> Option<WorkerChannel> {
    own.take(&["sid", "task_channel_sid", "assigned_tasks", "available_capacity_percentage"]);
    let worker = own.text(&["worker_sid", "worker", "worker_name"]);
    let capacity = own.number(&["configured_capacity", "capacity"]).unwrap_or(1.0);
    let available = own.truth(&["available"]).unwrap_or(true);
    let Some(channel) = own.text(&["task_channel_unique_name", "unique_name", "task_channel"]) else {
        report.lost(&own.place, "it names no task channel");
        return None;
    };
    let capacity = if available { capacity } else { 0.0 };
    Some(WorkerChannel { place: own.place.clone(), worker, channel, capacity })
}
