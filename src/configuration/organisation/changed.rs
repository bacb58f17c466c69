//! An organisation with some of its tables written anew: what a supervisor tries out.

use serde_json::Value;

use super::Organisation;

/// Faults shown of rules that cannot be used.
const SHOWN: usize = 20;

/// The text is not the rules of anything: one fault a line. Retrying is pointless until it is mended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotTheRules(String);

impl Organisation {
    /// With the tables of a TOML text over its own: an entry with an `id` (or an `intent`) takes the place
    /// of the one that has it, the others stay.
    pub fn changed_by(&self, text: &str) -> Result<Self, NotTheRules> {
        let refused = |error: &dyn std::fmt::Display| NotTheRules(error.to_string().trim_end().to_owned());
        let changes: toml::Table = toml::from_str(text).map_err(|error| refused(&error))?;
        let changes = serde_json::to_value(changes).map_err(|error| refused(&error))?;
        let mut document = self.document();
        if let (Value::Object(whole), Value::Object(changes)) = (&mut document, changes) {
            for (name, new) in changes {
                let old = whole.remove(&name).unwrap_or_default();
                whole.insert(name, merged(old, new));
            }
        }
        let changed: Self = serde_json::from_value(document).map_err(|error| refused(&error))?;
        let flaws: Vec<_> = changed.flaws().iter().take(SHOWN).map(ToString::to_string).collect();
        if flaws.is_empty() { Ok(changed) } else { Err(NotTheRules(flaws.join("\n"))) }
    }
}

fn merged(old: Value, new: Value) -> Value {
    let (Value::Array(mut entries), Value::Array(changed)) = (old, new.clone()) else { return new };
    for entry in changed {
        let same = |other: &&mut Value| key(other).is_some() && key(other) == key(&entry);
        match entries.iter_mut().find(same) {
            Some(old) => *old = entry,
            None => entries.push(entry),
        }
    }
    Value::Array(entries)
}

fn key(entry: &Value) -> Option<&str> {
    entry.get("id").or_else(|| entry.get("intent"))?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Organisation {
        let text = r#"
            name = "Shop"
            presences = [
                { id = "available", name = "Available", routable = true },
                { id = "offline", name = "Offline", routable = false },
                { id = "not_responding", name = "Not responding", routable = false },
            ]
            [[queues]]
            id = "a"
            name = "A"
            [[queues]]
            id = "b"
            name = "B"
        "#;
        Organisation::parse(std::path::Path::new("shop.toml"), text).unwrap()
    }

    #[test]
    fn entries_take_the_place_of_those_of_their_name_and_others_stay() {
        let changed = shop().changed_by("[[queues]]\nid = \"b\"\nname = \"Bee\"\ndeadline = \"2m\"").unwrap();
        let names: Vec<_> = changed.queues.iter().map(|queue| queue.name.as_str()).collect();
        assert_eq!(names, ["A", "Bee"]);
        assert_eq!(changed.presences, shop().presences);
        assert_eq!(shop().changed_by("").unwrap(), shop());
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        for (text, reason) in [
            ("[[queues]", "line 1"),
            ("[[queues]]\nid = \"b\"\nname = \"B\"\ndedline = \"2m\"", "dedline"),
            ("[[queues]]\nid = \"c\"\nname = \"C\"\noverflow = \"nowhere\"", "nowhere"),
            ("queues = 3", "invalid type"),
        ] {
            let error = shop().changed_by(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
