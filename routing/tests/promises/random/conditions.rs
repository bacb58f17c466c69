//! Expressions that the rules ask, each with the same said in other words.

use model::task::Condition;
use model::{AttributeValue, Channel, Name};
use routing::{AgentKind, AgentProfile, TaskRequest};

/// An expression and its meaning.
pub struct Meant {
    pub text: &'static str,
    pub admits: fn(&AgentProfile, &TaskRequest) -> bool,
    /// The skills it asks for and nothing else: they count for proficiency as those of the task do.
    pub asks: fn(&TaskRequest) -> Option<&'static str>,
}

pub const COUNT: u8 = 6;

pub const ALL: [Meant; COUNT as usize] = [
    Meant {
        text: "agent.skills.billing >= 3 || agent.skills.french < 3",
        admits: |profile, _| level(profile, "billing") >= 3 || level(profile, "french") < 3,
        asks: |_| None,
    },
    Meant {
        text: "task.channel == 'voice' || agent.skills.french >= 2",
        admits: |profile, task| task.channel == Channel::Voice || level(profile, "french") >= 2,
        asks: |task| (task.channel != Channel::Voice).then_some("french"),
    },
    Meant {
        text: "task.priority > 0 ? agent.skills.billing >= 2 : agent.kind == 'person'",
        admits: |profile, task| match task.priority.0 {
            1.. => level(profile, "billing") >= 2,
            _ => profile.kind == AgentKind::Person,
        },
        asks: |task| (task.priority.0 > 0).then_some("billing"),
    },
    Meant {
        // What is not known does not hold.
        text: "agent.attributes.team == task.attributes.team",
        admits: |profile, task| {
            let (own, asked) = (team(&profile.attributes), team(&task.facts.attributes));
            own.is_some() && own == asked
        },
        asks: |_| None,
    },
    Meant {
        text: "!has(agent.attributes.team) || agent.attributes.team in ['north', 'south']",
        admits: |profile, _| team(&profile.attributes).is_none_or(|team| team == "north" || team == "south"),
        asks: |_| None,
    },
    Meant {
        text: "'de' in agent.languages || task.queue == 'sales'",
        admits: |profile, task| {
            let speaks = profile.languages.iter().any(|language| language.as_str() == "de");
            speaks || task.queue.as_str() == "sales"
        },
        asks: |_| None,
    },
];

impl Meant {
    pub fn condition(&self) -> Condition {
        Condition::new(self.text).unwrap()
    }

    pub fn of(condition: &Condition) -> &'static Self {
        ALL.iter().find(|meant| meant.text == condition.as_str()).unwrap()
    }
}

fn level(profile: &AgentProfile, skill: &str) -> u8 {
    let found = profile.skills.iter().find(|(name, _)| name.as_str() == skill);
    found.map_or(0, |(_, level)| level.get())
}

fn team(attributes: &model::Attributes) -> Option<&str> {
    match attributes.get(&Name::new("team").unwrap()) {
        Some(AttributeValue::Text(text)) => Some(text),
        _ => None,
    }
}
