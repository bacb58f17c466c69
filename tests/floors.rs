//! Guards the invariants of `docs/architecture.md` that the crates' dependencies and sources show.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a pure crate may not reach: runtimes, actors, HTTP and databases.
const OUTSIDE: [&str; 5] = ["tokio", "actix", "axum", "redis", "rusqlite"];
const PURE: [&str; 2] = ["model", "routing"];
/// From the ground up; a crate knows only crates of lower floors. `xtask` stands beside the house.
const FLOORS: [&[&str]; 3] = [&["model"], &["routing", "store", "channels", "bots"], &["tandem"]];
const BESIDE: &str = "xtask";
/// Most files stay under this many lines; the report names the longest.
const SMALL: usize = 250;

/// Names of packages, each with the names of those it depends on.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn model_and_routing_reach_no_runtime_no_server_and_no_database() {
    for pure in PURE {
        let built_from = built_from(pure);
        let forbidden: Vec<_> = OUTSIDE.iter().filter(|name| built_from.contains(**name)).collect();
        assert!(forbidden.is_empty(), "{pure} depends on {forbidden:?}");
    }
}

/// Without this, a tree read wrongly would make the promise above an empty one.
#[test]
fn the_server_is_seen_to_reach_what_the_pure_crates_may_not() {
    let built_from = built_from("tandem");
    for name in ["model", "tokio", "actix", "axum", "rusqlite"] {
        assert!(built_from.contains(name), "{name} is not seen among what tandem depends on");
    }
}

#[test]
fn crates_of_one_floor_do_not_know_each_other_nor_the_floors_above() {
    let declared = declared(&metadata());
    let members: BTreeSet<&str> = declared.keys().map(String::as_str).collect();
    let mut below = BTreeSet::new();
    for floor in FLOORS {
        for member in floor {
            let known = declared.get(*member).unwrap_or_else(|| panic!("there is no crate {member}"));
            let known: BTreeSet<&str> =
                known.iter().map(String::as_str).filter(|name| members.contains(name)).collect();
            let strangers: Vec<_> = known.difference(&below).collect();
            assert!(strangers.is_empty(), "{member} knows {strangers:?}, which is not below it");
        }
        below.extend(floor);
    }
    below.insert(BESIDE);
    assert_eq!(members, below, "each crate of the workspace stands on a floor");
}

#[test]
fn xtask_knows_no_crate_of_the_house() {
    let declared = declared(&metadata());
    let known: Vec<_> = declared[BESIDE].iter().filter(|name| declared.contains_key(*name)).collect();
    assert!(known.is_empty(), "{BESIDE} knows {known:?}");
}

#[test]
fn actix_types_do_not_leave_the_actors() {
    let root = root();
    for file in sources(&root.join("src")) {
        let text = fs::read_to_string(&file).expect("a source is readable");
        let at_home = file.starts_with(root.join("src/actors")) || file == root.join("src/actors.rs");
        assert!(at_home || !text.contains("actix::"), "{} names actix types", file.display());
    }
}

#[test]
fn most_files_are_small() {
    let root = root();
    let mut lengths: Vec<(usize, PathBuf)> = sources(&root)
        .into_iter()
        .map(|file| (fs::read_to_string(&file).expect("a source is readable").lines().count(), file))
        .collect();
    lengths.sort();
    let small = lengths.iter().filter(|(lines, _)| *lines < SMALL).count();
    println!("{small} of {} files have fewer than {SMALL} lines; the longest:", lengths.len());
    for (lines, file) in lengths.iter().rev().take(20) {
        println!("{lines:6} {}", file.strip_prefix(&root).unwrap_or(file).display());
    }
    assert!(lengths.len() > 20, "the sources are found");
    assert!(small * 10 >= lengths.len() * 8, "four files of five have fewer than {SMALL} lines");
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output =
        Command::new(program).args(arguments).current_dir(root()).output().expect("the program starts");
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Every package that this one is built from, near or far; what only tests need is left out.
/// Offline, and without the embedded browser code: all of it was there to build this test.
fn built_from(package: &str) -> BTreeSet<String> {
    let arguments = ["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
    let tree =
        run(env!("CARGO"), &[&arguments[..], &["--no-default-features", "--package", package]].concat());
    let tree = String::from_utf8(tree).expect("cargo speaks UTF-8");
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn metadata() -> Value {
    let told = run(env!("CARGO"), &["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    serde_json::from_slice(&told).expect("cargo's metadata is JSON")
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text stands here")
}

/// What each member of the workspace names in its Cargo.toml, also for its tests and its build.
fn declared(metadata: &Value) -> Graph {
    let names = |package: &Value| {
        let dependencies = items(&package["dependencies"]).iter();
        dependencies.map(|dependency| text(&dependency["name"]).to_owned()).collect()
    };
    items(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["name"]).to_owned(), names(package)))
        .collect()
}

/// Every Rust, TypeScript and Svelte file that people write, below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    const NOT_OURS: [&str; 6] = ["target", "node_modules", "dist", ".git", "data", "test-output"];
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !NOT_OURS.contains(&name.as_ref()) {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| ["rs", "ts", "svelte"].iter().any(|ours| end == *ours)) {
            // What is generated is as long as it must be.
            if !path.ends_with("web/src/wire.ts") {
                found.push(path);
            }
        }
    }
    found
}
