//! Which waiting task comes first: in its queue by the queue's order, and among queues that share agents
//! by their share.

use std::num::NonZeroU32;

use model::task::Priority;
use model::{Channel, Timestamp};
use routing::*;

use crate::support::*;

fn number(value: u32) -> NonZeroU32 {
    NonZeroU32::new(value).unwrap()
}

/// One agent, busy with a chat that came first, who serves all the queues.
fn busy(configuration: Configuration) -> World {
    let names: Vec<_> = configuration.queues.keys().cloned().collect();
    let mut world = World::new(configuration);
    let names: Vec<_> = names.iter().map(model::QueueId::as_str).collect();
    world.log_in(profile("ana", &[], &[(Channel::Chat, Capacity::of(1))], &names));
    let first = world.chat(1_000, names[0]);
    world.accept(&first);
    world
}

fn waits(world: &mut World, number: u32, queue: &str, when: f64, priority: i32) {
    world.until(at(when));
    let chat = request(number, queue, Channel::Chat, world.now);
    assert_offered(&world.arrive(TaskRequest { priority: Priority(priority), ..chat }), &[]);
}

/// The tasks in the order they are served from `when` on, each done at once.
fn served(world: &mut World, when: f64, count: usize) -> Vec<u32> {
    world.until(at(when));
    let mut next = world.complete(1_000);
    let mut order = Vec::new();
    for _ in 0..count {
        let (_, served, _) = only_offer(&next);
        world.accept(&next);
        order.push(u32::try_from(served.0.as_u128()).unwrap());
        next = world.feed(Input::Completed { task: served });
    }
    order
}

fn one(order: WaitingOrder) -> Configuration {
    configuration([("q", Queue { order, ..Queue::default() })])
}

#[test]
fn a_score_lets_age_overtake_priority() {
    let two_points = WaitingOrder::Score { points_a_minute: number(2) };
    let mut world = busy(one(two_points));
    waits(&mut world, 1, "q", 60.0, 0);
    waits(&mut world, 2, "q", 60.0 + 4.0 * 60.0, 10);
    waits(&mut world, 3, "q", 60.0 + 6.0 * 60.0, 10);
    assert_eq!(served(&mut world, 1_000.0, 3), [2, 1, 3], "five minutes are worth ten points");
}

#[test]
fn last_in_is_first_out_within_a_priority() {
    let mut world = busy(one(WaitingOrder::LastInFirst));
    for (number, when, priority) in [(1, 1.0, 0), (2, 2.0, 0), (3, 3.0, 5), (4, 4.0, 0), (5, 5.0, 5)] {
        waits(&mut world, number, "q", when, priority);
    }
    assert_eq!(world.router.board(world.now).queues[0].waiting_since, Some(at(1.0)));
    assert_eq!(served(&mut world, 9.0, 5), [5, 3, 4, 2, 1]);
}

#[test]
fn another_order_sorts_who_waits_already_and_nobody_loses_age() {
    let mut world = busy(one(WaitingOrder::LastInFirst));
    for number in 1..=4 {
        waits(&mut world, number, "q", f64::from(number), 0);
    }
    assert!(matches!(world.explain(4).standing, Standing::Waiting { position: 1, .. }));
    world.feed(Input::Configure { configuration: Box::new(one(WaitingOrder::Priority)) });
    assert!(matches!(world.explain(4).standing, Standing::Waiting { position: 4, .. }));
    assert_eq!(world.explain(1).waiting_since, at(1.0));
    assert_eq!(served(&mut world, 9.0, 4), [1, 2, 3, 4]);
}

fn two(share: Share, stakes: [Stake; 2]) -> Configuration {
    let [gold, plain] = stakes.map(|stake| Queue { stake, ..Queue::default() });
    Configuration { share, ..configuration([("gold", gold), ("plain", plain)]) }
}

#[test]
fn strict_shares_serve_one_queue_before_the_other_whatever_its_age_and_priority() {
    let stakes = [Stake { rank: 1, ..Stake::default() }, Stake { rank: 2, ..Stake::default() }];
    let mut world = busy(two(Share::Strict, stakes));
    waits(&mut world, 1, "plain", 1.0, 9);
    waits(&mut world, 2, "gold", 2.0, 0);
    waits(&mut world, 3, "gold", 3.0, 1);
    assert_eq!(served(&mut world, 9.0, 3), [3, 2, 1]);
}

#[test]
fn weighted_shares_serve_three_to_one_as_long_as_both_have_work() {
    let stakes = [Stake { weight: number(3), ..Stake::default() }, Stake::default()];
    let mut world = busy(two(Share::Weighted, stakes));
    for task in 0..40 {
        let queue = if task < 20 { "plain" } else { "gold" };
        waits(&mut world, task, queue, 1.0 + f64::from(task), 0);
    }
    let order = served(&mut world, 100.0, 40);
    let gold_of_first = |count: usize| order[..count].iter().filter(|task| **task >= 20).count();
    assert_eq!((gold_of_first(8), gold_of_first(16), gold_of_first(24)), (6, 12, 18));
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..40).collect::<Vec<_>>(), "and in the end all are served");
}

