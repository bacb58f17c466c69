//! An object of an export, taken apart field by field; what nobody takes is reported.

use serde_json::{Map, Value};

use crate::import::report::Report;

/// What says nothing about routing.
const OF_NO_MEANING: [&str; 10] = [
    "account_sid",
    "date_created",
    "date_status_changed",
    "date_updated",
    "document_content_type",
    "links",
    "meta",
    "url",
    "version",
    "workspace_sid",
];

/// The fields that are left. Names count in `snake_case`, also where the export has `camelCase`.
pub(super) struct Fields {
    pub place: String,
    left: Map<String, Value>,
}

impl Fields {
    /// None for what is no object, which is reported.
    pub fn of(value: Value, place: String, report: &mut Report) -> Option<Self> {
        let Value::Object(fields) = value else {
            report.lost(&place, "an object is expected here");
            return None;
        };
        let left = fields.into_iter().map(|(name, value)| (snake(&name), value)).collect();
        Some(Self { place, left })
    }

    pub fn place(&self, field: &str) -> String {
        format!("{}.{field}", self.place)
    }

    /// Under the first of these names; null counts as missing.
    pub fn take(&mut self, names: &[&str]) -> Option<Value> {
        let found = names.iter().filter_map(|name| self.left.remove(*name)).find(|value| !value.is_null());
        names.iter().for_each(|name| drop(self.left.remove(*name)));
        found
    }

    pub fn text(&mut self, names: &[&str]) -> Option<String> {
        match self.take(names)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Also where it is written as a text.
    pub fn number(&mut self, names: &[&str]) -> Option<f64> {
        let number = match self.take(names)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number: &f64| number.is_finite())
    }

    pub fn truth(&mut self, names: &[&str]) -> Option<bool> {
        match self.take(names)? {
            Value::Bool(truth) => Some(truth),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Also an object's values, and JSON within a text.
    pub fn list(&mut self, names: &[&str]) -> Vec<Value> {
        match self.take(names) {
            Some(Value::Array(values)) => values,
            Some(Value::Object(entries)) => entries.into_iter().map(named).collect(),
            _ => Vec::new(),
        }
    }

    /// JSON, or JSON within a text as TaskRouter has it.
    pub fn json(&mut self, names: &[&str], report: &mut Report) -> Option<Value> {
        match self.take(names)? {
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => match serde_json::from_str(&text) {
                Ok(value) => Some(value),
                Err(error) => {
                    report.lost(self.place(names[0]), format!("it is no JSON: {error}"));
                    None
                }
            },
            value => Some(value),
        }
    }

    /// Reports a field that has no counterpart, if it is there and says something.
    pub fn no_counterpart(&mut self, name: &str, reason: &str, report: &mut Report) {
        let value = self.take(&[name]);
        let is_said = !matches!(&value, None | Some(Value::Bool(false))) && value != Some("".into());
        if is_said {
            report.lost(self.place(name), reason);
        }
    }

    /// Reports all that is left.
    pub fn end(self, report: &mut Report) {
        for name in self.left.keys().filter(|name| !OF_NO_MEANING.contains(&name.as_str())) {
            report.lost(format!("{}.{name}", self.place), "this field is not known");
        }
    }
}

/// An entry of an object whose keys are names.
fn named((name, mut value): (String, Value)) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.entry("unique_name").or_insert(Value::String(name));
    }
    value
}

fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
