//! Reads the settings file and the environment, and refuses both in one go.

use std::path::Path;

use toml::de::DeTable;

use super::{Settings, environment, validate};
use crate::configuration::document::{Document, MAX_FAULTS};
use crate::configuration::fault::{Fault, Origin};
use crate::configuration::source;

impl Settings {
    /// Reads `path`, lays the variables over it (see [`environment()`](super::environment())) and checks
    /// the whole. Blocking. Returns every fault found, at most 100.
    pub fn load(path: &Path, variables: &[(String, String)]) -> Result<Self, Vec<Fault>> {
        let text = source::read(path).map_err(|fault| vec![fault])?;
        Self::parse(path, &text, variables)
    }

    /// The same for a text at hand; `path` is what faults call it.
    pub fn parse(path: &Path, text: &str, variables: &[(String, String)]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let lines = lines(text.len(), variables, &mut faults);
        let mut document = match Document::parse(Origin::File(path.to_owned()), text) {
            Ok(document) => document,
            Err(errors) => return Err([faults, errors].concat()),
        };
        for line in &lines {
            match DeTable::parse(&line.text) {
                Ok(values) => document.overlay(line.start, line.origin.clone(), values.into_inner()),
                Err(error) => faults.push(fault_of(&line.origin, error.message())),
            }
        }
        let settings = document.read::<Self>(&mut faults);
        if let Some(settings) = &settings {
            faults.extend(validate::flaws(settings).into_iter().map(|flaw| document.locate(flaw)));
        }
        faults.truncate(MAX_FAULTS);
        match settings {
            Some(settings) if faults.is_empty() => Ok(settings),
            _ => Err(faults),
        }
    }
}

/// A variable as TOML, led by blanks up to `start`, so that its spans lie past the file's.
struct Line {
    start: usize,
    origin: Origin,
    text: String,
}

fn lines(file_length: usize, variables: &[(String, String)], faults: &mut Vec<Fault>) -> Vec<Line> {
    let mut start = file_length + 1;
    let mut lines = Vec::new();
    for (name, raw) in variables.iter().filter(|(name, _)| environment::overrides(name)).take(MAX_FAULTS) {
        let origin = Origin::Environment(name.clone());
        match environment::line(name, raw) {
            Ok(line) => {
                let text = " ".repeat(start) + &line;
                let end = text.len() + 1;
                lines.push(Line { start, origin, text });
                start = end;
            }
            Err(message) => faults.push(fault_of(&origin, &message)),
        }
    }
    lines
}

fn fault_of(origin: &Origin, message: &str) -> Fault {
    Fault { origin: origin.clone(), position: None, message: message.to_owned(), nearest: None }
}
