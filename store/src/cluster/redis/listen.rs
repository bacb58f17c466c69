//! Hears hints of other nodes, as long as anybody wants them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use redis::RedisResult;
use tokio::sync::broadcast;

use super::Redis;
use crate::cluster::hint::{Audience, Hint};
use crate::cluster::names::NodeId;

/// How long to stay away after the connection broke.
const PAUSE: Duration = Duration::from_millis(500);

impl Redis {
    /// Never ends. What is published while the connection is away is lost, as hints may be.
    pub(in crate::cluster) async fn listen(self, node: NodeId, hints: broadcast::Sender<Hint>) {
        let channels = [Audience::Node(node), Audience::All].map(|audience| self.0.keys.channel(&audience));
        loop {
            if let Err(error) = self.hear(&channels, &hints).await {
                tracing::debug!(%error, "hints cannot be heard");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn hear(&self, channels: &[String], hints: &broadcast::Sender<Hint>) -> RedisResult<()> {
        let mut listener = self.0.addresses.listener().await?;
        for channel in channels {
            listener.subscribe(channel).await?;
        }
        let mut heard = listener.into_on_message();
        while let Some(message) = heard.next().await {
            // Nobody listens: lost.
            let _ = hints.send(Hint(Bytes::copy_from_slice(message.get_payload_bytes())));
        }
        Ok(())
    }
}
