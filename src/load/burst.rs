//! How many messages a second become durable, through sockets, sessions and consoles; and how many
//! the store alone records, right after, on the same disk, for as many who wait for each.

use std::time::{Duration, Instant};

use super::agent::Habit;
use super::crowd::{Crowd, Heard};
use super::customer::Say;
use super::house::{Folder, House};
use super::latency::Latencies;
use super::messages::{CAPACITY, agents_for, everybody_gets_an_agent};
use super::options::{Burst, Common};
use super::report::Report;
use super::seed;

/// Of what the store alone does.
const AIM: f64 = 0.5;

pub async fn measure(common: &Common, options: &Burst) -> anyhow::Result<Report> {
    let mut report = Report::new(format!(
        "{} customers who each send when the last message is acknowledged, for {} s",
        options.customers, options.seconds
    ));
    let through_engine = engine(common, options, &mut report).await?;
    let folder = Folder::new(common)?;
    let time = Duration::from_secs(options.seconds);
    let alone = seed::rate(&folder.data(), options.customers, time).await?;
    report.say("durable messages a second, the store alone", format!("{alone:.0}"));
    report.share("of what the store alone does", through_engine / alone, AIM);
    Ok(report)
}

async fn engine(common: &Common, options: &Burst, report: &mut Report) -> anyhow::Result<f64> {
    let folder = Folder::new(common)?;
    let agents = agents_for(options.customers);
    let house = House::open(common, &folder, agents, CAPACITY)?;
    let processor = || house.process.and_then(|process| process.processor());
    let mut crowd = Crowd::new(house.address);
    let cookies = crowd.log_in(agents).await?;
    crowd.agents(&cookies, Habit::ReadsAlong).await?;
    crowd.customers(options.customers).await?;
    everybody_gets_an_agent(&mut crowd, 0..options.customers).await?;

    let (before, begin) = (processor(), Instant::now());
    let until = begin + Duration::from_secs(options.seconds);
    for customer in 0..options.customers {
        crowd.say(customer, Say::OnAndOn { until });
    }
    let (mut acknowledged, mut seen) = (Latencies::default(), Latencies::default());
    let mut refused = Vec::new();
    while let Some(heard) = crowd.hear(until.into()).await? {
        match heard {
            Heard::Acknowledged { took, .. } => acknowledged.add(took),
            Heard::Seen { took, .. } => seen.add(took),
            Heard::Refused(frame) => refused.push(frame),
            _ => {}
        }
    }
    let after = processor();
    let rate = count(&acknowledged) / begin.elapsed().as_secs_f64();
    report.say("durable messages a second, through the engine", format!("{rate:.0}"));
    if let (Some(before), Some(after)) = (before, after) {
        let each = (after - before).as_secs_f64() / count(&acknowledged).max(1.0);
        report.say("processor time of the server for a message", format!("{:.0} µs", each * 1e6));
    }
    report.refused(&refused);
    report.say("message to acknowledgement", acknowledged.summary().map_or("none".into(), |s| s.to_string()));
    report.say("message to console", seen.summary().map_or("none".into(), |s| s.to_string()));
    Ok(rate)
}

fn count(latencies: &Latencies) -> f64 {
    f64::from(u32::try_from(latencies.count()).unwrap_or(u32::MAX))
}
