//! A rejection may say why, and the queue may keep the task from that agent for another time then.

use model::Channel;
use routing::*;

use crate::support::*;

fn world() -> World {
    let settings = Queue {
        reject_delay: seconds(20.0),
        reject_delays: [(reject_reason("busy"), seconds(5.0)), (reject_reason("lunch"), seconds(60.0))]
            .into(),
        ..Queue::default()
    };
    let mut world = World::new(configuration([("q", settings)]));
    world.log_in(profile("ana", &[], &[(Channel::Chat, Capacity::of(1))], &["q"]));
    world
}

fn rejecting(world: &mut World, offered: &[Output], reason: Option<&str>) -> Vec<Output> {
    let (reservation, _, by) = only_offer(offered);
    world.feed(Input::Reject { reservation, agent: by, reason: reason.map(reject_reason) })
}

/// After how many seconds ana is asked again.
fn asked_again_after(reason: Option<&str>) -> f64 {
    let mut world = world();
    let offered = world.chat(1, "q");
    rejecting(&mut world, &offered, reason);
    let happened = world.until(at(100.0));
    assert_eq!(offers(&[happened[0].1.clone()]).len(), 1);
    happened[0].0.0 as f64 / 1_000.0
}

#[test]
fn each_reason_has_its_own_delay_and_the_others_have_the_queues() {
    assert_eq!(asked_again_after(Some("busy")), 5.0);
    assert_eq!(asked_again_after(Some("lunch")), 60.0);
    assert_eq!(asked_again_after(Some("unheard_of")), 20.0);
    assert_eq!(asked_again_after(None), 20.0);
}

#[test]
fn the_reason_is_said_with_the_end_of_the_offer() {
    let mut world = world();
    let offered = world.chat(1, "q");
    let ended = rejecting(&mut world, &offered, Some("lunch"));
    let said = |output: &Output| match output {
        Output::ReservationEnded { reason, .. } => reason.clone(),
        _ => None,
    };
    assert_eq!(ended.iter().find_map(said), Some(reject_reason("lunch")));
}

#[test]
fn a_configuration_and_a_rejection_of_earlier_days_still_read() {
    let queue: Queue = serde_json::from_str(r#"{ "reject_delay": 7 }"#).unwrap();
    assert_eq!(queue.delay_after(Some(&reject_reason("busy"))), seconds(7.0));
    let read =
        r#"{ "type": "reject", "reservation": "00000000-0000-8000-8000-000000000001", "agent": "ana" }"#;
    assert!(matches!(serde_json::from_str(read).unwrap(), Input::Reject { reason: None, .. }));
}
