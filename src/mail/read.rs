//! A mail as it was read, off the async workers: what it says, where it may belong, what it is about.

use bots::{IntentClassifier, IntentGuess};
use channels::email::{ParsedMail, Prepared};

use super::message::shown;

/// What came of reading a mail.
pub enum Read {
    Whole(Box<Whole>),
    /// The parser panicked.
    Broken,
    /// The raw mail is gone.
    Lost,
    /// It could not be fetched now.
    Later,
}

/// A mail that was read.
pub struct Whole {
    pub prepared: Prepared,
    /// What the customer wants, if the classifier is sure enough.
    pub intent: Option<IntentGuess>,
}

impl Read {
    /// Also finds the intent: the subject and what was written above the quotes say it.
    pub fn whole(prepared: Prepared, intents: Option<&dyn IntentClassifier>) -> Self {
        let mail = &prepared.mail;
        let intent = intents.and_then(|classifier| {
            let subject = mail.subject.as_deref().unwrap_or_default();
            let found = classifier.classify(&format!("{subject}\n{}", shown(mail)));
            Some(IntentGuess { intent: found.accepted?, confidence: found.confidence })
        });
        Self::Whole(Box::new(Whole { prepared, intent }))
    }

    /// Mails of one sender have the same of `locks` numbers.
    pub fn sender_lock(&self, locks: usize) -> usize {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.mail().and_then(|mail| mail.from.as_ref()).map(|from| &from.address).hash(&mut hasher);
        usize::try_from(hasher.finish() % locks as u64).unwrap_or(0)
    }

    pub fn mail(&self) -> Option<&ParsedMail> {
        match self {
            Self::Whole(whole) => Some(&whole.prepared.mail),
            _ => None,
        }
    }
}
