//! From the moment an agent completes a task to the next offer on their socket, while many wait.

use std::time::Duration;

use tokio::time::Instant;

use super::agent::Habit;
use super::clock::Stamp;
use super::crowd::{Crowd, Heard};
use super::customer::Say;
use super::house::{Folder, House};
use super::latency::Latencies;
use super::options::{Common, Offers};
use super::report::Report;

const AIM: Duration = Duration::from_millis(5);
/// How long the waiting ones may need to be durable.
const SETTING_UP: Duration = Duration::from_secs(60);

pub async fn measure(common: &Common, options: &Offers) -> anyhow::Result<Report> {
    let folder = Folder::new(common)?;
    let house = House::open(common, &folder, options.agents, 1)?;
    let mut crowd = Crowd::new(house.address);
    let cookies = crowd.log_in(options.agents).await?;
    // Besides those who wait, one in the hands of each agent.
    let customers = options.waiting + u32::from(options.agents);
    crowd.customers(customers).await?;
    for customer in 0..customers {
        crowd.say(customer, Say::Once(Stamp::now()));
    }
    let durable = |heard: &Heard| matches!(heard, Heard::Acknowledged { .. });
    crowd.hear_all(customers as usize, SETTING_UP, durable).await?;

    let hold = Duration::from_millis(options.hold_ms.max(1));
    crowd.agents(&cookies, Habit::IsDoneAfter(hold)).await?;
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let (mut offers, mut refused) = (Latencies::default(), Vec::new());
    while let Some(heard) = crowd.hear(end).await? {
        match heard {
            Heard::NextOffer { took } => offers.add(took),
            // The same customer comes again, so that as many wait as before.
            Heard::Done { customer: Some(customer) } => crowd.say(customer, Say::Once(Stamp::now())),
            Heard::Refused(frame) => refused.push(frame),
            _ => {}
        }
    }
    let mut report = Report::new(format!(
        "{} agents with one task at a time for {hold:?}, {} waiting, for {} s",
        options.agents, options.waiting, options.seconds
    ));
    report.say("offers", offers.count());
    report.refused(&refused);
    report.latency("freed agent to the next offer on the socket", offers.summary(), AIM);
    Ok(report)
}
