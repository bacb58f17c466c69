//! Mail addresses as they are compared: lower case, without brackets, bounded.

use serde::{Deserialize, Serialize};

/// Bytes of an address at most (RFC 5321).
const MAX_ADDRESS: usize = 254;
/// Bytes of a display name at most; longer ones are cut.
const MAX_DISPLAY_NAME: usize = 200;

/// Somebody a mail comes from or goes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mailbox {
    /// As the sender wrote it, without control characters; at most 200 bytes.
    pub name: Option<String>,
    /// Lower case, at most 254 bytes, with exactly one `@` in its last part.
    pub address: String,
}

impl Mailbox {
    /// None when `address` is no address.
    pub fn new(name: Option<&str>, address: &str) -> Option<Self> {
        let name = name.map(clean_name).filter(|name| !name.is_empty());
        normalise_address(address).map(|address| Self { name, address })
    }

    /// The part before the last `@`.
    pub fn local_part(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the last `@`.
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// The address in lower case without surrounding brackets; none if it cannot be one.
pub fn normalise_address(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>').trim();
    let (local, domain) = text.rsplit_once('@')?;
    let plain = |text: &str| !text.is_empty() && !text.chars().any(|c| c.is_control() || "<>,; ".contains(c));
    (text.len() <= MAX_ADDRESS && plain(local) && plain(domain)).then(|| text.to_lowercase())
}

fn clean_name(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    bounded(name.trim(), MAX_DISPLAY_NAME).to_owned()
}

/// The longest prefix of at most `bytes` bytes that ends at a character.
pub(crate) fn bounded(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_in_one_form() {
        assert_eq!(normalise_address(" <Ana@Example.ORG> ").as_deref(), Some("ana@example.org"));
        for bad in [
            "",
            "ana",
            "@example.org",
            "a b@example.org",
            "ana@",
            "a\n@b.c",
            &format!("{}@b.c", "x".repeat(254)),
        ] {
            assert_eq!(normalise_address(bad), None, "{bad:?} must be refused");
        }
    }

    #[test]
    fn a_display_name_is_cut_at_a_character() {
        let long = Mailbox::new(Some(&"ü".repeat(300)), "a@b.c").unwrap();
        assert_eq!(long.name.unwrap().len(), 200);
    }
}
