//! What is open and who has it: the lists that boards and consoles show, kept as sessions record.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{AgentId, QueueId, SessionId, TaskId, Timestamp};

use crate::console::wire::SessionCard;

#[derive(Default)]
pub struct Directory {
    lists: Mutex<Lists>,
    /// Raised at every change, so that boards know whether to look again.
    version: AtomicU64,
}

#[derive(Default)]
struct Lists {
    cards: HashMap<SessionId, Arc<SessionCard>>,
    holders: HashMap<SessionId, AgentId>,
    sessions_of_tasks: HashMap<TaskId, SessionId>,
    /// Waits that have not ended: in which queue, and since when in it.
    waits: HashMap<TaskId, (QueueId, Timestamp)>,
}

impl Directory {
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub fn touch(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }

    /// Puts a session's card in its place; a closed one leaves. Answers who had the session before.
    pub fn put(
        &self,
        session: SessionId,
        card: Option<Arc<SessionCard>>,
        holder: Option<&AgentId>,
    ) -> Option<AgentId> {
        let mut lists = self.lock();
        let before = match holder {
            Some(holder) => lists.holders.insert(session, holder.clone()),
            None => lists.holders.remove(&session),
        };
        if let Some(task) = card.as_ref().and_then(|card| card.task.as_ref()) {
            lists.sessions_of_tasks.insert(task.task, session);
        }
        match card.filter(|card| !card.closed) {
            Some(card) => drop(lists.cards.insert(session, card)),
            None => drop(lists.cards.remove(&session)),
        }
        drop(lists);
        self.touch();
        before
    }

    pub fn forget_task(&self, task: TaskId) {
        let mut lists = self.lock();
        lists.sessions_of_tasks.remove(&task);
        lists.waits.remove(&task);
    }

    pub fn session_of(&self, task: TaskId) -> Option<SessionId> {
        self.lock().sessions_of_tasks.get(&task).copied()
    }

    /// The card of a session that is open.
    pub fn card(&self, session: SessionId) -> Option<Arc<SessionCard>> {
        self.lock().cards.get(&session).cloned()
    }

    /// The cards of the sessions an agent has.
    pub fn held_by(&self, agent: &AgentId) -> Vec<Arc<SessionCard>> {
        let lists = self.lock();
        let held = lists.holders.iter().filter(|(_, holder)| *holder == agent);
        held.filter_map(|(session, _)| lists.cards.get(session).cloned()).collect()
    }

    /// A task waits in a queue from now on.
    pub fn waits(&self, task: TaskId, queue: QueueId, since: Timestamp) {
        self.lock().waits.insert(task, (queue, since));
    }

    /// The wait ends: where it was, and since when. A task in somebody's hands waits nowhere.
    pub fn end_wait(&self, task: TaskId) -> Option<(QueueId, Timestamp)> {
        self.lock().waits.remove(&task)
    }

    pub fn remember_task(&self, task: TaskId, session: SessionId) {
        self.lock().sessions_of_tasks.insert(task, session);
    }

    /// Waiting ones first, the longest waiting at the top; then by the last event, newest first.
    pub fn cards(&self, most: usize) -> Vec<Arc<SessionCard>> {
        let lists = self.lock();
        let mut order: Vec<_> = lists.cards.values().map(|card| (rank(card), card.session)).collect();
        order.sort_unstable();
        order.truncate(most);
        order.iter().filter_map(|(_, session)| lists.cards.get(session).cloned()).collect()
    }

    /// Open sessions in which nothing happened after `before`, nobody is attached and nobody works.
    pub fn quiet(&self, before: impl Fn(&SessionCard) -> bool) -> Vec<SessionId> {
        let lists = self.lock();
        let quiet = lists.cards.values().filter(|card| card.task.is_none() && before(card));
        quiet.map(|card| card.session).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rank(card: &SessionCard) -> (bool, i64) {
    use model::task::TaskState;
    match &card.task {
        Some(task) if matches!(task.state, TaskState::Pending | TaskState::Reserved { .. }) => {
            (false, task.waiting_since.as_millis())
        }
        _ => (true, -card.last_at.as_millis()),
    }
}
