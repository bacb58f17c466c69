//! Attributes that expressions ask about, and the expressions of an organisation.

use model::{AttributeValue, Attributes, Intent, Language, Name, TaskFacts};
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
    /// Whose word counts, for one of tasks.
    #[serde(default, skip_serializing_if = "Source::is_anybody")]
    pub from: Source,
}

/// Who may say what an attribute of a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Customers too, in a form or to a virtual agent.
    #[default]
    Anybody,
    /// A token by which a site vouches for its visitor, in the claim of the attribute's name; the people
    /// who work here; programs by the API. Never a customer.
    Verified,
}

impl Source {
    fn is_anybody(&self) -> bool {
        *self == Self::Anybody
    }
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

    /// The attributes of tasks that no customer's word can set.
    pub fn vouched_attributes(&self) -> impl Iterator<Item = &Name> {
        let vouched = |entry: &&AttributeEntry| entry.of == Bearer::Task && entry.from == Source::Verified;
        self.attributes.iter().filter(vouched).map(|entry| &entry.id)
    }

    /// Whether a customer's word can set a fact of this name.
    pub fn takes_from_anybody(&self, fact: &str) -> bool {
        self.vouched_attributes().all(|name| name.as_str() != fact)
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
        intents: intents(organisation).map(|intent| intent.0.clone()).collect(),
        languages: languages(organisation).cloned().collect(),
    }
}

/// Those that routes and virtual agents name.
fn intents(organisation: &Organisation) -> impl Iterator<Item = &Intent> {
    let facts = organisation.virtual_agents.iter().flat_map(|agent| &agent.facts);
    let asked = facts.flat_map(|fact| &fact.intents);
    organisation.routes.iter().filter_map(|route| route.intent.as_ref()).chain(asked)
}

/// Those that anybody speaks here.
fn languages(organisation: &Organisation) -> impl Iterator<Item = &Language> {
    let people = organisation.agents.iter().flat_map(|person| &person.languages);
    let virtual_agents = organisation.virtual_agents.iter().flat_map(|agent| &agent.languages);
    organisation.sites.iter().flat_map(|site| &site.languages).chain(people).chain(virtual_agents)
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
    vouched(organisation, flaws);
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

/// An agent's attributes are the organisation's own word; and nobody is asked what would not count.
fn vouched(organisation: &Organisation, flaws: &mut Vec<Flaw>) {
    for (index, attribute) in organisation.attributes.iter().enumerate() {
        if attribute.of == Bearer::Agent && attribute.from == Source::Verified {
            let path = Path::root().then("attributes").then(index).then("from");
            flaws.push(Flaw::new(path, "what agents are is said here: it belongs to attributes of tasks"));
        }
    }
    let sites = organisation.sites.iter().enumerate().flat_map(|(index, site)| {
        site.form.iter().enumerate().map(move |(place, field)| ("sites", index, "form", place, &field.name))
    });
    let agents = organisation.virtual_agents.iter().enumerate().flat_map(|(index, agent)| {
        let facts = agent.facts.iter().enumerate();
        facts.map(move |(place, fact)| ("virtual_agents", index, "facts", place, &fact.name))
    });
    for (list, index, key, place, name) in sites.chain(agents) {
        if !organisation.takes_from_anybody(name.as_str()) {
            let path = Path::root().then(list).then(index).then(key).then(place).then("name");
            let message = format!("the attribute {:?} is taken from verified users only", name.as_str());
            flaws.push(Flaw::new(path, message));
        }
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
