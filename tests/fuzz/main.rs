//! Damaged frames and configuration for some seconds: nothing that comes in makes a parser panic.

#[path = "../../channels/tests/fuzz/mutate.rs"]
mod mutate;
mod targets;

fn texts(examples: &[&str]) -> Vec<Vec<u8>> {
    examples.iter().map(|example| example.as_bytes().to_vec()).collect()
}

#[test]
fn no_console_frame_is_read_wrongly() {
    let examples = texts(&[
        r#"{"request":1,"type":"hello","version":1}"#,
        r#"{"request":2,"type":"open","session":"0190163d-8694-739b-aea5-966c26f8ad91","since":7}"#,
        r#"{"request":3,"type":"post","session":"0190163d-8694-739b-aea5-966c26f8ad91","message":"0190163d-8694-739b-aea5-966c26f8ad92","text":"hé","seen":3,"uploads":[]}"#,
        r#"{"request":4,"type":"transfer","session":"0190163d-8694-739b-aea5-966c26f8ad91","task":"0190163d-8694-739b-aea5-966c26f8ad93","target":{"to":"agent","agent":"ana","queue":"sales"},"note":"x"}"#,
        r#"{"request":5,"type":"accept","reservation":"0190163d-8694-739b-aea5-966c26f8ad94"}"#,
        r#"{"request":6,"type":"prioritise","session":"0190163d-8694-739b-aea5-966c26f8ad91","task":"0190163d-8694-739b-aea5-966c26f8ad93","priority":-5}"#,
        r#"{"request":7,"type":"search","text":"refund"}"#,
    ]);
    mutate::feed("console", &examples, targets::console);
}

#[test]
fn no_configuration_is_read_wrongly() {
    let examples = texts(&[
        include_str!("../../config/tandem.toml"),
        include_str!("../../config/organisation/queues.toml"),
        r#"
name = "Shop"
presences = [
    { id = "available", name = "Available", routable = true },
    { id = "offline", name = "Offline", routable = false },
    { id = "not_responding", name = "Not responding", routable = false },
]
skills = [{ id = "billing", name = "Billing" }]
[[hours]]
id = "office"
time_zone = "Europe/Berlin"
monday = ["09:00-12:30", "13:30-24:00"]
holidays = [{ date = "2026-12-25", open = [] }]
[[queues]]
id = "sales"
name = "Sales"
hours = "office"
deadline = "10m"
longest_idle = "since_available"
service_level = { threshold = "60s", definition = "strict", target = 75.0 }
steps = [{ holds = "30s", skills = { billing = 3 } }, { language = "ignored" }]
[[agents]]
id = "ana"
name = "Ana"
roles = ["agent"]
queues = ["sales"]
skills = { billing = 5 }
capacity = { chat = 3, voice = 1 }
"#,
    ]);
    mutate::feed("configuration", &examples, targets::configuration);
}

#[test]
fn no_export_is_imported_wrongly() {
    let export = include_str!("../exports/taskrouter.json");
    let small = r#"{"task_queues":[{"friendly_name":"q","target_workers":"routing.skills HAS 'a' OR levels.b >= 3"}],
        "workflows":[{"friendly_name":"w","configuration":{"task_routing":{"filters":[{"expression":"t == 'x'","targets":[
        {"queue":"q","expression":"worker.routing.levels.b > 7","timeout":3,"priority":2},{"queue":"q"}]}],"default_filter":{"queue":"q"}}}}],
        "workers":[{"friendly_name":"n","attributes":{"routing":{"skills":["b"],"levels":{"b":9}}}}]}"#;
    let expression = r#"(routing.skills HAS "x" AND NOT levels.y <= 2.5) OR task.language IN worker.languages OR a[0].b NOT IN ['1', null]"#;
    mutate::feed("taskrouter", &texts(&[export, small, expression]), targets::taskrouter);
}

#[test]
fn no_expression_is_read_wrongly() {
    let examples = texts(&[
        "agent.skills.french >= 4 && agent.attributes.team == 'north' && 'de' in agent.languages",
        "task.intent in ['refund', \"order\"] ? has(task.attributes.tier) : !(agent.kind == 'virtual')",
        "(task.attributes[\"a-b\"].startsWith('x') || task.priority >= -2.5) && task.channel != 'chat'",
    ]);
    mutate::feed("expression", &examples, targets::expression);
}
