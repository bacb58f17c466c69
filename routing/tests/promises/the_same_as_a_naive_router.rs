//! On small random worlds the router decides, step by step, what a naive one decides that looks at
//! everything: every share, order, selection and kind of capacity against each other.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use model::task::{CancelReason, Priority};
use model::{Channel, TaskId, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use routing::*;

use crate::naive::{Decided, Naive, State};
use crate::support::*;

const AGENTS: [&str; 5] = ["ana", "ben", "cem", "dua", "eva"];
const QUEUES: [&str; 3] = ["gold", "plain", "late"];

#[derive(Debug, Clone)]
enum Act {
    Pass(u32),
    Arrive { queue: usize, channel: usize, needs: u8, priority: i32, age: i64 },
    Presence { agent: usize, presence: usize },
    Accept(Index),
    Reject(Index),
    WrapUp(Index),
    Complete(Index),
    Cancel(Index),
    Reprioritise(Index, i32),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1..7_000u32).prop_map(Act::Pass),
        6 => (0..3usize, 0..3usize, 0..4u8, 0..3i32, 0..90_000i64).prop_map(
            |(queue, channel, needs, priority, age)| Act::Arrive { queue, channel, needs, priority, age }
        ),
        2 => (0..AGENTS.len(), 0..4usize).prop_map(|(agent, presence)| Act::Presence { agent, presence }),
        4 => any::<Index>().prop_map(Act::Accept),
        1 => any::<Index>().prop_map(Act::Reject),
        1 => any::<Index>().prop_map(Act::WrapUp),
        4 => any::<Index>().prop_map(Act::Complete),
        1 => any::<Index>().prop_map(Act::Cancel),
        1 => (any::<Index>(), 0..3i32).prop_map(|(task, priority)| Act::Reprioritise(task, priority)),
    ]
}

/// Rules drawn from all there are.
fn organisation(share: usize, orders: [usize; 3], selections: [usize; 3]) -> Configuration {
    let number = |value| NonZeroU32::new(value).unwrap();
    let share = [Share::InOrder, Share::Strict, Share::Weighted, Share::ServiceLevel][share];
    let orders = orders.map(|order| match order {
        0 => WaitingOrder::Priority,
        1 => WaitingOrder::Score { points_a_minute: number(2) },
        // The share by service level goes by age, which this order turns round.
        _ if share == Share::ServiceLevel => WaitingOrder::Priority,
        _ => WaitingOrder::LastInFirst,
    });
    let selections = selections.map(|selection| match selection {
        0 => Selection::LongestIdle(LongestIdle::Unoccupied),
        1 => Selection::LongestIdle(LongestIdle::SinceAvailable),
        2 => Selection::LongestIdle(LongestIdle::SinceLastInbound),
        3 => Selection::MostProficient,
        4 => Selection::LeastProficient,
        5 => Selection::FewestActive,
        _ => Selection::RoundRobin,
    });
    let queue = |place: usize| Queue {
        order: orders[place],
        selection: selections[place],
        stake: Stake {
            rank: [2, 1, 1][place],
            weight: number([3, 1, 2][place]),
            cost: number([1, 4, 2][place]),
            target: seconds([20.0, 60.0, 10.0][place]),
            handling: seconds([60.0, 300.0, 90.0][place]),
        },
        steps: match place {
            0 => Vec::new(),
            _ => vec![
                step(StepRequirements::AsRequested, Some(30.0)),
                step(StepRequirements::LevelsLowerBy(2), Some(30.0)),
                step(StepRequirements::Anyone, None),
            ],
        },
        ring: [(Channel::Chat, seconds(6.0)), (Channel::Voice, seconds(4.0))].into(),
        reject_delay: seconds(9.0),
        ..Queue::default()
    };
    Configuration { share, ..configuration((0..3).map(|place| (QUEUES[place], queue(place)))) }
}

/// Agents who differ in all that counts.
fn profiles(kind: usize) -> Vec<AgentProfile> {
    let alone = Capacity::exclusive(1);
    let email = Capacity { yields_to: BTreeSet::from([Channel::Voice]), ..Capacity::of(2) };
    let counted = vec![
        (Channel::Chat, Capacity::of(2)),
        (Channel::Voice, alone.clone()),
        (Channel::Email, email.clone()),
    ];
    let weighed = vec![
        (Channel::Chat, Capacity::weighing(30, 5)),
        (Channel::Voice, Capacity::weighing(100, 1)),
        (Channel::Email, Capacity { weight: 20, ..email }),
    ];
    let skills: [&[(&str, u8)]; 5] = [
        &[("billing", 4)],
        &[("billing", 2), ("french", 3)],
        &[("french", 5)],
        &[],
        &[("billing", 5), ("french", 1)],
    ];
    let serves: [&[&str]; 5] = [&QUEUES, &QUEUES[..2], &QUEUES[1..], &QUEUES, &QUEUES[..1]];
    (0..AGENTS.len())
        .map(|place| {
            let capacity = if (place + kind).is_multiple_of(2) { &counted } else { &weighed };
            profile(AGENTS[place], skills[place], capacity, serves[place])
        })
        .collect()
}

struct Both {
    world: World,
    naive: Naive,
    tasks: u32,
}

impl Both {
    fn feed(&mut self, input: Input) {
        let mut expected = self.naive.handle(self.world.now, &input);
        let outputs = self.world.feed(input);
        self.compare(&mut expected, &outputs);
    }

