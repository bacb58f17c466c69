//! What any bytes are fed to, and what must hold of what comes out. Also the targets of `fuzz`.

use std::path::Path;

use tandem::configuration::{Fault, Organisation, Settings, organisation};
use tandem::console::wire::ConsoleRequest;

/// As many faults are shown at most.
const MAX_FAULTS: usize = 100;

/// A frame of a console, or of an agent from outside: what reads writes back as the same.
pub fn console(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(request) = serde_json::from_str::<ConsoleRequest>(text) {
        let written = serde_json::to_string(&request).expect("it writes");
        assert_eq!(serde_json::from_str::<ConsoleRequest>(&written).expect("it reads back"), request);
    }
}

/// A file of settings, of an organisation, and the value of an environment variable. What is accepted
/// is sound: the router is made from it, and it differs from itself in nothing.
pub fn configuration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let path = Path::new("fuzz.toml");
    let value = text.lines().next().unwrap_or_default().to_owned();
    let variables = [("TANDEM_SERVER__DRAIN_DEADLINE".to_owned(), value)];
    for variables in [&variables[..], &[]] {
        check_faults(Settings::parse(path, text, variables).err(), text);
    }
    match Organisation::parse(path, text) {
        Ok(accepted) => {
            tandem::engine::routing_setup::configuration(&accepted);
            tandem::engine::routing_setup::profiles(&accepted);
            assert_eq!(organisation::diff(&accepted, &accepted), []);
        }
        Err(faults) => check_faults(Some(faults), text),
    }
}

/// Refused with a reason, at most so many, each at a place that is there.
fn check_faults(faults: Option<Vec<Fault>>, text: &str) {
    let Some(faults) = faults else { return };
    assert!(!faults.is_empty() && faults.len() <= MAX_FAULTS, "{} faults", faults.len());
    let lines = text.split('\n').count();
    for fault in &faults {
        assert!(!fault.to_string().is_empty());
        if let Some(position) = fault.position {
            assert!(position.line >= 1 && position.line <= lines, "{fault} is past line {lines}");
        }
    }
}
