//! All customers and agents of a measurement, and what they hear.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::agent::{Agent, Habit};
use super::clock::Stamp;
use super::customer::{Customer, Say};
use super::{process, socket};

/// Sockets opened at once: the server turns away what one network opens beyond a thousand.
const AT_ONCE: usize = 128;
/// Logins at once: each costs the server a password hash.
const LOGINS_AT_ONCE: usize = 4;
/// Files this process needs besides sockets.
const OTHER_FILES: u64 = 100;

/// What somebody in the crowd heard.
#[derive(Debug)]
pub enum Heard {
    /// A customer's message is durable.
    Acknowledged {
        due: Stamp,
        took: Duration,
    },
    /// An agent's console shows a customer's message.
    Seen {
        due: Stamp,
        took: Duration,
    },
    /// An agent's console shows a session from its beginning.
    Opened,
    Assigned,
    /// An agent is done with this customer.
    Done {
        customer: Option<u32>,
    },
    /// An agent who became free has the next offer on the socket.
    NextOffer {
        took: Duration,
    },
    Refused(String),
    Lost(anyhow::Error),
}

pub struct Crowd {
    address: SocketAddr,
    customers: Vec<mpsc::UnboundedSender<Say>>,
    tasks: JoinSet<()>,
    sender: mpsc::UnboundedSender<Heard>,
    heard: mpsc::UnboundedReceiver<Heard>,
}

impl Crowd {
    pub fn new(address: SocketAddr) -> Self {
        let (sender, heard) = mpsc::unbounded_channel();
        Self { address, customers: Vec::new(), tasks: JoinSet::new(), sender, heard }
    }

    /// More customers arrive and say nothing yet.
    pub async fn customers(&mut self, count: u32) -> anyhow::Result<()> {
        enough_files(count)?;
        let (address, sender) = (self.address, self.sender.clone());
        let first = u32::try_from(self.customers.len())?;
        let arrivals = stream::iter(first..first + count)
            .map(|number| Customer::arrive(address, number, sender.clone()));
        let mut arrivals = arrivals.buffered(AT_ONCE);
        while let Some(customer) = arrivals.next().await {
            let (says, told) = mpsc::unbounded_channel();
            self.customers.push(says);
            self.tasks.spawn(customer?.run(told));
        }
        Ok(())
    }

    /// Agents log in; nobody is at a console yet.
    pub async fn log_in(&self, count: u16) -> anyhow::Result<Vec<String>> {
        let (client, address) = (reqwest::Client::new(), self.address);
        let logins = stream::iter(0..count).map(|agent| socket::log_in(&client, address, agent));
        logins.buffered(LOGINS_AT_ONCE).try_collect().await
    }

    /// Agents appear at their consoles.
    pub async fn agents(&mut self, cookies: &[String], habit: Habit) -> anyhow::Result<()> {
        let (address, sender) = (self.address, self.sender.clone());
        let consoles =
            stream::iter(cookies).map(|cookie| Agent::appear(address, cookie, habit, sender.clone()));
        let mut consoles = consoles.buffered(AT_ONCE);
        while let Some(agent) = consoles.next().await {
            self.tasks.spawn(agent?.run());
        }
        Ok(())
    }

    pub fn say(&self, customer: u32, say: Say) {
        if let Some(customer) = self.customers.get(customer as usize) {
            // One whose socket broke has said so.
            let _ = customer.send(say);
        }
    }

    /// How the customers are reached, for a thread that keeps the pace.
    pub fn says(&self) -> Vec<mpsc::UnboundedSender<Say>> {
        self.customers.clone()
    }

    /// The next thing heard; none once the deadline has passed. A broken socket is an error.
    pub async fn hear(&mut self, deadline: Instant) -> anyhow::Result<Option<Heard>> {
        match tokio::time::timeout_at(deadline, self.heard.recv()).await {
            Ok(Some(Heard::Lost(error))) => Err(error),
            Ok(heard) => Ok(heard),
            Err(_) => Ok(None),
        }
    }

    /// Hears until `count` things that `wanted` wants were heard.
    pub async fn hear_all(
        &mut self,
        count: usize,
        within: Duration,
        wanted: impl Fn(&Heard) -> bool,
    ) -> anyhow::Result<()> {
        let deadline = Instant::now() + within;
        let mut found = 0;
        while found < count {
            match self.hear(deadline).await? {
                Some(Heard::Refused(frame)) => bail!("the server refused: {frame}"),
                Some(heard) => found += usize::from(wanted(&heard)),
                None => bail!("after {within:?} only {found} of {count}"),
            }
        }
        Ok(())
    }
}

fn enough_files(sockets: u32) -> anyhow::Result<()> {
    let limit = process::open_files().context("cannot read this process's limits")?;
    let needed = u64::from(sockets) + OTHER_FILES;
    if needed > limit {
        bail!("{sockets} sockets need {needed} open files, and {limit} are allowed: see `ulimit -n`");
    }
    Ok(())
}
