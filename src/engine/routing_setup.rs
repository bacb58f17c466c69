//! From the organisation to what the router goes by.

use std::collections::BTreeMap;
use std::time::Duration;

use model::session::State;
use model::task::{Requirements, SkillRequirement};
use model::{Attributes, Channel, Language, PresenceName, RejectReason, TaskFacts};
use routing::{
    AgentKind, AgentProfile, Answering, Besides, Capacity, Configuration, OfTask, StepRequirements, Together,
};

use crate::configuration::Organisation;
use crate::configuration::organisation as org;

pub fn configuration(organisation: &Organisation) -> Configuration {
    let queues = organisation.queues.iter().map(|queue| (queue.id.clone(), self::queue(organisation, queue)));
    let queues = queues.collect();
    let mut configuration = Configuration { queues, share: organisation.share, ..Configuration::default() };
    for presence in &organisation.presences {
        let routability = match (presence.routable, presence.id.as_str()) {
            (true, _) => routing::Routability::Routable,
            (false, org::OFFLINE) => routing::Routability::LoggedOut,
            (false, _) => routing::Routability::NotRoutable,
        };
        configuration.presences.insert(presence.id.clone(), routability);
    }
    configuration.log_out_after_misses = organisation.log_out_after_misses;
    configuration.not_responding = PresenceName::new(org::NOT_RESPONDING).expect("a plain word");
    configuration
}

fn queue(organisation: &Organisation, queue: &org::Queue) -> routing::Queue {
    let ring = Channel::ALL.map(|channel| (channel, queue.ring_time.of(channel)));
    routing::Queue {
        steps: queue.steps.iter().map(step).collect(),
        ring: ring.into(),
        reject_delay: queue.reject_delay,
        wrap_up_limit: queue.wrap_up_limit,
        deadline: queue.deadline,
        overflow: queue.overflow.as_ref().and_then(|way| overflow(organisation, way)),
        most_waiting: queue.most_waiting,
        when_full: queue.when_full.as_ref().and_then(|way| overflow(organisation, way)),
        hours: queue.hours.as_ref().and_then(|id| organisation.hours(id)).and_then(hours),
        when_closed: queue.when_closed,
        order: queue.order,
        stake: stake(organisation, queue),
        selection: selection(queue),
        answering: queue.answering,
        offers_at_once: queue.offers_at_once,
        delivery: queue.delivery,
        reject_delays: reject_delays(organisation, queue),
    }
}

/// What the queue says of a reason goes before what the reason says itself.
fn reject_delays(organisation: &Organisation, queue: &org::Queue) -> BTreeMap<RejectReason, Duration> {
    let general = organisation.reject_reasons.iter();
    let general = general.filter_map(|reason| Some((reason.id.clone(), reason.delay?)));
    let own = queue.reject_delays.iter().map(|(reason, delay)| (reason.clone(), delay.0));
    general.chain(own).collect()
}

/// None: it names a virtual agent that there is not, which no organisation that was checked does.
fn overflow(organisation: &Organisation, overflow: &org::Overflow) -> Option<routing::Overflow> {
    let way = match overflow {
        org::Overflow::Queue(queue) => return Some(queue.clone().into()),
        org::Overflow::Way(way) => way,
    };
    Some(match way.end {
        Some(org::End::Message) => routing::Overflow::Message,
        Some(org::End::Voicemail) => routing::Overflow::Voicemail,
        Some(org::End::Callback) => routing::Overflow::Callback {
            answer_within: way.answer_within.unwrap_or(org::Way::ANSWER_WITHIN),
        },
        None => {
            let agent = way.virtual_agent.clone()?;
            let first = || organisation.virtual_agent(&agent)?.queues.first().cloned();
            let queue = way.queue.clone().or_else(first)?;
            routing::Overflow::Agent { agent, queue }
        }
    })
}

fn step(step: &org::Step) -> routing::Step {
    let of_task = |rule: org::Rule| match rule {
        org::Rule::Required => OfTask::Required,
        org::Rule::Ignored => OfTask::Ignored,
    };
    let requirements = StepRequirements::Besides(Besides {
        own: Requirements::new(required(&step.skills), None).with_conditions(step.condition.clone()),
        task_skills: of_task(step.intent_skills),
        task_language: of_task(step.language),
    });
    routing::Step { requirements, duration: step.holds, skip_when: step.skip_when }
}

fn stake(organisation: &Organisation, queue: &org::Queue) -> routing::Stake {
    let org::Stake { rank, weight, cost, handling } = queue.stake;
    let target = organisation.service_level(queue).threshold;
    routing::Stake { rank, weight, cost, target, handling }
}

