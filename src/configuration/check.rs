//! What `tandem check` says of a folder with `tandem.toml` and `organisation/`.

use std::fmt;
use std::path::Path;

use super::organisation::{Organisation, Password};
use super::{Fault, Settings};

/// All that was found. Shown a line a fault, a remark, and a closing line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// What must be mended.
    pub faults: Vec<Fault>,
    /// What works and is worth a look.
    pub remarks: Vec<String>,
}

impl Report {
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        for remark in &self.remarks {
            writeln!(f, "note: {remark}")?;
        }
        match self.faults.len() {
            0 => f.write_str("no faults"),
            1 => f.write_str("1 fault"),
            count => write!(f, "{count} faults"),
        }
    }
}

/// Checks `tandem.toml` with the variables over it, and the organisation beside it. Blocking.
pub fn check(folder: &Path, variables: &[(String, String)]) -> Report {
    let mut report = Report::default();
    match Settings::load(&folder.join("tandem.toml"), variables) {
        Ok(settings) => report.faults.extend(missing_files(&settings)),
        Err(faults) => report.faults.extend(faults),
    }
    match Organisation::load(&folder.join("organisation")) {
        Ok(organisation) => report.remarks.extend(remarks(&organisation)),
        Err(faults) => report.faults.extend(faults),
    }
    report
}

fn missing_files(settings: &Settings) -> Vec<Fault> {
    let Some(tls) = &settings.server.tls else { return Vec::new() };
    let missing = [&tls.certificate, &tls.key].into_iter().filter(|path| !path.is_file());
    missing.map(|path| Fault::of_file(path, "there is no such file; [server.tls] names it")).collect()
}

fn remarks(organisation: &Organisation) -> Vec<String> {
    let people = organisation.agents.iter();
    let demo = people.filter(|person| matches!(person.password, Some(Password::Demo(_))));
    let demo: Vec<&str> = demo.map(|person| person.id.as_str()).collect();
    if demo.is_empty() {
        return Vec::new();
    }
    vec![format!("demo passwords, accepted on this machine only: {}", demo.join(", "))]
}
