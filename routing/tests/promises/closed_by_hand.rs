//! A queue, or all of them, closed by hand whatever the hours say.

use model::Channel;
use routing::*;

use crate::support::*;

const CHAT: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(1))];

fn world(settings: Queue) -> World {
    let mut world = World::new(configuration([("q", settings), ("other", Queue::default())]));
    world.log_in(profile("ana", &[], &CHAT, &["q", "other"]));
    world
}

fn close(world: &mut World, name: Option<&str>, until: Option<f64>) -> Vec<Output> {
    let (queue, since) = (name.map(queue), world.now);
    world.feed(Input::QueueClosed { queue, reason: "fire alarm".into(), since, until: until.map(at) })
}

fn reopen(world: &mut World, name: Option<&str>) -> Vec<Output> {
    world.feed(Input::QueueReopened { queue: name.map(queue) })
}

#[test]
fn what_comes_to_a_queue_closed_by_hand_waits_until_it_is_opened() {
    let mut world = world(Queue::default());
    close(&mut world, Some("q"), None);
    assert_offered(&world.chat(1, "q"), &[]);
    let because = Some("fire alarm".to_owned());
    assert_eq!(
        world.explain(1).standing,
        Standing::Closed { position: 1, opens_at: None, because: because.clone() }
    );
    assert_eq!(world.router.board(world.now).queues[1].closing, because);
    let other = world.chat(2, "other");
    assert_offered(&other, &[(2, "ana")]);
    world.reject(&other);
    assert_offered(&reopen(&mut world, Some("q")), &[(1, "ana")]);
}

#[test]
fn a_closing_with_an_end_opens_by_itself() {
    let mut world = world(Queue::default());
    close(&mut world, Some("q"), Some(600.0));
    world.chat(1, "q");
    assert_eq!(world.explain(1).needs, [Need::Opening { at: Some(at(600.0)) }]);
    assert_offered_at(&world.until(at(599.999)), &[]);
    assert_offered_at(&world.until(at(600.0)), &[(600.0, 1, "ana")]);
}

#[test]
fn all_queues_close_at_once_and_each_stays_closed_that_was_closed_itself() {
    let mut world = world(Queue::default());
    close(&mut world, Some("q"), None);
    close(&mut world, None, None);
    assert_offered(&world.chat(1, "q"), &[]);
    assert_offered(&world.chat(2, "other"), &[]);
    assert_offered(&reopen(&mut world, None), &[(2, "ana")]);
    assert!(matches!(world.explain(1).standing, Standing::Closed { .. }));
}

#[test]
fn a_new_configuration_opens_nothing() {
    let mut world = world(Queue::default());
    close(&mut world, None, None);
    let new = configuration([("q", Queue::default()), ("new", Queue::default())]);
    world.feed(Input::Configure { configuration: Box::new(new) });
    assert_offered(&world.chat(1, "q"), &[]);
    world.chat(2, "new");
    assert!(matches!(world.explain(2).standing, Standing::Closed { .. }));
}

#[test]
fn the_queues_times_stand_still_while_it_is_closed_by_hand() {
    let mut world = world(Queue { deadline: Some(seconds(60.0)), ..Queue::default() });
    world.presence("ana", "break");
    world.chat(1, "q");
    world.until(at(20.0));
    close(&mut world, Some("q"), Some(1_000.0));
    let expired = Output::Expired { task: task(1), queue: queue("q") };
    assert_eq!(world.until(at(2_000.0)), [(at(1_040.0), expired)]);
}

#[test]
fn hours_that_close_later_keep_it_closed() {
    let day = [("monday", vec!["00:00-01:00"]), ("thursday", vec!["00:00-00:10", "02:00-03:00"])];
    let hours = Hours::new("UTC", day, []).unwrap();
    // The beginning is a Thursday, at midnight.
    let mut world = world(Queue { hours: Some(hours), ..Queue::default() });
    close(&mut world, Some("q"), Some(1_800.0));
    world.chat(1, "q");
    assert_eq!(world.explain(1).needs, [Need::Opening { at: Some(at(7_200.0)) }]);
    assert_offered_at(&world.until(at(8_000.0)), &[(7_200.0, 1, "ana")]);
}

#[test]
fn a_task_restored_into_a_queue_closed_by_hand_has_not_aged_by_it() {
    let mut world = world(Queue { deadline: Some(seconds(60.0)), ..Queue::default() });
    world.presence("ana", "break");
    world.now = at(5_000.0);
    let reason = "fire alarm".to_owned();
    world.feed(Input::QueueClosed { queue: None, reason, since: at(1_020.0), until: Some(at(6_000.0)) });
    let restored = request(1, "q", Channel::Chat, at(1_000.0));
    let state = RestoredState::Pending;
    world.feed(Input::TaskRestored { task: restored, queued_since: at(1_000.0), state });
    let expired = Output::Expired { task: task(1), queue: queue("q") };
    assert_eq!(world.until(at(9_000.0)), [(at(6_040.0), expired)]);
}

#[test]
fn closings_that_were_over_before_a_restart_have_not_aged_a_restored_task() {
    let mut world = world(Queue { deadline: Some(seconds(60.0)), ..Queue::default() });
    world.presence("ana", "break");
    world.now = at(5_000.0);
    let closed = |queue: Option<&str>, since: f64, until: f64| {
        let queue = queue.map(crate::support::queue);
        Input::QueueWasClosed { queue, since: at(since), until: at(until) }
    };
    // They overlap, are told in any order, begin before the task, concern another queue.
    world.feed(closed(None, 2_000.0, 4_970.0));
    world.feed(closed(Some("q"), 1_010.0, 3_000.0));
    world.feed(closed(Some("q"), 500.0, 1_005.0));
    world.feed(closed(Some("other"), 4_970.0, 5_000.0));
    let restored = request(1, "q", Channel::Chat, at(1_000.0));
    let state = RestoredState::Pending;
    world.feed(Input::TaskRestored { task: restored, queued_since: at(1_000.0), state });
    // Open from 1005 to 1010 and from 4970 on: 35 seconds.
    let expired = Output::Expired { task: task(1), queue: queue("q") };
    assert_eq!(world.until(at(9_000.0)), [(at(5_025.0), expired)]);
}

#[test]
fn a_task_is_as_old_after_a_restart_as_without_one() {
    let settings = || Queue { deadline: Some(seconds(60.0)), ..Queue::default() };
    let mut lived = world(settings());
    lived.presence("ana", "break");
    lived.now = at(100.0);
    lived.chat(1, "q");
    lived.until(at(110.0));
    close(&mut lived, Some("q"), Some(400.0));
    lived.until(at(200.0));
    close(&mut lived, None, None);
    lived.until(at(600.0));
    reopen(&mut lived, None);
    lived.until(at(620.0));

    let mut restarted = world(settings());
    restarted.presence("ana", "break");
    restarted.now = at(620.0);
    let (until, of_all) = (at(400.0), at(600.0));
    restarted.feed(Input::QueueWasClosed { queue: Some(queue("q")), since: at(110.0), until });
    restarted.feed(Input::QueueWasClosed { queue: None, since: at(200.0), until: of_all });
    let state = RestoredState::Pending;
    let restored = request(1, "q", Channel::Chat, at(100.0));
    restarted.feed(Input::TaskRestored { task: restored, queued_since: at(100.0), state });
    let expired = [(at(650.0), Output::Expired { task: task(1), queue: queue("q") })];
    assert_eq!(lived.until(at(2_000.0)), expired);
    assert_eq!(restarted.until(at(2_000.0)), expired);
}
