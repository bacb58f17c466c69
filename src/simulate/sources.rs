//! Where a scenario comes from, as the command line names it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Timestamp;
use routing::simulator::{Arrivals, Count, Demand, Scenario, Stream};

use super::counts::{self, Day};
use super::model::{self as models, Model, Prepared, kinds, prepare};
use super::options::Simulate;
use super::recorded::{self, RecordedDay};
use super::{refused, unknown_kind};
use crate::configuration::Organisation;

pub(super) enum Source {
    Model { model: Box<Model>, path: PathBuf },
    Counts { model: Box<Model>, path: PathBuf, days: Vec<Day> },
    Recorded { day: Box<RecordedDay>, zone: TimeZone, model: Option<(Box<Model>, PathBuf)> },
}

impl Source {
    pub fn read(simulate: &Simulate, folder: &Path, organisation: &Organisation) -> anyhow::Result<Self> {
        let path = &simulate.arrivals;
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension {
            _ if path.is_dir() => recorded(simulate, organisation),
            Some("toml") => {
                let model = Box::new(read_model(path, organisation)?);
                Ok(Self::Model { model, path: path.clone() })
            }
            Some("csv") => {
                let days = chosen(counts::read(path).map_err(|faults| refused(&faults))?, simulate.day)?;
                let shipped = folder.join("simulation/day.toml");
                let model_path = simulate.model.clone().unwrap_or(shipped);
                let model = Box::new(
                    read_model(&model_path, organisation)
                        .context("counts need a model beside them (--model)")?,
                );
                Ok(Self::Counts { model, path: model_path, days })
            }
            _ => unknown_kind(path),
        }
    }

    /// The scenario under an organisation's rules.
    pub fn prepare(&self, organisation: &Organisation) -> anyhow::Result<Prepared> {
        match self {
            Self::Model { model, path } => prepared(model, path, organisation),
            Self::Counts { model, path, days } => {
                let clock =
                    models::Clock::of(model).map_err(|flaw| anyhow::anyhow!("{}: {flaw}", path.display()))?;
                let (begins, ends) = bounds(days, &clock).context("the counts lie outside the calendar")?;
                let mut prepared = prepared(&of_day(model, begins, ends, &clock), path, organisation)?;
                let Demand::Streams(streams) = &prepared.scenario.demand else { return Ok(prepared) };
                let days = days.iter().filter_map(|day| as_counts(day, &clock, begins)).collect();
                let stream = Stream { arrivals: Arrivals::Counts(days), kinds: kinds(streams) };
                prepared.scenario.demand = Demand::Streams(vec![stream]);
                Ok(prepared)
            }
            Self::Recorded { day, model, .. } => {
                let mut played = day.under(organisation);
                if let Some((model, path)) = model {
                    let prepared = prepared(model, path, organisation)?;
                    played.scenario.staff = moved(&prepared.scenario, &played.scenario);
                    played.profiles = prepared.profiles;
                }
                Ok(played)
            }
        }
    }

    /// When each interval of the figures begins, on the day's clock.
    pub fn starts(&self, scenario: &Scenario) -> Vec<String> {
        let zone = match self {
            Self::Model { model, .. } | Self::Counts { model, .. } => {
                TimeZone::get(&model.time_zone).unwrap_or(TimeZone::UTC)
            }
            Self::Recorded { zone, .. } => zone.clone(),
        };
        let count =
            scenario.ends.since(scenario.begins).as_millis().div_ceil(scenario.interval.as_millis().max(1));
        let count = u32::try_from(count).unwrap_or(0);
        let start = |place: u32| {
            let at = scenario.begins + scenario.interval * place;
            let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
            zone.to_datetime(at).strftime("%H:%M").to_string()
        };
        (0..count).map(start).collect()
    }

    pub fn remarks(&self) -> Vec<String> {
        match self {
            Self::Model { .. } => Vec::new(),
            Self::Counts { days, path, .. } => {
                let played = match &days[..] {
                    [day] => format!(
                        "the counts of {} are played each time, spread anew within each interval",
                        day.date
                    ),
                    days => format!(
                        "{} days of counts, each replication plays the next: intervals show how days differ",
                        days.len()
                    ),
                };
                let path = path.display();
                vec![played, format!("what contacts are like and who works is assumed by {path}")]
            }
            Self::Recorded { day, .. } => day.remarks.clone(),
        }
    }
}

fn read_model(path: &Path, organisation: &Organisation) -> anyhow::Result<Model> {
    let (model, _) = models::read(path, organisation).map_err(|faults| refused(&faults))?;
    Ok(model)
}

