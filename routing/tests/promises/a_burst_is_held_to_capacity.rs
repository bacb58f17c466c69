//! Stories 1 and 2: capacity is exact under a burst, and the backlog drains oldest first.

use model::Channel;
use routing::*;

use crate::checker::Checker;
use crate::support::*;

/// Any well-mixed sequence will do, as long as it is the same each time.
struct Mixed(u64);

impl Mixed {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn team(agents: u32, chats: u16) -> World {
    let mut world = World::new(configuration([("chat", Queue::default())]));
    for number in 0..agents {
        let capacity = [(Channel::Chat, Capacity::of(chats)), (Channel::Voice, Capacity::of(1))];
        world.log_in(profile(&format!("agent{number:03}"), &[], &capacity, &["chat"]));
    }
    world
}

#[test]
fn five_thousand_chats_for_two_hundred_agents_reserve_exactly_six_hundred() {
    let mut world = team(200, 3);
    let mut offered = Vec::new();
    for number in 0..5_000 {
        world.now = at(f64::from(number) / 5_000.0);
        offered.extend(offers(&world.chat(number, "chat")).into_iter().map(|(_, task, _)| task));
    }
    let board = world.router.board(world.now);
    assert_eq!((board.queues[0].reserved, board.queues[0].waiting), (600, 4_400));
    assert!(board.agents.iter().all(|agent| agent.tasks.len() == 3), "three each, and not one more");
    let first: Vec<_> = (0..600).map(task).collect();
    assert_eq!(offered, first, "in the order they came");
}

#[test]
fn ten_minutes_of_accepts_rejects_and_timeouts_break_nothing() {
    let configuration = configuration([("chat", Queue::default())]);
    let mut world = World::new(configuration.clone());
    let mut checker = Checker::new(configuration);
    let mut mixed = Mixed(2_026);
    let feed = |world: &mut World, checker: &mut Checker, input: Input| {
        let ticked = world.feed(Input::Tick);
        checker.check(world.now, &Input::Tick, &ticked);
        let outputs = world.feed(input.clone());
        checker.check(world.now, &input, &outputs);
        ticked.into_iter().chain(outputs).any(|output| matches!(output, Output::AgentNotResponding { .. }))
    };
    for number in 0..12 {
        let name = format!("agent{number:02}");
        let capacity = [(Channel::Chat, Capacity::of(3))];
        feed(
            &mut world,
            &mut checker,
            Input::AgentUpserted { profile: profile(&name, &[], &capacity, &["chat"]) },
        );
        let available = presence("available");
        feed(&mut world, &mut checker, Input::PresenceChanged { agent: agent(&name), presence: available });
    }
    for number in 0..120 {
        let task = request(number, "chat", Channel::Chat, world.now);
        feed(&mut world, &mut checker, Input::TaskArrived { task });
    }
    let mut rang_out = 0;
    for second in 1..=600 {
        world.now = at(f64::from(second));
        for (reservation, by) in checker.live_offers() {
            let input = match mixed.below(40) {
                0 | 1 => Input::Accept { reservation, agent: by },
                2 => Input::Reject { reservation, agent: by, reason: None },
                _ => continue,
            };
            rang_out += u32::from(feed(&mut world, &mut checker, input));
        }
        for task in checker.held() {
            if mixed.below(60) == 0 {
                feed(&mut world, &mut checker, Input::Completed { task });
            }
        }
        let back = agent(&format!("agent{:02}", mixed.below(12)));
        rang_out += u32::from(feed(
            &mut world,
            &mut checker,
            Input::PresenceChanged { agent: back, presence: presence("available") },
        ));
    }
    assert!(rang_out > 5, "some rang out: {rang_out}");
    assert!(checker.open().len() < 110, "work got done: {} left", checker.open().len());
}

#[test]
fn a_freed_slot_goes_to_the_oldest_waiting_not_to_the_newcomer() {
    let mut world = team(1, 1);
    let first = world.chat(0, "chat");
    world.accept(&first);
    for number in 1..=10 {
        world.now = at(f64::from(number));
        assert_offered(&world.chat(number, "chat"), &[]);
    }
    world.now = at(11.0);
    assert_offered(&world.chat(11, "chat"), &[]);
    assert_offered(&world.complete(0), &[(1, "agent000")]);
    assert_offered(&world.chat(12, "chat"), &[]);
}

#[test]
fn wrap_up_holds_the_slot_until_it_ends() {
    let mut world = team(1, 1);
    let first = world.chat(0, "chat");
    world.accept(&first);
    world.chat(1, "chat");
    assert_offered(&world.feed(Input::WrapUpStarted { task: task(0) }), &[]);
    assert_offered_at(&world.until(at(600.0)), &[]);
    assert_offered(&world.complete(0), &[(1, "agent000")]);
}

#[test]
fn a_wrap_up_over_its_limit_ends_by_itself() {
    let limited = Queue { wrap_up_limit: Some(seconds(20.0)), ..Queue::default() };
    let mut world = World::new(configuration([("chat", limited)]));
    world.log_in(profile("ana", &[], &[(Channel::Chat, Capacity::of(1))], &["chat"]));
    let first = world.chat(0, "chat");
    world.accept(&first);
    world.chat(1, "chat");
    world.until(at(5.0));
    world.feed(Input::WrapUpStarted { task: task(0) });
    let happened = world.until(at(26.0));
    assert_eq!(happened[0], (at(25.0), Output::WrapUpEnded { task: task(0), agent: agent("ana") }));
    assert_offered_at(&happened, &[(25.0, 1, "ana")]);
}

#[test]
fn higher_priority_is_first_and_a_new_priority_counts_at_once() {
    let mut world = team(1, 1);
    let first = world.chat(0, "chat");
    world.accept(&first);
    for number in 1..4 {
        world.now = at(f64::from(number));
        world.chat(number, "chat");
    }
    world.feed(Input::TaskReprioritised { task: task(3), priority: model::task::Priority(5) });
    assert_eq!(world.router.place(world.now, task(3)).unwrap().position, 1);
    assert_eq!(world.router.place(world.now, task(1)).unwrap().position, 2);
    assert_offered(&world.complete(0), &[(3, "agent000")]);
}

/// The front of a line is looked at first; what is behind it is not forgotten.
#[test]
fn a_task_far_back_in_line_is_found_by_who_can_do_it() {
    let mut world = World::new(configuration([("q", Queue::default()), ("other", Queue::default())]));
    let most = [(Channel::Chat, Capacity::of(1))];
    for number in 1..=3_000 {
        let mut hard = request(number, "q", Channel::Chat, world.now);
        hard.requirements = needs(&[("magic", if number % 2 == 0 { 5 } else { 3 })]);
        world.arrive(hard);
    }
    world.until(at(1.0));
    world.chat(3_001, "q");
    world.until(at(2.0));
    world.chat(3_002, "other");
    let offered = world.log_in(profile("ana", &[], &most, &["other", "q"]));
    assert_offered(&offered, &[(3_001, "ana")]);
    let offered = world.log_in(profile("ben", &[("magic", 4)], &most, &["other", "q"]));
    assert_offered(&offered, &[(1, "ben")]);
    let offered = world.log_in(profile("cem", &[("magic", 5)], &most, &["q"]));
    assert_offered(&offered, &[(2, "cem")]);
}

/// What customers ask comes and goes; kinds of tasks that were forgotten are not mistaken for others.
#[test]
fn ten_thousand_kinds_of_tasks_come_and_go_and_the_next_finds_its_agent() {
    let mut world = World::new(configuration([("q", Queue::default())]));
    let chat = [(Channel::Chat, Capacity::of(1))];
    let name = |number: u32| format!("skill{number}");
    let able = |one: u32, other: u32| {
        let (one, other) = (name(one), name(other));
        profile(&format!("{one}-{other}"), &[(&one, 5), (&other, 5)], &chat, &["q"])
    };
    let asking = |number: u32, one: u32, other: u32| {
        let requirements = needs(&[(&name(one), 2), (&name(other), 3)]);
        TaskRequest { requirements, ..request(number, "q", Channel::Chat, at(0.0)) }
    };
    // Nobody can do these: they keep the front of the line.
    for number in 1..=2_500 {
        let hard = needs(&[("magic", 1)]);
        world.arrive(TaskRequest { requirements: hard, ..request(number, "q", Channel::Chat, at(0.0)) });
    }
    for agent in 0..10 {
        world.feed(Input::AgentUpserted { profile: able(agent, 20 + agent) });
    }
    for number in 0..11_000 {
        world.arrive(asking(10_000 + number, number / 110, 200 + number % 110));
        world.feed(Input::Completed { task: task(10_000 + number) });
    }
    for number in 0..300 {
        world.arrive(asking(30_000 + number, number / 20, 20 + number % 20));
    }
    for agent in 0..10 {
        let profile = able(agent, 20 + agent);
        let by = profile.agent.as_str().to_owned();
        assert_offered(&world.presence(&by, "available"), &[(30_000 + agent * 20 + agent, &by)]);
    }
    for agent in 0..10 {
        world.feed(Input::AgentRemoved { agent: able(agent, 20 + agent).agent });
    }
    let outputs = world.log_in(able(12, 32));
    assert_offered(&outputs, &[(30_000 + 12 * 20 + 12, "skill12-skill32")]);
}
