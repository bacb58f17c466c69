//! Removal, release, and inputs that name nobody.

use model::Channel;
use model::task::{Requirements, TransferTarget};
use routing::*;

use crate::support::*;

const CHAT: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(1))];

fn world() -> World {
    let mut world = World::new(configuration([("q", Queue::default())]));
    world.log_in(profile("ana", &[], &CHAT, &["q"]));
    world
}

#[test]
fn a_removed_agents_offer_goes_to_another_and_what_is_assigned_can_be_released() {
    let mut world = world();
    let chat = world.chat(1, "q");
    world.accept(&chat);
    world.log_in(profile("ben", &[], &CHAT, &["q"]));
    world.chat(2, "q");
    world.log_in(profile("cem", &[], &CHAT, &["q"]));
    assert_offered(&world.feed(Input::AgentRemoved { agent: agent("ben") }), &[(2, "cem")]);
    assert_eq!(world.feed(Input::AgentRemoved { agent: agent("ana") }), []);
    assert_offered(&world.feed(Input::TaskReleased { task: task(1), reservation: None }), &[]);
    world.feed(Input::TaskCanceled { task: task(2), reason: model::task::CancelReason::Abandoned });
    assert!(matches!(world.explain(1).standing, Standing::Offered { .. }), "it went to cem, at its age");
    let refusal = Refusal::UnknownAgent { agent: agent("ana") };
    assert_eq!(world.presence("ana", "available"), [Output::Refused { refusal }]);
}

#[test]
fn a_record_that_failed_takes_back_nothing_that_was_decided_since() {
    let mut world = World::new(configuration([("q", Queue::default()), ("p", Queue::default())]));
    world.log_in(profile("ana", &[], &CHAT, &["q"]));
    world.log_in(profile("ben", &[], &CHAT, &["p"]));
    let (first, ..) = only_offer(&world.chat(1, "q"));
    world.feed(Input::Accept { reservation: first, agent: agent("ana") });
    let offer = world.transfer(1, TransferTarget::Queue { queue: queue("p") });
    assert_offered(&offer, &[(1, "ben")]);
    let late = Input::TaskReleased { task: task(1), reservation: Some(first) };
    assert_eq!(world.feed(late), [Output::Refused { refusal: Refusal::NotAssigned { task: task(1) } }]);
    let accepted = world.accept(&offer);
    assert!(matches!(accepted[..], [Output::Assigned { .. }]), "the later offer stands: {accepted:?}");
}

#[test]
fn a_removed_agent_who_comes_back_still_has_in_hand_what_was_not_ended() {
    let mut world = world();
    let chat = world.chat(1, "q");
    world.accept(&chat);
    world.feed(Input::AgentRemoved { agent: agent("ana") });
    assert_offered(&world.log_in(profile("ana", &[], &CHAT, &["q"])), &[]);
    world.chat(2, "q");
    assert_offered(&world.complete(1), &[(2, "ana")]);
}

#[test]
fn an_agent_on_a_break_keeps_what_is_assigned_and_loses_what_rings() {
    let mut world = world();
    world.chat(1, "q");
    let outputs = world.presence("ana", "break");
    assert!(matches!(outputs[..], [Output::ReservationEnded { .. }]), "{outputs:?}");
    let offered = world.presence("ana", "available");
    world.accept(&offered);
    assert_eq!(world.presence("ana", "break"), []);
    assert_eq!(world.router.board(world.now).agents[0].tasks.len(), 1);
}

#[test]
fn a_presence_of_the_organisations_own_counts_as_it_says() {
    let mut configuration = configuration([("q", Queue::default())]);
    configuration.presences.insert(presence("on-demand"), Routability::Routable);
    configuration.presences.insert(presence("training"), Routability::NotRoutable);
    let mut world = World::new(configuration);
    world.feed(Input::AgentUpserted { profile: profile("ana", &[], &CHAT, &["q"]) });
    world.chat(1, "q");
    assert_offered(&world.presence("ana", "training"), &[]);
    assert_offered(&world.presence("ana", "unheard-of"), &[]);
    assert_offered(&world.presence("ana", "on-demand"), &[(1, "ana")]);
}

#[test]
fn what_names_nobody_is_refused_and_changes_nothing() {
    let mut world = world();
    let before = world.router.board(world.now);
    let transfer = |number, target| Input::TaskTransferred {
        task: task(number),
        target,
        requirements: Requirements::NONE,
        preferred_agent: None,
        facts: None,
    };
    let reservation = model::ReservationId(uuid::Uuid::nil());
    for input in [
        Input::TaskArrived { task: request(1, "nowhere", Channel::Chat, world.now) },
        Input::AgentRemoved { agent: agent("nobody") },
        Input::PresenceChanged { agent: agent("nobody"), presence: presence("available") },
        Input::Accept { reservation, agent: agent("ana") },
        Input::Reject { reservation, agent: agent("ana"), reason: None },
        Input::WrapUpStarted { task: task(9) },
        Input::Completed { task: task(9) },
        Input::TaskReleased { task: task(9), reservation: None },
        Input::TaskReprioritised { task: task(9), priority: model::task::Priority(1) },
        transfer(9, TransferTarget::Queue { queue: queue("q") }),
    ] {
        let outputs = world.feed(input.clone());
        assert!(matches!(outputs[..], [Output::Refused { .. }]), "{input:?}: {outputs:?}");
    }
    assert_eq!(world.router.board(world.now), before);
}

#[test]
fn a_transfer_to_nowhere_leaves_the_task_where_it_is() {
    let mut world = world();
    let chat = world.chat(1, "q");
    world.accept(&chat);
    for target in [
        TransferTarget::Queue { queue: queue("nowhere") },
        TransferTarget::Agent { agent: agent("nobody"), queue: queue("q") },
    ] {
        assert!(matches!(world.transfer(1, target)[..], [Output::Refused { .. }]));
    }
    assert!(matches!(world.explain(1).standing, Standing::Assigned { .. }));
}

#[test]
fn a_transferred_task_keeps_its_age_and_the_new_queues_times_begin_anew() {
    let next = Queue { deadline: Some(seconds(60.0)), ..Queue::default() };
    let mut world = World::new(configuration([("q", Queue::default()), ("next", next)]));
    world.log_in(profile("ana", &[], &CHAT, &["q"]));
    let chat = world.chat(1, "q");
    world.accept(&chat);
    world.until(at(100.0));
    world.chat(2, "next");
    world.until(at(120.0));
    assert_offered(&world.transfer(1, TransferTarget::Queue { queue: queue("next") }), &[]);
    assert_eq!(world.router.place(world.now, task(1)).unwrap().position, 1);
    let expired = world.until(at(300.0));
    let when: Vec<_> = expired.iter().map(|(when, _)| *when).collect();
    assert_eq!(when, [at(160.0), at(180.0)]);
}

#[test]
fn inputs_read_back_as_they_were_written() {
    let arrival = Input::TaskArrived { task: request(1, "q", Channel::Chat, at(1.5)) };
    let configure = Input::Configure { configuration: Box::new(configuration([("q", Queue::default())])) };
    for input in [arrival, configure, Input::Tick] {
        let text = serde_json::to_string(&input).unwrap();
        assert_eq!(serde_json::from_str::<Input>(&text).unwrap(), input, "{text}");
    }
}