fn prepared(model: &Model, path: &Path, organisation: &Organisation) -> anyhow::Result<Prepared> {
    prepare(model, organisation).map_err(|flaws| {
        let all: Vec<_> = flaws.iter().map(|flaw| format!("{}: {flaw}", path.display())).collect();
        anyhow::anyhow!(all.join("\n"))
    })
}

fn chosen(days: Vec<Day>, wanted: Option<Date>) -> anyhow::Result<Vec<Day>> {
    let Some(wanted) = wanted else { return Ok(days) };
    let (first, last) = (days.first().map(|day| day.date), days.last().map(|day| day.date));
    let found: Vec<_> = days.into_iter().filter(|day| day.date == wanted).collect();
    let (Some(first), Some(last), true) = (first, last, found.is_empty()) else { return Ok(found) };
    anyhow::bail!("there are no counts of {wanted}: the file goes from {first} to {last}")
}

/// From the earliest interval to the end of the latest, of whichever day, on the model's day.
fn bounds(days: &[Day], clock: &models::Clock) -> Option<(Timestamp, Timestamp)> {
    let on_the_day = |day: &Day| {
        let (first, _) = day.intervals.first()?;
        let begins = counts::moment(&clock.zone, clock.day.to_datetime(first.time()))?;
        let (own_begin, own_end) = day.bounds(&clock.zone)?;
        Some((begins, begins + own_end.since(own_begin)))
    };
    let all = days.iter().map(on_the_day).collect::<Option<Vec<_>>>()?;
    Some((all.iter().map(|bounds| bounds.0).min()?, all.iter().map(|bounds| bounds.1).max()?))
}

/// The model, played while the counts last.
fn of_day(model: &Model, begins: Timestamp, ends: Timestamp, clock: &models::Clock) -> Model {
    let time = |at: Timestamp| {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
        let time = clock.zone.to_datetime(at).time();
        format!("{:02}:{:02}", time.hour(), time.minute()).try_into().unwrap_or(model.from)
    };
    Model { from: time(begins), to: time(ends), ..model.clone() }
}

/// A day's counts after the scenario's beginning: a day that begins later leaves its first time empty.
fn as_counts(day: &Day, clock: &models::Clock, begins: Timestamp) -> Option<Vec<Count>> {
    let (first, _) = day.intervals.first()?;
    let first_at = counts::moment(&clock.zone, clock.day.to_datetime(first.time()))?.since(begins);
    let count = |(start, contacts): &(jiff::civil::DateTime, u32)| {
        let from = first_at + Duration::try_from(first.duration_until(*start)).unwrap_or_default();
        Count { from, to: from + day.length, contacts: *contacts }
    };
    Some(day.intervals.iter().map(count).collect())
}

/// The shifts of a model's day on the day that was recorded, by the time after the day's beginning.
fn moved(model: &Scenario, recorded: &Scenario) -> Vec<routing::simulator::Staff> {
    let day = 86_400_000;
    let shift = recorded.begins.as_millis().rem_euclid(day) - model.begins.as_millis().rem_euclid(day);
    let earlier = Duration::from_millis(u64::try_from(shift).unwrap_or(0));
    let later = Duration::from_millis(u64::try_from(-shift).unwrap_or(0));
    let move_time = |time: Duration| (time + later).saturating_sub(earlier);
    let mut staff = model.staff.clone();
    for member in &mut staff {
        for shift in &mut member.shifts {
            (shift.from, shift.to) = (move_time(shift.from), move_time(shift.to));
            for pause in &mut shift.breaks {
                *pause = (move_time(pause.0), move_time(pause.1));
            }
            shift.breaks.retain(|(from, to)| from < to);
        }
        member.shifts.retain(|shift| shift.from < shift.to);
    }
    staff
}

fn recorded(simulate: &Simulate, organisation: &Organisation) -> anyhow::Result<Source> {
    let zone = TimeZone::system();
    let copy = tempfile::tempdir()?;
    store::backup_folder(&simulate.arrivals, &copy.path().join(store::DATABASE))
        .with_context(|| format!("cannot read the database in {}", simulate.arrivals.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let day = runtime.block_on(async {
        let store = store::Store::open_sqlite(copy.path(), store::SqliteOptions::default())?;
        let date = match simulate.day {
            Some(date) => Some(date),
            None => recorded::last_day(&store, &zone).await?,
        };
        let date = date.context("nobody has come, as far as it was recorded")?;
        let day = recorded::read(&store, date, &zone).await?;
        day.with_context(|| format!("nobody came on {date}, as far as it was recorded"))
    })?;
    let model = match &simulate.model {
        None => None,
        Some(path) => Some((Box::new(read_model(path, organisation)?), path.clone())),
    };
    Ok(Source::Recorded { day: Box::new(day), zone, model })
}
