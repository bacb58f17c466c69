//! What a customer's socket costs that says nothing.

use super::crowd::Crowd;
use super::house::{Folder, House};
use super::messages::{SETTLING, SOCKET_AIM};
use super::options::{Common, Idle};
use super::report::Report;

/// Sockets that come and go before, so that what the server allocates once is not charged to them.
const FIRST: u32 = 200;

pub async fn measure(common: &Common, options: &Idle) -> anyhow::Result<Report> {
    let folder = Folder::new(common)?;
    let house = House::open(common, &folder, 1, 1)?;
    let memory = || house.process.and_then(|process| process.memory());
    let mut first = Crowd::new(house.address);
    first.customers(FIRST.min(options.sockets)).await?;
    drop(first);
    tokio::time::sleep(SETTLING).await;
    let before = memory();
    let mut crowd = Crowd::new(house.address);
    crowd.customers(options.sockets).await?;
    tokio::time::sleep(SETTLING).await;
    let mut report = Report::new(format!("{} idle sockets", options.sockets));
    report.bytes_each("memory of an idle socket", before, memory(), options.sockets, SOCKET_AIM);
    Ok(report)
}