fn selection(queue: &org::Queue) -> routing::Selection {
    match queue.selection {
        org::Selection::LongestIdle => routing::Selection::LongestIdle(queue.longest_idle),
        org::Selection::MostProficient => routing::Selection::MostProficient,
        org::Selection::LeastProficient => routing::Selection::LeastProficient,
        org::Selection::FewestActive => routing::Selection::FewestActive,
        org::Selection::RoundRobin => routing::Selection::RoundRobin,
        org::Selection::Random => routing::Selection::Random,
    }
}

fn required(
    skills: &BTreeMap<model::Skill, model::task::Level>,
) -> impl Iterator<Item = SkillRequirement> + '_ {
    skills.iter().map(|(skill, level)| SkillRequirement { skill: skill.clone(), level: *level })
}

fn hours(hours: &org::Hours) -> Option<routing::Hours> {
    let time = |time: org::TimeOfDay| format!("{:02}:{:02}", time.minutes() / 60, time.minutes() % 60);
    let text = |interval: &org::Interval| format!("{}-{}", time(interval.from), time(interval.to));
    let week: Vec<(&str, Vec<String>)> = [
        ("monday", &hours.monday),
        ("tuesday", &hours.tuesday),
        ("wednesday", &hours.wednesday),
        ("thursday", &hours.thursday),
        ("friday", &hours.friday),
        ("saturday", &hours.saturday),
        ("sunday", &hours.sunday),
    ]
    .map(|(day, intervals)| (day, intervals.iter().map(text).collect()))
    .into();
    let holidays: Vec<(String, Vec<String>)> = hours
        .holidays
        .iter()
        .map(|holiday| (holiday.date.to_string(), holiday.open.iter().map(text).collect()))
        .collect();
    let made = routing::Hours::new(
        &hours.time_zone,
        week.iter().map(|(day, list)| (*day, list.iter().map(String::as_str).collect())),
        holidays.iter().map(|(date, list)| (date.as_str(), list.iter().map(String::as_str).collect())),
    );
    made.inspect_err(|error| tracing::error!(hours = %hours.id, %error, "opening hours are ignored")).ok()
}

/// Everybody who can be offered tasks: people with the agent's role, and virtual agents.
pub fn profiles(organisation: &Organisation) -> Vec<AgentProfile> {
    let people =
        organisation.agents.iter().filter(|person| person.has(org::PersonRole::Agent)).map(|person| {
            AgentProfile {
                agent: person.id.clone(),
                kind: AgentKind::Person,
                skills: person.skills.clone(),
                languages: person.languages.iter().cloned().collect(),
                capacity: capacity(&person.capacity, [&person.channels, &organisation.channels]),
                queues: person.queues.iter().cloned().collect(),
                attributes: person.attributes.clone(),
                answering: person.answering,
            }
        });
    let virtual_agents = organisation.virtual_agents.iter().map(|agent| AgentProfile {
        agent: agent.id.clone(),
        kind: AgentKind::Virtual,
        skills: agent.skills.clone(),
        languages: agent.languages.iter().cloned().collect(),
        capacity: capacity(&agent.capacity, [&agent.channels, &organisation.channels]),
        queues: agent.queues.iter().cloned().collect(),
        attributes: agent.attributes.clone(),
        // A virtual agent accepts by itself; one from outside says when.
        answering: Answering::ByAgent,
    });
    people.chain(virtual_agents).collect()
}

/// What an agent has in hand at most, by the first of these rules that says something of a channel.
pub fn capacity<const COUNT: usize>(
    counts: &org::Capacity,
    rules: [&org::ChannelRules; COUNT],
) -> BTreeMap<Channel, Capacity> {
    let of = |channel| {
        let rule = rules.iter().find_map(|rules| rules.get(&channel)).cloned().unwrap_or_default();
        let together = match rule.beside {
            None => Together::WithAny,
            Some(none) if none.is_empty() => Together::Alone,
            Some(others) => Together::With(others),
        };
        let (weight, yields_to) = (rule.weight, rule.yields_to);
        Capacity { most: counts.of(channel), together, weight, yields_to }
    };
    let all = Channel::ALL.into_iter().map(|channel| (channel, of(channel)));
    all.filter(|(_, capacity)| capacity.most > 0).collect()
}

/// What a route and a language ask of an agent.
pub fn requirements(route: Option<&org::Route>, language: Option<&Language>) -> Requirements {
    let skills = route.map(|route| required(&route.skills).collect::<Vec<_>>()).unwrap_or_default();
    let condition = route.and_then(|route| route.condition.clone());
    Requirements::new(skills, language.cloned()).with_conditions(condition)
}

