//! Names of ours from names of theirs: short, plain, each once.

use std::collections::BTreeSet;

use model::Name;

/// Bytes of a name made here.
const LONGEST: usize = 48;

/// The names of one kind that are given away.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// A name like `text` that nobody has yet; `otherwise` if nothing of it can be kept.
    pub fn give(&mut self, text: &str, otherwise: &str) -> Name {
        let plain = match plain(text) {
            plain if plain.is_empty() => otherwise.to_owned(),
            plain => plain,
        };
        self.give_exactly(&plain)
    }

    /// This one, or with a number behind it.
    pub fn give_exactly(&mut self, wanted: &str) -> Name {
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let free = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !self.taken.contains(name));
        let free = free.expect("there are more numbers than names");
        self.taken.insert(free.clone());
        Name::new(&free).expect("plain letters, and short")
    }
}

/// Lower case, with `_` for what no name has.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        let lower = letter.to_ascii_lowercase();
        if lower.is_ascii_alphanumeric() {
            plain.push(lower);
        } else if !plain.is_empty() && !plain.ends_with('_') {
            plain.push('_');
        }
        if plain.len() >= LONGEST {
            break;
        }
    }
    plain.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_given_once() {
        let mut names = Names::default();
        let given: Vec<_> = ["Sales & Returns", "sales/returns", "Größe", "…", "…"]
            .iter()
            .map(|text| names.give(text, "queue").as_str().to_owned())
            .collect();
        assert_eq!(given, ["sales_returns", "sales_returns_2", "gr_e", "queue", "queue_2"]);
        assert!(names.give(&"x".repeat(200), "queue").as_str().len() <= LONGEST);
    }
}
