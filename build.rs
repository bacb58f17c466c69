//! With the feature `web`, builds the browser code of `web/` into `OUT_DIR/web`, where `src/web.rs`
//! embeds it. Needs Node 20 or later with npm; `--no-default-features` builds without either.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const OLDEST_NODE: u32 = 20;
/// What stands in `web/` but does not go into the build.
const LEFT_OUT: [&str; 8] =
    ["node_modules", "dist", "test-output", "coverage", "tests", "mock", "scripts", "browser"];

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_WEB").is_none() {
        return ExitCode::SUCCESS;
    }
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            for line in fault.lines().filter(|line| !line.trim().is_empty()) {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let web = folder("CARGO_MANIFEST_DIR")?.join("web");
    let out = folder("OUT_DIR")?.join("web");
    watch(&web)?;
    empty(&out)?;
    check_node()?;
    if !installed(&web) {
        npm(&web, &out, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(&web, &out, &["run", "build"])
}

fn folder(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| format!("cargo did not set {variable}"))
}

/// Each entry by itself: watching `web` as a whole would watch `node_modules` too.
fn watch(web: &Path) -> Result<(), String> {
    println!("cargo::rerun-if-changed=web/package.json");
    let entries = fs::read_dir(web).map_err(|error| format!("cannot list {}: {error}", web.display()))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !LEFT_OUT.contains(&name.as_str()) {
            println!("cargo::rerun-if-changed=web/{name}");
        }
    }
    Ok(())
}

/// So that a file of an earlier build is not embedded again.
fn empty(out: &Path) -> Result<(), String> {
    let emptied = if out.exists() { fs::remove_dir_all(out) } else { Ok(()) };
    emptied
        .and_then(|()| fs::create_dir_all(out))
        .map_err(|error| format!("cannot empty {}: {error}", out.display()))
}

fn check_node() -> Result<(), String> {
    let version = output_of(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    match major {
        Some(major) if OLDEST_NODE <= major => Ok(()),
        _ => Err(format!("node is {}\n{}", version.trim(), advice())),
    }
}

/// npm writes its own lock file last, so a newer one means that all packages are there.
fn installed(web: &Path) -> bool {
    let changed = |path: PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified());
    match (changed(web.join("package-lock.json")), changed(web.join("node_modules/.package-lock.json"))) {
        (Ok(wanted), Ok(present)) => wanted <= present,
        _ => false,
    }
}

fn npm(web: &Path, out: &Path, arguments: &[&str]) -> Result<(), String> {
    output_of(Command::new("npm").args(arguments).current_dir(web).env("TANDEM_WEB_OUT", out)).map(|_| ())
}

/// What the command printed; an error has all of it, since npm explains itself on both streams.
fn output_of(command: &mut Command) -> Result<String, String> {
    let name = format!("{command:?}");
    let output = command.output().map_err(|error| format!("cannot start {name}: {error}\n{}", advice()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    Err(format!("{name} failed: {}\n{said}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

fn advice() -> String {
    format!(
        "the browser code needs Node {OLDEST_NODE} or later with npm: install both, \
         or build without the browser code by --no-default-features"
    )
}
