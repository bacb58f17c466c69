//! Email: takes mail in and sends mail out, around [`channels::email`].

mod inbound;
mod outbound;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use channels::email::Tokens;
use channels::email::send::{InvalidSmarthost, Smarthost, SmarthostSettings, Transport};
use channels::email::smtp::{Listener, ListenerSettings, Protocol};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use crate::configuration::SecretError;
use crate::configuration::settings::{Email, SmarthostTls};
use crate::engine::Engine;

/// Why email does not start. Retrying helps once the cause is mended.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Smarthost(#[from] InvalidSmarthost),
    #[error("cannot listen for mail on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// Silence after which a mail connection ends, and the time one mail may take.
const IDLE: Duration = Duration::from_secs(300);
const DATA: Duration = Duration::from_secs(600);

/// Starts what the settings ask for; answers where LMTP is spoken.
pub async fn start(engine: &Arc<Engine>, stop: &CancellationToken) -> Result<Option<SocketAddr>, MailError> {
    let settings = engine.foundation.settings.email.clone();
    let secret = engine.foundation.secrets.get(settings.reply_secret.as_ref(), "reply")?;
    let tokens = Arc::new(Tokens::new(secret.expose_secret().as_bytes()));
    if let Some(smarthost) = smarthost(&settings)? {
        outbound::start(engine, smarthost, tokens.clone(), stop);
    }
    let desk = Arc::new(inbound::Desk::new(engine, tokens, &settings));
    inbound::catch_up(&desk);
    let mut lmtp = None;
    let wanted = [(Protocol::Lmtp, settings.lmtp), (Protocol::Smtp, settings.smtp)];
    for (protocol, address) in wanted {
        let Some(address) = address else { continue };
        let listen = |source| MailError::Listen { address, source };
        let listener = Listener::bind(address, listening(&settings, protocol)).await.map_err(listen)?;
        if protocol == Protocol::Lmtp {
            lmtp = Some(listener.local_address().map_err(listen)?);
        }
        let (sink, stop) = (Arc::new(inbound::Sink(desk.clone())), stop.clone());
        tokio::spawn(async move { listener.run(sink, stop).await });
    }
    Ok(lmtp)
}

fn listening(settings: &Email, protocol: Protocol) -> ListenerSettings {
    ListenerSettings {
        protocol,
        hostname: settings.domain.clone(),
        max_message: settings.max_message_bytes,
        max_connections: settings.max_connections,
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
