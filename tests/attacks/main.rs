//! What the internet throws at a server, thrown by programs made for it. The programs are where
//! `cargo xtask test` puts them: in `target/tools`, or on the path as Debian's packages.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod descriptions;
mod slow_requests;
mod websockets;

use std::path::PathBuf;

/// One of the tools in Python.
fn tool(name: &str) -> PathBuf {
    let tool = support::root().join("target/tools/bin").join(name);
    assert!(tool.exists(), "{} is missing: `cargo xtask test` installs it", tool.display());
    tool
}
