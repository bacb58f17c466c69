//! What waits to be picked, for one agent.

use model::task::Priority;
use model::{AgentId, Channel, QueueId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::explanation::PassedOver;
use crate::router::Router;
use crate::tasks::{Spot, State};

/// A task whose queue does not push, and which the agent may take by [`Input::Pick`](crate::Input::Pick).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "RoutingPickable")]
pub struct Pickable {
    pub task: TaskId,
    pub queue: QueueId,
    pub channel: Channel,
    pub priority: Priority,
    pub waiting_since: Timestamp,
    /// What stands against it for the moment: presence, what is in hand, a recent rejection.
    pub not_now: Option<PassedOver>,
}

impl Pickable {
    /// So many are answered at most.
    pub const MOST: usize = 200;
    /// So many waiting tasks of each queue are looked at, from the first in line on.
    const LOOKED_AT: usize = 2_000;
}

impl Router {
    /// What the agent meets the requirements of, the first in line first; nothing for one who is not known.
    /// Costs a look at each task that waits to be picked in the agent's queues, within a bound.
    pub fn pickable(&self, agent: &AgentId) -> Vec<Pickable> {
        let Some(index) = self.agents.find(agent) else { return Vec::new() };
        let Some(profile) = self.agents[index].profile else { return Vec::new() };
        let queues = self.profiles[profile].queues.iter().map(|queue| &self.queues[*queue]);
        let mut found = Vec::new();
        for queue in queues.filter(|queue| queue.is_pulled()) {
            let waiting = queue.waiting.iter().take(Pickable::LOOKED_AT);
            let listed = waiting.filter(|key| {
                matches!(self.tasks[key.index].state, State::Waiting(Spot::Pull { .. } | Spot::Agent(_)))
            });
            let could = listed.filter_map(|key| {
                let objection =
                    self.objection(key.index, index).filter(|reason| *reason != PassedOver::MayPick);
                let is_lasting = objection.as_ref().is_some_and(|reason| !reason.is_passing());
                (!is_lasting).then_some((key, objection))
            });
            found.extend(could.take(Pickable::MOST));
        }
        found.sort_by_key(|(key, _)| *key);
        found.truncate(Pickable::MOST);
        let pickable = found.into_iter().map(|(key, not_now)| {
            let task = &self.tasks[key.index];
            Pickable {
                task: task.id,
                queue: self.queues[task.queue].id.clone(),
                channel: task.channel,
                priority: task.priority,
                waiting_since: task.waiting_since,
                not_now,
            }
        });
        pickable.collect()
    }
}
