//! `tandem simulate`: a day of the example organisation from the command line, from a model, from counts
//! and from what was recorded; and what is wrong with each is said with place and reason.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use support::House;
use tandem::console::wire::Ask;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shipped() -> PathBuf {
    root().join("config/simulation/day.toml")
}

fn simulate(arrivals: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.arg("simulate").arg("--config").arg(root().join("config")).arg("--arrivals").arg(arrivals);
    command.args(more).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn done(output: Output) -> String {
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    said
}

fn refused(arrivals: &Path, more: &[&str]) -> String {
    let output = simulate(arrivals, more);
    assert!(!output.status.success(), "{}", said(&output));
    said(&output)
}

fn written(out: &Path) -> (Value, String, String) {
    let text = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    (serde_json::from_str(&text("results.json")).unwrap(), text("results.csv"), text("results.html"))
}

#[test]
fn the_shipped_day_is_played_and_written_in_three_forms() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("results");
    let said = done(simulate(&shipped(), &["--replications", "4", "--out", out.to_str().unwrap()]));
    for figure in ["answered in time of answered", "answered or abandoned in time", "short abandons left out"]
    {
        assert!(said.contains(figure), "{said}");
    }
    assert!(said.contains("Average speed of answer") && said.contains("orders and products"), "{said}");
    let (json, csv, html) = written(&out);
    let figures = &json["rules"]["figures"]["all"];
    let mean = |key: &str| figures[key]["mean"].as_f64().unwrap_or_else(|| panic!("{key}: {figures}"));
    assert!((0.5..=1.0).contains(&mean("strict")) && mean("strict") <= mean("answered_of_answered"));
    assert!(mean("offered") > 1_500.0 && mean("abandonment") < 0.3);
    assert!(figures["strict"]["half_width"].as_f64().unwrap() > 0.0);
    assert!(csv.lines().any(|line| line.starts_with("queue billing,strict,0.")), "{csv}");
    assert!(html.contains("<svg") && !html.contains("<script"), "charts, and nothing that runs");
    let foreign = html.matches("http").count();
    assert_eq!(foreign, 0, "the page needs nobody's address");
    // The same seed, the same day.
    let again = folder.path().join("again");
    done(simulate(&shipped(), &["--replications", "4", "--out", again.to_str().unwrap()]));
    assert_eq!(written(&again).0["rules"], json["rules"]);
}

