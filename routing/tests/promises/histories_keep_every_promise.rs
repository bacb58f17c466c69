//! Random histories, judged after every step by a checker that knows the rules and not the router.

use std::sync::atomic::{AtomicUsize, Ordering};

use model::task::{CallbackMode, CancelReason, Priority, TransferTarget};
use model::{RejectReason, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;
use routing::*;

use crate::checker::Checker;
use crate::random::Draws;
use crate::random::people::{AGENTS, any_profile, any_request, any_requirements, callback};
use crate::random::rules::{DRAWN, QUEUES, organisation};
use crate::support::*;

const PRESENCES: [&str; 5] = ["available", "available", "available", "break", "offline"];

#[derive(Debug, Clone)]
pub enum Act {
    Pass { millis: u32, punctual: bool },
    Arrive(Vec<u8>),
    Profile { agent: usize, profile: Vec<u8> },
    Presence { agent: usize, presence: usize },
    Remove { agent: usize },
    Accept(Index),
    Reject(Index, u8),
    AcceptByAnother(Index, usize),
    Assign { task: Index, agent: usize, capacity: CapacityRule },
    Pick { task: Index, agent: usize },
    WrapUp(Index),
    Complete(Index),
    Cancel(Index),
    Transfer { task: Index, queue: usize, agent: Option<usize>, requirements: Vec<u8> },
    Release(Index),
    Reprioritise(Index, i32),
    Configure(Vec<u8>),
    Age(Index, i64),
    ChooseCallback(Index, bool, u8),
    DeclineCallback(Index),
    Answer(Index),
    FailCall(Index),
    Close { queue: usize, until: Option<u32> },
    Reopen { queue: usize },
}

pub fn act() -> impl Strategy<Value = Act> {
    let agent = 0..AGENTS.len();
    let queue = 0..QUEUES.len();
    prop_oneof![
        4 => (0..9_000u32, prop::bool::weighted(0.7)).prop_map(|(millis, punctual)| Act::Pass { millis, punctual }),
        6 => bytes(16).prop_map(Act::Arrive),
        1 => (agent.clone(), bytes(8)).prop_map(|(agent, profile)| Act::Profile { agent, profile }),
        3 => (agent.clone(), 0..PRESENCES.len()).prop_map(|(agent, presence)| Act::Presence { agent, presence }),
        1 => agent.clone().prop_map(|agent| Act::Remove { agent }).boxed(),
        5 => any::<Index>().prop_map(Act::Accept),
        2 => (any::<Index>(), 0..4u8).prop_map(|(offer, reason)| Act::Reject(offer, reason)),
        1 => (any::<Index>(), agent.clone()).prop_map(|(offer, agent)| Act::AcceptByAnother(offer, agent)),
        1 => (any::<Index>(), agent.clone(), any::<bool>()).prop_map(|(task, agent, respected)| {
            let capacity = if respected { CapacityRule::Respected } else { CapacityRule::Ignored };
            Act::Assign { task, agent, capacity }
        }),
        2 => (any::<Index>(), agent.clone()).prop_map(|(task, agent)| Act::Pick { task, agent }),
        2 => any::<Index>().prop_map(Act::WrapUp),
        4 => any::<Index>().prop_map(Act::Complete),
        1 => any::<Index>().prop_map(Act::Cancel),
        1 => (any::<Index>(), queue, prop::option::weighted(0.3, agent), bytes(3))
            .prop_map(|(task, queue, agent, requirements)| Act::Transfer { task, queue, agent, requirements }),
        1 => any::<Index>().prop_map(Act::Release),
        1 => (any::<Index>(), 0..3i32).prop_map(|(task, priority)| Act::Reprioritise(task, priority)),
        1 => bytes(DRAWN).prop_map(Act::Configure),
        1 => (any::<Index>(), 0..9_000i64).prop_map(|(task, age)| Act::Age(task, age)),
        1 => (any::<Index>(), any::<bool>(), 1..4u8)
            .prop_map(|(task, first, attempts)| Act::ChooseCallback(task, first, attempts)),
        1 => any::<Index>().prop_map(Act::DeclineCallback),
        1 => any::<Index>().prop_map(Act::Answer),
        1 => any::<Index>().prop_map(Act::FailCall),
        1 => (0..=QUEUES.len(), prop::option::weighted(0.5, 1..9_000u32))
            .prop_map(|(queue, until)| Act::Close { queue, until }),
        2 => (0..=QUEUES.len()).prop_map(|queue| Act::Reopen { queue }),
    ]
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), most)
}

