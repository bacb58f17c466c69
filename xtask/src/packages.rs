//! The Debian packages the tests need: a real browser, real mail servers and a mail client, a
//! database server, and what
//! attacks a server.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::policy::NoServices;
use crate::step::{Found, Step, succeeds};

const NEEDED: [&str; 12] = [
    "chromium",
    "dovecot-core",
    "dovecot-imapd",
    "dovecot-lmtpd",
    "libfaketime",
    "opensmtpd",
    "postgresql",
    "python3-venv",
    "redis-sentinel",
    "redis-server",
    "slowhttptest",
    "swaks",
];

/// Installs what is missing, without starting the servers that come with it.
/// An error names what to install when this user may not.
pub fn ensure() -> Result<()> {
    let missing = missing_of(&NEEDED, installed);
    if missing.is_empty() {
        println!("==> packages: all there ({})", NEEDED.join(", "));
        return Ok(());
    }
    if user_id()? != "0" {
        bail!("the tests need Debian packages; run: sudo apt-get install {}", missing.join(" "));
    }
    install(&missing)
}

fn install(missing: &[&str]) -> Result<()> {
    let services = NoServices::forbid()?;
    apt("package lists", &["update", "--quiet"]).run()?;
    // --no-remove: another mail server of this machine is never replaced by the tests' one.
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-remove", "--no-install-recommends"];
    arguments.extend(missing);
    let outcome = apt("packages", &arguments).run();
    services.allow()?;
    outcome
}

fn apt(name: &str, arguments: &[&str]) -> Step {
    Step::new(name, "apt-get", arguments).with("DEBIAN_FRONTEND", "noninteractive")
}

fn missing_of<'a>(needed: &[&'a str], found: impl Fn(&str) -> Found) -> Vec<&'a str> {
    needed.iter().copied().filter(|package| found(package) == Found::No).collect()
}

fn installed(package: &str) -> Found {
    let status = ["--show", "--showformat=${db:Status-Status}", package];
    match Command::new("dpkg-query").args(status).output() {
        Ok(output) if output.stdout == b"installed" => Found::Yes,
        _ => Found::No,
    }
}

fn user_id() -> Result<String> {
    let output = Command::new("id").arg("-u").output().context("cannot ask who runs this")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// An error that says what to install when Node or npm is missing.
pub fn ensure_node() -> Result<()> {
    if succeeds("node", &["--version"]) == Found::Yes && succeeds("npm", &["--version"]) == Found::Yes {
        return Ok(());
    }
    bail!("the browser code needs Node 20 or later with npm; install both")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed() {
        let found = |package: &str| if package == "swaks" { Found::No } else { Found::Yes };
        assert_eq!(missing_of(&["chromium", "swaks"], found), ["swaks"]);
    }

    #[test]
    fn a_package_nobody_made_is_not_installed() {
        assert_eq!(installed("no-such-package-here"), Found::No);
    }
}
