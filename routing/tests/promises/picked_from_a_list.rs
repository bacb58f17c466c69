//! A queue that does not push: its tasks wait on a list, and agents pick under the same rules.

use model::Channel;
use model::task::{Priority, TransferTarget};
use routing::*;

use crate::support::*;

fn pulled(queue: Queue) -> Queue {
    Queue { delivery: Delivery::Pull, ..queue }
}

fn mails(most: u16) -> [(Channel, Capacity); 1] {
    [(Channel::Email, Capacity::of(most))]
}

fn world(settings: Queue) -> World {
    let mut world = World::new(configuration([("q", pulled(settings)), ("pushed", Queue::default())]));
    world.log_in(profile("ana", &[("billing", 3)], &mails(1), &["q", "pushed"]));
    world.log_in(profile("ben", &[], &mails(2), &["q"]));
    world
}

fn mail(world: &mut World, number: u32, queue: &str) -> Vec<Output> {
    let mail = request(number, queue, Channel::Email, world.now);
    world.arrive(mail)
}

fn pick(world: &mut World, number: u32, by: &str) -> Vec<Output> {
    world.feed(Input::Pick { task: task(number), agent: agent(by) })
}

fn assert_picked(outputs: &[Output], number: u32, by: &str) {
    let [Output::Offered { reservation, .. }, Output::Assigned { .. }] = outputs else {
        panic!("not picked: {outputs:?}")
    };
    let assigned =
        Output::Assigned { task: task(number), reservation: *reservation, agent: agent(by), by: None };
    assert_eq!(outputs[1], assigned);
}

fn refusal(outputs: &[Output]) -> Refusal {
    match outputs {
        [Output::Refused { refusal }] => refusal.clone(),
        other => panic!("not refused: {other:?}"),
    }
}

fn because(outputs: &[Output]) -> PassedOver {
    match refusal(outputs) {
        Refusal::NotForAgent { because, .. } => because,
        other => panic!("{other:?}"),
    }
}

/// What an agent could pick, and what stands against it for the moment.
fn list(world: &World, name: &str) -> Vec<(u32, Option<PassedOver>)> {
    let pickable = world.router.pickable(&agent(name)).into_iter();
    pickable.map(|one| (u32::try_from(one.task.0.as_u128()).unwrap(), one.not_now)).collect()
}

#[test]
fn nothing_is_offered_and_whoever_picks_first_has_it() {
    let mut world = world(Queue::default());
    assert_eq!(mail(&mut world, 1, "q"), []);
    assert!(matches!(world.explain(1).standing, Standing::ToPick { position: 1, step: 1, .. }));
    assert_eq!(world.passed_over(1, "ben"), Some(PassedOver::MayPick));
    assert_eq!(world.explain(1).needs, [Need::Pick { of: 2 }]);
    assert_picked(&pick(&mut world, 1, "ben"), 1, "ben");
    let taken = Refusal::AlreadyTaken { task: task(1), by: agent("ben") };
    assert_eq!(refusal(&pick(&mut world, 1, "ana")), taken);
    assert_eq!(refusal(&pick(&mut world, 1, "ben")), taken);
    assert_eq!(world.complete(1), []);
}

#[test]
fn the_list_has_what_the_agent_can_do_in_order() {
    let mut world = world(Queue::default());
    mail(&mut world, 1, "q");
    let mut rare = request(2, "q", Channel::Email, world.now);
    rare.requirements = needs(&[("billing", 3)]);
    world.arrive(rare);
    let urgent = request(3, "q", Channel::Email, world.now);
    world.arrive(TaskRequest { priority: Priority(1), ..urgent });
    assert_eq!(list(&world, "ana"), [(3, None), (1, None), (2, None)]);
    assert_eq!(list(&world, "ben"), [(3, None), (1, None)]);
    let lacks = because(&pick(&mut world, 2, "ben"));
    assert!(matches!(lacks, PassedOver::MissingSkill { .. }), "{lacks:?}");
    assert_eq!(list(&world, "zoe"), []);
}

