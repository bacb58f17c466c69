//! `tandem import taskrouter`: a workspace becomes an organisation that `tandem check` passes, and what
//! could not be carried over is said by place and reason.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use tandem::configuration::organisation::{LastAgent, Overflow, Rule, Selection, SkipWhen};
use tandem::configuration::{Organisation, check};
use tandem::import::report::{Outcome, Report};
use tandem::import::{read, taskrouter};

const EXPORT: &str = include_str!("exports/taskrouter.json");

fn import(source: &Path, out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.args(["import", "taskrouter"]).arg(source).arg("--out").arg(out).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn imported() -> (Organisation, Report) {
    let mut report = Report::default();
    let export: serde_json::Map<_, _> = serde_json::from_str(EXPORT).unwrap();
    let organisation = taskrouter::import(export, &mut report);
    (organisation, report)
}

#[test]
fn what_is_written_passes_the_check_and_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (folder.path().join("export.json"), folder.path().join("out"));
    std::fs::write(&source, EXPORT).unwrap();
    let output = import(&source, &out);
    assert!(
        output.status.success() && said(&output).contains("tandem check: no faults"),
        "{}",
        said(&output)
    );
    assert!(check(&out, &[]).is_good());
    let (organisation, report) = imported();
    assert_eq!(Organisation::load(&out.join("organisation")).unwrap(), organisation);
    assert_eq!(
        std::fs::read_to_string(out.join("import-report.md")).unwrap(),
        report.markdown("export.json")
    );

    let again = import(&source, &out);
    assert!(
        !again.status.success() && said(&again).contains("already has TOML files"),
        "nothing is overwritten"
    );
}

#[test]
fn a_folder_of_lists_is_the_same_as_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let whole: BTreeMap<String, serde_json::Value> = serde_json::from_str(EXPORT).unwrap();
    for (name, value) in &whole {
        // As the API lists it: the list under its name, beside the page's particulars.
        let text = match name.as_str() {
            "workspace" => value.to_string(),
            "workers" => value.to_string(),
            _ => serde_json::json!({ name: value, "meta": { "page": 0 } }).to_string(),
        };
        std::fs::write(folder.path().join(format!("{name}.json")), text).unwrap();
    }
    let mut report = Report::default();
    let export = read(folder.path(), &mut report).unwrap();
    let organisation = taskrouter::import(export, &mut report);
    let (expected, expected_report) = imported();
    assert_eq!(organisation, expected);
    assert_eq!(report, expected_report);
}

#[test]
fn targets_become_steps_and_other_task_queues_the_overflow() {
    let (organisation, _) = imported();
    let queue = |id: &str| {
        let found = organisation.queues.iter().find(|queue| queue.id.as_str() == id);
        found.unwrap_or_else(|| panic!("there is no {id}"))
    };
    let seconds = Duration::from_secs;
    let premium = queue("premium");
    assert_eq!(premium.priority.0, 0, "the known worker's target says no priority");
    assert_eq!(premium.last_agent.map(|LastAgent { wait, .. }| wait), Some(seconds(25)));
    assert_eq!(premium.selection, Selection::MostProficient);
    assert_eq!(premium.ring_time.voice, seconds(45));
    assert_eq!((premium.order, premium.offers_at_once), (routing::WaitingOrder::LastInFirst, 1));
    assert_eq!(queue("bookings").offers_at_once, 5);
    let steps: Vec<_> = premium
        .steps
        .iter()
        .map(|step| {
            let skills: Vec<_> =
                step.skills.iter().map(|(skill, level)| (skill.as_str(), level.get())).collect();
            (skills, step.language, step.holds, step.skip_when)
        })
        .collect();
    assert_eq!(
        steps,
        [
            (vec![("bookings", 5)], Rule::Required, Some(seconds(30)), SkipWhen::NobodyAvailable),
            (vec![], Rule::Required, None, SkipWhen::Never),
        ]
    );
    assert_eq!(premium.deadline, Some(seconds(25 + 30 + 60)));
    let Some(Overflow::Queue(next)) = &premium.overflow else { panic!("{:?}", premium.overflow) };
    let bookings = queue(next.as_str());
    assert_eq!((bookings.priority.0, bookings.deadline), (5, Some(seconds(120))));
    let conditions: Vec<_> = bookings
        .steps
        .iter()
        .map(|step| step.condition.as_ref().map(|condition| condition.as_str()))
        .collect();
    assert_eq!(conditions, [Some("agent.attributes.team == \"north\"")]);
    assert_eq!(bookings.overflow, Some(Overflow::Queue(model::QueueId::new("everyone").unwrap())));
    assert_eq!(queue("everyone").deadline, None);

    let routes: Vec<_> = organisation
        .routes
        .iter()
        .map(|route| {
            let when = route.when.as_ref().map_or("", |when| when.text.as_str());
            (route.intent.as_ref().map_or("", |intent| intent.as_str()), when, route.queue.as_str())
        })
        .collect();
    let unhappy = "task.attributes.sentiment < 0.2 && task.attributes.tier in [\"gold\"]";
    let urgent = "!has(task.attributes.tier) || task.attributes.tier != \"basic\"";
    assert_eq!(
        routes,
        [
            ("booking", "", "premium"),
            ("rebooking", "", "premium"),
            ("", unhappy, "bookings_complaints"),
            ("storm", urgent, "everyone_storm"),
        ]
    );
    let sites: Vec<_> =
        organisation.sites.iter().map(|site| (site.id.as_str(), site.entry_queue.as_str())).collect();
    assert_eq!(sites.len(), 2);
    assert_eq!(sites[0], ("web_chat", "everyone"));
    assert_eq!(queue(sites[1].1).deadline, Some(seconds(300)), "a filter that takes all is the entry");
}

