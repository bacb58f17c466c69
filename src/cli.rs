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
    /// Validate settings and organisation; names file, line and the nearest known key.
    Check {
        #[arg(default_value = "config")]
        folder: PathBuf,
    },
    /// Show what differs between the running organisation's files and a folder, and record that as the
    /// new version. The server must not be running.
    Apply {
        #[arg(default_value = "config/organisation")]
        folder: PathBuf,
    },
    /// Feed the router's recorded inputs to another router and print each with what it decides, a line
    /// of JSON a record. The server must not be running; a backup will do.
    Replay,
    /// Copy the database while the server runs. Blobs are copied by any file tool.
    Backup { target: PathBuf },
    /// Measure a server with real sockets: latency, throughput, memory, a restart. Bounded in count and time.
    Load(crate::load::Load),
}
