//! A recorded day: who came, what they wanted, how long it took, who worked when.
//!
//! What a recording cannot show is assumed and said. A customer who was answered would have waited
//! longer, nobody knows how long: patience beyond the wait is drawn from an exponential law with the
//! rate at which customers of the queue left (leavings over all time waited, the usual estimate from
//! times of which some are censored). A customer who left was never handled: the time is drawn from
//! those who were.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::task::{CancelReason, Priority, Requirements};
use model::{
    AgentId, Channel, Event, PresenceName, QueueId, ReservationId, Sequence, TaskFacts, TaskId, Timestamp,
};
use routing::simulator::{
    Answering, Demand, Distribution, RecordedContact, RecordedPatience, RecordedSegment, RecordedTime,
    Scenario, Shift, Staff,
};
use routing::{AgentProfile, Configuration, Input, Output, Record, Replay, Routability};
use store::{Store, StoreError};

use super::counts;
use super::model::{Prepared, set_thresholds};
use crate::configuration::Organisation;
use crate::engine::routing_setup;
use crate::recording;

/// Records read at a time.
const PAGE: usize = 1_000;
/// Contacts that a recorded day has at most; the others are left out, and it is said.
const MOST_CONTACTS: usize = 5_000_000;
const RETURNS_AFTER: Duration = Duration::from_secs(120);

/// A recorded stretch of time, read record by record.
#[derive(Debug)]
pub struct Recorded {
    from: Timestamp,
    to: Timestamp,
    replay: Replay,
    outputs: Vec<Output>,
    now: Timestamp,
    presences: BTreeMap<PresenceName, Routability>,
    tasks: HashMap<TaskId, Task>,
    done: Vec<Task>,
    offered: HashMap<ReservationId, Timestamp>,
    agents: BTreeMap<AgentId, Seen>,
    answers: Vec<f64>,
    unanswered: u32,
    rejected: u32,
    gaps: u32,
    left_out: u32,
}

#[derive(Debug)]
struct Task {
    id: TaskId,
    channel: Channel,
    priority: Priority,
    came: Timestamp,
    waits: Vec<Wait>,
}

#[derive(Debug)]
struct Wait {
    queue: QueueId,
    requirements: Requirements,
    facts: TaskFacts,
    began: Timestamp,
    answered: Option<Timestamp>,
    wrapping: Option<Timestamp>,
    ended: Option<(Timestamp, Ended)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Done,
    Abandoned,
    /// By the rules, or because the session ended.
    Otherwise,
}

#[derive(Debug, Default)]
struct Seen {
    profile: Option<AgentProfile>,
    presence: Vec<(Timestamp, Routability)>,
}

/// What is played, and what had to be assumed.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedDay {
    pub scenario: Scenario,
    pub profiles: Vec<AgentProfile>,
    pub remarks: Vec<String>,
}

impl Recorded {
    pub fn between(from: Timestamp, to: Timestamp) -> Self {
        Self {
            from,
            to,
            replay: Replay::default(),
            outputs: Vec::new(),
            now: Timestamp(i64::MIN),
            presences: Configuration::default().presences,
            tasks: HashMap::new(),
            done: Vec::new(),
            offered: HashMap::new(),
            agents: BTreeMap::new(),
            answers: Vec::new(),
            unanswered: 0,
            rejected: 0,
            gaps: 0,
            left_out: 0,
        }
    }

    /// Takes the records of the stream in order, also those before the stretch: they say who is there.
    pub fn take(&mut self, record: Record) {
        match &record {
            Record::Started { configuration, .. } => self.presences = configuration.presences.clone(),
            Record::Fed { at, input } => {
                self.now = *at;
                self.told(input);
            }
            Record::Gap { .. } => {}
        }
        let mut outputs = std::mem::take(&mut self.outputs);
        outputs.clear();
        if self.replay.take(record, &mut outputs).is_err() {
            self.gaps += 1;
        }
        outputs.iter().for_each(|output| self.decided(output));
        self.outputs = outputs;
    }

