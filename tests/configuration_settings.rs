//! Promises of the settings file: what is shipped is what holds by default, the environment wins, and
//! every fault is named with its place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tandem::configuration::{Fault, Origin, Settings};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/tandem.toml")
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn faults(text: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let result = Settings::parse(Path::new("tandem.toml"), text, &variables(pairs));
    result.expect_err("it must be refused").iter().map(Fault::to_string).collect()
}

/// The keys a table knows, from what the refusal of a stranger lists.
fn known_keys(area: &str) -> Vec<String> {
    let text = if area.is_empty() { "zzzzzzzzzz = 1".into() } else { format!("[{area}]\nzzzzzzzzzz = 1") };
    let refusal = faults(&text, &[]).remove(0);
    let (_, known) = refusal.split_once("known here: ").expect("the refusal lists the known keys");
    known.split(", ").map(str::to_owned).collect()
}

#[test]
fn the_shipped_file_says_what_holds_by_default() {
    assert_eq!(Settings::load(&shipped(), &[]).unwrap(), Settings::default());
}

#[test]
fn the_shipped_file_names_every_key() {
    let text = std::fs::read_to_string(shipped()).unwrap();
    for area in known_keys("") {
        let (_, rest) =
            text.split_once(&format!("[{area}]\n")).unwrap_or_else(|| panic!("[{area}] is missing"));
        let part = rest.split("\n[").next().unwrap();
        for key in known_keys(&area) {
            let named =
                part.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} = ")));
            assert!(named, "{key} of [{area}] is missing");
        }
    }
}

#[test]
fn the_keys_that_are_commented_out_read_when_they_are_not() {
    let text = std::fs::read_to_string(shipped()).unwrap();
    let key = |line: &str| {
        let (name, value) = line.strip_prefix("# ")?.split_once(" = ")?;
        let is_key = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_key.then(|| format!("{name} = {value}"))
    };
    let text: Vec<String> = text.lines().map(|line| key(line).unwrap_or_else(|| line.to_owned())).collect();
    let settings = Settings::parse(Path::new("tandem.toml"), &text.join("\n"), &[]).unwrap();
    assert!(settings.server.tls.is_some() && settings.email.smarthost.is_some());
    assert_eq!(settings.server.public_url(), "https://tandem.example");
}

#[test]
fn a_misspelt_key_is_refused_with_file_line_and_the_nearest_known_key() {
    let found = faults("[server]\n# where\n  adress = \"127.0.0.1:1\"\n", &[]);
    assert_eq!(found, ["tandem.toml:3:3: unknown key \"adress\" (did you mean \"address\"?)"]);
}

#[test]
fn all_faults_are_reported_at_once() {
    let text = "[server]\naddress = 5\n[sesions]\n[sessions]\nidle_after = 300\ninbox = 0\n[store]\nwriter_bach = 1\n";
    let found = faults(text, &[("TANDEM_CHAT__SILENCE", "soon")]);
    for start in [
        "tandem.toml:2:11: ",
        "tandem.toml:3:2: unknown key \"sesions\" (did you mean \"sessions\"?)",
        "tandem.toml:5:14: ",
        "tandem.toml:6:9: sessions.inbox: 0 is less than 1",
        "tandem.toml:8:1: unknown key \"writer_bach\" (did you mean \"writer_batch\"?)",
        "environment variable TANDEM_CHAT__SILENCE: \"soon\" is not a time",
    ] {
        assert!(found.iter().any(|fault| fault.starts_with(start)), "{start} is missing of {found:#?}");
    }
    assert_eq!(found.len(), 6, "{found:#?}");
}

