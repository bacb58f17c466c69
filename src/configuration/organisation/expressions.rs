//! Attributes that expressions ask about, and the expressions of an organisation.

use model::{AttributeValue, Attributes, Intent, Name, TaskFacts};
use model::{Channel, task::Condition, task::Priority};
use routing::{AttributeKind, Expression, Scope, TaskView, Vocabulary};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Organisation, Route};
use crate::configuration::flaw::{Flaw, Path};
use crate::configuration::nearest::nearest;

/// A name that agents or tasks can have a value under.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeEntry {
    pub id: Name,
    pub of: Bearer,
    pub kind: AttributeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bearer {
    Agent,
    /// A fact of the same name that a session has collected.
    Task,
}

/// Which tasks a route is for, as it is written, and read once.
#[derive(Debug, Clone)]
pub struct When {
    pub text: Condition,
    /// None where it cannot be read: no task fits then, and a check says why.
    expression: Option<Expression>,
}

impl When {
    fn holds_for(&self, channel: Channel, facts: &TaskFacts) -> bool {
        let task = TaskView { channel, priority: Priority::default(), queue: None, facts };
        self.expression.as_ref().is_some_and(|expression| expression.holds_for(&task))
    }
}

impl PartialEq for When {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Condition::deserialize(deserializer)?;
        let expression = Expression::read(text.as_str(), Scope::Task).ok();
        Ok(Self { text, expression })
    }
}

impl Organisation {
    /// The first route that a task of the channel, of which this is known, fits.
    pub fn route_for(&self, channel: Channel, facts: &TaskFacts) -> Option<&Route> {
        self.routes.iter().find(|route| {
            route.intent.as_ref().is_none_or(|intent| facts.intent.as_ref() == Some(intent))
                && route.when.as_ref().is_none_or(|when| when.holds_for(channel, facts))
        })
    }

    /// The first route of an intent, whatever else is known.
    pub fn route(&self, intent: &Intent) -> Option<&Route> {
        self.routes.iter().find(|route| route.intent.as_ref() == Some(intent) && route.when.is_none())
    }

    /// Whether waiting tasks are judged by what is known of them.
    pub fn asks_about_tasks(&self) -> bool {
        let steps = self.queues.iter().flat_map(|queue| &queue.steps);
        let conditions = steps.filter_map(|step| step.condition.as_ref());
        let routes = self.routes.iter().filter_map(|route| route.condition.as_ref());
        conditions.chain(routes).any(|condition| condition.as_str().contains("task"))
    }

    /// A collected fact as a value of the attribute of that name; none if none is declared, or it is of
    /// another kind.
    pub fn task_attribute(&self, name: &str, text: &str) -> Option<(Name, AttributeValue)> {
        let entry =
            self.attributes.iter().find(|entry| entry.of == Bearer::Task && entry.id.as_str() == name)?;
        let text = text.trim();
        let value = match entry.kind {
            AttributeKind::Text => AttributeValue::Text(text.into()),
            AttributeKind::Number => AttributeValue::Number(model::Number::new(text.parse().ok()?).ok()?),
            AttributeKind::Truth => AttributeValue::Truth(text.parse().ok()?),
            AttributeKind::Texts => {
                AttributeValue::Texts(text.split(',').map(|part| part.trim().into()).collect())
            }
        };
        Some((entry.id.clone(), value))
    }
}

pub(super) fn vocabulary(organisation: &Organisation) -> Vocabulary {
    let of = |bearer| {
        let entries = organisation.attributes.iter().filter(move |entry| entry.of == bearer);
        entries.map(|entry| (entry.id.clone(), entry.kind)).collect()
    };
    Vocabulary {
        task_attributes: of(Bearer::Task),
        agent_attributes: of(Bearer::Agent),
        skills: organisation.skills.iter().map(|skill| skill.id.0.clone()).collect(),
        queues: organisation.queues.iter().map(|queue| queue.id.0.clone()).collect(),
        sites: organisation.sites.iter().map(|site| site.id.0.clone()).collect(),
    }
}

/// All flaws of attributes and expressions, in the order of the document.
pub(super) fn flaws(organisation: &Organisation, flaws: &mut Vec<Flaw>) {
    let vocabulary = vocabulary(organisation);
    let entry = |list: &str, index: usize| Path::root().then(list).then(index);
    for (index, attribute) in organisation.attributes.iter().enumerate() {
        let is_same = |other: &&AttributeEntry| other.id == attribute.id && other.of == attribute.of;
        if organisation.attributes[..index].iter().any(|other| is_same(&other)) {
            let path = entry("attributes", index).then("id");
            flaws.push(Flaw::new(path, format!("the name {:?} is taken already", attribute.id.as_str())));
        }
    }
    let mut check = |text: Option<&Condition>, scope, path: Path| {
        let Some(text) = text else { return };
        if let Err(flaw) = Expression::check(text.as_str(), scope, &vocabulary) {
            let message = format!("at column {} of it: {}", flaw.at + 1, flaw.reason);
            flaws.push(Flaw { nearest: flaw.nearest, ..Flaw::new(path, message) });
        }
    };
    for (index, queue) in organisation.queues.iter().enumerate() {
        for (place, step) in queue.steps.iter().enumerate() {
            let path = entry("queues", index).then("steps").then(place).then("where");
            check(step.condition.as_ref(), Scope::TaskAndAgent, path);
        }
    }
    for (index, route) in organisation.routes.iter().enumerate() {
        let path = entry("routes", index);
        check(route.when.as_ref().map(|when| &when.text), Scope::Task, path.then("when"));
        check(route.condition.as_ref(), Scope::TaskAndAgent, path.then("where"));
    }
    let agents = organisation.agents.iter().map(|agent| &agent.attributes).enumerate();
    let virtual_agents = organisation.virtual_agents.iter().map(|agent| &agent.attributes).enumerate();
    for (list, (index, attributes)) in
        agents.map(|agent| ("agents", agent)).chain(virtual_agents.map(|agent| ("virtual_agents", agent)))
    {
        let path = entry(list, index).then("attributes");
        values(attributes, &vocabulary, &path, flaws);
    }
}

fn values(attributes: &Attributes, vocabulary: &Vocabulary, path: &Path, flaws: &mut Vec<Flaw>) {
    for (name, value) in attributes.iter() {
        let path = path.then(name.as_str());
        match vocabulary.agent_attributes.get(name) {
            None => {
                let message = format!("there is no attribute of agents {:?}", name.as_str());
                let known = vocabulary.agent_attributes.keys().map(Name::as_str);
                flaws.push(Flaw { nearest: nearest(name.as_str(), known), ..Flaw::new(path, message) });
            }
            Some(kind) if *kind != AttributeKind::of(value) => {
                flaws.push(Flaw::new(path, format!("it is {}", kind.described())));
            }
            Some(_) => {}
        }
    }
}
