//! Recovery codes, for who lost the device: random, kept as hashes, each good once.

use crate::auth::token::{self, NoRandomness};

/// How many are given at enrolment.
pub const COUNT: usize = 10;
/// Bytes of randomness in one: 80 bits, so that a plain hash of it is enough.
const BYTES: usize = 10;
/// Characters of one without its dashes.
const LENGTH: usize = 16;

/// Fresh codes, as people write them down: `abcd-efgh-…`, and the hashes to keep.
pub fn make() -> Result<(Vec<String>, Vec<String>), NoRandomness> {
    let mut shown = Vec::with_capacity(COUNT);
    let mut kept = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let plain = data_encoding::BASE32_NOPAD.encode(&token::random_bytes::<BYTES>()?).to_lowercase();
        kept.push(token::hash(&plain));
        let groups: Vec<&str> = (0..LENGTH / 4).map(|group| &plain[group * 4..group * 4 + 4]).collect();
        shown.push(groups.join("-"));
    }
    Ok((shown, kept))
}

/// Where the code stands among the hashes; dashes, blanks and case do not count.
pub fn find(given: &str, kept: &[String]) -> Option<usize> {
    if given.len() > 4 * LENGTH {
        return None;
    }
    let plain: String = given.chars().filter(char::is_ascii_alphanumeric).collect();
    if plain.len() != LENGTH {
        return None;
    }
    let hash = token::hash(&plain.to_lowercase());
    kept.iter().position(|kept| token::same(kept.as_bytes(), hash.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_as_people_type_it_and_nothing_else_is() {
        let (shown, kept) = make().unwrap();
        assert_eq!((shown.len(), kept.len()), (COUNT, COUNT));
        assert_eq!(find(&shown[3], &kept), Some(3));
        assert_eq!(find(&format!(" {} ", shown[3].to_uppercase().replace('-', " ")), &kept), Some(3));
        let (other, _) = make().unwrap();
        for wrong in ["", "a", other[0].as_str(), &"a".repeat(10_000), kept[0].as_str()] {
            assert_eq!(find(wrong, &kept), None, "{wrong:.20}");
        }
    }
}
