//! Words as they are indexed and asked for: lower case, without stop words, reduced to their stem.

use model::Language;
use tantivy::tokenizer::{
    Language as Stemming, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter,
    TextAnalyzer,
};

/// Bytes of a word; a longer one is not indexed.
const MAXIMUM_WORD: usize = 60;

/// Words questions are made of, whatever they ask about: they must not count as something missed.
const QUESTION_WORDS_EN: &[&str] = &[
    "i",
    "you",
    "me",
    "my",
    "mine",
    "your",
    "yours",
    "we",
    "us",
    "our",
    "he",
    "she",
    "him",
    "her",
    "them",
    "what",
    "which",
    "who",
    "how",
    "when",
    "where",
    "why",
    "whats",
    "wheres",
    "do",
    "does",
    "did",
    "doing",
    "can",
    "could",
    "would",
    "should",
    "may",
    "might",
    "must",
    "am",
    "have",
    "has",
    "had",
    "having",
    "been",
    "being",
    "were",
    "get",
    "got",
    "want",
    "need",
    "like",
    "please",
    "tell",
    "know",
    "help",
    "hello",
    "hi",
    "hey",
    "thanks",
    "thank",
    "just",
    "so",
    "very",
    "too",
    "any",
    "some",
    "about",
    "from",
    "than",
    "im",
    "ive",
    "id",
    "dont",
    "doesnt",
    "didnt",
    "cant",
    "isnt",
    "its",
    "thats",
    "there",
    "here",
    "one",
    "also",
    "still",
    "now",
    "yet",
    "if",
    "up",
    "out",
    "off",
    "way",
    "something",
    "anything",
    "possible",
    "wondering",
    "question",
    "ask",
    "say",
    "let",
    "make",
    "s",
    "t",
    "m",
    "ve",
    "re",
    "d",
    "ll",
    "am",
    "because",
    "after",
    "before",
    "only",
    "all",
];
const QUESTION_WORDS_DE: &[&str] = &[
    "ich", "mein", "meine", "meinen", "meinem", "meiner", "mir", "mich", "sie", "ihr", "ihre", "ihren",
    "ihnen", "wir", "uns", "was", "wie", "wo", "wann", "warum", "wer", "welche", "welcher", "welches",
    "kann", "können", "könnte", "könnten", "möchte", "möchten", "will", "wollen", "muss", "müssen", "soll",
    "darf", "habe", "haben", "hat", "hatte", "bin", "ist", "sind", "war", "wird", "werden", "wurde", "bitte",
    "gerne", "gern", "brauche", "hallo", "danke", "gibt", "geht", "es", "mal", "noch", "schon", "auch",
    "nur", "denn", "viel", "viele", "etwas", "bei", "mit", "nach", "zu", "zum", "zur", "vom", "für", "auf",
    "aus", "an", "am", "im", "in", "um", "dass", "ob", "wenn", "ein", "frage", "wissen", "sagen", "mache",
    "machen", "tun", "man", "mehr", "ganz", "lange",
];

/// The analyzer of a language; one without a stemmer is only split and lower-cased.
pub fn analyzer(language: &Language) -> TextAnalyzer {
    let plain = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(MAXIMUM_WORD))
        .filter(LowerCaser)
        .dynamic();
    let Some(stemming) = stemming(language.as_str()) else { return plain.build() };
    let plain = match StopWordFilter::new(stemming) {
        Some(filter) => plain.filter_dynamic(filter),
        None => plain,
    };
    let words = question_words(language.as_str()).iter().map(|word| (*word).to_owned());
    plain.filter_dynamic(StopWordFilter::remove(words)).filter_dynamic(Stemmer::new(stemming)).build()
}

/// The stems of a text, in order.
pub fn stems(analyzer: &mut TextAnalyzer, text: &str) -> Vec<String> {
    let mut stems = Vec::new();
    analyzer.token_stream(text).process(&mut |token| stems.push(token.text.clone()));
    stems
}

fn question_words(language: &str) -> &'static [&'static str] {
    match language {
        "en" => QUESTION_WORDS_EN,
        "de" => QUESTION_WORDS_DE,
        _ => &[],
    }
}

fn stemming(language: &str) -> Option<Stemming> {
    Some(match language {
        "ar" => Stemming::Arabic,
        "da" => Stemming::Danish,
        "nl" => Stemming::Dutch,
        "en" => Stemming::English,
        "fi" => Stemming::Finnish,
        "fr" => Stemming::French,
        "de" => Stemming::German,
        "el" => Stemming::Greek,
        "hu" => Stemming::Hungarian,
        "it" => Stemming::Italian,
        "no" | "nb" => Stemming::Norwegian,
        "pt" => Stemming::Portuguese,
        "ro" => Stemming::Romanian,
        "ru" => Stemming::Russian,
        "es" => Stemming::Spanish,
        "sv" => Stemming::Swedish,
        "tr" => Stemming::Turkish,
        _ => return None,
    })
}