fn reason(number: u8) -> Option<RejectReason> {
    [None, Some("busy"), Some("lunch"), Some("unheard_of")][usize::from(number)].map(reject_reason)
}

pub struct History {
    pub world: World,
    checker: Checker,
    tasks: u32,
    /// How many it was fed, ticks among them.
    inputs: usize,
    /// As the routing stream has it.
    pub records: Vec<Record>,
    /// All that came of it.
    pub outputs: Vec<Output>,
}

impl History {
    /// By the plainest rules, until others come.
    pub fn new() -> Self {
        Self::by(organisation(&[]))
    }

    pub fn by(configuration: Configuration) -> Self {
        let mut history = Self {
            world: World::new(configuration.clone()),
            records: vec![Record::started(&configuration, SEED)],
            checker: Checker::new(configuration),
            tasks: 0,
            inputs: 0,
            outputs: Vec::new(),
        };
        history.feed(Input::Tick);
        for (number, name) in (0u8..).zip(&AGENTS[..4]) {
            history.feed(Input::AgentUpserted { profile: any_profile(name, &[number, number]) });
        }
        history
    }

    /// What an agent is told could be picked; held against what the rules say.
    fn pickable(&self, agent: &model::AgentId) -> Vec<model::TaskId> {
        let told = self.world.router.pickable(agent);
        let judged = self.checker.pickable(agent);
        for (task, now) in &judged {
            let found = told.iter().find(|pickable| pickable.task == *task);
            let found = found.unwrap_or_else(|| panic!("{task} is not on the list of {agent}"));
            assert_eq!(found.not_now.is_none(), *now, "{found:?}");
        }
        told.into_iter().map(|pickable| pickable.task).collect()
    }

    fn feed(&mut self, input: Input) {
        let ticked = self.feed_one(Input::Tick);
        self.checker.check(self.world.now, &Input::Tick, &ticked);
        let outputs = self.feed_one(input.clone());
        self.checker.check(self.world.now, &input, &outputs);
        if let Some(next) = self.world.router.next_deadline() {
            assert!(next > self.world.now, "what is due is done");
        }
    }

    fn feed_one(&mut self, input: Input) -> Vec<Output> {
        let at = self.world.now;
        self.inputs += 1;
        if self.world.router.is_worth_recording(at, &input) {
            self.records.push(Record::Fed { at, input: Box::new(input.clone()) });
        }
        let outputs = self.world.feed(input);
        self.outputs.extend(outputs.clone());
        outputs
    }

    fn pass(&mut self, millis: u32, punctual: bool) {
        let then = Timestamp(self.world.now.0 + i64::from(millis));
        while punctual && let Some(due) = self.world.router.next_deadline().filter(|due| *due <= then) {
            self.world.now = due;
            self.feed(Input::Tick);
        }
        self.world.now = then;
        self.feed(Input::Tick);
    }

