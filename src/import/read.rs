//! Reads an export: one JSON file, or a folder of them.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::report::Report;

/// Bytes of one file.
const MAX_FILE: u64 = 32 * 1024 * 1024;
/// Files of a folder.
const MAX_FILES: usize = 200;

/// An export cannot be read. Retrying is pointless until it is mended.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("cannot read {path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} has more than {MAX_FILE} bytes")]
    TooLarge { path: PathBuf },
    #[error("{path} has more than {MAX_FILES} JSON files")]
    TooMany { path: PathBuf },
    #[error("there is no JSON file in {path}")]
    Nothing { path: PathBuf },
    #[error("{path} is no JSON: {source}")]
    Malformed { path: PathBuf, source: serde_json::Error },
}

/// A file has all, each list under its name. In a folder each file has one list and its name, as in
/// `task_queues.json`, or several as a single file has them.
pub fn read(path: &Path, report: &mut Report) -> Result<Map<String, Value>, ReadError> {
    let failed = |source| ReadError::File { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(failed)?.is_file() {
        return Ok(whole(value(path)?, "export"));
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort();
    match files.len() {
        0 => return Err(ReadError::Nothing { path: path.to_owned() }),
        count if count > MAX_FILES => return Err(ReadError::TooMany { path: path.to_owned() }),
        _ => {}
    }
    let mut all = Map::new();
    for file in files {
        let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().replace('-', "_");
        for (key, value) in whole(value(&file)?, &name) {
            merge(&mut all, key, value, report);
        }
    }
    Ok(all)
}

fn merge(all: &mut Map<String, Value>, key: String, value: Value, report: &mut Report) {
    match (all.get_mut(&key), value) {
        (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
        (Some(_), _) if key == "meta" => {}
        (Some(_), _) => report.lost(&key, "another file has it already"),
        (None, value) => drop(all.insert(key, value)),
    }
}

fn whole(value: Value, name: &str) -> Map<String, Value> {
    match value {
        Value::Object(fields) if name == "workspace" && !fields.contains_key("workspace") => {
            Map::from_iter([(name.to_owned(), Value::Object(fields))])
        }
        Value::Object(fields) => fields,
        list => Map::from_iter([(name.to_owned(), list)]),
    }
}

fn value(path: &Path) -> Result<Value, ReadError> {
    let failed = |source| ReadError::File { path: path.to_owned(), source };
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MAX_FILE + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_FILE {
        return Err(ReadError::TooLarge { path: path.to_owned() });
    }
    serde_json::from_slice(&text).map_err(|source| ReadError::Malformed { path: path.to_owned(), source })
}
