//! Environment variables that override settings: `TANDEM_SERVER__ADDRESS=0.0.0.0:80` is `address` of
//! `[server]`, and `TANDEM_EMAIL__SMARTHOST__HOST` the `host` of `[email.smarthost]`.
//!
//! A value is read as TOML where it can be (`8`, `true`, `["10.0.0.0/8"]`) and the setting is not a
//! text; else it is taken as it stands.

use toml::Value;

use super::Settings;

/// What the names of such variables start with. Between area and key stand two underscores.
pub const PREFIX: &str = "TANDEM_";
const SEPARATOR: &str = "__";

/// The variables of this process that override settings, sorted by name.
pub fn environment() -> Vec<(String, String)> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let mut variables: Vec<_> =
        std::env::vars_os().filter_map(text).filter(|(name, _)| overrides(name)).collect();
    variables.sort();
    variables
}

/// Whether a variable of this name is meant for a setting.
pub fn overrides(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|rest| rest.contains(SEPARATOR))
}

/// The variable as a line of TOML, `area.key = value`; the error says what is wrong with its name.
pub fn line(name: &str, raw: &str) -> Result<String, String> {
    let path: Vec<String> = name.trim_start_matches(PREFIX).split(SEPARATOR).map(str::to_lowercase).collect();
    let plain = |part: &String| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if path.len() > 4 || !path.iter().all(plain) {
        return Err("the name is not TANDEM_AREA__KEY".into());
    }
    let text = || Value::String(raw.to_owned());
    let value = if is_text(&path) { text() } else { raw.parse::<Value>().unwrap_or_else(|_| text()) };
    Ok(format!("{} = {value}", path.join(".")))
}

/// Whether the setting's default is a text.
fn is_text(path: &[String]) -> bool {
    let Ok(defaults) = Value::try_from(Settings::default()) else { return false };
    path.iter().try_fold(&defaults, |value, key| value.get(key)).is_some_and(Value::is_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_becomes_a_line() {
        let line = |name, raw| line(name, raw).unwrap();
        assert_eq!(line("TANDEM_SERVER__ADDRESS", "0.0.0.0:80"), "server.address = \"0.0.0.0:80\"");
        assert_eq!(line("TANDEM_STORE__WRITER_BATCH", "8"), "store.writer_batch = 8");
        assert_eq!(line("TANDEM_STORE__FOLDER", "8"), "store.folder = \"8\"");
        assert_eq!(
            line("TANDEM_EMAIL__SMARTHOST__HOST", "mx.example"),
            "email.smarthost.host = \"mx.example\""
        );
        assert!(super::line("TANDEM_A__B]\n[x", "1").is_err());
    }

    #[test]
    fn a_value_cannot_bring_further_keys() {
        let line = line("TANDEM_STORE__WRITER_BATCH", "8\n[server]\naddress = 1").unwrap();
        assert_eq!(line.parse::<toml::Table>().unwrap().len(), 1);
    }
}