#[test]
fn two_sets_of_rules_meet_the_same_days_and_it_says_which_is_better_on_what() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("organisation");
    std::fs::create_dir(&other).unwrap();
    for file in std::fs::read_dir(root().join("config/organisation")).unwrap() {
        let file = file.unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        // Nobody waits for somebody skilled: whoever is free takes it.
        let text = text
            .replace(r#"{ holds = "30s" },"#, "")
            .replace(r#"{ holds = "60s", intent_skills = "ignored" },"#, "");
        std::fs::write(other.join(file.file_name()), text).unwrap();
    }
    let (out, against) = (folder.path().join("out"), folder.path().to_str().unwrap().to_owned());
    let more = ["--replications", "12", "--against", &against, "--out", out.to_str().unwrap()];
    let said = done(simulate(&shipped(), &more));
    assert!(said.contains("other is better on:"), "{said}");
    let (json, csv, html) = written(&out);
    let difference = &json["differences"]["all"]["offered"]["difference"];
    assert_eq!(difference["mean"], 0.0, "as many come whatever the rules are");
    assert_ne!(json["differences"]["all"]["mean_wait"]["difference"]["mean"], 0.0);
    assert!(csv.lines().next().unwrap().ends_with("difference,difference_half_width,better"));
    assert!(html.contains("other − this"));
}

#[test]
fn counts_are_played_by_a_model_day_by_day() {
    let folder = tempfile::tempdir().unwrap();
    let counts = folder.path().join("calls.csv");
    let mut text = String::from("interval_start,calls\n");
    for day in 2..=4 {
        for half_hour in 18..36 {
            let (hour, minute) = (half_hour / 2, half_hour % 2 * 30);
            text += &format!("2026-03-0{day}T{hour:02}:{minute:02}:00Z,{}\n", 10 * day);
        }
    }
    std::fs::write(&counts, text).unwrap();
    let out = folder.path().join("out");
    let one = done(simulate(
        &counts,
        &["--day", "2026-03-03", "--replications", "2", "--out", out.to_str().unwrap()],
    ));
    assert!(one.contains("2 replications of 540 contacts"), "{one}");
    assert_eq!(written(&out).0["rules"]["intervals"][0]["start"], "09:00");
    let all = done(simulate(&counts, &["--replications", "3"]));
    assert!(all.contains("3 replications of 540 contacts") && all.contains("3 days of counts"), "{all}");
    let none = refused(&counts, &["--day", "2026-04-01"]);
    assert!(none.contains("no counts of 2026-04-01: the file goes from 2026-03-02 to 2026-03-04"), "{none}");
    std::fs::write(&counts, "interval_start,calls\n2026-03-02T09:00,3\n2026-03-02T09:30,-1\n").unwrap();
    let negative = refused(&counts, &[]);
    assert!(negative.contains("calls.csv:3:1: -1 calls"), "{negative}");
}

const EXPRESSIONS: &str = r#"
name = "Shop"
presences = [
    { id = "available", name = "Available", routable = true },
    { id = "offline", name = "Offline", routable = false },
    { id = "not_responding", name = "Not responding", routable = false },
]
attributes = [
    { id = "tier", of = "task", kind = "text" },
    { id = "team", of = "agent", kind = "text" },
]
queues = [{ id = "all", name = "All" }, { id = "gold", name = "Gold" }]
[[routes]]
when = "task.attributes.tier == 'gold'"
where = "agent.attributes.team == 'north'"
queue = "gold"
[[routes]]
when = "task.language == 'fr'"
queue = "gold"
[[agents]]
id = "ana"
name = "Ana"
roles = ["agent"]
capacity = { chat = 1 }
queues = ["all"]
languages = ["en", "fr"]
"#;

/// Streams of one contact every six minutes, a minute each; a group of the north and one of the south.
fn model_of(attributes: &str, group: &str) -> String {
    format!(
        r#"
time_zone = "UTC"
day = "2026-11-02"
from = "09:00"
to = "17:00"
[[streams]]
channel = "chat"
queue = "all"
an_hour = 10
handling = "1m"
{attributes}
[[groups]]
name = "group"
count = 3
like = "ana"
queues = ["all", "gold"]
{group}
"#
    )
}

#[test]
fn routes_by_expressions_and_attributes_of_groups_decide_in_a_simulated_day_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("organisation")).unwrap();
    std::fs::write(folder.path().join("organisation/shop.toml"), EXPRESSIONS).unwrap();
    let play = |model: &str| {
        let (path, out) = (folder.path().join("day.toml"), folder.path().join("out"));
        std::fs::write(&path, model).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
        command.arg("simulate").arg("--config").arg(folder.path()).arg("--arrivals").arg(&path);
        command.args(["--replications", "2", "--out"]).arg(&out).output().unwrap()
    };
    // How many were answered in the queue of all, and in that of gold.
    let answered = |model: &str| {
        done(play(model));
        let (_, csv, _) = written(&folder.path().join("out"));
        ["queue all", "queue gold"].map(|queue| {
            let row = csv.lines().find_map(|line| line.strip_prefix(&format!("{queue},answered,")));
            row.map_or(0.0, |row| row.split(',').next().unwrap().parse::<f64>().unwrap())
        })
    };
    let (north, south) = ("attributes = { team = \"north\" }", "attributes = { team = \"south\" }");
    let gold = "attributes = { tier = \"gold\" }";
    let [all, of_gold] = answered(&model_of(gold, north));
    assert!(all == 0.0 && of_gold > 40.0, "the route's `when` holds: {all}, {of_gold}");
    assert_eq!(answered(&model_of(gold, south)), [0.0, 0.0], "nobody meets the route's `where`");
    let [all, of_gold] = answered(&model_of("attributes = { tier = \"silver\" }", north));
    assert!(all > 40.0 && of_gold == 0.0, "it does not: {all}, {of_gold}");
    let [all, of_gold] = answered(&model_of("languages = { en = 1, fr = 1 }", north));
    assert!(all > 20.0 && of_gold > 20.0, "of two languages one is routed: {all}, {of_gold}");

    let wrong = said(&play(&model_of("attributes = { teir = \"gold\" }", "attributes = { team = 3 }")));
    for reason in ["there is no attribute \"teir\" (did you mean \"tier\"?)", "attributes.team: it is a text"]
    {
        assert!(wrong.contains(reason), "{wrong}");
    }
}