#[test]
fn environment_variables_override_the_file() {
    let text = "[server]\naddress = \"127.0.0.1:1\"\n[webhooks]\ntimeout = \"1s\"";
    let pairs = [
        ("TANDEM_SERVER__ADDRESS", "0.0.0.0:9000"),
        ("TANDEM_STORE__WRITER_BATCH", "64"),
        ("TANDEM_TELEMETRY__METRICS", "false"),
        ("TANDEM_WEBHOOKS__ALLOW_PRIVATE", "[\"10.1.0.0/16\"]"),
        ("TANDEM_EMAIL__SMARTHOST__HOST", "mx.example"),
        ("TANDEM_EMAIL__SMARTHOST__PORT", "25"),
        ("TANDEM_CONFIG", "not a setting"),
        ("PATH", "/bin"),
    ];
    let settings = Settings::parse(Path::new("tandem.toml"), text, &variables(&pairs)).unwrap();
    assert_eq!(settings.server.address.port(), 9000);
    assert!(!settings.accepts_demo_passwords());
    assert_eq!(settings.store.writer_batch, 64);
    assert!(!settings.telemetry.metrics);
    assert_eq!(settings.webhooks.allow_private, ["10.1.0.0/16"]);
    assert_eq!(settings.webhooks.timeout, Duration::from_secs(1));
    let smarthost = settings.email.smarthost.unwrap();
    assert_eq!((smarthost.host.as_str(), smarthost.port), ("mx.example", 25));
}

#[test]
fn a_misspelt_variable_is_refused_by_its_name() {
    let found =
        faults("", &[("TANDEM_SERVER__ADRESS", "0.0.0.0:1"), ("TANDEM_EMAIL__SMARTHOST__PORT", "25")]);
    let adress =
        "environment variable TANDEM_SERVER__ADRESS: unknown key \"adress\" (did you mean \"address\"?)";
    assert!(found.iter().any(|fault| fault == adress), "{found:#?}");
    let host = "environment variable TANDEM_EMAIL__SMARTHOST__PORT: the key \"host\" is missing";
    assert!(found.iter().any(|fault| fault == host), "{found:#?}");
}

#[test]
fn settings_that_cannot_work_are_refused_at_their_line() {
    let text = "[webhooks]\nallow_private = [\n  \"10.0.0.0/8\",\n  \"10.0.0.0/99\",\n]\n[server]\npublic_url = \"tandem\"";
    let found = faults(text, &[]);
    assert!(found[0].starts_with("tandem.toml:7:14: server.public_url"), "{found:#?}");
    assert!(found[1].starts_with("tandem.toml:4:3: webhooks.allow_private[1]"), "{found:#?}");
}

#[test]
fn hostile_files_get_a_clear_refusal() {
    let deep_arrays = format!("a = {}", "[".repeat(100_000));
    let deep_keys = format!("{} = 1", vec!["a"; 100_000].join("."));
    let deep_header = format!("[{}]", vec!["a"; 100_000].join("."));
    let many = "x\n".repeat(50_000);
    for text in [&deep_arrays, &deep_keys, &deep_header, &many, "[server]\naddress = \"\0\"", "=", "[[["] {
        let found = faults(text, &[]);
        assert!(!found.is_empty() && found.len() <= 100);
        assert!(found.iter().all(|fault| fault.len() < 500), "{found:#?}");
    }
    let strangers: String = (0..5_000).map(|number| format!("key_{number} = 1\n")).collect();
    assert_eq!(faults(&strangers, &[]).len(), 100);
}

#[test]
fn a_huge_or_binary_or_absent_file_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tandem.toml");
    for (content, words) in [(vec![b'#'; 1024 * 1024 + 1], "larger than"), (vec![0xff, 0xfe], "not UTF-8")] {
        std::fs::write(&path, content).unwrap();
        let faults = Settings::load(&path, &[]).unwrap_err();
        assert_eq!(faults[0].origin, Origin::File(path.clone()));
        assert!(faults[0].message.contains(words), "{}", faults[0]);
    }
    std::fs::remove_file(&path).unwrap();
    assert!(Settings::load(&path, &[]).unwrap_err()[0].message.starts_with("cannot read it"));
}