    fn told(&mut self, input: &Input) {
        let now = self.now;
        match input {
            Input::Configure { configuration } => self.presences = configuration.presences.clone(),
            Input::AgentUpserted { profile } => {
                self.agents.entry(profile.agent.clone()).or_default().profile = Some(profile.clone());
            }
            Input::AgentRemoved { agent } => self.is_seen(agent, Routability::LoggedOut),
            Input::PresenceChanged { agent, presence } => {
                let routability = self.presences.get(presence).copied().unwrap_or(Routability::NotRoutable);
                self.is_seen(agent, routability);
            }
            Input::TaskArrived { task } => {
                if self.tasks.len() + self.done.len() >= MOST_CONTACTS {
                    self.left_out += 1;
                    return;
                }
                let wait = Wait::new(task.queue.clone(), task.requirements.clone(), task.facts.clone(), now);
                let (channel, priority) = (task.channel, task.priority);
                self.tasks.entry(task.id).or_insert(Task {
                    id: task.id,
                    channel,
                    priority,
                    came: now,
                    waits: vec![wait],
                });
            }
            Input::TaskTransferred { task, target, requirements, facts, .. } => {
                if let Some(task) = self.tasks.get_mut(task) {
                    let known = task.wait().facts.clone();
                    task.wait().end(now, Ended::Done);
                    let facts = facts.clone().unwrap_or(known);
                    task.waits.push(Wait::new(target.queue().clone(), requirements.clone(), facts, now));
                }
            }
            Input::WrapUpStarted { task } => {
                if let Some(task) = self.tasks.get_mut(task) {
                    task.wait().wrapping.get_or_insert(now);
                }
            }
            Input::Completed { task } => self.ends(*task, Ended::Done),
            Input::TaskCanceled { task, reason } => {
                let is_answered = self.tasks.get_mut(task).is_some_and(|task| task.wait().answered.is_some());
                let ended = match reason {
                    _ if is_answered => Ended::Done,
                    CancelReason::Abandoned => Ended::Abandoned,
                    _ => Ended::Otherwise,
                };
                self.ends(*task, ended);
            }
            _ => {}
        }
    }

    fn decided(&mut self, output: &Output) {
        let now = self.now;
        match output {
            Output::Offered { reservation, .. } => {
                self.offered.insert(*reservation, now);
            }
            Output::Assigned { task, reservation, .. } => {
                if let Some(since) = self.offered.remove(reservation)
                    && self.counts(now)
                {
                    self.answers.push(now.since(since).as_secs_f64());
                }
                if let Some(task) = self.tasks.get_mut(task) {
                    task.wait().answered.get_or_insert(now);
                }
            }
            Output::ReservationEnded { reservation, outcome, .. } => {
                self.offered.remove(reservation);
                let counts = u32::from(self.counts(now));
                match outcome {
                    model::task::ReservationEnd::TimedOut => self.unanswered += counts,
                    model::task::ReservationEnd::Rejected => self.rejected += counts,
                    _ => {}
                }
            }
            Output::AgentNotResponding { agent, .. } => self.is_seen(agent, Routability::NotRoutable),
            Output::Expired { task, .. } | Output::Ended { task, .. } => self.ends(*task, Ended::Otherwise),
            Output::WrapUpEnded { task, .. } => self.ends(*task, Ended::Done),
            _ => {}
        }
    }

