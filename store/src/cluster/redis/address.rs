//! From the configured layout to connections: one server, the primary a sentinel names, a cluster.

use std::time::Duration;

use redis::aio::PubSub;
use redis::cluster::ClusterClient;
use redis::sentinel::{SentinelClientBuilder, SentinelServerType};
use redis::{
    Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo,
    RedisConnectionInfo, RedisError, RedisResult, TlsCertificates, TlsMode,
};

use super::link::{Connection, unhurried};
use crate::cluster::options::{Layout, RedisOptions};

#[derive(Clone)]
pub(super) struct Addresses(RedisOptions);

impl Addresses {
    pub fn new(options: RedisOptions) -> RedisResult<Self> {
        let addresses = Self(options);
        addresses.all()?;
        Ok(addresses)
    }

    pub async fn connect(&self, limit: Duration) -> RedisResult<Connection> {
        if let Layout::Cluster { .. } = &self.0.layout {
            return self.cluster()?.get_async_connection().await.map(Connection::Cluster);
        }
        let client = self.client().await?;
        let open = client.get_multiplexed_async_connection_with_config(&unhurried(limit)).await?;
        Ok(Connection::Server(open))
    }

    /// A connection that only listens. In a Redis Cluster any node hears all that is published.
    pub async fn listener(&self) -> RedisResult<PubSub> {
        self.client().await?.get_async_pubsub().await
    }

    async fn client(&self) -> RedisResult<Client> {
        match &self.0.layout {
            Layout::Single { address } => self.client_of(self.address(address)?),
            Layout::Sentinel { primary, .. } => self.primary(primary).await,
            Layout::Cluster { .. } => {
                // The first that answers.
                let mut last = RedisError::from((ErrorKind::InvalidClientConfig, "no node is named"));
                for address in self.all()? {
                    let client = self.client_of(address)?;
                    match client.get_multiplexed_async_connection().await {
                        Ok(_) => return Ok(client),
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }

    async fn primary(&self, name: &str) -> RedisResult<Client> {
        let mut builder = SentinelClientBuilder::new(self.all()?, name, SentinelServerType::Master)?;
        if let Some(user) = &self.0.user {
            builder = builder.set_client_to_redis_username(user);
        }
        if let Some(password) = &self.0.password {
            builder = builder.set_client_to_redis_password(password);
        }
        if let Some(certificates) = self.certificates() {
            builder = builder
                .set_client_to_redis_tls_mode(TlsMode::Secure)
                .set_client_to_redis_certificates(certificates.clone())
                .set_client_to_sentinel_certificates(certificates);
        }
        builder.build()?.async_get_client().await
    }

    fn cluster(&self) -> RedisResult<ClusterClient> {
        let nodes: RedisResult<Vec<ConnectionInfo>> =
            self.all()?.into_iter().map(|address| self.info(address)).collect();
        let mut builder = ClusterClient::builder(nodes?)
            .retries(3)
            .connection_timeout(self.0.answer_within)
            // Longer than a read waits for letters: our own limit ends a call.
            .response_timeout(Duration::from_secs(60));
        if let Some(user) = &self.0.user {
            builder = builder.username(user);
        }
        if let Some(password) = &self.0.password {
            builder = builder.password(password);
        }
        if let Some(certificates) = self.certificates() {
            builder = builder.tls(TlsMode::Secure).certs(certificates);
        }
        builder.build()
    }

    fn client_of(&self, address: ConnectionAddr) -> RedisResult<Client> {
        let info = self.info(address)?;
        match self.certificates() {
            Some(certificates) => Client::build_with_tls(info, certificates),
            None => Client::open(info),
        }
    }

    fn info(&self, address: ConnectionAddr) -> RedisResult<ConnectionInfo> {
        let mut settings = RedisConnectionInfo::default().set_skip_set_lib_name();
        if let Some(user) = &self.0.user {
            settings = settings.set_username(user);
        }
        if let Some(password) = &self.0.password {
            settings = settings.set_password(password);
        }
        Ok(address.into_connection_info()?.set_redis_settings(settings))
    }

    fn all(&self) -> RedisResult<Vec<ConnectionAddr>> {
        match &self.0.layout {
            Layout::Single { address } => Ok(vec![self.address(address)?]),
            Layout::Sentinel { sentinels, .. } => sentinels.iter().map(|text| self.address(text)).collect(),
            Layout::Cluster { nodes } => nodes.iter().map(|text| self.address(text)).collect(),
        }
    }

    fn address(&self, text: &str) -> RedisResult<ConnectionAddr> {
        let unclear = || RedisError::from((ErrorKind::InvalidClientConfig, "an address is host:port"));
        let (host, port) = text.rsplit_once(':').ok_or_else(unclear)?;
        let port = port.parse().map_err(|_| unclear())?;
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(match self.0.tls {
            Some(_) => ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None },
            None => ConnectionAddr::Tcp(host, port),
        })
    }

    fn certificates(&self) -> Option<TlsCertificates> {
        let tls = self.0.tls.as_ref()?;
        let client_tls = tls.identity.clone();
        let client_tls =
            client_tls.map(|(client_cert, client_key)| ClientTlsConfig { client_cert, client_key });
        Some(TlsCertificates { client_tls, root_cert: tls.authorities.clone() })
    }
}
