//! Promises of what queues may say: steps that somebody meets, ways out that lead somewhere, each refused
//! at its line with the reason otherwise.

use tandem::configuration::Fault;
use tandem::configuration::organisation::Organisation;

const BASE: &str = r#"
presences = [
    { id = "available", name = "Available", routable = true },
    { id = "offline", name = "Offline", routable = false },
    { id = "not_responding", name = "Not responding", routable = false },
]
skills = [{ id = "billing", name = "Billing" }]

[[agents]]
id = "ana"
name = "Ana"
roles = ["agent"]
capacity = { chat = 1 }
queues = ["a"]
skills = { billing = 3 }

[[virtual_agents]]
id = "scout"
name = "Scout"
languages = ["en"]
queues = ["b"]
"#;

/// The faults of an organisation with two queues, the first of which has these lines besides.
fn faults(lines: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let queues =
        format!("[[queues]]\nid = \"b\"\nname = \"B\"\n[[queues]]\nid = \"a\"\nname = \"A\"\n{lines}\n");
    for (name, text) in [("a.toml", BASE), ("b.toml", &queues)] {
        std::fs::write(folder.path().join(name), text).expect("the folder takes files");
    }
    let prefix = format!("{}/", folder.path().display());
    let faults = Organisation::load(folder.path()).err().unwrap_or_default();
    faults.iter().map(|fault| Fault::to_string(fault).replace(&prefix, "")).collect()
}

#[track_caller]
fn refused(lines: &str, expected: &[&str]) {
    assert_eq!(faults(lines), expected, "of {lines}");
}

#[test]
fn every_way_out_is_read_and_written_back() {
    for lines in [
        r#"overflow = "b""#,
        r#"overflow = { virtual_agent = "scout" }"#,
        r#"overflow = { virtual_agent = "scout", queue = "b" }"#,
        r#"overflow = { end = "message", text = { en = "We are full.", de = "Wir sind voll." } }"#,
        "most_waiting = 20\nwhen_full = { end = \"message\", text = { en = \"We are full.\" } }\noverflow = \"b\"",
        r#"steps = [{ holds = "30s", skills = { billing = 3 }, skip_when = "nobody_logged_in" }, {}]"#,
    ] {
        assert_eq!(faults(lines), [""; 0], "of {lines}");
        let text = format!(
            "{BASE}\n[[queues]]\nid = \"b\"\nname = \"B\"\n[[queues]]\nid = \"a\"\nname = \"A\"\n{lines}"
        );
        let read = Organisation::parse("a.toml".as_ref(), &text).expect("it is sound");
        let folder = tempfile::tempdir().expect("a temporary folder");
        read.export(folder.path()).expect("the folder takes files");
        assert_eq!(Organisation::load(folder.path()).expect("it reads back"), read);
    }
}

#[test]
fn a_step_that_nobody_meets_is_refused() {
    refused(
        r#"steps = [{ holds = "30s", skills = { billing = 4 } }, {}]"#,
        &[
            "b.toml:7:36: queues[1].steps[0].skills: no agent of the queue meets this for any task: it never matches anybody",
        ],
    );
}

#[test]
fn the_last_step_is_not_passed_over_and_an_eleventh_is_refused() {
    refused(
        r#"steps = [{ holds = "30s" }, { skip_when = "nobody_available" }]"#,
        &["b.toml:7:43: queues[1].steps[1].skip_when: the last step is never passed over"],
    );
    let eleven = format!("steps = [{}{{}}]", "{ holds = \"1s\" }, ".repeat(10));
    let found = faults(&eleven);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("queues[1].steps[10]: a queue has 10 steps at most"), "{found:?}");
}

#[test]
fn a_way_out_that_leads_nowhere_or_back_is_refused() {
    refused(r#"overflow = "a""#, &["b.toml:7:12: queues[1].overflow: it leads back here in a circle"]);
    refused(
        "most_waiting = 2\nwhen_full = \"a\"",
        &["b.toml:8:13: queues[1].when_full: it leads back here in a circle"],
    );
    refused(
        r#"overflow = { virtual_agent = "skout" }"#,
        &[
            "b.toml:7:30: queues[1].overflow.virtual_agent: there is no virtual agent \"skout\" (did you mean \"scout\"?)",
        ],
    );
    refused(
        r#"overflow = { virtual_agent = "scout", queue = "a" }"#,
        &[
            "b.toml:7:30: queues[1].overflow.virtual_agent: \"scout\" does not serve it: say in \"queue\" where it is waited for",
            "b.toml:7:12: queues[1].overflow: it leads back here in a circle",
        ],
    );
    refused(
        r#"overflow = { text = { en = "Hello." } }"#,
        &["b.toml:7:12: queues[1].overflow: it names a \"virtual_agent\" or an \"end\", one of the two"],
    );
    let unknown = faults(r#"overflow = { ende = "message" }"#);
    assert!(unknown[0].contains("unknown key \"ende\" (did you mean \"end\"?)"), "{unknown:?}");
}

#[test]
fn a_message_has_words_and_a_callback_somebody_who_calls() {
    refused(
        r#"overflow = { end = "message" }"#,
        &["b.toml:7:12: queues[1].overflow.text: it has a text in one language at least"],
    );
    refused(
        r#"overflow = { end = "callback", text = { en = "Shall we call you?" } }"#,
        &[
            "b.toml:7:20: queues[1].overflow.end: no agent of the queue has capacity for voice: nobody could call back",
        ],
    );
    refused(
        r#"overflow = { end = "message", text = { en = "Full." }, attempts = 2 }"#,
        &["b.toml:7:67: queues[1].overflow.attempts: it belongs to the end \"callback\""],
    );
}

#[test]
fn voicemail_is_refused_as_long_as_there_is_no_voice_channel() {
    refused(
        r#"overflow = { end = "voicemail" }"#,
        &[
            "b.toml:7:20: queues[1].overflow.end: voicemail needs the voice channel, which there is not yet: a message or a callback can end it",
        ],
    );
}

#[test]
fn a_longest_queue_says_where_who_finds_it_full_goes() {
    refused(
        "most_waiting = 20",
        &[
            "b.toml:7:16: queues[1].most_waiting: say in \"when_full\" or \"overflow\" where those go who find it full",
        ],
    );
    refused("most_waiting = 0", &["b.toml:7:16: queues[1].most_waiting: one may wait at least"]);
    refused(
        r#"when_full = "b""#,
        &[
            "b.toml:7:13: queues[1].when_full: the queue is never full: say in \"most_waiting\" how many may wait",
        ],
    );
}