#[test]
fn workers_become_agents_with_levels_capacity_and_the_queues_they_are_targets_of() {
    let (organisation, _) = imported();
    let agent = |id: &str| organisation.agents.iter().find(|agent| agent.id.as_str() == id).unwrap();
    let mira = agent("mira@lantern.example");
    assert_eq!(mira.name, "Mira Koval");
    let skills: Vec<_> = mira.skills.iter().map(|(skill, level)| (skill.as_str(), level.get())).collect();
    assert_eq!(skills, [("bookings", 5), ("cruises", 1)]);
    let languages: Vec<_> = mira.languages.iter().map(model::Language::as_str).collect();
    assert_eq!(languages, ["en", "de"]);
    let attributes: Vec<_> = mira.attributes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(attributes, ["desk_floor", "team"]);
    assert_eq!((mira.capacity.chat, mira.capacity.email, mira.capacity.voice), (4, 0, 1));
    assert_eq!(mira.roles.len(), 2);
    let queues = |id: &str| -> Vec<&str> { agent(id).queues.iter().map(model::QueueId::as_str).collect() };
    assert_eq!(
        queues("Pia"),
        ["everyone", "premium", "everyone_storm", "everyone_all"],
        "the gold team, by its attribute"
    );
    assert!(queues("noor_haddad").contains(&"bookings") && !queues("noor_haddad").contains(&"premium"));
    assert_eq!(queues("quiet_one"), Vec::<&str>::new(), "it is available on no channel");
    let presences: Vec<_> =
        organisation.presences.iter().map(|one| (one.id.as_str(), one.routable)).collect();
    let own = [("available", true), ("offline", false), ("not_responding", false)];
    assert_eq!(presences, [&own[..], &[("lunch_break", false), ("back_office", true)]].concat());
}

#[test]
fn everything_that_is_not_carried_over_is_reported_by_place_and_reason() {
    let (_, report) = imported();
    let lost = |place: &str, reason: &str| {
        let found = report.lines().iter().any(|line| {
            line.outcome == Outcome::Lost && line.place.contains(place) && line.reason.contains(reason)
        });
        assert!(found, "{place}: {reason}\n{:#?}", report.lines());
    };
    lost("workspace.event_callback_url", "webhooks");
    lost("task_queues[3].target_workers", "a value");
    lost("workflows[0].assignment_callback_url", "webhooks");
    lost("workflows[0].filters[0].targets[1].priority", "priority stays");
    lost("workflows[0].filters[0].targets[0].skip_if", "1 == 1");
    lost("workflows[0].filters[3].expression", "mood > 'low'");
    lost("workflows[0].filters[2].targets[0].expression", "\"wing\"");
    lost("workflows[0].filters[1].targets[0].colour", "not known");
    lost("workflows[0].filters[4].targets[0].queue", "WQ99");
    lost("workflows[1].filters[1]", "no task comes here");
    lost("workers[0].worker_channels[3]", "video");
    lost("workers[0]", "Klingon");
    lost("workers[1]", "cruises");
    lost("workers[3].attributes.team", "of most workers it is a text");
    lost("workers[3].attributes.desk_spot", "no text");
    lost("worker_channels[1]", "no worker");
    lost("task_channels.TC3", "video");
    lost("export.roles", "not known");
    let changed = report.lines().iter().filter(|line| line.outcome == Outcome::Changed);
    let changed: Vec<_> = changed.map(ToString::to_string).collect();
    for part in ["~ levels.bookings: 40 to 90 become 1 to 5", "order_by", "known_worker", "intent rebooking"]
    {
        assert!(changed.iter().any(|line| line.contains(part)), "{part}: {changed:#?}");
    }
}

#[test]
fn hostile_exports_are_refused_or_reported_and_never_more() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.json");
    for text in ["", "[", "not json", &"[".repeat(1_000_000), &format!("{{\"a\":{}", "[".repeat(200))] {
        std::fs::write(&file, text).unwrap();
        assert!(read(&file, &mut Report::default()).is_err());
    }
    let nested = (0..2_000).map(|_| "NOT (").collect::<String>();
    let controls = "\u{1b}[2J\u{7}";
    let export = serde_json::json!({
        "task_queues": [
            { "friendly_name": "x".repeat(100_000), "target_workers": nested, "priority": f64::MAX },
            17, null, { "friendly_name": "" }, { "friendly_name": "…" },
        ],
        "workflows": [{ "friendly_name": controls, "configuration": "{" }, { "friendly_name": "w", "configuration": {
            "task_routing": { "filters": [{ "targets": [{ "queue": "…", "timeout": -3, "priority": "1e300" }] }] } } }],
        "workers": [{ "friendly_name": "a/b", "attributes": "[1]" }, { "friendly_name": "A B", "attributes": 3,
            "worker_channels": [{ "unique_name": "chat", "configured_capacity": 1e300 }] }],
    });
    let serde_json::Value::Object(export) = export else { unreachable!() };
    let mut report = Report::default();
    let organisation = taskrouter::import(export, &mut report);
    assert_eq!(organisation.flaws(), []);
    assert!(report.lines().iter().all(|line| !line.to_string().contains(char::is_control)));
}
