//! From the start of a server whose log has many tasks waiting to the first and the last assignment.

use std::time::Duration;

use anyhow::bail;
use tokio::time::Instant;

use super::agent::Habit;
use super::crowd::{Crowd, Heard};
use super::house::{Folder, House};
use super::options::{Common, Restart};
use super::report::Report;
use super::seed;

pub async fn measure(common: &Common, options: &Restart) -> anyhow::Result<Report> {
    if common.address.is_some() {
        bail!("this starts a server on a log that it writes itself: leave the address out");
    }
    let folder = Folder::new(common)?;
    seed::waiting(&folder.data(), options.waiting).await?;

    let begin = Instant::now();
    let house = House::start(&folder, options.agents, options.capacity)?;
    let serves = begin.elapsed();
    let mut crowd = Crowd::new(house.address);
    let cookies = crowd.log_in(options.agents).await?;
    crowd.agents(&cookies, Habit::IsDoneAfter(Duration::ZERO)).await?;
    let deadline = begin + Duration::from_secs(options.patience);
    let (mut first, mut last, mut assigned, mut refused) = (None, serves, 0, Vec::new());
    while assigned < options.waiting {
        match crowd.hear(deadline).await? {
            Some(Heard::Assigned) => {
                assigned += 1;
                last = begin.elapsed();
                first.get_or_insert(last);
            }
            Some(Heard::Refused(frame)) => refused.push(frame),
            Some(_) => {}
            None => break,
        }
    }
    let mut report = Report::new(format!(
        "a restart with {} tasks waiting, and {} agents of {} tasks each who are done at once",
        options.waiting, options.agents, options.capacity
    ));
    report.say("it serves after", format!("{serves:.2?}"));
    report.say("the first assignment after", first.map_or("none".to_owned(), |first| format!("{first:.2?}")));
    report.say("the last assignment after", format!("{last:.2?}"));
    report.none_of("not assigned", (options.waiting - assigned) as usize);
    report.refused(&refused);
    if let Some(memory) = house.process.and_then(|process| process.memory()) {
        report.say("memory of the server then", format!("{} MB", memory / 1_000_000));
    }
    Ok(report)
}
