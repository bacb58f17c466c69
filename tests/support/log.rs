//! The log as it stands on disk, read past the engine, and a judge who knows the rules and nothing else.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use model::task::{Priority, ReservationEnd};
use model::{AgentId, ReservationId, SessionEvent, SessionId, TaskId, Timestamp};

/// One event of a session, in the order in which all became durable.
pub struct Logged {
    pub session: SessionId,
    pub sequence: u64,
    pub at: Timestamp,
    pub event: SessionEvent,
}

/// All events of all sessions in the data folder, oldest first.
pub fn read(data: &Path) -> Vec<Logged> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let file = data.join("data").join("tandem.db");
    let connection = rusqlite::Connection::open_with_flags(file, flags).unwrap();
    let mut select = connection
        .prepare(
            "SELECT name, sequence, at, body FROM events JOIN streams ON streams.id = events.stream
            WHERE name LIKE 'session/%' ORDER BY position",
        )
        .unwrap();
    let rows = select.query_map([], |row| {
        let (name, sequence, at): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let body: String = row.get(3)?;
        Ok((name, sequence, at, body))
    });
    let logged = rows.unwrap().map(|row| {
        let (name, sequence, at, body) = row.unwrap();
        Logged {
            session: SessionId(name.trim_start_matches("session/").parse().unwrap()),
            sequence: u64::try_from(sequence).unwrap(),
            at: Timestamp(at),
            event: serde_json::from_str(&body).unwrap(),
        }
    });
    logged.collect()
}

/// What the judge is told of the organisation.
pub struct Rules {
    pub chats: usize,
    pub ring: Duration,
    pub reject_delay: Duration,
}

/// Decisions of one moment may reach the log in another order: within this, order is not judged.
const MOMENT: Duration = Duration::from_millis(1_000);

#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Pending { since: Timestamp },
    Reserved { reservation: ReservationId, agent: AgentId, at: Timestamp },
    Held { agent: AgentId },
    Over,
}

struct Task {
    waiting_since: Timestamp,
    priority: Priority,
    seen: Seen,
    rejected_by: HashMap<AgentId, Timestamp>,
}

/// How the tasks stand at the end of the log.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub pending: usize,
    pub reserved: usize,
    pub held: usize,
    pub over: usize,
    pub rang_out: usize,
    pub rejected: usize,
    pub accepted: usize,
    /// The longest that an offer was live.
    pub longest_ring: Duration,
}

/// Goes through the log event by event and panics at the first that breaks a rule.
pub fn judge(log: &[Logged], rules: &Rules) -> Count {
    let mut judge = Judge { rules, tasks: BTreeMap::new(), in_hand: HashMap::new(), count: Count::default() };
    let mut sequences: HashMap<SessionId, u64> = HashMap::new();
    for logged in log {
        let last = sequences.entry(logged.session).or_default();
        assert_eq!(logged.sequence, *last + 1, "a hole in the log of {}", logged.session);
        *last = logged.sequence;
        judge.note(logged);
    }
    judge.check_order(log);
    let now = tandem::foundation::now();
    for (id, task) in &judge.tasks {
        if let Seen::Reserved { at, .. } = &task.seen {
            assert!(now.since(*at) <= rules.ring + Duration::from_secs(1), "an offer of {id} rings still");
        }
        match task.seen {
            Seen::Pending { .. } => judge.count.pending += 1,
            Seen::Reserved { .. } => judge.count.reserved += 1,
            Seen::Held { .. } => judge.count.held += 1,
            Seen::Over => judge.count.over += 1,
        }
    }
    judge.count
}

struct Judge<'a> {
    rules: &'a Rules,
    tasks: BTreeMap<TaskId, Task>,
    in_hand: HashMap<AgentId, HashSet<TaskId>>,
    count: Count,
}

