//! Lists the benchmarks and runs them one after the other: two at once would measure each other.

use anyhow::{Result, bail};

use crate::step::Step;
use crate::targets::{Bench, benches};

/// Runs all, or only those of this name.
pub fn run(name: Option<&str>) -> Result<()> {
    let all = benches()?;
    for bench in &all {
        println!("{} ({})", bench.name, bench.package);
    }
    let chosen: Vec<&Bench> = all.iter().filter(|bench| name.is_none_or(|name| bench.name == name)).collect();
    if let (Some(name), true) = (name, chosen.is_empty()) {
        bail!("no benchmark is called \"{name}\"");
    }
    for bench in chosen {
        Step::cargo(&bench.name, &["bench", "--package", &bench.package, "--bench", &bench.name]).run()?;
    }
    Ok(())
}
