//! Programs in Python that attack the server in the tests, in a folder of their own below `target/`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::step::{Found, Step, succeeds};
use crate::tree;

/// Exactly these, so that a run tomorrow asks what a run today asked.
const PINNED: [&str; 2] = ["schemathesis==4.32.5", "kosoku==0.1.0"];

/// Where they are; the tests look there too.
fn folder() -> PathBuf {
    tree::root().join("target/tools")
}

/// Installs what is missing.
pub fn ensure() -> Result<()> {
    let python = folder().join("bin/python").display().to_string();
    if has_all(&python) {
        println!("==> tools: all there ({})", PINNED.join(", "));
        return Ok(());
    }
    let target = folder().display().to_string();
    Step::new("tools: a folder for them", "python3", &["-m", "venv", "--clear", &target]).run()?;
    let mut arguments = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    arguments.extend(PINNED);
    Step::new("tools", &python, &arguments).run()
}

fn has_all(python: &str) -> bool {
    if succeeds(python, &["--version"]) == Found::No {
        return false;
    }
    let listed = Command::new(python).args(["-m", "pip", "freeze", "--disable-pip-version-check"]).output();
    let listed = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    listed.is_ok_and(|listed| PINNED.iter().all(|pinned| listed.lines().any(|line| line == *pinned)))
}
