//! What an organisation's new version changes, in words.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::Organisation;

/// One change. Shown as `+ queues.billing`, `- agents.ana` or `~ queues.billing.deadline: "5m" -> "2m"`.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Added { path: String },
    Removed { path: String },
    Changed { path: String, from: String, to: String },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { path } => write!(f, "+ {path}"),
            Self::Removed { path } => write!(f, "- {path}"),
            Self::Changed { path, from, to } => write!(f, "~ {path}: {from} -> {to}"),
        }
    }
}

/// Longest value shown, in characters.
const SHOWN: usize = 60;

/// The changes from `old` to `new`, sorted by path. Entries are matched by their ids, so moving one is
/// no change. Passwords and keys are never shown.
pub fn diff(old: &Organisation, new: &Organisation) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", &old.document(), &new.document(), &mut changes);
    changes
}

fn compare(path: &str, old: &Value, new: &Value, changes: &mut Vec<Change>) {
    if old == new {
        return;
    }
    match (fields(old), fields(new)) {
        (Some(old), Some(new)) if !is_secret(path) => compare_fields(path, &old, &new, changes),
        _ => {
            changes.push(Change::Changed { path: path.into(), from: shown(path, old), to: shown(path, new) })
        }
    }
}

fn compare_fields(
    path: &str,
    old: &BTreeMap<String, &Value>,
    new: &BTreeMap<String, &Value>,
    changes: &mut Vec<Change>,
) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) => compare(&below(name), old, new, changes),
            (None, _) => changes.push(Change::Added { path: below(name) }),
            (_, None) => changes.push(Change::Removed { path: below(name) }),
        }
    }
}

/// The parts of a value by name: an object's fields, or the entries of a list that have names.
fn fields(value: &Value) -> Option<BTreeMap<String, &Value>> {
    match value {
        Value::Object(object) => Some(object.iter().map(|(key, value)| (key.clone(), value)).collect()),
        Value::Array(list) => list.iter().map(|entry| Some((name_of(entry)?, entry))).collect(),
        _ => None,
    }
}

fn name_of(entry: &Value) -> Option<String> {
    let name = ["id", "intent", "date", "name"].into_iter().find_map(|key| entry.get(key)?.as_str())?;
    Some(name.to_owned())
}

fn is_secret(path: &str) -> bool {
    let last = path.rsplit('.').next();
    matches!(last, Some("password" | "key"))
}

fn shown(path: &str, value: &Value) -> String {
    if is_secret(path) {
        return "(hidden)".into();
    }
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Password, Person};
    use super::*;

    fn organisation(text: &str) -> Organisation {
        toml::from_str(text).unwrap()
    }

    fn lines(old: &Organisation, new: &Organisation) -> Vec<String> {
        diff(old, new).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_diff_names_what_came_went_and_changed() {
        let old = organisation("skills = [{ id = \"a\", name = \"A\" }, { id = \"b\", name = \"B\" }]");
        let new = organisation("skills = [{ id = \"c\", name = \"C\" }, { id = \"b\", name = \"Bee\" }]");
        assert_eq!(lines(&old, &new), ["- skills.a", "~ skills.b.name: \"B\" -> \"Bee\"", "+ skills.c"]);
        assert!(lines(&old, &old).is_empty());
    }

    #[test]
    fn a_changed_order_is_no_change_of_a_list_by_name_and_a_password_stays_hidden() {
        let mut old = organisation("agents = [{ id = \"ana\", name = \"Ana\", roles = [\"admin\"] }]");
        old.agents.push(Person { id: model::AgentId::new("ben").unwrap(), ..old.agents[0].clone() });
        old.agents[0].password = Some(Password::Demo("first".into()));
        let mut new = old.clone();
        new.agents.reverse();
        new.agents[1].password = Some(Password::Demo("second".into()));
        assert_eq!(lines(&old, &new), ["~ agents.ana.password: (hidden) -> (hidden)"]);
    }
}
