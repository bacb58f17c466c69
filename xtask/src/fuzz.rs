//! Runs each fuzz target for a short while. A missing toolchain is said, not an error.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::step::{Found, Step, succeeds};
use crate::tree;

/// How long one target runs.
const TIME: &str = "-max_total_time=30";

pub fn run() -> Result<()> {
    let homes = homes(&tree::root())?;
    if homes.is_empty() {
        println!("no crate has a fuzz folder: nothing to run");
        return Ok(());
    }
    // cargo's own variable names one toolchain; only rustup's cargo knows `+nightly`.
    if succeeds("cargo", &["+nightly", "fuzz", "--version"]) == Found::No {
        println!("not run: this needs a nightly toolchain and cargo-fuzz (cargo install cargo-fuzz)");
        return Ok(());
    }
    for home in homes {
        for target in targets(&home)? {
            Step::new(&format!("fuzz {target}"), "cargo", &["+nightly", "fuzz", "run", &target, "--", TIME])
                .inside(&home)
                .run()?;
        }
    }
    Ok(())
}

/// The folders, the root and its crates, that have a `fuzz/Cargo.toml`, in order of their names.
fn homes(root: &Path) -> Result<Vec<PathBuf>> {
    let mut homes = vec![root.to_owned()];
    for entry in root.read_dir().context("cannot list the workspace")? {
        homes.push(entry?.path());
    }
    homes.retain(|home| home.join("fuzz/Cargo.toml").is_file());
    homes.sort();
    Ok(homes)
}

fn targets(home: &Path) -> Result<Vec<String>> {
    let list = Command::new("cargo").args(["+nightly", "fuzz", "list"]).current_dir(home).output()?;
    ensure!(list.status.success(), "cannot list the fuzz targets of {}", home.display());
    Ok(String::from_utf8_lossy(&list.stdout).lines().map(str::to_owned).collect())
}
