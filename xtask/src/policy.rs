//! Keeps Debian from starting the servers it installs: the tests start their own, on free ports.
//! A policy of the machine's own is left as it is.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const POLICY: &str = "/usr/sbin/policy-rc.d";
/// 101 is "action forbidden by policy" in invoke-rc.d's words.
const SCRIPT: &[u8] = b"#!/bin/sh\nexit 101\n";

/// While it lives, installed services are not started. Dropping it takes the policy away again.
#[must_use]
pub struct NoServices {
    /// What we wrote and have to remove; nothing where the machine has a policy already.
    written: Option<PathBuf>,
}

impl NoServices {
    pub fn forbid() -> Result<Self> {
        Self::forbid_at(Path::new(POLICY))
    }

    fn forbid_at(path: &Path) -> Result<Self> {
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o755).open(path);
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Self { written: None }),
            Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
        };
        let policy = Self { written: Some(path.to_owned()) };
        file.write_all(SCRIPT)?;
        file.set_permissions(Permissions::from_mode(0o755))?;
        Ok(policy)
    }

    /// Takes the policy away and says so if that fails.
    pub fn allow(mut self) -> Result<()> {
        let Some(path) = self.written.take() else { return Ok(()) };
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if let Some(path) = &self.written {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unused(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("{name}-{}", std::process::id()))
    }

    #[test]
    fn the_policy_forbids_and_is_taken_away() {
        let path = unused("policy-taken-away");
        let policy = NoServices::forbid_at(&path).unwrap();
        let status = std::process::Command::new("sh").arg(&path).status().unwrap();
        assert_eq!(status.code(), Some(101));
        policy.allow().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_dropped_policy_leaves_nothing() {
        let path = unused("policy-dropped");
        drop(NoServices::forbid_at(&path).unwrap());
        assert!(!path.exists());
    }

    #[test]
    fn a_policy_of_the_machine_is_kept() {
        let path = unused("policy-kept");
        fs::write(&path, "theirs").unwrap();
        NoServices::forbid_at(&path).unwrap().allow().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        fs::remove_file(&path).unwrap();
    }
}
