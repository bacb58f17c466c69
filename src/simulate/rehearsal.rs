//! "Yesterday with these rules": a recorded day under the rules that hold and under others beside them.

use std::time::{Duration, Instant};

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use model::Timestamp;
use routing::simulator::{Confidence, Options, Results, SimulationError};
use store::Store;

use super::counts::moment;
use super::recorded::Recorded;
use super::report::{Report, Rules};
use super::run::{House, simulate};
use super::sources::Source;
use crate::configuration::Organisation;
use crate::engine::routing_setup;
use crate::replay::{Moment, PastError, Window, records};

/// Records read at most: a day of a large house.
const MOST_RECORDS: u64 = 1_000_000;
/// Contacts of one replication at most.
const MOST_CONTACTS: u64 = 200_000;
/// How long after the day its last contacts are followed.
const AFTERWARDS: Duration = Duration::from_secs(12 * 3600);

/// Which day, and by which rules.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// On the machine's calendar (`TZ`).
    pub day: Date,
    pub replications: u32,
    /// None: by the rules that hold alone.
    pub others: Option<Organisation>,
}

/// A day is not played.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    #[error(transparent)]
    Past(#[from] PastError),
    /// Retrying is pointless for that day.
    #[error("nobody came on {0}, as far as it was recorded")]
    NobodyCame(Date),
    #[error("the day lies outside the calendar")]
    NoSuchDay,
    /// Retrying with fewer replications may help.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// The rules cannot be played.
    #[error("{0}")]
    Rules(String),
}

impl Rehearsal {
    /// Reads the day and plays it by both sets of rules, on the same draws. Blocking, for about `at_most`;
    /// keeps several processors busy.
    pub fn play(
        &self,
        store: &Store,
        runtime: &tokio::runtime::Handle,
        organisation: &Organisation,
        at_most: Duration,
    ) -> Result<Report, RehearsalError> {
        let begun = Instant::now();
        let source = runtime.block_on(self.source(store))?;
        let options = Options { seed: 1, replications: self.replications, confidence: Confidence::Percent95 };
        let play = |organisation: &Organisation| -> Result<(Results, _), RehearsalError> {
            let prepared =
                source.prepare(organisation).map_err(|error| RehearsalError::Rules(format!("{error:#}")))?;
            let configuration = routing_setup::configuration(organisation);
            let house = House { configuration: &configuration, prepared: &prepared };
            let left = at_most.saturating_sub(begun.elapsed());
            Ok((simulate(&house, &options, MOST_CONTACTS, left)?, prepared))
        };
        let (results, prepared) = play(organisation)?;
        let other = match &self.others {
            None => None,
            Some(others) => Some(Rules { name: "these rules".to_owned(), results: play(others)?.0 }),
        };
        Ok(Report {
            arrivals: self.day.to_string(),
            rules: Rules { name: "the rules that hold".to_owned(), results },
            other,
            starts: source.starts(&prepared.scenario),
            remarks: source.remarks(),
            took: begun.elapsed(),
        })
    }

    async fn source(&self, store: &Store) -> Result<Source, RehearsalError> {
        let zone = TimeZone::system();
        let midnight = |date: Date| moment(&zone, date.to_datetime(Time::midnight()));
        let bounds = || Some((midnight(self.day)?, midnight(self.day.tomorrow().ok()?)?));
        let (from, to) = bounds().ok_or(RehearsalError::NoSuchDay)?;
        let window = Window { from: Some(Moment::Time(from)), to: Some(Moment::Time(to + AFTERWARDS)) };
        let mut recorded = Recorded::between(from, to);
        records(store, window, MOST_RECORDS, |record| recorded.take(record)).await?;
        let day = recorded.day().ok_or(RehearsalError::NobodyCame(self.day))?;
        Ok(Source::Recorded { day: Box::new(day), zone, model: None })
    }
}

/// The first and the last day on which something was recorded, on the machine's calendar.
pub async fn days(store: &Store) -> Result<Option<(Date, Date)>, store::StoreError> {
    let stream = crate::recording::stream();
    let last = store.last(&stream).await?;
    let at = async |after: u64| {
        let record = store.load(&stream, model::Sequence(after), 1).await?;
        Ok::<_, store::StoreError>(record.first().map(|record| day_of(record.at)))
    };
    let (Some(first), Some(last)) = (at(0).await?, at(last.0.saturating_sub(1)).await?) else {
        return Ok(None);
    };
    Ok(Some((first, last)))
}

fn day_of(at: Timestamp) -> Date {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    TimeZone::system().to_datetime(at).date()
}
