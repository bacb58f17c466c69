//! Times as people write them in a file: `"500ms"`, `"20s"`, `"5m"`, `"2h"`, `"30d"`.
//!
//! A bare number is refused: nobody should have to guess its unit.

use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserializer, Visitor};
use serde::ser::Serializer;

/// The longest time a key may state: 100 years. It keeps every sum with a timestamp far from overflow.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Units with their milliseconds, largest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads `"20s"`; the error says what a time looks like.
pub fn parse(text: &str) -> Result<Duration, String> {
    let unclear = || format!("{text:?} is not a time such as \"500ms\", \"20s\", \"5m\", \"2h\" or \"30d\"");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| unclear())?;
    let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit.trim()).ok_or_else(unclear)?;
    let duration = Duration::from_millis(number.saturating_mul(*millis));
    if duration > LONGEST { Err(format!("{text:?} is longer than 100 years")) } else { Ok(duration) }
}

/// Writes a time in its largest whole unit, so that [`parse`] reads it back; below a millisecond is cut.
pub fn format(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if millis == 0 {
        return "0s".into();
    }
    let whole = UNITS.iter().find(|(_, unit)| millis.is_multiple_of(*unit));
    let (name, unit) = whole.expect("every number is a multiple of one millisecond");
    format!("{}{name}", millis / unit)
}

pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format(*duration))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_str(Reader)
}

/// Says what it expects, so that a number without a unit is answered with an example.
struct Reader;

impl Visitor<'_> for Reader {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time such as \"20s\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        parse(text).map_err(E::custom)
    }
}

/// The same for a time that may be absent.
pub(super) mod option {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    /// Lets serde's own option read the time inside.
    #[derive(Deserialize)]
    struct Time(#[serde(deserialize_with = "super::deserialize")] Duration);

    pub fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::serialize(duration, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Time>::deserialize(deserializer)?.map(|Time(duration)| duration))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_as_it_was_written() {
        for text in ["0s", "1ms", "1500ms", "20s", "90s", "5m", "2h", "30d"] {
            assert_eq!(format(parse(text).unwrap()), text);
        }
        assert_eq!(parse("60s").unwrap(), parse("1m").unwrap());
    }

    #[test]
    fn a_time_without_a_unit_or_past_all_bounds_is_refused() {
        for bad in ["", "20", "s", "-1s", "1.5s", "20 parsecs", "99999999999999999999s", "999999999d"] {
            assert!(parse(bad).is_err(), "{bad:?} must be refused");
        }
    }
}
