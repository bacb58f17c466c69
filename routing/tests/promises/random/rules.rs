//! Configurations with every rule there is.

use std::num::NonZeroU32;

use model::Channel;
use model::task::Requirements;
use routing::*;

use super::{Draws, conditions};
use crate::support::*;

pub const QUEUES: [&str; 3] = ["chat", "sales", "support"];

/// So many bytes make a whole configuration.
pub const DRAWN: usize = 160;

pub fn organisation(bytes: &[u8]) -> Configuration {
    let mut draws = Draws::of(bytes);
    let share = draws.one_of(&[Share::InOrder, Share::Strict, Share::Weighted, Share::ServiceLevel]);
    let log_out_after_misses = NonZeroU32::new(draws.one_of(&[0, 0, 2, 4]));
    let at_most = seconds(draws.one_of(&[30.0, 3.0]));
    let queues: Vec<_> = QUEUES.iter().map(|name| (*name, any_queue(&mut draws, share))).collect();
    Configuration {
        share,
        log_out_after_misses,
        preferred_agent: PreferredAgentRule { at_most, ..PreferredAgentRule::default() },
        ..configuration(queues)
    }
}

fn any_queue(draws: &mut Draws<'_>, share: Share) -> Queue {
    let number = |value| NonZeroU32::new(value).unwrap();
    // The share by service level goes by age, which this order turns round: no organisation has both.
    let last = if share == Share::ServiceLevel { WaitingOrder::Priority } else { WaitingOrder::LastInFirst };
    let score = WaitingOrder::Score { points_a_minute: number(20) };
    let idle = [
        LongestIdle::Unoccupied,
        LongestIdle::SinceAvailable,
        LongestIdle::SinceLastInbound,
        LongestIdle::SinceLastInteraction,
    ];
    let [one, two, three, four] = idle.map(Selection::LongestIdle);
    let (most, least) = (Selection::MostProficient, Selection::LeastProficient);
    let choices = [one, two, three, four, most, least, Selection::FewestActive, Selection::RoundRobin];
    let reject_delays = [(reject_reason("busy"), seconds(2.0)), (reject_reason("lunch"), seconds(11.0))];
    Queue {
        order: draws.one_of(&[WaitingOrder::Priority, score, last]),
        selection: if draws.once_in(9) { Selection::Random } else { draws.one_of(&choices) },
        stake: Stake {
            rank: draws.one_of(&[1, 2, 3]),
            weight: number(draws.one_of(&[1, 2, 3])),
            cost: number(draws.one_of(&[1, 4])),
            target: seconds(draws.one_of(&[20.0, 5.0])),
            handling: seconds(draws.one_of(&[300.0, 90.0])),
        },
        ring: [(Channel::Chat, seconds(5.0)), (Channel::Voice, seconds(3.0))].into(),
        reject_delay: seconds(6.0),
        reject_delays: reject_delays.into(),
        wrap_up_limit: draws.once_in(3).then(|| seconds(8.0)),
        deadline: draws.one_of(&[None, Some(15.0), None, Some(40.0)]).map(seconds),
        overflow: any_end(draws),
        most_waiting: draws.one_of(&[None, None, Some(3)]),
        when_full: any_end(draws),
        hours: draws.once_in(5).then(an_hour_in_two_parts),
        when_closed: draws.one_of(&[WhenClosed::Wait, WhenClosed::Overflow]),
        answering: if draws.once_in(6) { Answering::Automatic } else { Answering::ByAgent },
        delivery: if draws.once_in(5) { Delivery::Pull } else { Delivery::Push },
        offers_at_once: draws.one_of(&[1, 1, 2, 3, 50]),
        steps: (0..draws.below(6)).map(|_| any_step(draws)).collect(),
    }
}

/// Closed for a minute, half a minute into each history.
fn an_hour_in_two_parts() -> Hours {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let intervals = || vec!["00:00-00:01", "00:02-24:00"];
    Hours::new("UTC", days.map(|day| (day, intervals())), []).unwrap()
}

fn any_end(draws: &mut Draws<'_>) -> Option<Overflow> {
    let to = queue(draws.one_of(&QUEUES));
    match draws.below(7) {
        0 | 1 => None,
        2 => Some(Overflow::Queue { queue: to }),
        3 => Some(Overflow::Agent { agent: agent("eva"), queue: to }),
        4 => Some(Overflow::Callback { answer_within: seconds(4.0) }),
        5 => Some(Overflow::Voicemail),
        _ => Some(Overflow::Message),
    }
}

fn any_step(draws: &mut Draws<'_>) -> Step {
    let billing = || needs(&[("billing", 1)]);
    let requirements = match draws.below(8) {
        0 => StepRequirements::AsRequested,
        1 => StepRequirements::LevelsLowerBy(1 + draws.below(3)),
        2 => StepRequirements::Only(with_condition(billing(), draws)),
        3 => StepRequirements::Besides(besides(&[("billing", 1)], OfTask::Required)),
        4 => StepRequirements::Besides(besides(&[("billing", 1)], OfTask::Ignored)),
        5 => StepRequirements::Besides(Besides {
            own: with_condition(in_language("de", Requirements::NONE), draws),
            task_skills: OfTask::Required,
            task_language: OfTask::Ignored,
        }),
        6 => StepRequirements::LanguageOnly,
        _ => StepRequirements::Anyone,
    };
    Step {
        requirements,
        duration: draws.one_of(&[Some(2.0), Some(4.0), Some(3.0), Some(9.0), None]).map(seconds),
        skip_when: draws.one_of(&[SkipWhen::Never, SkipWhen::NobodyLoggedIn, SkipWhen::NobodyAvailable]),
    }
}

/// Half of the time with an expression.
pub fn with_condition(requirements: Requirements, draws: &mut Draws<'_>) -> Requirements {
    let number = usize::from(draws.below(2 * conditions::COUNT));
    requirements.with_conditions(conditions::ALL.get(number).map(conditions::Meant::condition))
}
