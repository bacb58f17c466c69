//! The known name a misspelt one was probably meant to be.

/// The candidate nearest to `name`, if it is near enough to be a slip: a third of its letters, at
/// least one.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_none() {
        assert_eq!(nearest("adress", ["address", "public_url"]).as_deref(), Some("address"));
        assert_eq!(nearest("biling", ["billing", "support"]).as_deref(), Some("billing"));
        assert_eq!(nearest("colour", ["address", "public_url"]), None);
    }
}
