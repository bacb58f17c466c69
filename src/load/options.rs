//! What can be measured, and how much of it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Load {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub measurement: Measurement,
}

#[derive(Debug, Args)]
pub struct Common {
    /// A server that serves what `tandem load organisation` wrote. Default: one of its own.
    #[arg(long, global = true)]
    pub address: Option<SocketAddr>,
    /// The process id of that server, if it is on this machine: for its memory and processor time.
    #[arg(long, global = true, requires = "address")]
    pub pid: Option<u32>,
    /// Where the own server's data is kept meanwhile; says on which disk. Default: the temporary folder.
    #[arg(long, global = true)]
    pub folder: Option<PathBuf>,
    /// Fail if an aim is missed.
    #[arg(long, global = true)]
    pub check: bool,
}

#[derive(Debug, Subcommand)]
pub enum Measurement {
    /// Message to console under a steady load, and the memory of sockets and sessions.
    Messages(Messages),
    /// Memory of sockets on which nothing is said.
    Idle(Idle),
    /// Durable messages a second, beside what the store alone does.
    Burst(Burst),
    /// From an agent who becomes free to the next offer on their socket.
    Offers(Offers),
    /// From a start with many tasks waiting to the first and the last assignment.
    Restart(Restart),
    /// Write settings and organisation for a server that `--address` then names.
    Organisation {
        folder: PathBuf,
        #[arg(long, default_value_t = 125)]
        agents: u16,
        #[arg(long, default_value_t = 50)]
        capacity: u16,
    },
}

#[derive(Debug, Args)]
pub struct Messages {
    /// Customers, each with a session in an agent's hands.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub sessions: u32,
    /// Messages a second, over all sessions.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: u32,
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub seconds: u64,
}

#[derive(Debug, Args)]
pub struct Idle {
    #[arg(long, default_value_t = 9_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub sockets: u32,
}

#[derive(Debug, Args)]
pub struct Burst {
    /// Customers who each send as soon as their last message is acknowledged.
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub customers: u32,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
}

#[derive(Debug, Args)]
pub struct Offers {
    /// Tasks that wait all the time.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=15_000))]
    pub waiting: u32,
    /// Agents who have one task at a time.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub agents: u16,
    /// How long an agent has a task, in milliseconds.
    #[arg(long, default_value_t = 100)]
    pub hold_ms: u64,
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
}

#[derive(Debug, Args)]
pub struct Restart {
    /// Tasks that wait when the server starts.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub waiting: u32,
    /// Agents who appear, accept at once and are done at once.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub agents: u16,
    /// Tasks each has at once.
    #[arg(long, default_value_t = 5)]
    pub capacity: u16,
    /// Give up after so many seconds.
    #[arg(long, default_value_t = 300)]
    pub patience: u64,
}
