//! Words as they are searched: the same in the index and in a query, without case and accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::history::MAX_QUERY;

/// Words of a query that count.
const MAX_WORDS: usize = 16;
/// Letters of a word that count: PostgreSQL refuses words of 2 KiB.
const MAX_LETTERS: usize = 250;
/// PostgreSQL counts a word's place up to here.
const MAX_PLACE: usize = 16_383;
/// Bytes of one text's index; PostgreSQL refuses 1 MiB. Words beyond are not found.
const MAX_INDEX: usize = 700_000;
/// Words of a snippet.
const SNIPPET: usize = 16;
/// Words of it that stand before the one that was found.
const BEFORE: usize = 4;

/// The words of a text, in order.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    ranges(text).map(|(start, end)| fold(&text[start..end]))
}

fn fold(word: &str) -> String {
    let letters = word.nfd().filter(|letter| !is_combining_mark(*letter));
    letters.flat_map(char::to_lowercase).filter(|letter| letter.is_alphanumeric()).take(MAX_LETTERS).collect()
}

/// Where words begin and end. An accent of its own belongs to the letter before.
fn ranges(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut letters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let start = loop {
            let (at, letter) = letters.next()?;
            if letter.is_alphanumeric() {
                break at;
            }
        };
        let mut end = text.len();
        while let Some((at, letter)) = letters.peek() {
            if !letter.is_alphanumeric() && !is_combining_mark(*letter) {
                end = *at;
                break;
            }
            letters.next();
        }
        Some((start, end))
    })
}

/// A `tsvector` as text. Between two texts of one message is a gap that no phrase spans.
pub(crate) fn vector(texts: &[&str]) -> String {
    let mut vector = String::new();
    let mut place = 0;
    for text in texts {
        for word in words(text) {
            place += 1;
            if !word.is_empty() {
                vector += &format!("'{word}':{} ", place.min(MAX_PLACE));
            }
            if vector.len() > MAX_INDEX {
                return vector;
            }
        }
        place += 1;
    }
    vector
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Looked {
    /// Each a run of words that stand together; the very last word may be a beginning.
    phrases: Vec<Vec<String>>,
}

impl Looked {
    /// None if there is no word in the text.
    pub fn of(text: &str) -> Option<Self> {
        let text = &text[..text.floor_char_boundary(MAX_QUERY)];
        let phrases: Vec<Vec<String>> = text
            .split(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '"')
            .map(|phrase| words(phrase).filter(|word| !word.is_empty()).collect::<Vec<_>>())
            .filter(|phrase| !phrase.is_empty())
            .take(MAX_WORDS)
            .collect();
        (!phrases.is_empty()).then_some(Self { phrases })
    }

    /// A `tsquery` as text. Words are letters and digits only, so none can end the string it becomes.
    pub fn query(&self) -> String {
        let phrase = |words: &Vec<String>| format!("'{}'", words.join("' <-> '"));
        let phrases: Vec<String> = self.phrases.iter().map(phrase).collect();
        phrases.join(" & ") + ":*"
    }

    fn finds(&self, word: &str) -> bool {
        let mut all = self.phrases.iter().flatten();
        let last = self.phrases.last().and_then(|phrase| phrase.last());
        all.any(|looked| looked == word) || last.is_some_and(|last| word.starts_with(last.as_str()))
    }

    /// The words around the first that is found; None if none is.
    pub fn snippet(&self, text: &str) -> Option<String> {
        let ranges: Vec<(usize, usize)> = ranges(text).collect();
        let found = ranges.iter().position(|(start, end)| self.finds(&fold(&text[*start..*end])))?;
        let last = ranges.len().saturating_sub(SNIPPET);
        let first = found.saturating_sub(BEFORE).min(last);
        let behind = first + SNIPPET;
        let start = if first == 0 { 0 } else { ranges[first].0 };
        let end = if behind >= ranges.len() { text.len() } else { ranges[behind - 1].1 };
        let mark = |is_cut: bool| if is_cut { "…" } else { "" };
        Some(format!("{}{}{}", mark(first > 0), &text[start..end], mark(behind < ranges.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_no_case_no_accents_and_no_marks() {
        assert_eq!(
            words("Der Ru\u{308}ckversand, ÉTÉ-2 'x'").collect::<Vec<_>>(),
            ["der", "ruckversand", "ete", "2", "x"]
        );
        assert_eq!(vector(&["a b", "c"]), "'a':1 'b':2 'c':4 ");
    }

    #[test]
    fn a_query_is_words_and_nothing_else() {
        let query = |text: &str| Looked::of(text).map(|looked| looked.query());
        assert_eq!(query("refund\" OR note:*").unwrap(), "'refund' & 'or' & 'note':*");
        assert_eq!(query("ist-kaputt ruck").unwrap(), "'ist' <-> 'kaputt' & 'ruck':*");
        assert_eq!(query(" \"*(){}:^-\0 \\' "), None);
        assert!(query(&"ü".repeat(10_000)).unwrap().len() < 400);
    }

    #[test]
    fn a_snippet_is_cut_around_what_is_found() {
        let text = (1..=40).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
        let snippet = Looked::of("W20").unwrap().snippet(&text).unwrap();
        assert!(snippet.starts_with("…w16 ") && snippet.ends_with(" w31…"), "{snippet}");
        assert_eq!(Looked::of("grumpy").unwrap().snippet("Grumpy!").unwrap(), "Grumpy!");
        assert_eq!(Looked::of("absent").unwrap().snippet("Grumpy!"), None);
    }
}
