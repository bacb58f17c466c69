//! Values that are one word in JSON, such as `chat` or `mails:read`.

use serde::Serialize;

/// That word; empty for a value that is none.
pub fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}