#[test]
fn a_queue_that_had_no_work_for_a_while_has_saved_up_nothing() {
    let mut world = busy(two(Share::Weighted, [Stake::default(), Stake::default()]));
    for task in 0..10 {
        waits(&mut world, task, "gold", 1.0 + f64::from(task), 0);
    }
    assert_eq!(served(&mut world, 20.0, 9), (0..9).collect::<Vec<_>>());
    world.until(at(30.0));
    // The tenth is offered and not yet accepted; now both queues have work.
    for task in 10..22 {
        world.chat(task, if task < 16 { "plain" } else { "gold" });
    }
    let tenth = world.explain(9).standing;
    let Standing::Offered { reservation, agent, .. } = tenth else { panic!("{tenth:?}") };
    world.feed(Input::Accept { reservation, agent });
    let mut next = world.complete(9);
    let mut ahead = 0_i32;
    for _ in 0..12 {
        let (_, served, _) = only_offer(&next);
        ahead += if served < task(16) { 1 } else { -1 };
        assert!(ahead.abs() <= 2, "they take turns");
        world.accept(&next);
        next = world.feed(Input::Completed { task: served });
    }
}

#[test]
fn the_service_level_share_serves_first_what_costs_most_to_leave_waiting() {
    let stake = |target: f64, cost: u32, handling: f64| Stake {
        target: seconds(target),
        cost: number(cost),
        handling: seconds(handling),
        ..Stake::default()
    };
    let order = |gold, plain| {
        let mut world = busy(two(Share::ServiceLevel, [gold, plain]));
        waits(&mut world, 1, "plain", 10.0, 0);
        waits(&mut world, 2, "gold", 20.0, 0);
        served(&mut world, 40.0, 2)
    };
    assert_eq!(order(stake(60.0, 1, 60.0), stake(60.0, 1, 60.0)), [1, 2], "30 s of 60 before 20 s of 60");
    assert_eq!(order(stake(20.0, 1, 60.0), stake(60.0, 1, 60.0)), [2, 1], "20 s of 20 before 30 s of 60");
    assert_eq!(order(stake(60.0, 2, 60.0), stake(60.0, 1, 60.0)), [2, 1], "twice the cost");
    assert_eq!(order(stake(60.0, 1, 30.0), stake(60.0, 1, 60.0)), [2, 1], "half the work");
}

#[test]
fn priority_comes_before_the_service_level() {
    let mut world = busy(two(Share::ServiceLevel, [Stake::default(), Stake::default()]));
    waits(&mut world, 1, "plain", 1.0, 0);
    waits(&mut world, 2, "gold", 30.0, 1);
    assert_eq!(served(&mut world, 40.0, 2), [2, 1]);
    let choice = |world: &World, number| match world.explain(number).standing {
        Standing::Assigned { choice, .. } | Standing::Offered { choice, .. } => choice.map(|one| one.rule),
        other => panic!("{other:?}"),
    };
    world.chat(3, "gold");
    world.chat(4, "plain");
    let (reservation, by) = match world.explain(3).standing {
        Standing::Offered { reservation, agent, .. } => (reservation, agent),
        other => panic!("{other:?}"),
    };
    world.feed(Input::Accept { reservation, agent: by });
    world.complete(3);
    assert_eq!(choice(&world, 4), Some(Rule::FirstInLine { share: Share::ServiceLevel }));
}

/// Two tasks ring out as the only one who can do a third becomes free.
#[test]
fn by_weight_too_the_first_in_line_comes_first_when_much_moves_at_once() {
    let limited = || Queue { wrap_up_limit: Some(seconds(30.0)), ..Queue::default() };
    let queues = configuration([("gold", limited()), ("plain", limited())]);
    let mut world = World::new(Configuration { share: Share::Weighted, ..queues });
    let chats = |most| [(Channel::Chat, Capacity::of(most))];
    world.log_in(profile("ben", &[("billing", 1)], &chats(2), &["gold", "plain"]));
    for number in [8, 9] {
        let offered = world.chat(number, "plain");
        world.accept(&offered);
        world.feed(Input::WrapUpStarted { task: task(number) });
    }
    world.log_in(profile("cem", &[], &chats(2), &["gold", "plain"]));
    world.chat(3, "gold");
    world.chat(2, "plain");
    let asks = TaskRequest {
        requirements: needs(&[("billing", 1)]),
        ..request(4, "plain", Channel::Chat, Timestamp(-1_000))
    };
    assert_offered(&world.arrive(asks), &[]);
    let happened = world.until(at(30.0));
    assert_offered_at(&happened, &[(30.0, 3, "ben"), (30.0, 4, "ben")]);
}