    fn counts(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    fn is_seen(&mut self, agent: &AgentId, routability: Routability) {
        self.agents.entry(agent.clone()).or_default().presence.push((self.now, routability));
    }

    fn ends(&mut self, task: TaskId, ended: Ended) {
        let Some(mut task) = self.tasks.remove(&task) else { return };
        task.wait().end(self.now, ended);
        if self.counts(task.came) {
            self.done.push(task);
        }
    }

    /// What there is to play; none if nobody came in the stretch.
    pub fn day(mut self) -> Option<RecordedDay> {
        let open: Vec<_> = self.tasks.drain().map(|(_, task)| task).collect();
        for mut task in open.into_iter().filter(|task| self.from <= task.came && task.came < self.to) {
            // Whoever still waits has waited at least until the recording ends.
            if task.wait().answered.is_none() {
                task.wait().end(self.now, Ended::Otherwise);
            }
            self.done.push(task);
        }
        self.done.sort_by_key(|task| (task.came, task.id));
        let (first, last) = (self.done.first()?.came, self.done.last()?.came);
        let assumed = Assumed::of(&self.done);
        let contacts: Vec<_> = self.done.iter().map(|task| assumed.contact(task)).collect();
        let mut scenario =
            Scenario::between(self.from.max(first), self.to.min(last + Duration::from_millis(1)));
        scenario.staff = self.staff(&scenario);
        scenario.demand = Demand::Recorded(contacts);
        let remarks = self.remarks(&assumed);
        let profiles = self.agents.into_values().filter_map(|seen| seen.profile).collect();
        Some(RecordedDay { scenario, profiles, remarks })
    }

    fn staff(&self, scenario: &Scenario) -> Vec<Staff> {
        let offers = f64::from(u32::try_from(self.answers.len()).unwrap_or(u32::MAX));
        let all = (offers + f64::from(self.unanswered) + f64::from(self.rejected)).max(1.0);
        let share = |number: u32| (f64::from(number) / all).min(0.45);
        let delay = match &self.answers[..] {
            [] => Distribution::ZERO,
            answers => Distribution::Seen(Arc::from(answers)),
        };
        let member = |(agent, seen): (&AgentId, &Seen)| Staff {
            agent: agent.clone(),
            group: match seen.profile.as_ref().map(|profile| profile.kind) {
                Some(routing::AgentKind::Virtual) => super::model::VIRTUAL.into(),
                _ => "agents".into(),
            },
            shifts: shifts(&seen.presence, scenario),
            answering: Answering {
                delay: delay.clone(),
                unanswered: share(self.unanswered),
                rejected: share(self.rejected),
                returns_after: RETURNS_AFTER,
            },
            pace: 1.0,
        };
        self.agents.iter().filter(|(_, seen)| seen.profile.is_some()).map(member).collect()
    }

    fn remarks(&self, assumed: &Assumed) -> Vec<String> {
        let mut remarks = vec![format!(
            "{} contacts are recorded; of {} the patience is censored: they were answered first, or were still \
             waiting. It is assumed to go on exponentially, at the rate at which customers of the same queue left",
            self.done.len(),
            assumed.censored
        )];
        for (queue, rate) in &assumed.leaving {
            remarks.push(match rate {
                Some(mean) => {
                    format!("queue {queue}: customers leave at a rate of one in {mean:.0} s of waiting")
                }
                None => format!("queue {queue}: nobody left, so customers are assumed to wait for ever"),
            });
        }
        if assumed.unhandled > 0 {
            let unhandled = assumed.unhandled;
            remarks
                .push(format!("{unhandled} were never handled: if they are now, times of others are drawn"));
        }
        if self.gaps > 0 {
            remarks.push(format!("{} records could not be replayed: what they said is missing", self.gaps));
        }
        if self.left_out > 0 {
            remarks.push(format!("{} contacts past the first {MOST_CONTACTS} are left out", self.left_out));
        }
        remarks
    }
}

impl Task {
    fn wait(&mut self) -> &mut Wait {
        self.waits.last_mut().expect("a task begins with a wait")
    }
}

impl Wait {
    fn new(queue: QueueId, requirements: Requirements, facts: TaskFacts, began: Timestamp) -> Self {
        Self { queue, requirements, facts, began, answered: None, wrapping: None, ended: None }
    }

    fn end(&mut self, at: Timestamp, ended: Ended) {
        self.ended.get_or_insert((at, ended));
    }

    fn handling(&self) -> Option<Duration> {
        let (ended, _) = self.ended?;
        Some(self.wrapping.unwrap_or(ended).since(self.answered?))
    }

    fn wrap_up(&self) -> Duration {
        match (self.wrapping, self.ended) {
            (Some(wrapping), Some((ended, _))) => ended.since(wrapping),
            _ => Duration::ZERO,
        }
    }

    fn waited(&self) -> Duration {
        let until = self.answered.or(self.ended.map(|(at, _)| at)).unwrap_or(self.began);
        until.since(self.began)
    }

