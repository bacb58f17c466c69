//! What a text is made of, for a classifier: words, pairs of words, and pieces of words.

/// Which family a feature is of; families are weighted against each other as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Words,
    Characters,
}

/// Sizes of the features, in words and characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureOptions {
    /// Longest run of words.
    pub words: usize,
    /// Shortest and longest piece of characters.
    pub characters: (usize, usize),
    pub pieces: Pieces,
}

/// What a piece of characters may span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pieces {
    /// One word with a space on each side.
    WithinWords,
    /// The whole text, so also the seam between two words.
    AcrossWords,
}

impl Default for FeatureOptions {
    fn default() -> Self {
        Self { words: 2, characters: (2, 5), pieces: Pieces::WithinWords }
    }
}

/// Lower-cased words of letters, digits and marks; an apostrophe inside a word is dropped.
pub fn words(text: &str) -> Vec<String> {
    let text: String = text.chars().take(super::MAXIMUM_CHARACTERS).collect();
    let text = text.to_lowercase().replace(['\'', '’'], "");
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Calls `emit` with each feature's hash, as often as the feature occurs.
pub fn each_feature(text: &str, options: &FeatureOptions, mut emit: impl FnMut(Family, u64)) {
    let words = words(text);
    for size in 1..=options.words {
        for run in words.windows(size) {
            emit(Family::Words, hash(Family::Words, run.iter().flat_map(|word| word.chars().chain([' ']))));
        }
    }
    match options.pieces {
        Pieces::WithinWords => {
            words.iter().for_each(|word| each_piece(&format!(" {word} "), options, &mut emit))
        }
        Pieces::AcrossWords => each_piece(&format!(" {} ", words.join(" ")), options, &mut emit),
    }
}

fn each_piece(text: &str, options: &FeatureOptions, emit: &mut impl FnMut(Family, u64)) {
    let characters: Vec<char> = text.chars().collect();
    for size in options.characters.0..=options.characters.1 {
        for piece in characters.windows(size) {
            emit(Family::Characters, hash(Family::Characters, piece.iter().copied()));
        }
    }
}

/// FNV-1a, 64 bits: stable over runs and machines, and collisions are rare enough to ignore.
fn hash(family: Family, characters: impl Iterator<Item = char>) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let seed = OFFSET ^ family as u64;
    characters.fold(seed, |hash, character| (hash ^ u64::from(u32::from(character))).wrapping_mul(PRIME))
}
