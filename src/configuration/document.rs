//! A parsed TOML text that remembers where each value stood, and reads it into a type fault by fault.
//!
//! Serde stops at the first fault. So the value at fault is taken out and the rest is read again,
//! until nothing is wrong any more or [`MAX_FAULTS`] are found.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer, Error};

use super::fault::{Fault, Origin, Position};
use super::flaw::{Flaw, Path, Step};
use super::{message, source};

/// Most faults reported at once: past it nobody reads on, and time stays bounded.
pub const MAX_FAULTS: usize = 100;

/// A document and the places its spans mean.
pub struct Document<'t> {
    pub(super) table: DeTable<'t>,
    sources: Vec<Stretch<'t>>,
    /// Ids of list entries that were taken out because they could not be read.
    pub(super) unreadable: Vec<String>,
}

/// Spans from `start` on, up to the next stretch, lie in this text.
struct Stretch<'t> {
    start: usize,
    origin: Origin,
    /// None: positions in it mean nothing to the reader.
    text: Option<&'t str>,
}

impl<'t> Document<'t> {
    /// Parses a file's text. All syntax errors are reported.
    pub fn parse(origin: Origin, text: &'t str) -> Result<Self, Vec<Fault>> {
        let sources = vec![Stretch { start: 0, origin, text: Some(text) }];
        let mut document = Self { table: DeTable::new(), sources, unreadable: Vec::new() };
        if let Some(offset) = source::too_deep(text) {
            return Err(vec![document.fault_at(&(offset..offset), "the key nests too deep".into(), None)]);
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            document.table = table.into_inner();
            return Ok(document);
        }
        Err(errors.iter().take(MAX_FAULTS).map(|error| document.syntax_fault(error)).collect())
    }

    /// Lays values over the document's. Their spans start at `start`, and mean `origin`.
    pub(super) fn overlay(&mut self, start: usize, origin: Origin, values: DeTable<'t>) {
        self.sources.push(Stretch { start, origin, text: None });
        merge(&mut self.table, values);
    }

    /// Reads the document; `None` if not even a part of it could be read.
    pub fn read<T: DeserializeOwned>(&mut self, faults: &mut Vec<Fault>) -> Option<T> {
        while faults.len() < MAX_FAULTS {
            let root = Spanned::new(0..0, self.table.clone());
            let error = match T::deserialize(Deserializer::from(root)) {
                Ok(value) => return Some(value),
                Err(error) => error,
            };
            let span = error.span().unwrap_or(0..0);
            let (text, nearest) = message::plain(error.message());
            faults.push(self.fault_at(&span, text, nearest));
            if !take_out(&mut self.table, &span, &mut self.unreadable) {
                return None;
            }
        }
        None
    }

    /// Finds where a flaw's path stands in the text: the value, or the nearest table that is there.
    pub fn locate(&self, flaw: Flaw) -> Fault {
        let span = self.span_of(&flaw.path).unwrap_or(0..0);
        self.fault_at(&span, format!("{}: {}", flaw.path, flaw.message), flaw.nearest)
    }

    fn span_of(&self, path: &Path) -> Option<Range<usize>> {
        let Some(Step::Key(first)) = path.0.first() else { return None };
        let mut value = self.table.get(first.as_str())?;
        for step in &path.0[1..] {
            let next = match (step, value.get_ref()) {
                (Step::Key(key), DeValue::Table(table)) => table.get(key.as_str()),
                (Step::Index(index), DeValue::Array(array)) => array.get(*index),
                _ => None,
            };
            let Some(next) = next else { break };
            value = next;
        }
        Some(value.span())
    }

    fn syntax_fault(&self, error: &Error) -> Fault {
        self.fault_at(&error.span().unwrap_or(0..0), error.message().to_owned(), None)
    }

    fn fault_at(&self, span: &Range<usize>, message: String, nearest: Option<String>) -> Fault {
        let stretch = self.sources.iter().rev().find(|stretch| stretch.start <= span.start);
        let stretch = stretch.expect("the first stretch starts at 0");
        let position = stretch.text.map(|text| Position::of(text, span.start));
        Fault { origin: stretch.origin.clone(), position, message, nearest }
    }
}

fn merge<'t>(below: &mut DeTable<'t>, above: DeTable<'t>) {
    for (key, value) in above {
        match (below.get_mut(key.get_ref().as_ref()).map(Spanned::get_mut), value.get_ref()) {
            (Some(DeValue::Table(table)), DeValue::Table(_)) => {
                if let DeValue::Table(inner) = value.into_inner() {
                    merge(table, inner);
                }
            }
            _ => {
                below.remove(key.get_ref().as_ref());
                below.insert(key, value);
            }
        }
    }
}

/// Takes out the key or value at `span`, the innermost first; says whether there was one.
fn take_out<'t>(table: &mut DeTable<'t>, span: &Range<usize>, unreadable: &mut Vec<String>) -> bool {
    if table.iter_mut().any(|(_, value)| take_out_below(value, span, unreadable)) {
        return true;
    }
    let hit = table.iter().find(|(key, value)| key.span() == *span || value.span() == *span);
    let Some(name) = hit.map(|(key, _)| key.get_ref().to_string()) else { return false };
    table.remove(name.as_str()).is_some()
}

fn take_out_below<'t>(
    value: &mut Spanned<DeValue<'t>>,
    span: &Range<usize>,
    unreadable: &mut Vec<String>,
) -> bool {
    match value.get_mut() {
        DeValue::Table(table) => take_out(table, span, unreadable),
        DeValue::Array(array) => {
            array.iter_mut().any(|item| take_out_below(item, span, unreadable))
                || take_out_item(array, span, unreadable)
        }
        _ => false,
    }
}

fn take_out_item<'t>(array: &mut DeArray<'t>, span: &Range<usize>, unreadable: &mut Vec<String>) -> bool {
    let before = array.len();
    let (hit, kept): (Vec<_>, Vec<_>) =
        std::mem::replace(array, DeArray::new()).into_iter().partition(|item| item.span() == *span);
    let ids = hit.iter().filter_map(|item| item.get_ref().get("id")?.get_ref().as_str());
    unreadable.extend(ids.map(str::to_owned));
    *array = kept.into_iter().collect();
    array.len() < before
}
