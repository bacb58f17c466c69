//! Everything that must hold before a change goes in, cheapest first; the first failure ends it.
//! The test runner comes last, so that its closing lines end the output.

use anyhow::Result;

use crate::step::{Found, Step, succeeds};
use crate::{bundle, packages, tools, tree};

pub fn run() -> Result<()> {
    packages::ensure()?;
    packages::ensure_node()?;
    tools::ensure()?;
    for step in steps() {
        step.run()?;
    }
    all_tests().run_last()
}

fn steps() -> Vec<Step> {
    let mut steps = vec![
        Step::cargo("format", &["fmt", "--all", "--check"]),
        // Before the first cargo build, which then finds the browser's packages installed.
        Step::npm("browser packages", &["ci", "--no-audit", "--no-fund"]),
        Step::npm("browser types", &["run", "check"]),
        Step::npm("browser lints", &["run", "lint"]),
        Step::npm("browser unit tests", &["run", "test"]),
    ];
    steps.extend(bundle::steps());
    steps.extend([
        Step::cargo("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        Step::cargo("headless build", &["check", "--package", "tandem", "--no-default-features"]),
        Step::cargo("documentation tests", &["test", "--workspace", "--doc"]),
    ]);
    steps
}

/// nextest where it is installed, else cargo's own runner.
fn all_tests() -> Step {
    match succeeds(&tree::cargo(), &["nextest", "--version"]) {
        Found::Yes => Step::cargo("tests", &["nextest", "run", "--workspace", "--profile", "ci"]),
        Found::No => Step::cargo("tests", &["test", "--workspace", "--all-targets", "--no-fail-fast"]),
    }
}
