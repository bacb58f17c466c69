//! Random histories, judged after every command by a checker that knows only the rules and the log.

use std::cell::RefCell;
use std::collections::BTreeMap;

use model::session::Refusal;
use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::acts::act;
use crate::log::{Log, Outcome};
use crate::support::*;

/// Names the random histories; the same ones by default, so that a failure is one of the code.
const SEED: &str = "TANDEM_SEED";
const HISTORIES: u32 = 600;
/// The log refuses keys older than those the state remembers, of which there are this many.
const REMEMBERED: usize = 64;

/// How often what was asked, refused and recorded.
#[derive(Default)]
struct Seen {
    events: BTreeMap<&'static str, u32>,
    followed: BTreeMap<&'static str, u32>,
    refused: BTreeMap<&'static str, u32>,
    refusals: BTreeMap<String, u32>,
    refused_by_the_log: u32,
}

impl Seen {
    fn note(&mut self, command: &'static str, outcome: &Outcome) {
        match outcome {
            Outcome::Recorded(events) => {
                *self.followed.entry(command).or_default() += 1;
                events.iter().for_each(|event| *self.events.entry(event_name(event)).or_default() += 1);
            }
            Outcome::Refused(refusal) => {
                *self.refused.entry(command).or_default() += 1;
                *self.refusals.entry(refusal_name(refusal)).or_default() += 1;
            }
            Outcome::Duplicate => self.refused_by_the_log += 1,
        }
    }

    fn assert_complete(&self) {
        println!("events: {:#?}\ncommands refused: {:?}\n{:?}", self.events, self.refused, self.refusals);
        for event in EVENTS {
            assert!(self.events.contains_key(event), "no history came to {event}");
        }
        for command in COMMANDS {
            assert!(self.followed.contains_key(command), "{command} was never followed");
            assert!(self.refused.contains_key(command), "{command} was never refused");
        }
    }
}

fn seed() -> u64 {
    std::env::var(SEED).ok().map_or(3, |seed| seed.parse().expect("a seed is a number"))
}

fn refusal_name(refusal: &Refusal) -> String {
    let text = format!("{refusal:?}");
    text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// Histories of any commands: sequences are gapless, one agent has the task at a time apart from
/// supervisors, tasks and offers go their legal ways, keys are unique, nothing happens after erasure;
/// deciding changes nothing; and the live state is the fold of the log.
#[test]
fn any_history_keeps_every_promise_and_all_histories_together_reach_everything() {
    let seen = RefCell::new(Seen::default());
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let seed = seed();
    println!("seed {seed}; another one by {SEED}=…");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, random);
    let ran = runner.run(&vec(act(), 1..150), |acts| {
        let mut log = Log::default();
        for act in acts {
            let command = act.command(&log);
            let outcome = log.deliver(command.clone());
            let keys = log.events.iter().filter(|recorded| recorded.event.deduplication_key().is_some());
            assert!(
                outcome != Outcome::Duplicate || keys.count() > REMEMBERED,
                "the state has forgotten a key too early: {command:?}"
            );
            seen.borrow_mut().note(command_name(&command), &outcome);
        }
        log.check_fold();
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
    seen.borrow().assert_complete();
}
