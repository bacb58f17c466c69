//! Why does this wait, why did that go there: every decision can be explained.

use model::Channel;
use model::task::Level;
use routing::*;

use crate::support::*;

const CHAT: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(1))];

#[test]
fn every_candidate_is_listed_with_why_it_was_passed_over() {
    let mut world = World::new(configuration([("q", Queue::default()), ("other", Queue::default())]));
    let french = [("french", 5)];
    for (name, skills, queues) in [
        ("away", &french[..], &["q"][..]),
        ("busy", &french, &["q", "other"]),
        ("elsewhere", &french, &["other"]),
        ("mute", &french, &["q"]),
        ("novice", &[("french", 2)], &["q"]),
        ("rejected", &french, &["q"]),
        ("ringing", &french, &["q", "other"]),
        ("unskilled", &[], &["q"]),
    ] {
        let mut profile = profile(name, skills, &CHAT, queues);
        if name != "mute" {
            profile.languages.insert(model::Language::new("de").unwrap());
        }
        world.feed(Input::AgentUpserted { profile });
    }
    for (number, name) in [(100, "busy"), (101, "ringing")] {
        world.presence(name, "available");
        let offered = world.chat(number, "other");
        if name == "busy" {
            world.accept(&offered);
        }
    }
    for name in ["elsewhere", "mute", "novice", "rejected", "unskilled"] {
        world.presence(name, "available");
    }
    let mut wanted = request(1, "q", Channel::Chat, world.now);
    wanted.requirements = in_language("de", needs(&[("french", 4)]));
    let offered = world.arrive(wanted);
    assert_offered(&offered, &[(1, "rejected")]);
    world.reject(&offered);

    let french = model::Skill::new("french").unwrap();
    let missing = |has: Option<u8>| PassedOver::MissingSkill {
        skill: french.clone(),
        level: Level::new(4).unwrap(),
        has: has.map(|level| Level::new(level).unwrap()),
    };
    let explanation = world.explain(1);
    let found: Vec<_> = explanation
        .candidates
        .iter()
        .map(|candidate| (candidate.agent.as_str(), candidate.passed_over.clone().unwrap()))
        .collect();
    let expected = [
        ("away", PassedOver::Presence { presence: presence("offline") }),
        ("busy", PassedOver::NoCapacity { in_hand: 1, most: 1 }),
        ("rejected", PassedOver::RejectedRecently { until: at(20.0) }),
        ("ringing", PassedOver::OfferedAnother { task: task(101) }),
        ("mute", PassedOver::MissingLanguage { language: model::Language::new("de").unwrap() }),
        ("novice", missing(Some(2))),
        ("unskilled", missing(None)),
    ];
    assert_eq!(found, expected);
    assert_eq!((explanation.agents, explanation.matching), (7, 4));
    let needs = [Need::FreeAgent { of: 2 }, Need::Presence { of: 1 }, Need::AskAgain { at: at(20.0) }];
    assert_eq!(explanation.needs, needs);
}

#[test]
fn an_offer_names_the_rule_and_who_would_have_been_next() {
    let mut world = World::new(configuration([("q", Queue::default())]));
    for (second, name) in [(0.0, "cem"), (1.0, "ben"), (2.0, "ana")] {
        world.until(at(second));
        world.log_in(profile(name, &[], &CHAT, &["q"]));
    }
    world.chat(1, "q");
    let Standing::Offered { agent: by, choice: Some(choice), .. } = world.explain(1).standing else {
        panic!()
    };
    let rule = Rule::Selected { by: Selection::LongestIdle(LongestIdle::Unoccupied) };
    let expected = Choice { at: at(2.0), rule, step: Some(1), runner_up: Some(agent("ben")) };
    assert_eq!((by, choice), (agent("cem"), expected));
    assert_eq!(world.passed_over(1, "ben"), Some(PassedOver::NotSelected { by: Selection::default() }));
    assert_eq!(world.passed_over(1, "cem"), None);
}

#[test]
fn the_first_in_line_is_told_so_when_an_agent_becomes_free() {
    let mut world = World::new(configuration([("q", Queue::default())]));
    world.chat(1, "q");
    world.chat(2, "q");
    assert_eq!(world.explain(1).needs, [Need::MatchingAgent]);
    world.log_in(profile("ana", &[], &CHAT, &["q"]));
    let Standing::Offered { choice: Some(choice), .. } = world.explain(1).standing else { panic!() };
    assert_eq!(choice.rule, Rule::FirstInLine { share: Share::InOrder });
    assert!(matches!(world.explain(2).standing, Standing::Waiting { position: 1, step: 1, steps: 1, .. }));
}

#[test]
fn the_runner_up_is_found_across_profiles_and_behind_many_who_do_not_fit() {
    let mut world = World::new(configuration([("q", Queue::default())]));
    for number in 0..40 {
        let skill = format!("skill{number}");
        world.log_in(profile(&format!("other{number}"), &[(&skill, 1)], &CHAT, &["q"]));
    }
    for (number, name) in ["yan", "zoe"].iter().enumerate() {
        world.until(at(1.0 + f64::from(u32::try_from(number).unwrap())));
        let own = format!("own{number}");
        world.log_in(profile(name, &[("rare", 3), (&own, 1)], &CHAT, &["q"]));
    }
    let mut wanted = request(1, "q", Channel::Chat, world.now);
    wanted.requirements = needs(&[("rare", 2)]);
    assert_offered(&world.arrive(wanted), &[(1, "yan")]);
    let Standing::Offered { choice: Some(choice), .. } = world.explain(1).standing else { panic!() };
    assert_eq!(choice.runner_up, Some(agent("zoe")));
}

#[test]
fn a_customer_hears_the_place_and_an_estimate_that_grows_while_nobody_answers() {
    let mut world = World::new(configuration([("q", Queue::default())]));
    world.log_in(profile("ana", &[], &CHAT, &["q"]));
    for number in 0..6 {
        world.chat(number, "q");
    }
    let place = |world: &World| world.router.place(world.now, task(5)).unwrap();
    assert_eq!((place(&world).position, place(&world).estimate), (5, None));
    for number in 0..3 {
        let (reservation, ..) = match world.explain(number).standing {
            Standing::Offered { reservation, agent, .. } => (reservation, agent),
            standing => panic!("{standing:?}"),
        };
        world.feed(Input::Accept { reservation, agent: agent("ana") });
        world.until(at(10.0 * f64::from(number + 1)));
        world.complete(number);
    }
    let estimate = Estimate { wait_ms: 20_000, answers: 3 };
    assert_eq!((place(&world).position, place(&world).estimate), (2, Some(estimate)));
    world.now = at(45.0);
    assert_eq!(place(&world).estimate.unwrap().wait_ms, 30_000);
    assert_eq!(world.router.place(world.now, task(3)), None, "it rings");
}

#[test]
fn an_explanation_of_a_large_queue_stays_small() {
    let mut world = World::new(configuration([("q", Queue::default())]));
    for number in 0..1_000 {
        world.feed(Input::AgentUpserted { profile: profile(&format!("agent{number}"), &[], &CHAT, &["q"]) });
    }
    world.chat(1, "q");
    let explanation = world.explain(1);
    assert_eq!((explanation.agents, explanation.candidates.len()), (1_000, Explanation::MOST_CANDIDATES));
    assert_eq!(world.router.explain(world.now, task(2)), None);
}
