//! The built browser code, and whether it keeps to its size limits (`npm run size` knows them).

use anyhow::Result;

use crate::step::Step;
use crate::{packages, tree};

/// Tells the browser's build where to write; `build.rs` uses the same variable.
const OUT: &str = "TANDEM_WEB_OUT";

pub fn run() -> Result<()> {
    packages::ensure_node()?;
    Step::npm("browser packages", &["ci", "--no-audit", "--no-fund"]).run()?;
    for step in steps() {
        step.run()?;
    }
    Ok(())
}

/// Builds and measures; needs the browser's packages.
pub fn steps() -> [Step; 2] {
    [
        Step::npm("browser build", &["run", "build"]).with(OUT, tree::bundle()),
        Step::npm("browser sizes", &["run", "size"]).with(OUT, tree::bundle()),
    ]
}
