//! Secrets by reference. A configuration file names where a secret is; it never holds one.
//!
//! A secret that is not named at all is generated at first use and kept in the data folder with mode
//! 0600, so that a single machine works without any setup and links it sent still hold after a restart.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// Bytes of randomness in a generated secret.
const GENERATED: usize = 32;
/// The largest secret read from a file, in bytes: a private key fits, a log file does not.
const LARGEST: u64 = 64 * 1024;

/// Where a secret is: `{ env = "NAME" }` or `{ file = "path" }`. Trailing white space is cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// A file, relative to the working directory.
    File(PathBuf),
}

/// A secret cannot be had. Retrying helps once the operator has mended the cause.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("environment variable {0} is not set")]
    NoVariable(String),
    #[error("cannot read {path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{0} is empty")]
    Empty(String),
    #[error("{0} is larger than {LARGEST} bytes or not text")]
    Unusable(String),
    #[error("cannot keep a generated secret in {path}: {source}")]
    Keep { path: PathBuf, source: io::Error },
    #[error("the system gives no randomness: {0}")]
    NoRandomness(String),
}

impl SecretRef {
    /// Reads the secret. Blocking.
    pub fn resolve(&self) -> Result<SecretString, SecretError> {
        match self {
            Self::Env(name) => {
                let value = std::env::var(name).map_err(|_| SecretError::NoVariable(name.clone()))?;
                non_empty(&value, name)
            }
            Self::File(path) => read(path),
        }
    }
}

/// Gives out secrets: those referred to, and those generated in its folder.
#[derive(Debug, Clone)]
pub struct Secrets {
    folder: PathBuf,
}

impl Secrets {
    /// `data` is the data folder; generated secrets go to `secrets/` in it.
    pub fn in_data(data: &Path) -> Self {
        Self { folder: data.join("secrets") }
    }

    /// The secret referred to, or else the generated one of this name. Blocking.
    pub fn get(&self, reference: Option<&SecretRef>, name: &str) -> Result<SecretString, SecretError> {
        match reference {
            Some(reference) => reference.resolve(),
            None => self.generated(name),
        }
    }

    fn generated(&self, name: &str) -> Result<SecretString, SecretError> {
        let path = self.folder.join(name);
        if path.exists() {
            return read(&path);
        }
        let mut bytes = [0u8; GENERATED];
        getrandom::fill(&mut bytes).map_err(|error| SecretError::NoRandomness(error.to_string()))?;
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match create_private(&self.folder, &path, &text) {
            // Somebody else was first: theirs counts.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(&path),
            Err(source) => Err(SecretError::Keep { path, source }),
            Ok(()) => Ok(text.into()),
        }
    }
}

/// Writes beside the final place and links it there, so that nobody ever reads half a secret.
fn create_private(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    linked
}

fn read(path: &Path) -> Result<SecretString, SecretError> {
    let failed = |source| SecretError::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(failed)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    let shown = path.display().to_string();
    if bytes.len() as u64 > LARGEST {
        return Err(SecretError::Unusable(shown));
    }
    let text = String::from_utf8(bytes).map_err(|_| SecretError::Unusable(shown.clone()))?;
    non_empty(&text, &shown)
}

fn non_empty(text: &str, origin: &str) -> Result<SecretString, SecretError> {
    let text = text.trim_end();
    if text.is_empty() { Err(SecretError::Empty(origin.to_owned())) } else { Ok(text.into()) }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_generated_secret_is_private_and_stays_the_same() {
        let data = tempfile::tempdir().unwrap();
        let secrets = Secrets::in_data(data.path());
        let first = secrets.get(None, "signing").unwrap();
        assert_eq!(first.expose_secret().len(), 2 * GENERATED);
        assert_eq!(first.expose_secret(), secrets.get(None, "signing").unwrap().expose_secret());
        assert_ne!(first.expose_secret(), secrets.get(None, "reply").unwrap().expose_secret());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(data.path().join("secrets/signing")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_secret_in_a_file_loses_its_line_end_and_an_empty_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "hush\n").unwrap();
        assert_eq!(SecretRef::File(path.clone()).resolve().unwrap().expose_secret(), "hush");
        fs::write(&path, "\n").unwrap();
        assert!(matches!(SecretRef::File(path).resolve(), Err(SecretError::Empty(_))));
        let unset = SecretRef::Env("TANDEM_TEST_NEVER_SET".into());
        assert!(matches!(unset.resolve(), Err(SecretError::NoVariable(_))));
    }
}
