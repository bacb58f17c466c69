//! Server settings: `config/tandem.toml`, read at start, overridden by environment variables.
//!
//! `Default` is a working single machine on 127.0.0.1:8080 with its data in `data/`; the shipped file
//! says the same, key by key (`tests/configuration_settings.rs`).

mod auth;
mod chat;
mod console;
mod email;
mod environment;
mod import;
mod load;
mod server;
mod sessions;
mod store;
mod telemetry;
mod validate;
mod webhooks;

use serde::{Deserialize, Serialize};

pub use auth::{Auth, Demand, SecondFactorByRole};
pub use chat::Chat;
pub use console::Console;
pub use email::{Email, Smarthost, SmarthostTls};
pub use environment::environment;
pub use import::Import;
pub use server::{Server, Tls};
pub use sessions::Sessions;
pub use store::{Store, StoreEngine, StoreTls};
pub use telemetry::{LogFormat, Telemetry};
pub use webhooks::Webhooks;

/// All server settings, an area a field.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub server: Server,
    pub store: Store,
    pub import: Import,
    pub sessions: Sessions,
    pub chat: Chat,
    pub email: Email,
    pub console: Console,
    pub auth: Auth,
    pub webhooks: Webhooks,
    pub telemetry: Telemetry,
}

impl Settings {
    /// Whether the example's demo passwords open a login: only where nobody but this machine can try.
    pub fn accepts_demo_passwords(&self) -> bool {
        self.server.address.ip().is_loopback()
    }
}
