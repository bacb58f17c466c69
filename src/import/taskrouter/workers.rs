//! From workers to people who work here.

use model::{AgentId, Attributes, Language, Name};
use routing::AttributeKind;
use serde_json::Value;

use super::attributes::{language, languages, level_of, skills};
use super::chain::Built;
use super::evaluate::holds;
use super::expression::Expression;
use super::kinds::{converted, values};
use super::names::Names;
use super::translation::Translation;
use super::workspace::{Worker, Workspace};
use crate::configuration::organisation::{Capacity, Person, PersonRole};
use crate::import::report::Report;

/// Everybody, with the queues whose target expression they meet.
pub(super) fn people(
    workspace: &Workspace,
    built: &[Built],
    translation: &Translation,
    report: &mut Report,
) -> Vec<Person> {
    let targets = targets(workspace, report);
    let mut names = Names::default();
    let mut people = Vec::with_capacity(workspace.workers.len());
    for worker in &workspace.workers {
        let mut person = person(worker, &mut names, translation, report);
        let serves =
            |source: usize| targets[source].as_ref().is_some_and(|target| holds(target, &worker.attributes));
        let has_capacity = person.capacity != Capacity::default();
        let queues = built.iter().filter(|built| has_capacity && serves(built.source));
        person.queues = queues.map(|built| built.queue.id.clone()).collect();
        if !has_capacity {
            person.capacity = Capacity { chat: 1, ..Capacity::default() };
            report.changed(&worker.place, "it takes nothing on any channel: it serves no queue");
        }
        people.push(person);
    }
    for queue in built.iter().filter(|built| people.iter().all(|one| !one.queues.contains(&built.queue.id))) {
        let place = &workspace.queues[queue.source].place;
        report.note(place, format!("nobody serves queue {:?}", queue.queue.id.as_str()));
    }
    people
}

/// The expression of each task queue; everybody where there is none, nobody where it cannot be read.
fn targets(workspace: &Workspace, report: &mut Report) -> Vec<Option<Expression>> {
    let everybody = || Expression::All(Vec::new());
    let mut read = |queue: &super::workspace::TaskQueue| match queue.target_workers.as_deref() {
        None | Some("") => Some(everybody()),
        Some(text) => match Expression::parse(text) {
            Ok(expression) => Some(expression),
            Err(error) => {
                report.lost(format!("{}.target_workers", queue.place), error);
                None
            }
        },
    };
    workspace.queues.iter().map(&mut read).collect()
}

fn person(worker: &Worker, names: &mut Names, translation: &Translation, report: &mut Report) -> Person {
    let text = |name: &str| worker.attributes.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = match Name::new(&worker.name) {
        Ok(name) => names.give_exactly(name.as_str()),
        Err(_) => names.give(&worker.name, "agent"),
    };
    let email = text("email").filter(|email| email.contains('@') && !email.contains(char::is_whitespace));
    let entry = serde_json::json!({
        "id": id,
        "name": text("full_name").unwrap_or_else(|| worker.name.clone()),
        "email": email,
        "roles": roles(&worker.attributes),
    });
    let mut person: Person = serde_json::from_value(entry).expect("a person has an id, a name and roles");
    debug_assert_eq!(person.id, AgentId(id));
    for skill in skills(&worker.attributes) {
        if let Some(ours) = translation.skill(skill) {
            person.skills.insert(ours, translation.levels.of_worker(skill, &worker.attributes));
        }
    }
    levels_without_skills(worker, report);
    person.languages = spoken(worker, report);
    person.capacity = capacity(worker, report);
    person.attributes = own_attributes(worker, translation, report);
    person
}

fn levels_without_skills(worker: &Worker, report: &mut Report) {
    let known = skills(&worker.attributes);
    let levels = super::attributes::object(&worker.attributes, &["routing", "levels"]);
    for skill in levels.into_iter().flat_map(serde_json::Map::keys) {
        if !known.contains(&skill.as_str()) && level_of(&worker.attributes, skill).is_some() {
            report.lost(&worker.place, format!("a level of {skill:?}, which is none of its skills"));
        }
    }
    let disabled = worker.attributes.get("disabled_skills").and_then(|disabled| disabled.get("skills"));
    if disabled.and_then(Value::as_array).is_some_and(|skills| !skills.is_empty()) {
        report.lost(&worker.place, "its disabled_skills: a skill that is not to count is taken away");
    }
}

fn spoken(worker: &Worker, report: &mut Report) -> Vec<Language> {
    let mut spoken = Vec::new();
    for name in languages(&worker.attributes) {
        match language(name) {
            Some(code) if !spoken.contains(&code) => spoken.push(code),
            Some(_) => {}
            None => report.lost(&worker.place, format!("the language {name:?} is not known")),
        }
    }
    spoken
}

fn roles(attributes: &Value) -> Vec<PersonRole> {
    let given = attributes.get("roles").and_then(Value::as_array);
    let has = |role: &str| given.is_some_and(|roles| roles.iter().any(|one| one.as_str() == Some(role)));
    let mut roles = vec![PersonRole::Agent];
    if has("supervisor") {
        roles.push(PersonRole::Supervisor);
    }
    if has("admin") {
        roles.push(PersonRole::Admin);
    }
    roles
}

/// One of each where the export says nothing, as TaskRouter has it.
fn capacity(worker: &Worker, report: &mut Report) -> Capacity {
    if worker.channels.is_empty() {
        return Capacity { chat: 1, email: 1, voice: 1 };
    }
    let mut capacity = Capacity::default();
    for channel in &worker.channels {
        let most = whole(channel.capacity);
        let ours = match channel.channel.as_str() {
            "voice" => &mut capacity.voice,
            "email" => &mut capacity.email,
            "chat" | "sms" | "web" | "messaging" | "whatsapp" | "default" => &mut capacity.chat,
            other => {
                report.lost(
                    &channel.place,
                    format!("there is no channel {other:?}: chat, email and voice are all"),
                );
                continue;
            }
        };
        *ours = most.max(*ours);
    }
    capacity
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is held within the bounds first"
)]
fn whole(number: f64) -> u16 {
    number.clamp(0.0, 10_000.0).round() as u16
}

/// What expressions can ask about.
fn own_attributes(worker: &Worker, translation: &Translation, report: &mut Report) -> Attributes {
    let mut attributes = Attributes::default();
    for (name, value) in values(&worker.attributes) {
        let place = || format!("{}.attributes.{name}", worker.place);
        let Some(value) = converted(value) else {
            report.lost(place(), "it is no text, number, true, false or list of texts");
            continue;
        };
        match translation.kinds.agents.get(&name) {
            Some(kind) if *kind != AttributeKind::of(&value) => {
                report.lost(place(), format!("of most workers it is {}", kind.described()));
            }
            Some(_) => {
                if let Err(error) = attributes.insert(name.clone(), value) {
                    report.lost(place(), error);
                }
            }
            None => report.lost(place(), "there are too many attributes"),
        }
    }
    attributes
}
