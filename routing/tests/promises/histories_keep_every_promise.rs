//! Random histories, judged after every step by a checker that knows the rules and not the router.

use std::num::NonZeroU32;

use model::task::{Callback, CallbackMode, CancelReason, Priority, Requirements, TransferTarget};
use model::{Channel, RejectReason, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use routing::*;

use crate::checker::{Checker, by_expression};
use crate::support::*;

const AGENTS: [&str; 6] = ["ana", "ben", "cem", "dua", "eva", "flo"];
const QUEUES: [&str; 3] = ["chat", "sales", "support"];
const PRESENCES: [&str; 5] = ["available", "available", "available", "break", "offline"];

#[derive(Debug, Clone)]
pub enum Act {
    Pass {
        millis: u32,
        punctual: bool,
    },
    Arrive {
        queue: usize,
        channel: usize,
        needs: u8,
        priority: i32,
        age: i64,
        preferred: Option<usize>,
        later: u32,
    },
    Profile {
        agent: usize,
        skill: u8,
        capacity: u8,
        queues: u8,
    },
    Presence {
        agent: usize,
        presence: usize,
    },
    Remove {
        agent: usize,
    },
    Accept(Index),
    Reject(Index, u8),
    AcceptByAnother(Index, usize),
    Assign {
        task: Index,
        agent: usize,
        capacity: CapacityRule,
    },
    Pick {
        task: Index,
        agent: usize,
    },
    WrapUp(Index),
    Complete(Index),
    Cancel(Index),
    Transfer {
        task: Index,
        queue: usize,
        agent: Option<usize>,
        needs: u8,
    },
    Release(Index),
    Reprioritise(Index, i32),
    Configure {
        variant: u8,
    },
    Age(Index, i64),
    ChooseCallback(Index, bool, u8),
    DeclineCallback(Index),
    Answer(Index),
    FailCall(Index),
    Close {
        queue: usize,
        until: Option<u32>,
    },
    Reopen {
        queue: usize,
    },
}

pub fn act() -> impl Strategy<Value = Act> {
    let agent = 0..AGENTS.len();
    let queue = 0..QUEUES.len();
    prop_oneof![
        4 => (0..9_000u32, prop::bool::weighted(0.7)).prop_map(|(millis, punctual)| Act::Pass { millis, punctual }),
        6 => (
            queue.clone(), 0..3usize, 0..6u8, 0..2i32, 0..4_000i64,
            prop::option::weighted(0.1, agent.clone()), prop_oneof![9 => Just(0u32), 1 => 1..8_000u32],
        ).prop_map(|(queue, channel, needs, priority, age, preferred, later)| {
            Act::Arrive { queue, channel, needs, priority, age, preferred, later }
        }),
        1 => (agent.clone(), 0..6u8, 0..5u8, 1..8u8).prop_map(|(agent, skill, capacity, queues)| {
            Act::Profile { agent, skill, capacity, queues }
        }),
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
        1 => (any::<Index>(), queue, prop::option::weighted(0.3, agent), 0..6u8)
            .prop_map(|(task, queue, agent, needs)| Act::Transfer { task, queue, agent, needs }),
        1 => any::<Index>().prop_map(Act::Release),
        1 => (any::<Index>(), 0..3i32).prop_map(|(task, priority)| Act::Reprioritise(task, priority)),
        1 => (0..5u8).prop_map(|variant| Act::Configure { variant }),
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

fn organisation(variant: u8) -> Configuration {
    let relaxing = Queue {
        steps: vec![
            step(StepRequirements::AsRequested, Some(4.0)),
            Step {
                skip_when: if variant == 1 { SkipWhen::Never } else { SkipWhen::NobodyLoggedIn },
                ..step(StepRequirements::Besides(besides(&[("billing", 1)], OfTask::Required)), Some(2.0))
            },
            step(StepRequirements::Besides(besides(&[("billing", 1)], OfTask::Ignored)), Some(2.0)),
            Step {
                skip_when: SkipWhen::NobodyAvailable,
                ..step(
                    StepRequirements::Only(needs(&[("billing", 1)]).with_conditions([by_expression()])),
                    Some(3.0),
                )
            },
            step(StepRequirements::Anyone, None),
        ],
        ring: [(Channel::Chat, seconds(5.0)), (Channel::Voice, seconds(3.0))].into(),
        reject_delay: seconds(6.0),
        reject_delays: [(reject_reason("busy"), seconds(2.0)), (reject_reason("lunch"), seconds(11.0))]
            .into(),
        deadline: (variant > 0).then(|| seconds(15.0)),
        overflow: (variant > 1).then(|| match variant {
            2 => queue("sales").into(),
            3 => Overflow::Callback { answer_within: seconds(4.0) },
            _ => Overflow::Message,
        }),
        most_waiting: (variant > 2).then_some(3),
        when_closed: if variant == 4 { WhenClosed::Overflow } else { WhenClosed::Wait },
        offers_at_once: 1 + variant % 3,
        ..Queue::default()
    };
    let definitions =
        [LongestIdle::SinceAvailable, LongestIdle::SinceLastInbound, LongestIdle::SinceLastInteraction];
    let plain = Queue {
        selection: Selection::LongestIdle(definitions[usize::from(variant) % 3]),
        wrap_up_limit: Some(seconds(8.0)),
        offers_at_once: if variant == 2 { 50 } else { 3 },
        deadline: (variant == 2).then(|| seconds(40.0)),
        overflow: Some(queue("chat").into()),
        ..Queue::default()
    };
    let short = Queue {
        most_waiting: (variant > 1).then_some(4),
        when_full: (variant > 2).then_some(Overflow::Agent { agent: agent("eva"), queue: queue("chat") }),
        answering: if variant == 1 { Answering::Automatic } else { Answering::ByAgent },
        delivery: if variant == 0 { Delivery::Push } else { Delivery::Pull },
        ..plain.clone()
    };
    Configuration {
        log_out_after_misses: NonZeroU32::new(2 * u32::from(variant)),
        ..configuration([("chat", relaxing), ("sales", plain), ("support", short)])
    }
}

fn reason(number: u8) -> Option<RejectReason> {
    [None, Some("busy"), Some("lunch"), Some("unheard_of")][usize::from(number)].map(reject_reason)
}

fn required(kind: u8) -> Requirements {
    match kind {
        0 | 1 => Requirements::NONE,
        2 => needs(&[("billing", 3)]),
        3 => needs(&[("billing", 2), ("french", 2)]),
        4 => in_language("de", Requirements::NONE),
        _ => needs(&[("french", 5)]),
    }
}

fn random_profile(name: &str, skill: u8, capacity: u8, queues: u8) -> AgentProfile {
    let skills: &[(&str, u8)] = match skill {
        0 | 1 => &[("billing", 4)],
        2 => &[("billing", 2), ("french", 3)],
        3 => &[("french", 5)],
        _ => &[],
    };
    let exclusive = if capacity > 2 { Capacity::exclusive(2) } else { Capacity::of(2) };
    let capacity = [
        (Channel::Chat, exclusive),
        (Channel::Voice, Capacity::of(1)),
        (Channel::Email, Capacity::of(u16::from(capacity))),
    ];
    let served: Vec<_> = (0..3).filter(|bit| queues & (1 << bit) != 0).map(|bit| QUEUES[bit]).collect();
    let mut profile = profile(name, skills, &capacity, &served);
    if skill == 5 {
        profile.answering = Answering::Automatic;
    }
    if skill > 3 {
        profile.languages.insert(model::Language::new("de").unwrap());
    }
    profile
}

pub struct History {
    pub world: World,
    checker: Checker,
    tasks: u32,
    /// As the routing stream has it.
    pub records: Vec<Record>,
    /// All that came of it.
    pub outputs: Vec<Output>,
}

impl History {
    pub fn new() -> Self {
        let configuration = organisation(0);
        let mut history = Self {
            world: World::new(configuration.clone()),
            records: vec![Record::started(&configuration, SEED)],
            checker: Checker::new(configuration),
            tasks: 0,
            outputs: Vec::new(),
        };
        history.feed(Input::Tick);
        for (number, name) in (0u8..).zip(&AGENTS[..4]) {
            history.feed(Input::AgentUpserted { profile: random_profile(name, number, number, 7) });
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
            Act::Arrive { queue, channel, needs, priority, age, preferred, later } => {
                self.tasks += 1;
                Input::TaskArrived {
                    task: TaskRequest {
                        requirements: required(needs),
                        priority: Priority(priority),
                        not_before: (later > 0).then(|| Timestamp(now.0 + i64::from(later))),
                        preferred_agent: preferred.map(|index| PreferredAgent {
                            agent: agent(AGENTS[index]),
                            last_contact: now,
                            at_most: Some(seconds(2.0)),
                        }),
                        ..request(self.tasks, QUEUES[queue], Channel::ALL[channel], Timestamp(now.0 - age))
                    },
                }
            }
            Act::Profile { agent, skill, capacity, queues } => {
                Input::AgentUpserted { profile: random_profile(AGENTS[agent], skill, capacity, queues) }
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
            Act::Transfer { task, queue: to, agent: name, needs } => Input::TaskTransferred {
                task: of(task, &open),
                target: match name {
                    Some(index) => {
                        TransferTarget::Agent { agent: agent(AGENTS[index]), queue: queue(QUEUES[to]) }
                    }
                    None => TransferTarget::Queue { queue: queue(QUEUES[to]) },
                },
                requirements: required(needs),
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
                let callback = Callback { mode, attempts, interval_seconds: 3, ring_seconds: 2 };
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
            Act::Configure { variant } => Input::Configure { configuration: Box::new(organisation(variant)) },
        };
        self.feed(input);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn any_history_keeps_capacity_order_deadlines_and_leaves_nobody_waiting(
        acts in prop::collection::vec(act(), 1..160),
    ) {
        let mut history = History::new();
        for act in acts {
            history.act(act);
        }
    }

    #[test]
    fn the_same_history_gives_the_same_outputs(acts in prop::collection::vec(act(), 1..60)) {
        let mut histories = [History::new(), History::new()];
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
        history.act(Act::Arrive {
            queue: 0,
            channel: 0,
            needs: 0,
            priority: 0,
            age: 0,
            preferred: None,
            later: 0,
        });
    }
    assert_eq!(history.checker.pending(), 20, "nobody is logged in");
    history.act(Act::Presence { agent: 0, presence: 0 });
    assert_eq!((history.checker.pending(), history.checker.live_offers().len()), (18, 2));
}

#[test]
fn a_task_that_rings_at_several_is_what_these_histories_reach() {
    let mut history = History::new();
    for agent in 0..3 {
        history.act(Act::Presence { agent, presence: 0 });
    }
    history.act(Act::Configure { variant: 1 });
    history.act(Act::Arrive {
        queue: 0,
        channel: 0,
        needs: 0,
        priority: 0,
        age: 0,
        preferred: None,
        later: 0,
    });
    assert_eq!(history.checker.live_offers().len(), 2, "at most two of the three who are free");
}
