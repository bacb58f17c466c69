//! `tandem explain TASK`: why a task waits, or why it went where it went, now or at any recorded moment.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use model::{TaskId, Timestamp};

use crate::api::TaskExplanation;
use crate::engine::explain::view;
use crate::remote;
use crate::replay::{Moment, Reading, router_at};

/// Which task, when, and whom to ask.
#[derive(Debug, Args)]
pub struct Options {
    task: TaskId,
    /// Ask a running server, as in `http://127.0.0.1:8080`. Without it the recording in the data folder is
    /// replayed.
    #[arg(long, requires = "key")]
    server: Option<String>,
    /// A key with the scope `queues:read`.
    #[arg(long, env = "TANDEM_KEY", hide_env_values = true)]
    key: Option<String>,
    /// As it was then: a time (2026-03-01T09:30, or with a zone as in 2026-03-01T08:30:00Z), the end of a
    /// day, or after a record of the recording.
    #[arg(long)]
    at: Option<Moment>,
    /// The data folder, or a folder with a backup; without it the settings'.
    #[arg(long, conflicts_with = "server")]
    data: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Options {
    /// Blocks until it is printed. `data` is the settings' data folder.
    pub fn run(&self, data: impl FnOnce() -> anyhow::Result<PathBuf>) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let explanation = match (&self.server, &self.key) {
            (Some(server), Some(key)) => runtime.block_on(self.ask(server, key))?,
            _ => {
                let folder = self.data.clone().map_or_else(data, Ok)?;
                runtime.block_on(self.replay(&folder))?
            }
        };
        if self.json {
            println!("{}", serde_json::to_string_pretty(&explanation)?);
        } else {
            lines(&explanation).iter().for_each(|line| println!("{line}"));
        }
        Ok(())
    }

    async fn ask(&self, server: &str, key: &str) -> anyhow::Result<TaskExplanation> {
        let at = match self.at {
            None => None,
            Some(moment) => Some(moment.end().context("a server is asked for a time, not for a record")?),
        };
        Ok(remote::explanation(server, key, self.task, at).await?)
    }

    async fn replay(&self, folder: &Path) -> anyhow::Result<TaskExplanation> {
        let reading = Reading::open(folder)?;
        let (replay, now) = router_at(&reading.store, self.at, u64::MAX).await?;
        let router = replay.router().context("nothing can be replayed there: inputs are missing")?;
        let explanation = router
            .explain(now, self.task)
            .with_context(|| format!("the router does not know task {} at {}", self.task, time(now.0)))?;
        Ok(view(&explanation, now).into())
    }
}

/// What to tell people, in lines.
pub fn lines(explanation: &TaskExplanation) -> Vec<String> {
    let mut lines = vec![explanation.headline.clone()];
    lines.push(format!("  task       {}", explanation.task));
    lines.push(format!("  at         {}", time(explanation.at)));
    let mut note = |name: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("  {name:<10} {value}")));
    };
    note("came", Some(time(explanation.waiting_since)));
    note("position", explanation.position.map(|position| position.to_string()));
    note("step", explanation.step.clone());
    note("until", explanation.step_until.map(time));
    note("asks for", explanation.asks.clone());
    note("matching", Some(format!("{} of {} agents", explanation.matching_agents, explanation.agents)));
    let chosen = explanation.chosen.as_ref().map(|agent| match explanation.chosen_at {
        Some(at) => format!("{agent} at {}", time(at)),
        None => agent.clone(),
    });
    note("chosen", chosen);
    let forgotten = explanation.chosen.is_some() && explanation.rule.is_none();
    let before = "it was chosen before the router's last start: --at a time before that says by which rule";
    note("rule", explanation.rule.clone().or_else(|| forgotten.then(|| before.to_owned())));
    note("runner-up", explanation.runner_up.clone());
    if !explanation.needs.is_empty() {
        lines.push("It is served when".to_owned());
        lines.extend(explanation.needs.iter().map(|need| match need.at {
            Some(at) => format!("  {} ({})", need.what, time(at)),
            None => format!("  {}", need.what),
        }));
    }
    if !explanation.candidates.is_empty() {
        lines.push("Agents".to_owned());
    }
    let widest = explanation.candidates.iter().map(|candidate| candidate.agent.len()).max().unwrap_or(0);
    lines
        .extend(explanation.candidates.iter().map(|one| format!("  {:<widest$}  {}", one.agent, one.reason)));
    lines
}

/// As RFC 3339 in UTC.
fn time(at: i64) -> String {
    crate::replay::verify::time(Timestamp(at))
}
