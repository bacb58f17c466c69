//! Serde's messages in plain words, with the nearest of the names it expected.

use super::nearest::nearest;

/// The message for people and the nearest known name.
pub fn plain(message: &str) -> (String, Option<String>) {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let name = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    if message.starts_with("unknown field") {
        return with_known(format!("unknown key {name:?}"), name, &known);
    }
    if message.starts_with("unknown variant") {
        return with_known(format!("unknown value {name:?}"), name, &known);
    }
    if message.starts_with("missing field") {
        return (format!("the key {name:?} is missing"), None);
    }
    (message.to_owned(), None)
}

fn with_known(message: String, name: &str, known: &[&str]) -> (String, Option<String>) {
    match nearest(name, known.iter().copied()) {
        Some(near) => (message, Some(near)),
        None if known.is_empty() => (message, None),
        None => (format!("{message}, known here: {}", known.join(", ")), None),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only its name is of interest")]
        address: String,
    }

    /// Holds the wording of the serde in use: if it changes, this says so.
    #[test]
    fn the_wording_of_serde_is_understood() {
        let error = toml::from_str::<Sample>("adress = 1").unwrap_err();
        assert_eq!(plain(error.message()), ("unknown key \"adress\"".into(), Some("address".into())));
        let error = toml::from_str::<Sample>("zebra = 1").unwrap_err();
        assert_eq!(plain(error.message()), ("unknown key \"zebra\", known here: address".into(), None));
        let error = toml::from_str::<Sample>("").unwrap_err();
        assert_eq!(plain(error.message()), ("the key \"address\" is missing".into(), None));
    }
}
