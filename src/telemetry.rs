//! Logs: constant messages with fields, for people or as JSON.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::configuration::settings::{LogFormat, Telemetry};

/// The log settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("the log level is not valid: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    #[error("logs were started already")]
    Started,
}

pub fn start(settings: &Telemetry) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&settings.log_level)?;
    // Colours are for eyes; a file or a collector gets plain text.
    let colours = std::io::stdout().is_terminal();
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
    let started = match settings.log_format {
        LogFormat::Text => logs.compact().try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
    started.map_err(|_| TelemetryError::Started)
}
