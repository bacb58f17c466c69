//! Durations as they are written in an organisation's files: seconds, with a fraction if need be.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer};

/// Longer is refused: a year.
const LONGEST: f64 = 31_536_000.0;

pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    if duration.subsec_nanos() == 0 {
        serializer.serialize_u64(duration.as_secs())
    } else {
        serializer.serialize_f64(duration.as_secs_f64())
    }
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    if !(0.0..=LONGEST).contains(&seconds) {
        return Err(serde::de::Error::custom(format_args!(
            "{seconds} is not a time of 0 to {LONGEST} seconds"
        )));
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// The same for a time that may be left out.
pub mod optional {
    use super::{Deserialize, Deserializer, Duration, Serializer};

    pub fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::serialize(duration, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        #[derive(Deserialize)]
        struct Seconds(#[serde(with = "super")] Duration);
        Ok(Option::<Seconds>::deserialize(deserializer)?.map(|seconds| seconds.0))
    }
}

/// The same for a time a channel, or a reason.
pub mod by_name {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::{Deserialize, Deserializer, Duration, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Seconds(#[serde(with = "super")] Duration);

    pub fn serialize<Name: Serialize, S: Serializer>(
        durations: &BTreeMap<Name, Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(durations.iter().map(|(name, duration)| (name, Seconds(*duration))))
    }

    pub fn deserialize<'de, Name: Deserialize<'de> + Ord, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Name, Duration>, D::Error> {
        let durations = BTreeMap::<Name, Seconds>::deserialize(deserializer)?;
        Ok(durations.into_iter().map(|(name, seconds)| (name, seconds.0)).collect())
    }
}
