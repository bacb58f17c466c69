//! The project's own chores: `cargo xtask test` is what continuous integration runs.

mod bench;
mod bundle;
mod faults;
mod fuzz;
mod packages;
mod policy;
mod step;
mod targets;
mod test;
mod tools;
mod tree;
mod types;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chores of the Tandem source tree.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Install what the tests need, then check formats, lints, the browser code and all tests.
    Test,
    /// Write the browser's types anew from the Rust types.
    Types,
    /// Feed each parser with damaged examples, and led by coverage where a nightly toolchain and
    /// cargo-fuzz are installed.
    Fuzz {
        /// How long each target is fed each way.
        #[arg(default_value_t = 30)]
        seconds: u32,
    },
    /// Kill, stop and mislead the server for longer than the tests do, and print what came of it.
    Faults {
        /// How often each fault that is repeated comes.
        #[arg(default_value_t = 200)]
        rounds: u32,
    },
    /// List the benchmarks and run them, or only the named one.
    Bench { name: Option<String> },
    /// Build the browser code and hold it to its size limits.
    Size,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: &Chore) -> anyhow::Result<()> {
    match chore {
        Chore::Test => test::run(),
        Chore::Types => types::run(),
        Chore::Fuzz { seconds } => fuzz::run(*seconds),
        Chore::Faults { rounds } => faults::run(*rounds),
        Chore::Bench { name } => bench::run(name.as_deref()),
        Chore::Size => bundle::run(),
    }
}
