//! Settings that read well and still cannot work.

use std::time::Duration;

use super::{Settings, StoreEngine};
use crate::configuration::flaw::{Flaw, Path};
use crate::network::Network;

/// All flaws, in the order of the areas.
pub fn flaws(settings: &Settings) -> Vec<Flaw> {
    let mut flaws = Flaws(Vec::new());
    counts(settings, &mut flaws);
    times(settings, &mut flaws);
    addresses(settings, &mut flaws);
    passwords(settings, &mut flaws);
    if let Err(error) = tracing_subscriber::EnvFilter::try_new(&settings.telemetry.log_level) {
        flaws.add("telemetry.log_level", format!("it is no level or list of directives: {error}"));
    }
    flaws.0
}

struct Flaws(Vec<Flaw>);

impl Flaws {
    /// `path` is dotted.
    fn add(&mut self, path: &str, message: impl Into<String>) {
        let path = path.split('.').fold(Path::root(), |path, key| path.then(key));
        self.0.push(Flaw::new(path, message));
    }
}

/// Counts and sizes with their least value.
fn counts(settings: &Settings, flaws: &mut Flaws) {
    let Settings { store, sessions, chat, email, auth, .. } = settings;
    let least = [
        ("store.writer_batch", store.writer_batch as u64, 1),
        ("store.writer_queue", store.writer_queue as u64, store.writer_batch as u64),
        ("store.postgres_writers", store.postgres_writers as u64, 1),
        ("store.postgres_readers", store.postgres_readers as u64, 1),
        ("sessions.max_live", sessions.max_live as u64, 1),
        ("sessions.inbox", sessions.inbox as u64, 1),
        ("chat.max_message_bytes", chat.max_message_bytes as u64, 1),
        ("chat.snapshot_window", chat.snapshot_window as u64, 1),
        ("chat.slow_reader", chat.slow_reader as u64, 1),
        ("chat.messages_per_ten_seconds", chat.messages_per_ten_seconds.into(), 1),
        ("email.max_message_bytes", email.max_message_bytes as u64, 1_024),
        ("email.max_bytes_in_flight", email.max_bytes_in_flight as u64, email.max_message_bytes as u64),
        ("email.max_connections", email.max_connections as u64, 1),
        ("auth.max_hashing", auth.max_hashing as u64, 1),
        ("auth.argon2_iterations", auth.argon2_iterations.into(), 1),
        ("auth.argon2_parallelism", auth.argon2_parallelism.into(), 1),
        ("auth.argon2_memory_kib", auth.argon2_memory_kib.into(), 8 * u64::from(auth.argon2_parallelism)),
        ("auth.logins_per_address_per_minute", auth.logins_per_address_per_minute.into(), 1),
        ("auth.logins_per_account_per_minute", auth.logins_per_account_per_minute.into(), 1),
    ];
    for (path, value, least) in least {
        if value < least {
            flaws.add(path, format!("{value} is less than {least}"));
        }
    }
}

/// Times that must not be zero.
fn times(settings: &Settings, flaws: &mut Flaws) {
    let times = [
        ("sessions.idle_after", settings.sessions.idle_after),
        ("sessions.close_after", settings.sessions.close_after),
        ("store.postgres_statement_timeout", settings.store.postgres_statement_timeout),
        ("store.postgres_connect_timeout", settings.store.postgres_connect_timeout),
        ("chat.silence", settings.chat.silence),
        ("console.silence", settings.console.silence),
        ("console.login_lifetime", settings.console.login_lifetime),
        ("webhooks.timeout", settings.webhooks.timeout),
    ];
    for (path, _) in times.into_iter().filter(|(_, time)| *time == Duration::ZERO) {
        flaws.add(path, "it must not be zero");
    }
}

fn addresses(settings: &Settings, flaws: &mut Flaws) {
    if settings.store.engine == StoreEngine::Postgres && settings.store.postgres_url.is_none() {
        flaws.add("store.engine", "\"postgres\" needs postgres_url, as in { env = \"TANDEM_POSTGRES_URL\" }");
    }
    if let Some(url) = &settings.server.public_url {
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
            flaws.add("server.public_url", "it is not an address such as \"https://tandem.example\"");
        }
    }
    let domain = &settings.email.domain;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    if domain.is_empty() || domain.len() > 253 || !domain.bytes().all(allowed) {
        flaws.add("email.domain", "it is not a domain such as \"support.example\"");
    }
    networks(("webhooks", "allow_private"), &settings.webhooks.allow_private, flaws);
    networks(("server", "trusted_proxies"), &settings.server.trusted_proxies, flaws);
}

fn networks((area, key): (&str, &str), networks: &[String], flaws: &mut Flaws) {
    for (index, network) in networks.iter().enumerate() {
        if let Err(error) = network.parse::<Network>() {
            let path = Path::root().then(area).then(key).then(index);
            flaws.0.push(Flaw::new(path, error.to_string()));
        }
    }
}

fn passwords(settings: &Settings, flaws: &mut Flaws) {
    let Some(smarthost) = &settings.email.smarthost else { return };
    match (&smarthost.user, &smarthost.password) {
        (Some(_), None) => flaws.add("email.smarthost.user", "it has no password beside it"),
        (None, Some(_)) => flaws.add("email.smarthost.password", "it has no user beside it"),
        _ => {}
    }
}