#[test]
fn what_is_wrong_with_a_model_has_its_line_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    let model = std::fs::read_to_string(shipped()).unwrap();
    for (from, to, expected) in [
        (
            r#"queue = "assistant""#,
            r#"queue = "asistant""#,
            r#"there is no queue "asistant" (did you mean "assistant"?)"#,
        ),
        ("an_hour = 90", "an_hour = -90", "a rate is not negative"),
        ("order_status = 30", "order_state = 30", r#"there is no route for the intent "order_state""#),
        (r#"like = "ben""#, r#"like = "bert""#, r#"there is no agent "bert""#),
        (
            r#"time_zone = "Europe/Berlin""#,
            r#"time_zone = "Europe/Bern-lin""#,
            "is not the name of a time zone",
        ),
        (r#"wrap_up = { mean = "40s" }"#, r#"wrap_up = { mean = "-40s" }"#, r#""-40s" is not a time"#),
        ("unanswered = 0.01", "unanswered = 1.5", "agents[0].work.unanswered: a share is from 0 to 1"),
        (r#"to = "12:30" }] }]"#, r#"to = "17:30" }] }]"#, "breaks lie within the shift"),
        ("pace_by_level", "pace_by_levels", "did you mean \"pace_by_level\"?"),
        (r#"interval = "30m""#, r#"interval = "1ms""#, "intervals"),
        ("\ncount = 5", "\ncount = 5000000", "at most 200000 agents"),
    ] {
        let bad = model.replacen(from, to, 1);
        assert_ne!(bad, model, "{from} is in the shipped model");
        std::fs::write(&path, bad).unwrap();
        let said = refused(&path, &[]);
        assert!(said.contains(expected) && said.contains("bad.toml:"), "{to}: {said}");
    }
    let endless = model.replacen("an_hour = 90", "an_hour = 9000000", 1);
    std::fs::write(&path, endless).unwrap();
    let said = refused(&path, &["--replications", "1", "--most-contacts", "5000"]);
    assert!(said.contains("more than 5000 contacts"), "{said}");
    let nothing = refused(&root().join("README.md"), &[]);
    assert!(nothing.contains("no model (.toml), no counts (.csv)"), "{nothing}");
}

#[test]
fn a_check_of_the_folder_reads_its_models_too() {
    let folder = tempfile::tempdir().unwrap();
    for part in ["organisation", "simulation"] {
        std::fs::create_dir(folder.path().join(part)).unwrap();
        for file in std::fs::read_dir(root().join("config").join(part)).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), folder.path().join(part).join(file.file_name())).unwrap();
        }
    }
    std::fs::copy(root().join("config/tandem.toml"), folder.path().join("tandem.toml")).unwrap();
    let check = || {
        let output =
            Command::new(env!("CARGO_BIN_EXE_tandem")).arg("check").arg(folder.path()).output().unwrap();
        (output.status.success(), said(&output))
    };
    let (is_good, told) = check();
    assert!(is_good && told.contains("no faults"), "{told}");
    let model = folder.path().join("simulation/day.toml");
    let text = std::fs::read_to_string(&model).unwrap().replacen("an_hour = 90", "an_hour = -90", 1);
    std::fs::write(&model, text).unwrap();
    let (is_good, told) = check();
    assert!(!is_good && told.contains("day.toml:") && told.contains("a rate is not negative"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_day_is_played_again_and_says_what_it_assumes() {
    let house = House::open().await;
    let mut ana = house.agent("ana").await;
    let mut customer = house.customer().await;
    customer.say("I want to talk to a human please").await;
    let offer = ana.offer().await;
    ana.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    ana.open(offer.session).await;
    let house = house.restart(|_| {}).await;
    let data = house.data.path().join("data");
    let data = if data.is_dir() { data } else { house.data.path().to_owned() };
    // Written behind: there in a moment.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let folder = data.clone();
        let output =
            tokio::task::spawn_blocking(move || simulate(&folder, &["--replications", "2"])).await.unwrap();
        let told = said(&output);
        if output.status.success() && told.contains("Queue support") {
            assert!(told.contains("2 replications of 1 contacts"), "{told}");
            assert!(
                told.contains("patience is censored") && told.contains("assumed to wait for ever"),
                "{told}"
            );
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{told}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
