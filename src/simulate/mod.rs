//! `tandem simulate`: whole days under the organisation's rules, and under others beside them.
//!
//! The simulator itself is `routing::simulator`; here models, counts and recordings become scenarios,
//! replications are spread over the processors, and what came of it is printed and written.

pub mod counts;
pub mod model;
mod options;
pub mod recorded;
pub mod rehearsal;
pub mod report;
mod run;
mod sources;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use routing::simulator::{Confidence, Options, expected_contacts};

pub use options::Simulate;
pub use run::{House, simulate};

use crate::configuration::{Fault, Organisation};
use crate::engine::routing_setup;
use report::{Report, Rules};
use sources::Source;

/// Models of a folder that are checked, and faults that are told.
const MOST_MODELS: usize = 200;
const MOST_FAULTS: usize = 100;

/// Plays, prints, writes. `config` is the settings' file, or the folder it lies in. Blocking.
pub fn run(config: &Path, simulate: &Simulate) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let folder = folder(config);
    let organisation = organisation(&folder)?;
    let source = Source::read(simulate, &folder, &organisation)?;
    let options = Options {
        seed: simulate.seed,
        replications: simulate.replications,
        confidence: if simulate.confidence == "99" { Confidence::Percent99 } else { Confidence::Percent95 },
    };
    let play = |organisation: &Organisation| {
        let prepared = source.prepare(organisation)?;
        let configuration = routing_setup::configuration(organisation);
        let house = House { configuration: &configuration, prepared: &prepared };
        let left = Duration::from_secs(simulate.at_most).saturating_sub(begun.elapsed());
        let results = run::simulate(&house, &options, simulate.most_contacts, left);
        let results = results.with_context(|| {
            format!("{:.0} contacts a replication are expected", expected_contacts(&prepared.scenario))
        })?;
        anyhow::Ok((prepared, results))
    };
    let (prepared, results) = play(&organisation)?;
    let other = match &simulate.against {
        None => None,
        Some(other) => {
            let other_folder = self::folder(other);
            let (_, results) = play(&self::organisation(&other_folder)?)?;
            Some(Rules { name: other_folder.display().to_string(), results })
        }
    };
    let report = Report {
        arrivals: simulate.arrivals.display().to_string(),
        rules: Rules { name: folder.display().to_string(), results },
        other,
        starts: source.starts(&prepared.scenario),
        remarks: source.remarks(),
        took: begun.elapsed(),
    };
    print!("{}", report::text(&report));
    if let Some(out) = &simulate.out {
        write(out, &report)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is wrong with the models in a folder's `simulation/`, by its organisation; nothing where the
/// organisation itself is wrong, for that comes first. Blocking.
pub fn faults(folder: &Path) -> Vec<Fault> {
    let Ok(organisation) = Organisation::load(&folder.join("organisation")) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(folder.join("simulation")) else { return Vec::new() };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut models: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    models.sort();
    let faults = models.iter().take(MOST_MODELS).map(|path| model::read(path, &organisation).err());
    faults.flatten().flatten().take(MOST_FAULTS).collect()
}

fn write(out: &Path, report: &Report) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let files = [
        ("results.json", report::json(report)),
        ("results.csv", report::csv(report)),
        ("results.html", report::page(report)),
    ];
    for (name, text) in files {
        let path = out.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("written: {}", path.display());
    }
    Ok(())
}

/// The folder with `organisation/` in it.
fn folder(config: &Path) -> PathBuf {
    if config.is_dir() {
        return config.to_owned();
    }
    config.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

fn organisation(folder: &Path) -> anyhow::Result<Organisation> {
    Organisation::load(&folder.join("organisation")).map_err(|faults| refused(&faults))
}

fn refused(faults: &[Fault]) -> anyhow::Error {
    anyhow::anyhow!(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// So that a source says how it is written.
fn unknown_kind(path: &Path) -> anyhow::Result<Source> {
    bail!("{} is no model (.toml), no counts (.csv) and no folder with a database", path.display())
}
