//! `tandem audit`: prints the record, or verifies it.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use model::{Sequence, StreamId};
use serde_json::json;
use store::{SqliteOptions, Store};

use super::verify::{Anchor, verify};

/// Entries printed at once.
const PAGE: usize = 1_000;

#[derive(Debug, Args)]
pub struct Options {
    /// Say whether the chain is whole, and else where it breaks; ends with 1 if it does.
    #[arg(long)]
    verify: bool,
    /// An entry's hash that was kept elsewhere, as the server logged it: SEQUENCE:HASH. May be given often.
    #[arg(long, requires = "verify")]
    anchor: Vec<Anchor>,
}

impl Options {
    /// Reads a copy of the database: also while the server runs.
    pub fn run(&self, data: &Path) -> anyhow::Result<ExitCode> {
        let copy = tempfile::tempdir()?;
        store::backup_folder(data, &copy.path().join(store::DATABASE))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let store = Store::open_sqlite(copy.path(), SqliteOptions::default())?;
            if self.verify { self.check(&store).await } else { print(&store).await }
        })
    }

    async fn check(&self, store: &Store) -> anyhow::Result<ExitCode> {
        match verify(store, &self.anchor).await? {
            Ok(verified) => {
                println!(
                    "{} entries, whole; the newest is {}:{}",
                    verified.entries, verified.entries, verified.hash
                );
                Ok(ExitCode::SUCCESS)
            }
            Err(broken) => {
                println!("broken at {broken}");
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

/// A line of JSON an entry.
async fn print(store: &Store) -> anyhow::Result<ExitCode> {
    let mut after = Sequence::START;
    loop {
        let page = super::entries(store.load(&StreamId::Audit, after, PAGE).await?)?;
        let Some(last) = page.last() else { return Ok(ExitCode::SUCCESS) };
        after = last.sequence;
        for recorded in page {
            let entry = recorded.event;
            let line = json!({
                "sequence": recorded.sequence.0, "at": recorded.at.0, "actor": entry.actor, "act": entry.act,
                "subject": entry.subject, "detail": entry.detail, "hash": entry.hash,
            });
            println!("{line}");
        }
    }
}
