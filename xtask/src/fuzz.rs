//! Feeds the parsers of all that comes from outside: first with damaged examples, which any toolchain
//! can, then led by coverage, which needs a nightly one and cargo-fuzz. What is not run is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::step::{Found, Step, succeeds};
use crate::tree;

/// Packages that have a test named `fuzz`. The tests of every day run it too, for two seconds a target.
const PACKAGES: [&str; 2] = ["channels", "tandem"];

/// `seconds` is how long each target is fed each way.
pub fn run(seconds: u32) -> Result<()> {
    for package in PACKAGES {
        let arguments = ["test", "--package", package, "--test", "fuzz", "--", "--nocapture"];
        let step = Step::cargo(&format!("damaged examples for {package}"), &arguments);
        step.with("FUZZ_SECONDS", seconds.to_string()).run()?;
    }
    // cargo's own variable names one toolchain; only rustup's cargo knows `+nightly`.
    if succeeds("cargo", &["+nightly", "fuzz", "--version"]) == Found::No {
        println!("not run: fuzzing led by coverage, which needs a nightly toolchain and cargo-fuzz");
        println!("    (rustup toolchain install nightly; cargo install cargo-fuzz)");
        return Ok(());
    }
    let time = format!("-max_total_time={seconds}");
    for home in homes(&tree::root())? {
        lock(&home)?;
        for target in targets(&home)? {
            let arguments = ["+nightly", "fuzz", "run", &target, "--", &time];
            Step::new(&format!("fuzz {target}"), "cargo", &arguments).inside(&home).run()?;
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

/// The versions that are tested are those that are fuzzed.
fn lock(home: &Path) -> Result<()> {
    fs::copy(tree::root().join("Cargo.lock"), home.join("fuzz/Cargo.lock"))
        .context("cannot copy Cargo.lock")?;
    Ok(())
}

fn targets(home: &Path) -> Result<Vec<String>> {
    let list = Command::new("cargo").args(["+nightly", "fuzz", "list"]).current_dir(home).output()?;
    ensure!(list.status.success(), "cannot list the fuzz targets of {}", home.display());
    Ok(String::from_utf8_lossy(&list.stdout).lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_with_a_fuzz_folder_is_fed_on_any_toolchain_too() {
        let root = tree::root();
        let name = |home: &PathBuf| match home.strip_prefix(&root) {
            Ok(inside) if inside.as_os_str().is_empty() => "tandem".to_owned(),
            _ => home.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        };
        let mut names: Vec<_> = homes(&root).unwrap().iter().map(name).collect();
        names.sort();
        assert_eq!(names, PACKAGES);
        for home in homes(&root).unwrap() {
            assert!(home.join("tests/fuzz/main.rs").is_file(), "{}", home.display());
        }
    }
}
