//! Plays replications side by side, on as many threads as there are processors.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use routing::Configuration;
use routing::simulator::{Bounds, Options, Replication, Results, SimulationError, replicate};

use super::model::Prepared;

/// What is played of one set of rules.
pub struct House<'a> {
    pub configuration: &'a Configuration,
    pub prepared: &'a Prepared,
}

/// Plays a scenario. Blocking, for as long as `at_most` allows; keeps several processors busy: never
/// on a thread that others wait for.
pub fn simulate(
    house: &House<'_>,
    options: &Options,
    most_contacts: u64,
    at_most: Duration,
) -> Result<Results, SimulationError> {
    let started = Instant::now();
    let go_on = || started.elapsed() < at_most;
    let bounds = Bounds { most_contacts, go_on: &go_on };
    let next = AtomicU32::new(0);
    let done = Mutex::new(Vec::new());
    let work = || {
        while let number = next.fetch_add(1, Ordering::Relaxed)
            && number < options.replications
        {
            let Prepared { scenario, profiles } = house.prepared;
            let played = replicate(house.configuration, profiles, scenario, options.seed, number, &bounds);
            let failed = played.is_err();
            done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((number, played));
            if failed {
                next.store(options.replications, Ordering::Relaxed);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads.min(options.replications as usize)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().for_each(|worker| drop(worker.join()));
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    let replications = done.into_iter().map(|(_, played)| played).collect::<Result<Vec<Replication>, _>>()?;
    Ok(Results { seed: options.seed, confidence: options.confidence, replications })
}
