//! One announced step of a chore. Its name is printed before it runs, its duration after it.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::tree;

/// A named command, run in the workspace's folder unless told otherwise.
pub struct Step {
    name: String,
    command: Command,
}

impl Step {
    pub fn new(name: &str, program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(tree::root());
        Self { name: name.to_owned(), command }
    }

    pub fn cargo(name: &str, arguments: &[&str]) -> Self {
        Self::new(name, &tree::cargo(), arguments)
    }

    /// A script of `web/package.json`, or another npm command there.
    pub fn npm(name: &str, arguments: &[&str]) -> Self {
        Self::new(name, "npm", arguments).inside(&tree::web())
    }

    pub fn inside(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub fn with(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(variable, value);
        self
    }

    /// Runs the step to its end; an error if it cannot start or does not succeed.
    pub fn run(mut self) -> Result<()> {
        println!("==> {}: {}", self.name, shown(&self.command));
        let begun = Instant::now();
        let status = self.command.status().with_context(|| {
            format!("cannot start {} for the step \"{}\"", self.command.get_program().display(), self.name)
        })?;
        verdict(&self.name, status, begun.elapsed())
    }

    /// Like `run`, but says nothing after a success, so that the command's closing lines end the output.
    pub fn run_last(mut self) -> Result<()> {
        println!("==> {}: {}", self.name, shown(&self.command));
        let status =
            self.command.status().with_context(|| format!("cannot start the step \"{}\"", self.name))?;
        if status.success() {
            return Ok(());
        }
        bail!("the step \"{}\" failed: {status}", self.name)
    }
}

/// Whether a program can be started and succeeds with these arguments; its output is not shown.
pub fn succeeds(program: &str, arguments: &[&str]) -> Found {
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => Found::Yes,
        _ => Found::No,
    }
}

/// The answer of `succeeds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Yes,
    No,
}

fn verdict(name: &str, status: ExitStatus, took: Duration) -> Result<()> {
    let seconds = took.as_secs_f64();
    if status.success() {
        println!("<== {name}: ok in {seconds:.1} s");
        return Ok(());
    }
    bail!("the step \"{name}\" failed after {seconds:.1} s: {status}")
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program.file_name().unwrap_or(command.get_program()).display().to_string();
    for argument in command.get_args() {
        let _ = write!(text, " {}", argument.display());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_fails_is_an_error_that_names_it() {
        let error = Step::new("false start", "false", &[]).run().unwrap_err();
        assert!(error.to_string().contains("false start"), "{error}");
    }

    #[test]
    fn a_program_that_is_missing_is_an_error_that_names_it() {
        let error = Step::new("missing", "no-such-program-here", &[]).run().unwrap_err();
        assert!(error.to_string().contains("no-such-program-here"), "{error}");
    }

    #[test]
    fn a_step_that_succeeds_is_no_error() {
        assert!(Step::new("true", "true", &[]).run().is_ok());
        assert!(Step::new("true", "true", &[]).run_last().is_ok());
    }

    #[test]
    fn what_is_shown_leaves_out_the_program_s_folder() {
        let mut command = Command::new("/somewhere/bin/cargo");
        command.args(["fmt", "--check"]);
        assert_eq!(shown(&command), "cargo fmt --check");
    }
}
