//! Is this a Redis we can work with: its version, and its clock beside ours.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redis::Value;

use super::{Redis, command};
use crate::cluster::error::{ClusterError, JoinError};
use crate::cluster::join::is_denied;

/// XPENDING with IDLE came with it.
const LEAST: (u32, u32) = (6, 2);

impl Redis {
    pub(super) async fn check(&self, bound: Duration) -> Result<(), JoinError> {
        let info = self.value(command("INFO", &["server"])).await?;
        let found = version(&info).unwrap_or_else(|| "of unknown version".to_owned());
        if !is_enough(&found) {
            return Err(JoinError::Version { found });
        }
        let before = SystemTime::now();
        let theirs = self.value(command("TIME", &[])).await?;
        let after = SystemTime::now();
        let Some(theirs) = time(&theirs) else {
            return Err(JoinError::Unreachable { reason: "it does not say its time".into() });
        };
        // Their clock was read at some moment between; only what lies outside is a difference.
        let apart = before.duration_since(theirs).or_else(|_| theirs.duration_since(after));
        match apart {
            Ok(apart) if apart > bound => Err(JoinError::ClocksApart { apart, bound }),
            _ => Ok(()),
        }
    }

    async fn value(&self, command: redis::Cmd) -> Result<Value, JoinError> {
        let ran = self.0.calls.run(self.0.limit, |mut connection| async move {
            command.query_async::<Value>(&mut connection).await
        });
        ran.await.map_err(|error| match error {
            ClusterError::Unavailable { reason } if is_denied(&reason) => JoinError::Denied { reason },
            other => JoinError::Unreachable { reason: other.to_string() },
        })
    }
}

/// In a Redis Cluster all nodes answer; the oldest counts.
fn version(info: &Value) -> Option<String> {
    let numbers = |text: &String| parts(text);
    match info {
        Value::Map(all) => all.iter().filter_map(|(_, info)| version(info)).min_by_key(numbers),
        Value::Array(all) => all.iter().filter_map(version).min_by_key(numbers),
        Value::VerbatimString { text, .. } => line(text),
        Value::BulkString(bytes) => line(&String::from_utf8_lossy(bytes)),
        _ => None,
    }
}

fn line(info: &str) -> Option<String> {
    let found = info.lines().find_map(|line| line.strip_prefix("redis_version:"))?;
    Some(found.trim().chars().take(32).collect())
}

fn parts(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn is_enough(version: &str) -> bool {
    parts(version) >= LEAST
}

fn time(answer: &Value) -> Option<SystemTime> {
    let Value::Array(parts) = answer else { return None };
    let number = |at: usize| super::read::text(parts.get(at)?)?.parse::<u64>().ok();
    Some(UNIX_EPOCH + Duration::from_secs(number(0)?) + Duration::from_micros(number(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_are_told_from_new_ones() {
        assert!(!is_enough("6.0.16"));
        assert!(!is_enough("5.0.14"));
        assert!(!is_enough("of unknown version"));
        assert!(is_enough("6.2.0"));
        assert!(is_enough("7.0.15"));
        assert!(is_enough("8.0.1"));
    }

    #[test]
    fn the_oldest_of_several_servers_counts() {
        let info = |text: &str| Value::BulkString(format!("# Server\r\nredis_version:{text}\r\n").into());
        let all = vec![(Value::Nil, info("7.0.15")), (Value::Nil, info("6.2.1"))];
        assert_eq!(version(&Value::Map(all)).unwrap(), "6.2.1");
    }
}
