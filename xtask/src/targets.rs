//! The build targets of the workspace, as `cargo metadata` tells them.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::tree;

/// One benchmark of one package.
#[derive(Debug, PartialEq, Eq)]
pub struct Bench {
    pub package: String,
    pub name: String,
}

/// All benchmarks, in the order of packages.
pub fn benches() -> Result<Vec<Bench>> {
    let arguments = ["metadata", "--no-deps", "--format-version", "1"];
    let output = Command::new(tree::cargo()).args(arguments).current_dir(tree::root()).output()?;
    ensure!(
        output.status.success(),
        "cannot read the workspace: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata = serde_json::from_slice(&output.stdout).context("cannot read cargo's metadata")?;
    Ok(benches_of(&metadata))
}

fn benches_of(metadata: &Value) -> Vec<Bench> {
    let mut benches = Vec::new();
    for package in items(&metadata["packages"]) {
        for target in items(&package["targets"]) {
            if items(&target["kind"]).iter().any(|kind| kind == "bench") {
                benches.push(Bench { package: text(&package["name"]), name: text(&target["name"]) });
            }
        }
    }
    benches
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn benchmarks_are_found_among_other_targets() {
        let metadata = json!({"packages": [{"name": "routing", "targets": [
            {"name": "routing", "kind": ["lib"]},
            {"name": "decisions", "kind": ["bench"]},
        ]}]});
        let expected = Bench { package: "routing".to_owned(), name: "decisions".to_owned() };
        assert_eq!(benches_of(&metadata), [expected]);
    }
}
