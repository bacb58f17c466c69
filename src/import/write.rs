//! Writes an imported organisation as a folder that `tandem check` reads.

use std::io;
use std::path::{Path, PathBuf};

use crate::configuration::Organisation;
use crate::configuration::organisation::ExportError;

/// People of one file: no file may be larger than 1 MiB.
const PEOPLE: usize = 1_500;
const SETTINGS: &str =
    "# The settings that are not named here have their defaults: see config/tandem.toml.\n";

/// It cannot be written. Retrying helps once the cause is mended.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error("cannot write {path}: {source}")]
    File { path: PathBuf, source: io::Error },
}

/// Writes `organisation/*.toml`, `import-report.md`, and a `tandem.toml` if there is none. Blocking.
pub fn write(organisation: &Organisation, report: &str, folder: &Path) -> Result<(), WriteError> {
    let mut first = organisation.clone();
    let people = std::mem::take(&mut first.agents);
    let mut parts = people.chunks(PEOPLE);
    first.agents = parts.next().unwrap_or_default().to_vec();
    let inner = folder.join("organisation");
    first.export(&inner)?;
    for (number, people) in (2..).zip(parts) {
        let part = Organisation { agents: people.to_vec(), ..Organisation::default() };
        let text = part.to_files()?.remove("agents.toml").unwrap_or_default();
        file(&inner.join(format!("agents_{number:03}.toml")), &text)?;
    }
    file(&folder.join("import-report.md"), report)?;
    let settings = folder.join("tandem.toml");
    if settings.exists() { Ok(()) } else { file(&settings, SETTINGS) }
}

fn file(path: &Path, text: &str) -> Result<(), WriteError> {
    std::fs::write(path, text).map_err(|source| WriteError::File { path: path.to_owned(), source })
}
