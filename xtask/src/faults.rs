//! Breaks things for longer than continuous integration does, and prints the figures for
//! `docs/faults.md`.

use anyhow::Result;

use crate::packages;
use crate::step::Step;

/// `rounds` is how often each fault that is repeated comes.
pub fn run(rounds: u32) -> Result<()> {
    packages::ensure()?;
    // A round takes a second or two, and nextest ends a test after two minutes.
    let arguments = ["test", "--release", "--package", "tandem", "--test", "faults", "--", "--nocapture"];
    let step = Step::cargo("faults", &arguments).with("TANDEM_ROUNDS", rounds.to_string());
    step.with("RUST_TEST_THREADS", "1").run()
}