impl Judge<'_> {
    fn note(&mut self, logged: &Logged) {
        let at = logged.at;
        match &logged.event {
            SessionEvent::TaskCreated { task, priority, waiting_since, .. } => {
                let seen = Seen::Pending { since: at };
                let new = Task {
                    waiting_since: *waiting_since,
                    priority: *priority,
                    seen,
                    rejected_by: HashMap::new(),
                };
                assert!(self.tasks.insert(*task, new).is_none(), "a task was created twice");
            }
            SessionEvent::TaskReserved { task, reservation, agent, .. } => {
                let seen = &mut self.tasks.get_mut(task).unwrap().seen;
                assert!(
                    matches!(seen, Seen::Pending { .. }),
                    "{task} got a second live reservation: {seen:?}"
                );
                *seen = Seen::Reserved { reservation: *reservation, agent: agent.clone(), at };
                self.take(agent, *task);
            }
            SessionEvent::ReservationEnded { task, reservation, agent, outcome, .. } => {
                self.check_live(*task, *reservation, agent, at);
                match outcome {
                    ReservationEnd::Rejected => {
                        self.count.rejected += 1;
                        self.tasks.get_mut(task).unwrap().rejected_by.insert(agent.clone(), at);
                    }
                    ReservationEnd::TimedOut => self.count.rang_out += 1,
                    ReservationEnd::Canceled | ReservationEnd::Rescinded => {}
                }
                self.give_up(*task, Seen::Pending { since: at });
            }
            SessionEvent::TaskAssigned { task, reservation, agent, .. } => {
                self.check_live(*task, reservation.expect("nobody takes over here"), agent, at);
                self.count.accepted += 1;
                self.tasks.get_mut(task).unwrap().seen = Seen::Held { agent: agent.clone() };
            }
            SessionEvent::TaskTransferred { task, .. } => self.give_up(*task, Seen::Pending { since: at }),
            SessionEvent::TaskCompleted { task, .. } | SessionEvent::TaskCanceled { task, .. } => {
                self.give_up(*task, Seen::Over);
            }
            _ => {}
        }
    }

    fn take(&mut self, agent: &AgentId, task: TaskId) {
        let hand = self.in_hand.entry(agent.clone()).or_default();
        hand.insert(task);
        assert!(hand.len() <= self.rules.chats, "{agent} has {} chats at once", hand.len());
    }

    fn give_up(&mut self, task: TaskId, now: Seen) {
        let before = std::mem::replace(&mut self.tasks.get_mut(&task).unwrap().seen, now);
        if let Seen::Reserved { agent, .. } | Seen::Held { agent } = before {
            assert!(self.in_hand.get_mut(&agent).unwrap().remove(&task));
        }
    }

    fn check_live(&mut self, task: TaskId, reservation: ReservationId, agent: &AgentId, now: Timestamp) {
        let Seen::Reserved { reservation: live, agent: asked, at } = &self.tasks[&task].seen else {
            panic!("an offer of {task} ended that was not live")
        };
        assert_eq!((live, asked), (&reservation, agent));
        let age = now.since(*at);
        self.count.longest_ring = self.count.longest_ring.max(age);
        assert!(age <= self.rules.ring + Duration::from_secs(1), "an offer of {task} rang for {age:?}");
    }

    /// No task is offered while an older one of the same priority waits that the agent could take.
    fn check_order(&self, log: &[Logged]) {
        let mut pending = PendingTimes::default();
        log.iter().for_each(|logged| pending.note(logged));
        for offer in &pending.offers {
            let key = |task: &TaskId| (-self.tasks[task].priority.0, self.tasks[task].waiting_since);
            let passed_over = pending.all_through(offer.at, MOMENT).into_iter().find(|other| {
                let turned_down = self.tasks[other].rejected_by.get(&offer.agent);
                let apart = turned_down.is_some_and(|at| {
                    offer.at.since(*at) <= self.rules.reject_delay + MOMENT || *at >= offer.at
                });
                let (older, newer) = (key(other), key(&offer.task));
                older < newer && older.1 + MOMENT < newer.1 && !apart
            });
            assert!(passed_over.is_none(), "{} was offered before the older {passed_over:?}", offer.task);
        }
    }
}

/// When each task waited, and what was offered when.
#[derive(Default)]
struct PendingTimes {
    waits: Vec<(Timestamp, Timestamp, TaskId)>,
    open: HashMap<TaskId, Timestamp>,
    offers: Vec<Offered>,
}

struct Offered {
    at: Timestamp,
    task: TaskId,
    agent: AgentId,
}

impl PendingTimes {
    fn note(&mut self, logged: &Logged) {
        let (task, waits) = match &logged.event {
            SessionEvent::TaskCreated { task, .. }
            | SessionEvent::ReservationEnded { task, .. }
            | SessionEvent::TaskTransferred { task, .. } => (*task, true),
            SessionEvent::TaskReserved { task, agent, .. } => {
                self.offers.push(Offered { at: logged.at, task: *task, agent: agent.clone() });
                (*task, false)
            }
            SessionEvent::TaskCompleted { task, .. } | SessionEvent::TaskCanceled { task, .. } => {
                (*task, false)
            }
            _ => return,
        };
        if let Some(since) = self.open.remove(&task) {
            self.waits.push((since, logged.at, task));
        }
        if waits {
            self.open.insert(task, logged.at);
        }
    }

    /// Who waited from well before `at` until well after.
    fn all_through(&self, at: Timestamp, margin: Duration) -> Vec<TaskId> {
        let still = self.open.iter().map(|(task, since)| (*since, Timestamp::MAX, *task));
        let waits = self.waits.iter().copied().chain(still);
        waits.filter(|(since, until, _)| *since + margin < at && at + margin < *until).map(|w| w.2).collect()
    }
}
