//! `tandem replay` as it is typed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Moment, Reading, Window, against, all, line, verify};
use crate::configuration::Organisation;

/// What to replay, and what for.
#[derive(Debug, Args)]
pub struct Options {
    /// From here: the number of a record, a day (2026-03-01) or a time (2026-03-01T09:30, or with a zone
    /// as in 2026-03-01T08:30:00Z). Replaying begins at the start of the router before it.
    #[arg(long)]
    from: Option<Moment>,
    /// Until here, included.
    #[arg(long)]
    to: Option<Moment>,
    /// Hold each decision against what the sessions recorded, and say the first that differs. Fails if
    /// one does.
    #[arg(long, conflicts_with = "against")]
    verify: bool,
    /// Also ask a router that goes by the organisation in this folder, and say where the two first
    /// differ and how far they go from there.
    #[arg(long, value_name = "CONFIG_FOLDER")]
    against: Option<PathBuf>,
    /// The data folder, or a folder with a backup; without it the settings'.
    #[arg(long)]
    data: Option<PathBuf>,
}

impl Options {
    /// Blocks until it is done. `data` is the settings' data folder.
    pub fn run(&self, data: &Path) -> anyhow::Result<ExitCode> {
        let reading = Reading::open(self.data.as_deref().unwrap_or(data))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.replay(&reading))
    }

    async fn replay(&self, reading: &Reading) -> anyhow::Result<ExitCode> {
        let (store, window) = (&reading.store, Window { from: self.from, to: self.to });
        if let Some(folder) = &self.against {
            let rules = against::rules(&organisation(folder)?);
            say(&against::compare(store, window, rules).await?.lines());
            return Ok(ExitCode::SUCCESS);
        }
        if self.verify {
            let verified = verify::verify(store, window).await?;
            say(&verified.lines());
            return Ok(if verified.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        all(store, window, |replayed| println!("{}", line(&replayed))).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A folder of the organisation's files, or one that has them in `organisation`.
fn organisation(folder: &Path) -> anyhow::Result<Organisation> {
    let inner = folder.join("organisation");
    let folder = if inner.is_dir() { &inner } else { folder };
    Organisation::load(folder).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!(faults.join("\n"))
    })
}

fn say(lines: &[String]) {
    for line in lines {
        println!("{line}");
    }
}
