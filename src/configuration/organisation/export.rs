//! Writes an organisation out as files that [`Organisation::load`] reads back.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use toml::{Table, Value};

use super::Organisation;

/// An organisation cannot be written out. Retrying helps once the cause is mended.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("cannot write {path}: {source}")]
    Write { path: std::path::PathBuf, source: io::Error },
    #[error("the folder already has TOML files: {0}")]
    NotEmpty(std::path::PathBuf),
    #[error("cannot write the organisation as TOML: {0}")]
    Encode(#[from] toml::ser::Error),
}

/// The file each part goes to; the order is the one people look for.
const FILES: [(&str, &[&str]); 6] = [
    (
        "organisation.toml",
        &[
            "name",
            "service_level",
            "share",
            "channels",
            "log_out_after_misses",
            "skills",
            "attributes",
            "presences",
            "hours",
        ],
    ),
    ("sites.toml", &["sites"]),
    ("queues.toml", &["queues", "routes"]),
    ("agents.toml", &["agents", "virtual_agents"]),
    ("wording.toml", &["reject_reasons", "dispositions", "canned_answers"]),
    ("integrations.toml", &["webhooks", "api_clients"]),
];

impl Organisation {
    /// The files by name.
    pub fn to_files(&self) -> Result<BTreeMap<&'static str, String>, ExportError> {
        let mut whole = Table::try_from(self)?;
        let mut files = BTreeMap::new();
        for (file, keys) in FILES {
            let mut part = Table::new();
            for key in keys {
                if let Some(value) = whole.remove(*key).filter(|value| !is_empty_list(value)) {
                    part.insert((*key).to_owned(), value);
                }
            }
            if !part.is_empty() {
                files.insert(file, toml::to_string_pretty(&part)?);
            }
        }
        Ok(files)
    }

    /// Writes the files into a folder without TOML files, made if it is not there. Blocking.
    pub fn export(&self, folder: &Path) -> Result<(), ExportError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ExportError::Write { path, source }
        };
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
        for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
            let path = entry.map_err(failed(folder))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                return Err(ExportError::NotEmpty(folder.to_owned()));
            }
        }
        for (name, text) in self.to_files()? {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(failed(&path))?;
        }
        Ok(())
    }
}

fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_file() {
        let whole = Organisation::default().document();
        let parts: Vec<&str> = whole.as_object().unwrap().keys().map(String::as_str).collect();
        let mut written: Vec<&str> = FILES.iter().flat_map(|(_, keys)| keys.iter().copied()).collect();
        written.sort_unstable();
        assert_eq!(written.iter().filter(|key| parts.contains(key)).count(), parts.len());
    }
}
