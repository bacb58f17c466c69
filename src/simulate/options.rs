//! What `tandem simulate` is told.

use std::path::PathBuf;

/// Plays days with the organisation's rules, far faster than real time, and says what came of it.
#[derive(Debug, Clone, clap::Args)]
pub struct Simulate {
    /// Who comes: a model (.toml), counts by interval (.csv with interval_start,calls), or a data folder
    /// or backup whose routing was recorded.
    #[arg(long)]
    pub arrivals: PathBuf,
    /// Whose rules they meet besides, on the same days: another folder like `config`.
    #[arg(long)]
    pub against: Option<PathBuf>,
    /// For counts: the model that says what contacts are like and who works. For a recording: who works
    /// instead of those recorded.
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// One day of counts or of a recording (2026-03-02). Without it each replication plays the next day
    /// of the counts, and a recording its last day.
    #[arg(long)]
    pub day: Option<jiff::civil::Date>,
    /// How often a day is played, with other draws each time.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub replications: u32,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Intervals hold with this confidence, in per cent.
    #[arg(long, default_value = "95", value_parser = ["95", "99"])]
    pub confidence: String,
    /// Where to write results.json, results.csv and results.html.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Seconds after which it gives up.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub at_most: u64,
    /// Contacts of one replication at most.
    #[arg(long, default_value_t = 20_000_000)]
    pub most_contacts: u64,
}