    fn compare(&self, expected: &mut [Decided], outputs: &[Output]) {
        let decided = |output: &Output| match output {
            Output::Offered { task, agent, .. } => Some(Decided::Offered(*task, agent.clone())),
            Output::ReservationEnded { task, agent, .. } => Some(Decided::Ended(*task, agent.clone())),
            Output::Assigned { task, agent, .. } => Some(Decided::Assigned(*task, agent.clone())),
            _ => None,
        };
        let mut found: Vec<_> = outputs.iter().filter_map(decided).collect();
        // Within one call only what was decided counts, and in the end its order.
        let offers = |all: &[Decided]| -> Vec<Decided> {
            all.iter().filter(|one| matches!(one, Decided::Offered(..))).cloned().collect()
        };
        assert_eq!(offers(&found), offers(expected), "at {}", self.world.now);
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "at {}", self.world.now);
        let held: BTreeSet<_> = self
            .naive
            .tasks
            .values()
            .filter(|task| self.naive.is_held(task))
            .map(|task| task.request.id)
            .collect();
        let board = self.world.router.board(self.world.now);
        let tasks = board.agents.iter().flat_map(|agent| &agent.tasks);
        let on_hold: BTreeSet<_> =
            tasks.filter(|task| task.hold == Hold::Held).map(|task| task.task).collect();
        assert_eq!(on_hold, held, "held at {}", self.world.now);
    }

    fn pass(&mut self, millis: u32) {
        let then = Timestamp(self.world.now.0 + i64::from(millis));
        while let Some(due) = self.world.router.next_deadline().filter(|due| *due <= then) {
            self.world.now = due;
            self.feed(Input::Tick);
        }
        self.world.now = then;
        self.feed(Input::Tick);
    }

    fn chosen(&self, index: Index, wanted: fn(&State) -> bool) -> Option<TaskId> {
        let tasks: Vec<_> = self.naive.tasks.iter().filter(|(_, task)| wanted(&task.state)).collect();
        (!tasks.is_empty()).then(|| *tasks[index.index(tasks.len())].0)
    }

    fn reservation_of(&self, number: TaskId) -> (model::ReservationId, model::AgentId) {
        match self.world.router.explain(self.world.now, number).unwrap().standing {
            Standing::Offered { reservation, agent, .. } => (reservation, agent),
            other => panic!("{other:?}"),
        }
    }

    fn act(&mut self, act: Act) {
        let rings = |state: &State| matches!(state, State::Rings(..));
        let assigned = |state: &State| matches!(state, State::Assigned(_));
        let in_hand = |state: &State| matches!(state, State::Assigned(_) | State::Wrapping(_));
        match act {
            Act::Pass(millis) => self.pass(millis),
            Act::Arrive { queue, channel, needs: kind, priority, age } => {
                self.tasks += 1;
                let since = Timestamp(self.world.now.0 - age);
                let requirements = match kind {
                    0 | 1 => needs(&[]),
                    2 => needs(&[("billing", 2)]),
                    _ => needs(&[("billing", 1), ("french", 3)]),
                };
                let request = request(self.tasks, QUEUES[queue], Channel::ALL[channel], since);
                let task = TaskRequest { requirements, priority: Priority(priority), ..request };
                self.feed(Input::TaskArrived { task });
            }
            Act::Presence { agent: index, presence: to } => {
                let to = ["available", "available", "break", "offline"][to];
                self.feed(Input::PresenceChanged { agent: agent(AGENTS[index]), presence: presence(to) });
            }
            Act::Accept(index) => {
                let Some(task) = self.chosen(index, rings) else { return };
                let (reservation, agent) = self.reservation_of(task);
                let mut expected = vec![self.naive.accept(task)];
                let outputs = self.world.feed(Input::Accept { reservation, agent });
                self.compare(&mut expected, &outputs);
            }
            Act::Reject(index) => {
                let Some(task) = self.chosen(index, rings) else { return };
                let (reservation, agent) = self.reservation_of(task);
                let mut expected = Vec::new();
                self.naive.reject(task, &mut expected);
                let outputs = self.world.feed(Input::Reject { reservation, agent, reason: None });
                self.compare(&mut expected, &outputs);
            }
            Act::WrapUp(index) => {
                let Some(task) = self.chosen(index, assigned) else { return };
                self.feed(Input::WrapUpStarted { task });
            }
            Act::Complete(index) => {
                let Some(task) = self.chosen(index, in_hand) else { return };
                self.feed(Input::Completed { task });
            }
            Act::Cancel(index) => {
                let Some(task) = self.chosen(index, |_| true) else { return };
                self.feed(Input::TaskCanceled { task, reason: CancelReason::Abandoned });
            }
            Act::Reprioritise(index, priority) => {
                let Some(task) = self.chosen(index, |_| true) else { return };
                self.feed(Input::TaskReprioritised { task, priority: Priority(priority) });
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn every_decision_is_the_one_that_looking_at_everything_gives(
        share in 0..4usize,
        orders in prop::array::uniform3(0..3usize),
        selections in prop::array::uniform3(0..7usize),
        kind in 0..2usize,
        acts in prop::collection::vec(act(), 1..120),
    ) {
        let configuration = organisation(share, orders, selections);
        let mut both = Both {
            world: World::new(configuration.clone()),
            naive: Naive::new(configuration),
            tasks: 0,
        };
        for profile in profiles(kind) {
            let agent = profile.agent.clone();
            both.feed(Input::AgentUpserted { profile });
            both.feed(Input::PresenceChanged { agent, presence: presence("available") });
        }
        acts.into_iter().for_each(|act| both.act(act));
    }
}
