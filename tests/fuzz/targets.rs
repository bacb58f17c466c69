//! What any bytes are fed to, and what must hold of what comes out. Also the targets of `fuzz`.

use std::path::Path;

use tandem::configuration::{Fault, Organisation, Settings, organisation};
use tandem::console::wire::ConsoleRequest;
use tandem::import::report::Report;
use tandem::import::taskrouter;

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

/// An export of a TaskRouter workspace, and one expression of it: whatever is in it, the organisation
/// that comes out has no flaw, and each expression reads or says where it does not.
pub fn taskrouter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for text in text.lines() {
        if let Err(error) = taskrouter::expression::Expression::parse(text) {
            assert!(error.at <= text.chars().count() + 1, "{error} is past the end");
        }
    }
    let Ok(export) = serde_json::from_str(text) else { return };
    let mut report = Report::default();
    let imported = taskrouter::import(export, &mut report);
    assert_eq!(imported.flaws(), []);
    assert!(!report.markdown("export").contains('\u{1b}'));
}

/// An expression of the rules: what reads is shown as one that reads, and no text does harm.
pub fn expression(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for scope in [routing::Scope::TaskAndAgent, routing::Scope::Task] {
        match routing::Expression::read(text, scope) {
            Ok(expression) => {
                let shown = expression.to_string();
                if let Ok(again) = routing::Expression::read(&shown, scope) {
                    assert_eq!(again.to_string(), shown);
                }
            }
            Err(flaw) => assert!(flaw.at <= text.chars().count(), "{flaw} is past the end of {text:?}"),
        }
    }
}
