//! `tandem import` as it is typed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::report::{Outcome, Report};
use super::{read, taskrouter, write};
use crate::configuration::check;

/// From where.
#[derive(Debug, Subcommand)]
pub enum Source {
    /// A Twilio TaskRouter workspace: activities, task queues, workflows, workers and their channels as
    /// TaskRouter's API lists them, in one JSON file or a folder of them.
    Taskrouter {
        export: PathBuf,
        /// Where to write: `organisation/*.toml` and `import-report.md` go into this folder.
        #[arg(long)]
        out: PathBuf,
    },
}

impl Source {
    /// Blocks until it is written. Fails if what it wrote has faults.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let Self::Taskrouter { export, out } = self;
        let mut report = Report::default();
        let organisation = taskrouter::import(read(export, &mut report)?, &mut report);
        write(&organisation, &report.markdown(&shown(export)), out)?;
        for line in report.lines() {
            println!("{line}");
        }
        println!(
            "{} queues, {} routes, {} agents, {} skills written to {}",
            organisation.queues.len(),
            organisation.routes.len(),
            organisation.agents.len(),
            organisation.skills.len(),
            out.display()
        );
        let (lost, changed) = (report.count(Outcome::Lost), report.count(Outcome::Changed));
        println!("{lost} things are not carried over (-), {changed} are something else now (~)");
        let checked = check(out, &[]);
        println!("tandem check: {checked}");
        Ok(if checked.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn shown(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
