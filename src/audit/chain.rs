//! The hash of an entry: SHA-256 over bytes that can be read in one way only.

use model::event::AuditEntry;
use model::{Sequence, Timestamp};
use sha2::{Digest as _, Sha256};

/// Changes if what is hashed does.
const FORM: &str = "tandem audit 1";
/// What stands before the first entry.
pub const BEGINNING: &str = "";

/// Over the hash before, place, time and all texts, each led by its length.
pub fn hash(previous: &str, sequence: Sequence, at: Timestamp, entry: &AuditEntry) -> String {
    let mut hash = Sha256::new();
    let mut text = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    };
    text(FORM);
    text(previous);
    text(&sequence.0.to_string());
    text(&at.0.to_string());
    text(&entry.actor);
    text(&entry.act);
    text(&entry.subject);
    for (name, value) in &entry.detail {
        text(name);
        text(value);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> AuditEntry {
        AuditEntry {
            actor: "ana".into(),
            act: "login".into(),
            subject: "ana".to_owned(),
            detail: [("address".into(), "192.0.2.1".to_owned())].into(),
            hash: String::new(),
        }
    }

    #[test]
    fn whatever_changes_changes_the_hash() {
        let of = |entry: &AuditEntry| hash("", Sequence(1), Timestamp(5), entry);
        let whole = of(&entry());
        assert_eq!(whole, of(&entry()));
        assert_eq!(whole.len(), 64);
        let changed = [
            AuditEntry { actor: "ben".into(), ..entry() },
            AuditEntry { act: "logout".into(), ..entry() },
            AuditEntry { subject: String::new(), ..entry() },
            AuditEntry { detail: Default::default(), ..entry() },
            // A letter that moves from one field to the next.
            AuditEntry { actor: "analogi".into(), act: "n".into(), ..entry() },
        ];
        assert!(changed.iter().all(|changed| of(changed) != whole));
        assert_ne!(hash("x", Sequence(1), Timestamp(5), &entry()), whole);
        assert_ne!(hash("", Sequence(2), Timestamp(5), &entry()), whole);
        assert_ne!(hash("", Sequence(1), Timestamp(6), &entry()), whole);
    }
}
