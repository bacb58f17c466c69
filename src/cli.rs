//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Tandem: people and AI answer customers in tandem.
#[derive(Debug, Parser)]
#[command(name = "tandem", version)]
pub struct Cli {
    /// The server's settings. Paths in them are relative to the working directory.
    #[arg(long, default_value = "config/tandem.toml", global = true)]
    pub config: PathBuf,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve; what happens without a command.
    Serve,
    /// Validate settings, organisation and the models of days; names file, line and the nearest known key.
    Check {
        #[arg(default_value = "config")]
        folder: PathBuf,
    },
    /// Show what a folder changes of the organisation, and record that as the new version: all of it
    /// or nothing. Of a running server with `--server`, which goes by it at once; else of the data
    /// folder, which no server may be using.
    Apply {
        #[arg(default_value = "config/organisation")]
        folder: PathBuf,
        /// The server's address, as in `http://127.0.0.1:8080`. A key with `organisation:write` is read
        /// from the environment variable TANDEM_KEY.
        #[arg(long)]
        server: Option<String>,
        /// Show the changes only.
        #[arg(long)]
        dry_run: bool,
    },
    /// Feed the router's recorded inputs to another router and print each with what it decides, a line
    /// of JSON a record; or hold that against what was recorded, or against other rules. While the server
    /// runs, a copy of its database is read.
    Replay(crate::replay::command::Options),
    /// Make an organisation of what another system exports, and report what could not be carried over.
    #[command(subcommand)]
    Import(crate::import::command::Source),
    /// Why a task waits, or why it went where it went: step, matching agents, the single reason each was
    /// passed over, what would have to change, the rule and the runner-up. Now, or at any recorded moment.
    Explain(crate::explain::Options),
    /// Write the organisation as it is now to a folder, also while the server runs.
    Export { folder: PathBuf },
    /// Move what the data folder holds to an empty PostgreSQL database, while no server runs: events,
    /// documents, outbox, Message-IDs; projections are made anew. Everything is read back and compared.
    /// Interrupted, it has written nothing. Blobs and secrets stay in the folder.
    Migrate {
        /// `postgres://user@host/database`. Default: `postgres_url` of the settings, which keeps a password
        /// out of the list of processes.
        #[arg(long)]
        to: Option<String>,
        /// Print each stream with its events and checksum.
        #[arg(long)]
        streams: bool,
    },
    /// Copy the database while the server runs. Blobs are copied by any file tool.
    Backup { target: PathBuf },
    /// Print who did what, a line of JSON an act; or verify that nothing of it was changed, taken out or
    /// moved. While the server runs, a copy of its database is read.
    Audit(crate::audit::command::Options),
    /// Play days with the organisation's rules, and with others beside them, before they go live.
    Simulate(crate::simulate::Simulate),
    /// Measure a server with real sockets: latency, throughput, memory, a restart. Bounded in count and time.
    Load(crate::load::Load),
}