    fn was_abandoned(&self) -> bool {
        self.answered.is_none() && self.ended.is_some_and(|(_, ended)| ended == Ended::Abandoned)
    }
}

/// What is drawn where the recording shows nothing.
struct Assumed {
    /// Mean patience in seconds by queue; none where nobody left.
    leaving: BTreeMap<QueueId, Option<f64>>,
    handling: BTreeMap<QueueId, Arc<[f64]>>,
    wrap_up: BTreeMap<QueueId, Arc<[f64]>>,
    anywhere: Arc<[f64]>,
    censored: usize,
    unhandled: usize,
}

impl Assumed {
    fn of(tasks: &[Task]) -> Self {
        let mut waited = BTreeMap::<QueueId, (f64, u32)>::new();
        let mut handling = BTreeMap::<QueueId, Vec<f64>>::new();
        let mut wrap_up = BTreeMap::<QueueId, Vec<f64>>::new();
        let (mut censored, mut unhandled) = (0, 0);
        for wait in tasks.iter().flat_map(|task| &task.waits) {
            let sums = waited.entry(wait.queue.clone()).or_default();
            sums.0 += wait.waited().as_secs_f64();
            sums.1 += u32::from(wait.was_abandoned());
            censored += usize::from(!wait.was_abandoned());
            match wait.handling() {
                Some(time) => {
                    handling.entry(wait.queue.clone()).or_default().push(time.as_secs_f64());
                    wrap_up.entry(wait.queue.clone()).or_default().push(wait.wrap_up().as_secs_f64());
                }
                None => unhandled += 1,
            }
        }
        let mean = |(time, left): (f64, u32)| (left > 0 && time > 0.0).then(|| time / f64::from(left));
        let all: Vec<f64> = handling.values().flatten().copied().collect();
        let seen = |times: BTreeMap<QueueId, Vec<f64>>| {
            times.into_iter().map(|(queue, times)| (queue, times.into()))
        };
        Self {
            leaving: waited.into_iter().map(|(queue, sums)| (queue, mean(sums))).collect(),
            anywhere: if all.is_empty() { Arc::from([0.0]) } else { all.into() },
            handling: seen(handling).collect(),
            wrap_up: seen(wrap_up).collect(),
            censored,
            unhandled,
        }
    }

    fn contact(&self, task: &Task) -> RecordedContact {
        let segment = |wait: &Wait| RecordedSegment {
            queue: wait.queue.clone(),
            requirements: wait.requirements.clone(),
            facts: wait.facts.clone(),
            patience: if wait.was_abandoned() {
                RecordedPatience::Left(wait.waited())
            } else {
                let longer = self.leaving.get(&wait.queue).copied().flatten();
                RecordedPatience::AtLeast(
                    wait.waited(),
                    longer.map(|mean| Distribution::Exponential { mean }),
                )
            },
            handling: wait.handling().map_or_else(|| self.drawn(&self.handling, wait), RecordedTime::Known),
            wrap_up: match wait.handling() {
                Some(_) => RecordedTime::Known(wait.wrap_up()),
                None if self.wrap_up.contains_key(&wait.queue) => self.drawn(&self.wrap_up, wait),
                None => RecordedTime::Known(Duration::ZERO),
            },
        };
        RecordedContact {
            at: task.came,
            channel: task.channel,
            priority: task.priority,
            segments: task.waits.iter().map(segment).collect(),
        }
    }

