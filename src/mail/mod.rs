//! Email: takes mail in and sends mail out, around [`channels::email`].

mod acknowledge;
mod api;
mod desk;
mod message;
mod outbound;
mod parked;
mod place;
mod read;
mod senders;
mod waiting;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use channels::email::Tokens;
use channels::email::send::{InvalidSmarthost, Smarthost, SmarthostSettings, Transport};
use channels::email::smtp::{Budget, Listener, ListenerSettings, Protocol};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use crate::configuration::settings::{Email, SmarthostTls};
use crate::configuration::{Organisation, SecretError};
use crate::engine::Engine;

/// Why email does not start. Retrying helps once the cause is mended.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Smarthost(#[from] InvalidSmarthost),
    #[error("cannot read the waiting mails: {0}")]
    Store(#[from] store::StoreError),
    #[error("cannot listen for mail on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// Silence after which a mail connection ends, and the time one mail may take.
const IDLE: Duration = Duration::from_secs(300);
const DATA: Duration = Duration::from_secs(600);

/// Forgets a customer's address wherever mails came in from it. Retrying is safe.
pub async fn forget_sender(
    store: &store::Store,
    organisation: &Organisation,
    address: &str,
) -> Result<(), store::StoreError> {
    let inboxes = organisation.sites.iter().flat_map(|site| &site.email_addresses);
    senders::forget(store, inboxes, address).await
}

/// What was started.
pub struct Mail {
    /// Where LMTP and SMTP are spoken, if they are.
    pub lmtp: Option<SocketAddr>,
    pub smtp: Option<SocketAddr>,
    desk: Arc<desk::Desk>,
}

impl Mail {
    /// The routes about mail, without the `/v1` prefix.
    pub fn routes(&self) -> OpenApiRouter {
        api::routes(self.desk.clone())
    }
}

/// Starts what the settings ask for.
pub async fn start(engine: &Arc<Engine>, stop: &CancellationToken) -> Result<Mail, MailError> {
    let settings = engine.foundation.settings.email.clone();
    let secret = engine.foundation.secrets.get(settings.reply_secret.as_ref(), "reply")?;
    let tokens = Arc::new(Tokens::new(secret.expose_secret().as_bytes()));
    if let Some(smarthost) = smarthost(&settings)? {
        outbound::start(engine, smarthost, tokens.clone(), stop);
    }
    let desk = Arc::new(desk::Desk::open(engine, tokens, &settings).await?);
    let budget = Budget::new(settings.max_bytes_in_flight);
    let mut mail = Mail { lmtp: None, smtp: None, desk: desk.clone() };
    let wanted =
        [(Protocol::Lmtp, settings.lmtp, &mut mail.lmtp), (Protocol::Smtp, settings.smtp, &mut mail.smtp)];
    for (protocol, address, bound) in wanted {
        let Some(address) = address else { continue };
        let listen = |source| MailError::Listen { address, source };
        let listener = Listener::bind(address, listening(&settings, protocol)).await.map_err(listen)?;
        *bound = Some(listener.local_address().map_err(listen)?);
        let listener = listener.sharing(budget.clone());
        let (sink, stop) = (Arc::new(desk::Sink(desk.clone())), stop.clone());
        tokio::spawn(async move { listener.run(sink, stop).await });
    }
    tokio::spawn(desk.run(stop.clone()));
    Ok(mail)
}

fn listening(settings: &Email, protocol: Protocol) -> ListenerSettings {
    ListenerSettings {
        protocol,
        hostname: settings.domain.clone(),
        max_message: settings.max_message_bytes,
        max_connections: settings.max_connections,
        max_in_flight: settings.max_bytes_in_flight,
        idle: IDLE,
        data: DATA,
    }
}

fn smarthost(settings: &Email) -> Result<Option<Smarthost>, MailError> {
    let Some(chosen) = &settings.smarthost else { return Ok(None) };
    let password = chosen.password.as_ref().map(crate::configuration::SecretRef::resolve).transpose()?;
    let transport = match chosen.tls {
        SmarthostTls::None => Transport::Plain,
        SmarthostTls::Starttls => Transport::StartTls,
        SmarthostTls::Implicit => Transport::Tls,
    };
    let credentials = chosen.user.clone().zip(password.map(|password| password.expose_secret().to_owned()));
    let settings = SmarthostSettings {
        host: chosen.host.clone(),
        port: chosen.port,
        transport,
        credentials,
        hello: settings.domain.clone(),
    };
    Ok(Some(Smarthost::new(&settings)?))
}
