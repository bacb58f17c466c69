//! In what language a text is written.

use model::Language;
use whichlang::Lang;

/// Below this many letters a Latin-script text is too short to tell languages apart by.
const MINIMUM_LETTERS: usize = 12;
/// Below this many words the agreement of parts says nothing.
const MINIMUM_WORDS: usize = 3;
/// Characters read; a longer text does not make it surer.
const MAXIMUM_CHARACTERS: usize = 2_000;

/// The language of `text`, or none when it is too short or its parts disagree. The first 2,000
/// characters are read.
///
/// The detector gives its best guess without saying how sure it is. So the text is asked about whole,
/// without its first word and without its last: a guess that hangs on one word is no guess.
pub fn detect_language(text: &str) -> Option<Language> {
    let text: String = text.chars().take(MAXIMUM_CHARACTERS).collect();
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    let words: Vec<&str> = text.split_whitespace().filter(|word| is_word(word)).collect();
    if letters < MINIMUM_LETTERS || words.len() < MINIMUM_WORDS {
        return None;
    }
    let whole = whichlang::detect_language(&words.join(" "));
    let agree = [&words[1..], &words[..words.len() - 1]]
        .iter()
        .all(|part| whichlang::detect_language(&part.join(" ")) == whole);
    if agree { Language::new(subtag(whole)).ok() } else { None }
}

/// Addresses, numbers and codes are in no language.
fn is_word(token: &str) -> bool {
    token.chars().any(char::is_alphabetic)
        && !token.contains(['@', '/', '_'])
        && !token.chars().any(|character| character.is_ascii_digit())
}

fn subtag(language: Lang) -> &'static str {
    match language {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}