/// What is known of a session's task, for expressions.
pub fn facts(organisation: &Organisation, state: &State) -> TaskFacts {
    let mut attributes = Attributes::default();
    let collected = state.facts.iter();
    let declared = collected.filter_map(|(name, value)| organisation.task_attribute(name.as_str(), value));
    for (name, value) in declared {
        // What is too long or one too many is not known.
        let _ = attributes.insert(name, value);
    }
    TaskFacts {
        intent: state.intent.as_ref().map(|(intent, _)| intent.clone()),
        language: state.language.clone(),
        site: state.site.clone(),
        attributes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(text: &str) -> Organisation {
        let folder = tempfile::tempdir().unwrap();
        let base = r#"
            name = "Shop"
            presences = [
                { id = "available", name = "Available", routable = true },
                { id = "offline", name = "Offline", routable = false },
                { id = "not_responding", name = "Not responding", routable = false },
            ]
            skills = [{ id = "billing", name = "Billing" }, { id = "senior", name = "Senior" }]
        "#;
        std::fs::write(folder.path().join("shop.toml"), format!("{base}\n{text}")).unwrap();
        Organisation::load(folder.path()).unwrap()
    }

    fn asked(step: &str) -> Requirements {
        let agent = "[[agents]]\nid = \"ana\"\nname = \"Ana\"\nroles = [\"agent\"]\ncapacity = { chat = 1 }\n\
                     queues = [\"q\"]\nskills = { senior = 5, billing = 5 }";
        let queue = format!("{agent}\n[[queues]]\nid = \"q\"\nname = \"Q\"\nsteps = [{{ {step} }}]");
        let configuration = configuration(&organisation(&queue));
        let step = &configuration.queues.values().next().unwrap().steps[0].requirements;
        step.of(&needs(&[("billing", 2)], Some("de"))).into_owned()
    }

    fn needs(skills: &[(&str, u8)], language: Option<&str>) -> Requirements {
        let need = |(skill, level): &(&str, u8)| SkillRequirement {
            skill: model::Skill::new(skill).unwrap(),
            level: model::task::Level::new(*level).unwrap(),
        };
        Requirements::new(skills.iter().map(need), language.map(|name| Language::new(name).unwrap()))
    }

    #[test]
    fn a_step_asks_what_its_configuration_says() {
        let both = r#"skills = { senior = 3 }"#;
        assert_eq!(asked(both), needs(&[("billing", 2), ("senior", 3)], Some("de")));
        let higher = r#"skills = { billing = 4 }, language = "ignored""#;
        assert_eq!(asked(higher), needs(&[("billing", 4)], None));
        let own = r#"skills = { senior = 3 }, intent_skills = "ignored""#;
        assert_eq!(asked(own), needs(&[("senior", 3)], Some("de")));
        assert_eq!(asked(r#"holds = "30s""#), needs(&[("billing", 2)], Some("de")));
        let anyone = r#"intent_skills = "ignored", language = "ignored""#;
        assert_eq!(asked(anyone), Requirements::NONE);
    }

    #[test]
    fn a_reason_to_reject_has_its_own_delay_and_a_queue_may_name_another() {
        let text = r#"
            log_out_after_misses = 3
            reject_reasons = [
                { id = "busy", name = "Busy", delay = "10s" },
                { id = "lunch", name = "Lunch", delay = "30m" },
                { id = "other", name = "Other" },
            ]
            [[queues]]
            id = "q"
            name = "Q"
            reject_delay = "20s"
            reject_delays = { busy = "2m" }
            answering = "automatic"
            delivery = "pull"
            offers_at_once = 5
        "#;
        let configuration = configuration(&organisation(text));
        let queue = configuration.queues.values().next().unwrap();
        let delay = |name| queue.delay_after(Some(&RejectReason::new(name).unwrap())).as_secs();
        assert_eq!((delay("busy"), delay("lunch"), delay("other")), (120, 1_800, 20));
        let found = (queue.answering, queue.delivery, queue.offers_at_once);
        assert_eq!(found, (Answering::Automatic, routing::Delivery::Pull, 5));
        assert_eq!(configuration.log_out_after_misses.map(std::num::NonZero::get), Some(3));
    }

    #[test]
    fn each_queue_has_its_own_definition_of_longest_idle() {
        let queues = r#"
            [[queues]]
            id = "a"
            name = "A"
            longest_idle = "since_last_inbound"
            [[queues]]
            id = "b"
            name = "B"
        "#;
        let configuration = configuration(&organisation(queues));
        let found: Vec<_> = configuration.queues.values().map(|queue| queue.selection).collect();
        let idle = routing::Selection::LongestIdle;
        let expected = [routing::LongestIdle::SinceLastInbound, routing::LongestIdle::Unoccupied];
        assert_eq!(found, expected.map(idle));
    }
}