#[test]
fn capacity_and_presence_hold_as_for_offers() {
    let mut world = world(Queue::default());
    for number in 1..4 {
        mail(&mut world, number, "q");
    }
    pick(&mut world, 1, "ana");
    let full = PassedOver::NoCapacity { in_hand: 1, most: 1 };
    assert_eq!(list(&world, "ana"), [(2, Some(full.clone())), (3, Some(full.clone()))]);
    assert_eq!(because(&pick(&mut world, 2, "ana")), full);
    world.presence("ben", "break");
    let away = PassedOver::Presence { presence: presence("break") };
    assert_eq!(because(&pick(&mut world, 2, "ben")), away);
    assert_eq!(world.presence("ben", "available"), []);
    assert_picked(&pick(&mut world, 2, "ben"), 2, "ben");
}

#[test]
fn what_was_picked_counts_against_what_is_pushed() {
    let mut world = world(Queue::default());
    mail(&mut world, 1, "q");
    pick(&mut world, 1, "ana");
    assert_offered(&mail(&mut world, 2, "pushed"), &[]);
    assert_offered(&world.complete(1), &[(2, "ana")]);
}

#[test]
fn who_gave_a_task_away_cannot_pick_it_again_at_once() {
    let mut world = world(Queue { reject_delay: seconds(10.0), ..Queue::default() });
    mail(&mut world, 1, "q");
    pick(&mut world, 1, "ana");
    assert_eq!(world.transfer(1, TransferTarget::Queue { queue: queue("q") }), []);
    assert_eq!(because(&pick(&mut world, 1, "ana")), PassedOver::RejectedRecently { until: at(10.0) });
    world.until(at(10.0));
    assert_picked(&pick(&mut world, 1, "ana"), 1, "ana");
}

#[test]
fn steps_relax_and_deadlines_send_on_as_always() {
    let steps = vec![step(StepRequirements::AsRequested, Some(10.0)), step(StepRequirements::Anyone, None)];
    let (deadline, overflow) = (Some(seconds(60.0)), Some(queue("pushed").into()));
    let mut world = world(Queue { steps, deadline, overflow, ..Queue::default() });
    for number in 1..3 {
        let mut rare = request(number, "q", Channel::Email, world.now);
        rare.requirements = needs(&[("billing", 5)]);
        world.arrive(rare);
    }
    assert_eq!(list(&world, "ben"), []);
    assert_eq!(world.until(at(59.0)), []);
    assert_eq!(list(&world, "ben"), [(1, None), (2, None)]);
    assert_picked(&pick(&mut world, 1, "ben"), 1, "ben");
    let happened = world.until(at(60.0));
    assert!(matches!(happened[..], [(_, Output::Overflowed { .. })]), "{happened:?}");
    assert_eq!(
        refusal(&pick(&mut world, 2, "ben")),
        Refusal::NotToPick { task: task(2), queue: queue("pushed") }
    );
}

#[test]
fn what_was_sent_to_one_agent_is_on_that_list_alone_and_does_not_ring() {
    let mut world = world(Queue::default());
    mail(&mut world, 1, "q");
    let to = TransferTarget::Agent { agent: agent("ana"), queue: queue("q") };
    assert_eq!(world.transfer(1, to), []);
    assert_eq!((list(&world, "ana"), list(&world, "ben")), (vec![(1, None)], vec![]));
    assert_eq!(because(&pick(&mut world, 1, "ben")), PassedOver::WaitsForAnother { agent: agent("ana") });
    assert_picked(&pick(&mut world, 1, "ana"), 1, "ana");
}

#[test]
fn a_queue_that_begins_to_push_offers_what_waits_and_keeps_its_age() {
    let mut world = world(Queue::default());
    mail(&mut world, 1, "q");
    world.until(at(5.0));
    let pushing = configuration([("q", Queue::default()), ("pushed", Queue::default())]);
    let outputs = world.feed(Input::Configure { configuration: Box::new(pushing) });
    assert_offered(&outputs, &[(1, "ana")]);
    assert_eq!(world.explain(1).waiting_since, at(0.0));
    let taken = Refusal::AlreadyTaken { task: task(1), by: agent("ana") };
    assert_eq!(refusal(&pick(&mut world, 1, "ben")), taken);
}