    pub fn act(&mut self, act: Act) {
        let now = self.world.now;
        let held = self.checker.held();
        let open = self.checker.open();
        let live = self.checker.live_offers();
        let of = |index: Index, tasks: &[model::TaskId]| {
            if tasks.is_empty() { task(u32::MAX) } else { tasks[index.index(tasks.len())] }
        };
        let offer = |index: Index| (!live.is_empty()).then(|| live[index.index(live.len())].clone());
        let input = match act {
            Act::Pass { millis, punctual } => return self.pass(millis, punctual),
            Act::Arrive(bytes) => {
                self.tasks += 1;
                Input::TaskArrived { task: any_request(self.tasks, &bytes, now) }
            }
            Act::Profile { agent, profile } => {
                Input::AgentUpserted { profile: any_profile(AGENTS[agent], &profile) }
            }
            Act::Presence { agent: index, presence: to } => {
                Input::PresenceChanged { agent: agent(AGENTS[index]), presence: presence(PRESENCES[to]) }
            }
            Act::Remove { agent: index } => Input::AgentRemoved { agent: agent(AGENTS[index]) },
            Act::Accept(index) => match offer(index) {
                Some((reservation, agent)) => Input::Accept { reservation, agent },
                None => return,
            },
            Act::Reject(index, number) => match offer(index) {
                Some((reservation, agent)) => Input::Reject { reservation, agent, reason: reason(number) },
                None => return,
            },
            Act::AcceptByAnother(index, other) => match offer(index) {
                Some((reservation, _)) => Input::Accept { reservation, agent: agent(AGENTS[other]) },
                None => return,
            },
            Act::Assign { task, agent: to, capacity } => {
                Input::Assign { task: of(task, &open), agent: agent(AGENTS[to]), capacity, by: None }
            }
            Act::Pick { task, agent: by } => {
                let by = agent(AGENTS[by]);
                let could = self.pickable(&by);
                // Now and then something that is not on the list.
                let of_those = if could.is_empty() { open } else { could };
                Input::Pick { task: of(task, &of_those), agent: by }
            }
            Act::WrapUp(index) => Input::WrapUpStarted { task: of(index, &held) },
            Act::Complete(index) => Input::Completed { task: of(index, &held) },
            Act::Cancel(index) => {
                Input::TaskCanceled { task: of(index, &open), reason: CancelReason::Abandoned }
            }
            Act::Transfer { task, queue: to, agent: name, requirements } => Input::TaskTransferred {
                task: of(task, &open),
                target: match name {
                    Some(index) => {
                        TransferTarget::Agent { agent: agent(AGENTS[index]), queue: queue(QUEUES[to]) }
                    }
                    None => TransferTarget::Queue { queue: queue(QUEUES[to]) },
                },
                requirements: any_requirements(&mut Draws::of(&requirements)),
                preferred_agent: None,
                facts: None,
            },
            Act::Release(index) => Input::TaskReleased { task: of(index, &held), reservation: None },
            Act::Reprioritise(index, priority) => {
                Input::TaskReprioritised { task: of(index, &open), priority: Priority(priority) }
            }
            Act::Age(index, age) => {
                Input::TaskAged { task: of(index, &open), waiting_since: Timestamp(now.0 - age) }
            }
            Act::ChooseCallback(index, agent_first, attempts) => {
                let mode = if agent_first { CallbackMode::AgentFirst } else { CallbackMode::CustomerFirst };
                let callback = callback(mode, attempts);
                Input::CallbackChosen { task: of(index, &open), callback, not_before: None }
            }
            Act::DeclineCallback(index) => Input::CallbackDeclined { task: of(index, &open) },
            Act::Answer(index) => Input::CustomerAnswered { task: of(index, &self.checker.calling()) },
            Act::FailCall(index) => {
                let called = [self.checker.calling(), held].concat();
                Input::CallFailed { task: of(index, &called) }
            }
            Act::Close { queue: index, until } => Input::QueueClosed {
                queue: QUEUES.get(index).map(|name| queue(name)),
                reason: "fire".to_owned(),
                since: now,
                until: until.map(|millis| Timestamp(now.0 + i64::from(millis))),
            },
            Act::Reopen { queue: index } => {
                Input::QueueReopened { queue: QUEUES.get(index).map(|name| queue(name)) }
            }
            Act::Configure(bytes) => Input::Configure { configuration: Box::new(organisation(&bytes)) },
        };
        self.feed(input);
    }
}

