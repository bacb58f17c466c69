//! A steady load: customers' messages on their way to an agent's console, and what sockets and
//! sessions cost in memory.
//!
//! Messages leave on a fixed beat whatever comes back, and each time counts from when it was due: a
//! server that stalls is charged for all that had to wait.

use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::agent::Habit;
use super::clock::Stamp;
use super::crowd::{Crowd, Heard};
use super::customer::Say;
use super::house::{Folder, House};
use super::latency::Latencies;
use super::options::{Common, Messages};
use super::report::Report;

const AIM: Duration = Duration::from_millis(20);
/// Bytes of a socket, and of a live session besides its socket.
pub const SOCKET_AIM: u64 = 10_000;
const SESSION_AIM: u64 = 8_000;
/// Sessions a console may follow.
pub const CAPACITY: u16 = 50;
/// A console that has sessions to spare shows them all.
const SPARE: u32 = 5;
/// Customers who speak first at once.
const COMING: u32 = 250;
/// How long all of them may need to get an agent.
const SETTING_UP: Duration = Duration::from_secs(120);
/// What is on its way when the load ends arrives within this, or is lost.
const STRAGGLERS: Duration = Duration::from_secs(10);
/// Customers who come before the others and stay, how long they talk at a time, and how often at most.
const EARLY: u32 = 200;
const EARLY_TIME: Duration = Duration::from_secs(2);
const EARLY_ROUNDS: u32 = 8;
/// Bytes by which the server's memory still grows in a round when it has what it keeps in any case.
const SETTLED: u64 = 300_000;
/// After a step, before memory is read.
pub const SETTLING: Duration = Duration::from_secs(2);
/// Nothing is counted before the load has been steady for this.
const WARMING_UP: Duration = Duration::from_secs(2);

/// Agents for so many sessions.
pub fn agents_for(sessions: u32) -> u16 {
    let agents = sessions.div_ceil(u32::from(CAPACITY)) + SPARE;
    u16::try_from(agents).unwrap_or(u16::MAX)
}

pub async fn measure(common: &Common, options: &Messages) -> anyhow::Result<Report> {
    let folder = Folder::new(common)?;
    let agents = agents_for(EARLY + options.sessions);
    let house = House::open(common, &folder, agents, CAPACITY)?;
    let memory = || house.process.and_then(|process| process.memory());
    let mut report = Report::new(format!(
        "{} messages a second over {} live sessions for {} s, durable (fsync on)",
        options.rate, options.sessions, options.seconds
    ));

    let mut crowd = Crowd::new(house.address);
    let cookies = crowd.log_in(agents).await?;
    crowd.agents(&cookies, Habit::ReadsAlong).await?;
    warm_up(&mut crowd, memory).await?;
    let empty = memory();
    if let Some(bytes) = empty {
        report.say("memory of the server before they come", format!("{} MB", bytes / 1_000_000));
    }
    crowd.customers(options.sessions).await?;
    tokio::time::sleep(SETTLING).await;
    let connected = memory();
    report.bytes_each("memory of an idle customer's socket", empty, connected, options.sessions, SOCKET_AIM);
    let (half, end) = (EARLY + options.sessions / 2, EARLY + options.sessions);
    everybody_gets_an_agent(&mut crowd, EARLY..half).await?;
    tokio::time::sleep(SETTLING).await;
    let at_half = memory();
    everybody_gets_an_agent(&mut crowd, half..end).await?;
    tokio::time::sleep(SETTLING).await;
    let all = memory();
    let what = "memory of a live session, followed by a console";
    report.bytes_each(what, connected, all, options.sessions, SESSION_AIM);
    if let (Some(connected), Some(at_half), Some(all)) = (connected, at_half, all) {
        let first = at_half.saturating_sub(connected) / u64::from((half - EARLY).max(1));
        let second = all.saturating_sub(at_half) / u64::from((end - half).max(1));
        report.say("each of the first half of them, and of the second", format!("{first} B, {second} B"));
    }
    steady(&mut crowd, &house, options, &mut report).await?;
    Ok(report)
}