    fn drawn(&self, times: &BTreeMap<QueueId, Arc<[f64]>>, wait: &Wait) -> RecordedTime {
        let seen = times.get(&wait.queue).unwrap_or(&self.anywhere);
        RecordedTime::Assumed(Distribution::Seen(seen.clone()))
    }
}

impl RecordedDay {
    /// The day under an organisation's rules: what its agents can do is as it says, and what agents could
    /// do whom it does not have is as it was recorded.
    pub fn under(&self, organisation: &Organisation) -> Prepared {
        let Self { mut scenario, mut profiles, .. } = self.clone();
        set_thresholds(&mut scenario, organisation);
        let own = routing_setup::profiles(organisation);
        for profile in &mut profiles {
            if let Some(own) = own.iter().find(|own| own.agent == profile.agent) {
                *profile = own.clone();
            }
        }
        Prepared { scenario, profiles }
    }
}

/// A day of the routing stream; none if nobody came. Reads the whole stream up to its end.
pub async fn read(store: &Store, date: Date, zone: &TimeZone) -> Result<Option<RecordedDay>, StoreError> {
    let midnight = |date: Date| counts::moment(zone, date.to_datetime(jiff::civil::Time::midnight()));
    let (Some(from), Some(to)) = (midnight(date), date.tomorrow().ok().and_then(midnight)) else {
        return Ok(None);
    };
    let mut recorded = Recorded::between(from, to);
    each(store, |record| recorded.take(record)).await?;
    Ok(recorded.day())
}

/// The last day on which anybody came.
pub async fn last_day(store: &Store, zone: &TimeZone) -> Result<Option<Date>, StoreError> {
    let mut last = None;
    each(store, |record| {
        if let Record::Fed { at, input } = record
            && matches!(*input, Input::TaskArrived { .. })
        {
            last = Some(at);
        }
    })
    .await?;
    let moment = last.and_then(|at: Timestamp| jiff::Timestamp::from_millisecond(at.as_millis()).ok());
    Ok(moment.map(|moment| zone.to_datetime(moment).date()))
}

/// All records that can be read, in order.
async fn each(store: &Store, mut take: impl FnMut(Record)) -> Result<(), StoreError> {
    let mut after = Sequence::START;
    loop {
        let page = store.load(&recording::stream(), after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.sequence;
        for recorded in page {
            if let Event::Routing(record) = recorded.event
                && let Ok(record) = serde_json::from_value(record)
            {
                take(record);
            }
        }
    }
}

/// When an agent could be offered work, within the scenario's time; not routable between is a break.
fn shifts(presence: &[(Timestamp, Routability)], scenario: &Scenario) -> Vec<Shift> {
    let last = scenario.ends + scenario.overtime;
    let after = |at: Timestamp| at.min(last).since(scenario.begins);
    let mut shifts = Vec::<Shift>::new();
    let end = [(last, Routability::LoggedOut)];
    let mut since = None;
    for (at, routability) in presence.iter().chain(&end) {
        let is_routable = *routability == Routability::Routable;
        match since {
            None if is_routable => since = Some(after(*at)),
            Some(from) if !is_routable => {
                let to = after(*at);
                if from < to {
                    shifts.push(Shift { from, to, breaks: Vec::new() });
                }
                since = None;
            }
            _ => {}
        }
    }
    shifts
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::task::TransferTarget;
    use routing::{Queue, TaskRequest};

    const START: i64 = 1_700_000_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(START + seconds * 1_000)
    }

    /// A router's recording, made by telling one.
    struct Desk {
        recorded: Recorded,
        outputs: Vec<Output>,
        router: routing::Router,
    }

    impl Desk {
        fn new() -> Self {
            let queues = ["bot", "people"].map(|name| (QueueId::new(name).unwrap(), Queue::default()));
            let configuration = Configuration { queues: queues.into(), ..Configuration::default() };
            let mut recorded = Recorded::between(at(0), at(86_400));
            recorded.take(Record::started(&configuration, 7));
            Self { recorded, outputs: Vec::new(), router: routing::Router::new(configuration, 7) }
        }

        fn tell(&mut self, seconds: i64, input: Input) {
            self.router.handle(at(seconds), input.clone(), &mut self.outputs);
            self.recorded.take(Record::Fed { at: at(seconds), input: Box::new(input) });
        }

        fn is_at_work(&mut self, seconds: i64, agent: &str, queue: &str) {
            let profile = serde_json::json!({
                "agent": agent, "queues": [queue], "capacity": { "chat": { "most": 1 } },
            });
            self.tell(seconds, Input::AgentUpserted { profile: serde_json::from_value(profile).unwrap() });
            self.goes(seconds, agent, "available");
        }

        fn goes(&mut self, seconds: i64, agent: &str, presence: &str) {
            let (agent, presence) = (AgentId::new(agent).unwrap(), PresenceName::new(presence).unwrap());
            self.tell(seconds, Input::PresenceChanged { agent, presence });
        }

        fn comes(&mut self, seconds: i64, number: u128, queue: &str) {
            let task = serde_json::json!({
                "id": uuid::Uuid::from_u128(number), "queue": queue, "channel": "chat",
                "waiting_since": at(seconds),
            });
            let task: TaskRequest = serde_json::from_value(task).unwrap();
            self.tell(seconds, Input::TaskArrived { task });
        }

        /// The last offer is accepted.
        fn accepts(&mut self, seconds: i64) {
            let offered = self.outputs.iter().rev().find_map(|output| match output {
                Output::Offered { reservation, agent, .. } => Some((*reservation, agent.clone())),
                _ => None,
            });
            let (reservation, agent) = offered.unwrap();
            self.tell(seconds, Input::Accept { reservation, agent });
        }
    }

    fn task(number: u128) -> TaskId {
        TaskId(uuid::Uuid::from_u128(number))
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_recording_shows_waits_handling_wrap_up_and_shifts_and_says_what_it_assumes() {
        let mut desk = Desk::new();
        desk.is_at_work(0, "scout", "bot");
        desk.is_at_work(100, "ana", "people");
        desk.comes(200, 1, "bot");
        desk.accepts(202);
        let target = TransferTarget::Queue { queue: QueueId::new("people").unwrap() };
        let requirements = Requirements::NONE;
        desk.tell(
            260,
            Input::TaskTransferred {
                task: task(1),
                target,
                requirements,
                preferred_agent: None,
                facts: None,
            },
        );
        desk.accepts(270);
        // While ana is busy somebody gives up, and somebody else still waits when the recording ends.
        desk.comes(300, 2, "people");
        desk.comes(310, 3, "people");
        desk.tell(350, Input::TaskCanceled { task: task(2), reason: CancelReason::Abandoned });
        desk.tell(570, Input::WrapUpStarted { task: task(1) });
        desk.goes(580, "ana", "break");
        desk.tell(600, Input::Completed { task: task(1) });
        let day = desk.recorded.day().unwrap();

        let Demand::Recorded(contacts) = &day.scenario.demand else { panic!("it is recorded") };
        let [handed_on, left, waiting] = &contacts[..] else { panic!("{contacts:?}") };
        let [bot, person] = &handed_on.segments[..] else { panic!("{handed_on:?}") };
        assert_eq!(
            (&bot.handling, &bot.wrap_up),
            (&RecordedTime::Known(seconds(58)), &RecordedTime::Known(Duration::ZERO))
        );
        assert_eq!(person.handling, RecordedTime::Known(seconds(300)));
        assert_eq!(person.wrap_up, RecordedTime::Known(seconds(30)));
        // Of the people's queue one left after fifty seconds; the first waited ten, the last 290 and goes on.
        assert_eq!(left.segments[0].patience, RecordedPatience::Left(seconds(50)));
        let longer = Some(Distribution::Exponential { mean: 350.0 });
        assert_eq!(person.patience, RecordedPatience::AtLeast(seconds(10), longer));
        assert_eq!(bot.patience, RecordedPatience::AtLeast(seconds(2), None));
        let handled_like_others = RecordedTime::Assumed(Distribution::Seen(Arc::from([300.0])));
        assert_eq!(
            (&left.segments[0].handling, &waiting.segments[0].handling),
            (&handled_like_others, &handled_like_others)
        );

        assert_eq!(day.scenario.begins, at(200));
        let shift = |name: &str| {
            let member = day.scenario.staff.iter().find(|member| member.agent.as_str() == name).unwrap();
            (member.shifts[0].from, member.shifts[0].to)
        };
        assert_eq!(shift("ana"), (Duration::ZERO, seconds(380)));
        assert!(shift("scout").1 > seconds(4 * 3_600));
        let all = day.remarks.join("\n");
        for said in [
            "3 contacts are recorded",
            "of 3 the patience is censored",
            "one in 350 s",
            "queue bot: nobody left",
            "2 were never handled",
        ] {
            assert!(all.contains(said), "{said}: {all}");
        }
    }

    #[test]
    fn what_was_before_the_stretch_and_after_a_gap_is_not_played() {
        let mut desk = Desk::new();
        desk.comes(-60, 1, "people");
        desk.comes(10, 2, "people");
        desk.recorded.take(Record::Gap { missing: 3 });
        desk.recorded.take(Record::Fed { at: at(20), input: Box::new(Input::Completed { task: task(9) }) });
        let day = desk.recorded.day().unwrap();
        let Demand::Recorded(contacts) = &day.scenario.demand else { panic!("it is recorded") };
        assert_eq!(contacts.len(), 1);
        assert!(
            day.remarks.iter().any(|remark| remark.contains("could not be replayed")),
            "{:?}",
            day.remarks
        );
        assert!(Recorded::between(at(0), at(1)).day().is_none());
    }
}