/// With `--nocapture` it says how much was judged.
#[test]
fn any_history_keeps_capacity_order_deadlines_and_leaves_nobody_waiting() {
    let (inputs, outputs) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut runner = TestRunner::new(ProptestConfig { cases: cases(), ..ProptestConfig::default() });
    let histories = (bytes(DRAWN), prop::collection::vec(act(), 1..160));
    let judged = runner.run(&histories, |(rules, acts)| {
        let mut history = History::by(organisation(&rules));
        acts.into_iter().for_each(|act| history.act(act));
        inputs.fetch_add(history.inputs, Ordering::Relaxed);
        outputs.fetch_add(history.outputs.len(), Ordering::Relaxed);
        Ok(())
    });
    println!("judged: {inputs:?} inputs, {outputs:?} outputs");
    judged.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn the_same_history_gives_the_same_outputs(
        rules in bytes(DRAWN),
        acts in prop::collection::vec(act(), 1..60),
    ) {
        let mut histories = [0; 2].map(|_| History::by(organisation(&rules)));
        for act in acts {
            histories.iter_mut().for_each(|history| history.act(act.clone()));
            let boards = histories.each_ref().map(|history| history.world.router.board(history.world.now));
            prop_assert_eq!(&boards[0], &boards[1]);
            prop_assert_eq!(histories[0].checker.live_offers(), histories[1].checker.live_offers());
        }
    }
}

#[test]
fn a_backlog_is_what_these_histories_reach() {
    let mut history = History::new();
    for _ in 0..20 {
        history.act(Act::Arrive(Vec::new()));
    }
    assert_eq!(history.checker.pending(), 20, "nobody is logged in");
    history.act(Act::Presence { agent: 0, presence: 0 });
    assert_eq!((history.checker.pending(), history.checker.live_offers().len()), (18, 2));
}

#[test]
fn a_task_that_rings_at_several_is_what_these_histories_reach() {
    let twice = Queue { offers_at_once: 2, ..Queue::default() };
    let mut history = History::by(configuration([("chat", twice)]));
    for agent in 0..3 {
        history.act(Act::Presence { agent, presence: 0 });
    }
    history.act(Act::Arrive(Vec::new()));
    assert_eq!(history.checker.live_offers().len(), 2, "at most two of the three who are free");
}

/// The checker hears that this task, of two that were waiting, was offered to ana, of two who came.
fn forged(rules: Configuration, offered: u32) {
    let mut checker = Checker::new(rules);
    let now = Timestamp(1_000);
    for (name, skills) in [("ana", 0), ("ben", 2)] {
        checker.check(now, &Input::AgentUpserted { profile: any_profile(name, &[skills]) }, &[]);
    }
    for (number, name) in [(1, "chat"), (2, "sales")] {
        let task = request(number, name, model::Channel::Chat, now);
        checker.check(now, &Input::TaskArrived { task }, &[]);
    }
    let offer = Output::Offered {
        reservation: model::ReservationId(uuid::Uuid::from_u128(1)),
        task: task(offered),
        agent: agent("ana"),
        expires_at: now + Queue::RING,
    };
    let came = Input::PresenceChanged { agent: agent("ana"), presence: presence("available") };
    checker.check(now, &came, &[offer]);
}

fn strict(rank: u16) -> Queue {
    Queue { stake: Stake { rank, ..Stake::default() }, ..Queue::default() }
}

fn strictly(chat: u16, sales: u16) -> Configuration {
    Configuration {
        share: Share::Strict,
        ..configuration([("chat", strict(chat)), ("sales", strict(sales))])
    }
}

#[test]
#[should_panic(expected = "is in line before")]
fn an_offer_out_of_turn_is_noticed() {
    forged(strictly(2, 1), 1);
}

#[test]
#[should_panic(expected = "waits while")]
fn a_task_left_waiting_beside_a_free_agent_is_noticed() {
    // In turn, but ana had room for both.
    forged(strictly(1, 2), 1);
}