/// Some sessions live and much is said in them before anything is measured, until the server has what
/// it keeps in any case, such as the store's cache of pages: it is not charged to those that come.
async fn warm_up(crowd: &mut Crowd, memory: impl Fn() -> Option<u64>) -> anyhow::Result<()> {
    crowd.customers(EARLY).await?;
    everybody_gets_an_agent(crowd, 0..EARLY).await?;
    let mut before = memory();
    for _ in 0..EARLY_ROUNDS {
        let until = Instant::now() + EARLY_TIME;
        (0..EARLY).for_each(|customer| crowd.say(customer, Say::OnAndOn { until }));
        while crowd.hear((until + SETTLING).into()).await?.is_some() {}
        let after = memory();
        let grown = before.zip(after).map_or(0, |(before, after)| after.saturating_sub(before));
        before = after;
        if grown < SETTLED {
            break;
        }
    }
    Ok(())
}

/// A few at a time: the server refuses a crowd that comes all at once.
pub async fn everybody_gets_an_agent(crowd: &mut Crowd, customers: Range<u32>) -> anyhow::Result<()> {
    for first in customers.clone().step_by(COMING as usize) {
        let last = customers.end.min(first + COMING);
        (first..last).for_each(|customer| crowd.say(customer, Say::Once(Stamp::now())));
        let count = (last - first) as usize;
        crowd.hear_all(count, SETTING_UP, |heard| matches!(heard, Heard::Opened)).await?;
    }
    Ok(())
}

async fn steady(
    crowd: &mut Crowd,
    house: &House,
    options: &Messages,
    report: &mut Report,
) -> anyhow::Result<()> {
    let processor = || house.process.and_then(|process| process.processor());
    let begin = Instant::now();
    let counted = begin + WARMING_UP;
    let end = counted + Duration::from_secs(options.seconds);
    let before = processor();
    let pace = keep_pace(crowd.says().split_off(EARLY as usize), options.rate, begin, end);
    let mut seen = Latencies::default();
    let mut acknowledged = Latencies::default();
    let mut refused = Vec::new();
    let sent = usize::try_from(u64::from(options.rate) * options.seconds).unwrap_or(usize::MAX);
    let deadline = tokio::time::Instant::from_std(end + STRAGGLERS);
    let counted = Stamp::at(counted);
    while seen.count() < sent || acknowledged.count() < sent {
        match crowd.hear(deadline).await? {
            Some(Heard::Seen { due, took }) if due >= counted => seen.add(took),
            Some(Heard::Acknowledged { due, took }) if due >= counted => acknowledged.add(took),
            Some(Heard::Refused(frame)) => refused.push(frame),
            Some(_) => {}
            None => break,
        }
    }
    let after = processor();
    let late = pace.join().map_err(|_| anyhow::anyhow!("the pace was not kept"))?;
    report.refused(&refused);
    report.none_of("messages not seen", sent.saturating_sub(seen.count()));
    report.latency("message to console", seen.summary(), AIM);
    report.say("message to acknowledgement", acknowledged.summary().map_or("none".into(), |s| s.to_string()));
    report.say("latest this program itself was with a message", format!("{late:.2?}"));
    if let (Some(before), Some(after)) = (before, after) {
        let used = (after - before).as_secs_f64() / begin.elapsed().as_secs_f64();
        report.say("cores the server used", format!("{used:.2}"));
    }
    Ok(())
}

/// Sends on a thread of its own, one customer after the other. Answers how late it was at the worst.
fn keep_pace(
    customers: Vec<mpsc::UnboundedSender<Say>>,
    rate: u32,
    begin: Instant,
    end: Instant,
) -> thread::JoinHandle<Duration> {
    thread::spawn(move || {
        let mut worst = Duration::ZERO;
        for (number, customer) in (0_u32..).zip(customers.iter().cycle()) {
            let due = begin + Duration::from_secs_f64(f64::from(number) / f64::from(rate));
            if due >= end {
                break;
            }
            thread::sleep(due.saturating_duration_since(Instant::now()));
            worst = worst.max(due.elapsed());
            if customer.send(Say::Once(Stamp::at(due))).is_err() {
                break;
            }
        }
        worst
    })
}
