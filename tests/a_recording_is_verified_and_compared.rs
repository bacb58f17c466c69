//! `tandem replay` and `tandem explain` on the recording of a server that was killed in the midst of work.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use support::process::Process;
use support::{Agent, Customer, desk, root};
use tandem::configuration::Organisation;
use tandem::console::wire::{Answer, Ask};

const RING: Duration = Duration::from_secs(60);

fn desk_of_two() -> Process {
    Process::start(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 2, 2);
        desk::queue(organisation).ring_time = desk::ring(RING);
    })
}

/// Runs the binary on a server's data.
async fn tandem(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.arg("--config").arg(data.join("tandem.toml")).args(arguments).current_dir(root());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A day with a kill in its midst: one chat accepted, one rejected and then accepted, one that waits.
async fn a_killed_day() -> (Arc<tempfile::TempDir>, model::TaskId) {
    let server = desk_of_two();
    let mut first_agent = Agent::log_in(&server, &desk::name(0)).await;
    let mut customers = Vec::new();
    let mut customer = Customer::arrive(&server, None, 0).await;
    customer.tell("one").await;
    customers.push(customer);
    let offer = first_agent.accept_next().await;
    let seen = first_agent.open(offer.session).await.sequence;
    first_agent.post(offer.session, "answered", seen).await.unwrap();
    while customers[0].answer().await.1 != "answered" {}
    let mut second_agent = Agent::log_in(&server, &desk::name(1)).await;
    let mut customer = Customer::arrive(&server, None, 0).await;
    customer.tell("two").await;
    customers.push(customer);
    let refused = second_agent.offer().await;
    second_agent.ask(Ask::Reject { reservation: refused.reservation, reason: None }).await.unwrap();
    let taken = first_agent.accept_next().await;
    assert_eq!(taken.task, refused.task);

    let data = server.kill();
    drop(customers);
    let server = Process::again(data);
    let mut console = Agent::open_console(&server, first_agent.cookies.clone()).await;
    the_rule_is_known_past_a_restart(&server, taken.task).await;
    console.complete(&offer).await;
    let mut last = Customer::arrive(&server, None, 0).await;
    last.tell("three").await;
    let ringing = loop {
        // Whoever of the two it rings at.
        let mut second = Agent::open_console(&server, second_agent.cookies.clone()).await;
        let offers = [console.welcome.offers.clone(), second.welcome.offers.clone()].concat();
        if let Some(offer) = offers.first() {
            break (**offer).clone();
        }
        if let Ok(offer) = tokio::time::timeout(Duration::from_secs(2), second.offer()).await {
            break offer;
        }
        console = Agent::open_console(&server, first_agent.cookies.clone()).await;
    };
    let while_it_runs = tandem(server.data.path(), &["replay", "--verify"]).await;
    assert!(while_it_runs.status.success(), "{}", said(&while_it_runs));
    let (data, status, _) = server.terminate().await;
    assert!(status.success());
    (data, ringing.task)
}

/// Chosen before the kill: the router that started after it was never told why.
async fn the_rule_is_known_past_a_restart(server: &Process, task: model::TaskId) {
    let mut sam = Agent::log_in(server, "sam").await;
    let Answer::Explanation(why) = sam.ask(Ask::Explain { task, at: None }).await.unwrap() else {
        panic!("no explanation")
    };
    assert_eq!(why.chosen.as_ref().map(model::AgentId::as_str), Some("agent-000"));
    assert!(why.headline.starts_with("Is with") && why.rule.is_some() && why.chosen_at.is_some(), "{why:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_cut_by_kill_nine_is_verified_compared_and_explained() {
    let (data, task) = a_killed_day().await;
    let data = data.path();
    every_decision_is_the_sessions_own(data).await;
    the_same_rules_and_others_are_compared(data).await;
    a_task_is_explained_at_any_moment(data, task).await;
    a_log_that_says_otherwise_is_found(data).await;
}

async fn every_decision_is_the_sessions_own(data: &Path) {
    let verified = tandem(data, &["replay", "--verify"]).await;
    let text = said(&verified);
    assert!(verified.status.success() && !text.contains("differ"), "{text}");
    let agreed = text.split(" decisions as").next().and_then(|text| text.rsplit(' ').next());
    let agreed: usize = agreed.unwrap().parse().unwrap();
    assert!(agreed >= 7, "three offers, two of them accepted, one rejected, one that rings: {text}");

    let all = tandem(data, &["replay"]).await;
    let lines: Vec<serde_json::Value> =
        said(&all).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let starts: Vec<_> = lines
        .iter()
        .filter(|line| line["record"]["record"] == "started")
        .map(|line| &line["sequence"])
        .collect();
    assert_eq!(starts.len(), 2, "the kill began a new recording");
    // From the middle of the second run: its start is replayed, and not shown.
    let from = starts[1].as_u64().unwrap() + 3;
    let part = tandem(data, &["replay", "--from", &from.to_string(), "--to", &(from + 1).to_string()]).await;
    let wanted = |line: &&serde_json::Value| line["sequence"] == from || line["sequence"] == from + 1;
    let expected: Vec<_> = lines.iter().filter(wanted).collect();
    let found: Vec<serde_json::Value> =
        said(&part).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    let now = jiff::Timestamp::now();
    let today = jiff::tz::TimeZone::system().to_datetime(now).date().to_string();
    let day = tandem(data, &["replay", "--from", "2000-01-01", "--to", &today]).await;
    assert_eq!(said(&day).lines().count(), lines.len());
}

async fn the_same_rules_and_others_are_compared(data: &Path) {
    let same = data.join("organisation");
    let compared = tandem(data, &["replay", "--against", &same.display().to_string()]).await;
    assert!(said(&compared).contains("both decide the same"), "{}", said(&compared));

    let mut organisation = Organisation::load(&same).unwrap();
    let other = data.join("other");
    organisation.agents.retain(|person| person.id.as_str() != desk::name(0));
    organisation.export(&other).unwrap();
    let compared = tandem(data, &["replay", "--against", &other.display().to_string()]).await;
    let text = said(&compared);
    assert!(compared.status.success() && text.contains("they first differ at record"), "{text}");
    assert!(text.contains("tasks offered first to another agent"), "{text}");
}

async fn a_task_is_explained_at_any_moment(data: &Path, task: model::TaskId) {
    let id = task.to_string();
    let last = tandem(data, &["explain", &id]).await;
    let text = said(&last);
    let parts = ["Rings at agent-00", "rule ", "matching   2 of 2 agents", "until ", "Agents\n  agent-000  "];
    assert!(last.status.success() && parts.iter().all(|part| text.contains(part)), "{text}");

    // At the record with which it came, and before.
    let all = said(&tandem(data, &["replay"]).await);
    let lines = all.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let arrived = |line: &serde_json::Value| {
        let input = &line["record"]["input"];
        input["type"] == "task_arrived" && input["task"]["id"] == id.as_str()
    };
    let arrived = lines.clone().find(arrived).unwrap();
    let sequence = arrived["sequence"].as_u64().unwrap();
    let then = tandem(data, &["explain", &id, "--at", &sequence.to_string(), "--json"]).await;
    let explanation: serde_json::Value = serde_json::from_str(&said(&then)).unwrap();
    assert_eq!(explanation["at"], arrived["record"]["at"]);
    let offer = arrived["outputs"].as_array().unwrap().iter().find(|output| output["type"] == "offered");
    assert_eq!(explanation["chosen"], offer.unwrap()["agent"], "the choice is that of the moment");
    assert_eq!((&explanation["agents"], &explanation["matching_agents"]), (&2.into(), &2.into()));
    let before = tandem(data, &["explain", &id, "--at", &(sequence - 1).to_string()]).await;
    assert!(!before.status.success() && said(&before).contains("does not know task"), "{}", said(&before));

    // The one that was rejected, when both agents were asked before the kill.
    let rejected = lines.clone().find(|line| line["record"]["input"]["type"] == "reject").unwrap();
    let ended = rejected["outputs"].as_array().unwrap().iter().find(|out| out["type"] == "reservation_ended");
    let (task, sequence) = (ended.unwrap()["task"].as_str().unwrap(), rejected["sequence"].to_string());
    let text = said(&tandem(data, &["explain", task, "--at", &sequence]).await);
    assert!(text.contains("agent-001  declined it recently"), "{text}");
}

async fn a_log_that_says_otherwise_is_found(data: &Path) {
    let database = rusqlite::Connection::open(data.join("data").join("tandem.db")).unwrap();
    let changed = database
        .execute(
            "UPDATE events SET body = replace(body, 'agent-001', 'agent-000')
            WHERE body LIKE '{\"type\":\"task_reserved\"%agent-001%'",
            [],
        )
        .unwrap();
    drop(database);
    assert!(changed > 0);
    let verified = tandem(data, &["replay", "--verify"]).await;
    let text = said(&verified);
    assert!(!verified.status.success(), "{text}");
    let shown = ["the first that differs: record", "replayed: {", "agent-001", "recorded: {", "agent-000"];
    assert!(shown.iter().all(|part| text.contains(part)), "{text}");
}
