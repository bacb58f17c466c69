//! Auto-answer: where the queue or the agent says so, an offer is accepted as it is made.

use model::Channel;
use routing::*;

use crate::support::*;

const TWO_CHATS: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(2))];

/// Each offer, and that it is assigned at once under the same reservation.
fn assigned(outputs: &[Output]) -> Vec<(u32, String)> {
    let pair = |pair: &[Output]| match pair {
        [Output::Offered { reservation: offered, .. }, Output::Assigned { task, reservation, agent, .. }] => {
            assert_eq!(offered, reservation);
            (u32::try_from(task.0.as_u128()).unwrap(), agent.to_string())
        }
        other => panic!("no offer that is answered: {other:?}"),
    };
    outputs.chunks(2).map(pair).collect()
}

#[test]
fn a_queue_that_answers_assigns_at_once_and_within_capacity() {
    let settings = Queue { answering: Answering::Automatic, ..Queue::default() };
    let mut world = World::new(configuration([("q", settings)]));
    for number in 1..5 {
        assert_eq!(world.chat(number, "q"), []);
    }
    let outputs = world.log_in(profile("ana", &[], &TWO_CHATS, &["q"]));
    assert_eq!(assigned(&outputs), [(1, "ana".to_owned()), (2, "ana".to_owned())]);
    assert_eq!(assigned(&world.complete(1)), [(3, "ana".to_owned())]);
    assert!(world.until(at(1_000.0)).is_empty(), "nothing rings, so nothing rings out");
}

#[test]
fn an_agent_who_is_answered_for_does_not_ring_and_the_others_do() {
    let mut world = World::new(configuration([("q", Queue::default())]));
    let ana = AgentProfile { answering: Answering::Automatic, ..profile("ana", &[], &TWO_CHATS, &["q"]) };
    world.log_in(ana);
    world.log_in(profile("ben", &[], &TWO_CHATS, &["q"]));
    assert_eq!(assigned(&world.chat(1, "q")), [(1, "ana".to_owned())]);
    let ringing = world.chat(2, "q");
    assert!(matches!(ringing[..], [Output::Offered { .. }]), "{ringing:?}");
    assert_offered(&ringing, &[(2, "ben")]);
}

#[test]
fn accepting_what_was_answered_changes_nothing() {
    let settings = Queue { answering: Answering::Automatic, ..Queue::default() };
    let mut world = World::new(configuration([("q", settings)]));
    world.log_in(profile("ana", &[], &TWO_CHATS, &["q"]));
    let outputs = world.chat(1, "q");
    let (reservation, ..) = only_offer(&outputs);
    let refusal = Refusal::AlreadyAccepted { reservation, agent: agent("ana") };
    assert_eq!(world.accept(&outputs), [Output::Refused { refusal }]);
}
