//! `tandem load`: real sockets against a server in another process, and what came of it.
//!
//! Without an address it starts a server of its own, with an organisation made for the purpose in a
//! temporary folder that is gone afterwards. Customers and agents live in this process, so that one
//! clock sees a message leave and arrive. Every measurement is bounded in count and time.

mod agent;
mod burst;
mod clock;
mod crowd;
mod customer;
mod house;
mod idle;
mod latency;
mod messages;
mod offers;
mod options;
mod organisation;
mod process;
mod report;
mod restart;
mod seed;
mod socket;

use std::process::ExitCode;

pub use options::{Load, Measurement};
use report::Report;

/// Measures, prints, and fails only if asked to check and an aim is missed.
pub fn run(load: &Load) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(measure(load))?;
    let Some(report) = report else { return Ok(ExitCode::SUCCESS) };
    print!("{report}");
    let fails = load.common.check && !report.is_reached();
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn measure(load: &Load) -> anyhow::Result<Option<Report>> {
    let common = &load.common;
    match &load.measurement {
        Measurement::Messages(options) => messages::measure(common, options).await.map(Some),
        Measurement::Idle(options) => idle::measure(common, options).await.map(Some),
        Measurement::Burst(options) => burst::measure(common, options).await.map(Some),
        Measurement::Offers(options) => offers::measure(common, options).await.map(Some),
        Measurement::Restart(options) => restart::measure(common, options).await.map(Some),
        Measurement::Organisation { folder, agents, capacity } => {
            organisation::write(folder, *agents, *capacity)?;
            println!("serve it with: cd {} && tandem serve --config tandem.toml", folder.display());
            Ok(None)
        }
    }
}
