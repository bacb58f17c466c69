//! An organisation whose parts read well: do its names lead somewhere, and can it work?

use std::collections::BTreeSet;

use super::{
    AVAILABLE, Acknowledgement, ChannelRules, Fact, LongestIdle, NOT_RESPONDING, OFFLINE, Organisation,
    Password, PersonRole, Queue, Selection, Site,
};
use super::{hours, names::Names, queue_flaws};
use crate::configuration::flaw::{Flaw, Path};
use bots::ConfigurationError;
use routing::{Share, WaitingOrder};

/// Bytes of an acknowledgement's text.
const MAX_ACKNOWLEDGEMENT: usize = 4_000;

/// All flaws, in the order of the document.
pub fn flaws(organisation: &Organisation) -> Vec<Flaw> {
    let names = Names::of(organisation);
    let mut flaws = names.duplicates(organisation);
    sites(organisation, &names, &mut flaws);
    queue_flaws::check(organisation, &names, &mut flaws);
    orders(organisation, &mut flaws);
    people(organisation, &names, &mut flaws);
    virtual_agents(organisation, &names, &mut flaws);
    routes(organisation, &names, &mut flaws);
    wording(organisation, &names, &mut flaws);
    integrations(organisation, &names, &mut flaws);
    super::expressions::flaws(organisation, &mut flaws);
    presences(organisation, &mut flaws);
    hours::check(&organisation.hours, &mut flaws);
    service_levels(organisation, &mut flaws);
    flaws
}

fn entry(list: &str, index: usize) -> Path {
    Path::root().then(list).then(index)
}

fn sites(organisation: &Organisation, names: &Names, flaws: &mut Vec<Flaw>) {
    let mut addresses = BTreeSet::new();
    for (index, site) in organisation.sites.iter().enumerate() {
        let path = entry("sites", index);
        names.queue(&site.entry_queue, path.then("entry_queue"), flaws);
        names.queue(&site.person_queue, path.then("person_queue"), flaws);
        names.maybe_queue(site.email_queue.as_ref(), path.then("email_queue"), flaws);
        if site.languages.is_empty() {
            flaws.push(Flaw::new(path.then("languages"), "a site speaks one language at least"));
        }
        for (place, origin) in
            site.allowed_origins.iter().enumerate().filter(|(_, origin)| !is_origin(origin))
        {
            let message = format!("{origin:?} is no origin such as \"https://shop.example\"");
            flaws.push(Flaw::new(path.then("allowed_origins").then(place), message));
        }
        for (place, address) in site.email_addresses.iter().enumerate() {
            let path = path.then("email_addresses").then(place);
            if !is_email(address) {
                flaws.push(Flaw::new(path, format!("{address:?} is no email address in lower case")));
            } else if !addresses.insert(address) {
                flaws.push(Flaw::new(path, format!("{address:?} belongs to another site already")));
            }
        }
        acknowledgements(site, &path.then("acknowledgements"), flaws);
    }
}

fn acknowledgements(site: &Site, path: &Path, flaws: &mut Vec<Flaw>) {
    let mut seen = BTreeSet::new();
    for (place, Acknowledgement { address, text, .. }) in site.acknowledgements.iter().enumerate() {
        let path = path.then(place);
        if !site.email_addresses.contains(address) {
            let message = format!("{address:?} is none of the site's email_addresses");
            flaws.push(Flaw::new(path.then("address"), message));
        } else if !seen.insert(address) {
            flaws.push(Flaw::new(path.then("address"), format!("{address:?} has one already")));
        }
        if text.values().all(|text| text.trim().is_empty()) {
            flaws.push(Flaw::new(path.then("text"), "it has a text in one language at least"));
        }
        for (language, _) in text.iter().filter(|(_, text)| text.len() > MAX_ACKNOWLEDGEMENT) {
            let message = format!("it is longer than {MAX_ACKNOWLEDGEMENT} bytes");
            flaws.push(Flaw::new(path.then("text").then(language.as_str()), message));
        }
    }
}

fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && !host.contains(|letter: char| letter == '/' || letter.is_whitespace())
    })
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let odd = |letter: char| letter.is_whitespace() || letter.is_control() || letter.is_uppercase();
    parts.is_some_and(|(_, domain)| !domain.contains('@')) && text.len() <= 254 && !text.contains(odd)
}

fn orders(organisation: &Organisation, flaws: &mut Vec<Flaw>) {
    for (index, queue) in organisation.queues.iter().enumerate() {
        let path = entry("queues", index);
        let most = routing::Queue::MOST_OFFERS;
        if !(1..=most).contains(&queue.offers_at_once) {
            let message = format!("{} is not 1 to {most} offers", queue.offers_at_once);
            flaws.push(Flaw::new(path.then("offers_at_once"), message));
        }
        order(organisation, queue, &path, flaws);
    }
}

/// What would be passed over in silence.
fn order(organisation: &Organisation, queue: &Queue, path: &Path, flaws: &mut Vec<Flaw>) {
    if organisation.share == Share::ServiceLevel && queue.order == WaitingOrder::LastInFirst {
        let message =
            "queues share agents by service level, which goes by age: it cannot serve the last first";
        flaws.push(Flaw::new(path.then("order"), message));
    }
    if queue.selection != Selection::LongestIdle && queue.longest_idle != LongestIdle::default() {
        let message = "the queue's selection is another, so nobody is chosen by this";
        flaws.push(Flaw::new(path.then("longest_idle"), message));
    }
}

/// A channel that gives way to itself, or weighs more than an agent has, is a slip.
fn channels(rules: &ChannelRules, path: &Path, flaws: &mut Vec<Flaw>) {
    for (channel, rule) in rules {
        let path = path.then(channel.as_str());
        if rule.weight > routing::Capacity::WHOLE {
            let message = format!("{} is more than 100, which is a whole agent", rule.weight);
            flaws.push(Flaw::new(path.then("weight"), message));
        }
        if rule.yields_to.contains(channel) {
            flaws.push(Flaw::new(path.then("yields_to"), "a channel cannot give way to itself"));
        }
    }
}

fn people(organisation: &Organisation, names: &Names, flaws: &mut Vec<Flaw>) {
    channels(&organisation.channels, &Path::root().then("channels"), flaws);
    for (index, person) in organisation.agents.iter().enumerate() {
        let path = entry("agents", index);
        channels(&person.channels, &path.then("channels"), flaws);
        names.queues(&person.queues, &path.then("queues"), flaws);
        names.skills(person.skills.keys(), &path.then("skills"), flaws);
        if person.roles.is_empty() {
            flaws.push(Flaw::new(path.then("roles"), "a person has one role at least"));
        }
        if person.has(PersonRole::Agent) && person.capacity == super::Capacity::default() {
            flaws.push(Flaw::new(path.then("capacity"), "an agent has capacity on one channel at least"));
        }
        match &person.password {
            Some(Password::Hash(hash)) if argon2::PasswordHash::new(hash).is_err() => {
                flaws.push(Flaw::new(path.then("password"), "it is no Argon2 hash in PHC form"));
            }
            Some(Password::Demo(password)) if password.is_empty() => {
                flaws.push(Flaw::new(path.then("password"), "it is empty"));
            }
            _ => {}
        }
    }
}

fn virtual_agents(organisation: &Organisation, names: &Names, flaws: &mut Vec<Flaw>) {
    for (index, agent) in organisation.virtual_agents.iter().enumerate() {
        let path = entry("virtual_agents", index);
        channels(&agent.channels, &path.then("channels"), flaws);
        names.queues(&agent.queues, &path.then("queues"), flaws);
        names.skills(agent.skills.keys(), &path.then("skills"), flaws);
        names.maybe_queue(agent.hand_over_queue.as_ref(), path.then("hand_over_queue"), flaws);
        if agent.answer_time_limit.is_zero() {
            flaws.push(Flaw::new(path.then("answer_time_limit"), "it must not be zero"));
        }
        facts(&agent.facts, &path.then("facts"), flaws);
    }
}

fn facts(facts: &[Fact], path: &Path, flaws: &mut Vec<Flaw>) {
    let mut seen = BTreeSet::new();
    for (place, fact) in facts.iter().enumerate() {
        let path = path.then(place);
        if !seen.insert(&fact.name) {
            flaws.push(Flaw::new(path.then("name"), "the fact is declared already"));
        }
        let Err(error) = bots::facts::FactReader::new(&[fact.into()]) else { continue };
        let (key, message) = match error {
            ConfigurationError::NoPattern(_) => (
                None,
                "say by a pattern or a kind what it looks like, or any text is taken for it".to_owned(),
            ),
            ConfigurationError::PatternAndKind(_) => (Some("kind"), "it has a pattern already".to_owned()),
            ConfigurationError::Pattern { reason, .. } => (Some("pattern"), reason),
            ConfigurationError::NothingToAsk(_) => {
                (Some("ask"), "a fact is asked for in one language at least".to_owned())
            }
            other => (None, other.to_string()),
        };
        flaws.push(Flaw::new(key.map_or(path.clone(), |key| path.then(key)), message));
    }
}

fn routes(organisation: &Organisation, names: &Names, flaws: &mut Vec<Flaw>) {
    let mut seen = BTreeSet::new();
    for (index, route) in organisation.routes.iter().enumerate() {
        let path = entry("routes", index);
        names.queue(&route.queue, path.then("queue"), flaws);
        names.skills(route.skills.keys(), &path.then("skills"), flaws);
        let Some(intent) = &route.intent else {
            if route.when.is_none() {
                flaws.push(Flaw::new(path, "a route says of which tasks it is: by \"intent\" or \"when\""));
            }
            continue;
        };
        // One with a condition may stand before, and none after.
        if seen.contains(intent) {
            let message = format!("{:?} has a route already", intent.as_str());
            flaws.push(Flaw::new(path.then("intent"), message));
        } else if route.when.is_none() {
            seen.insert(intent);
        }
    }
}

fn wording(organisation: &Organisation, names: &Names, flaws: &mut Vec<Flaw>) {
    for (index, reason) in organisation.reject_reasons.iter().enumerate() {
        names.queues(&reason.queues, &entry("reject_reasons", index).then("queues"), flaws);
    }
    for (index, disposition) in organisation.dispositions.iter().enumerate() {
        names.queues(&disposition.queues, &entry("dispositions", index).then("queues"), flaws);
    }
    for (index, answer) in organisation.canned_answers.iter().enumerate() {
        let path = entry("canned_answers", index);
        names.queues(&answer.queues, &path.then("queues"), flaws);
        if answer.text.is_empty() {
            flaws.push(Flaw::new(path.then("text"), "it has a text in one language at least"));
        }
    }
}

fn integrations(organisation: &Organisation, names: &Names, flaws: &mut Vec<Flaw>) {
    for (index, webhook) in organisation.webhooks.iter().enumerate() {
        let path = entry("webhooks", index);
        if !webhook.url.starts_with("https://") && !webhook.url.starts_with("http://") {
            flaws.push(Flaw::new(path.then("url"), "it is no address such as \"https://example.org/hook\""));
        }
        for (place, event) in webhook.events.iter().enumerate() {
            names.event(event, path.then("events").then(place), flaws);
        }
    }
    for (index, client) in organisation.api_clients.iter().enumerate() {
        if let Some(agent) = &client.agent {
            names.virtual_agent(agent, entry("api_clients", index).then("agent"), flaws);
        }
    }
}

fn presences(organisation: &Organisation, flaws: &mut Vec<Flaw>) {
    for (name, routable) in [(AVAILABLE, true), (OFFLINE, false), (NOT_RESPONDING, false)] {
        let path = Path::root().then("presences");
        match organisation.presences.iter().position(|presence| presence.id.as_str() == name) {
            None => {
                flaws.push(Flaw::new(path, format!("there is no {name:?}, which every organisation has")))
            }
            Some(index) if organisation.presences[index].routable != routable => {
                let message = format!("{name:?} is {}routable", if routable { "" } else { "not " });
                flaws.push(Flaw::new(path.then(index).then("routable"), message));
            }
            Some(_) => {}
        }
    }
}

fn service_levels(organisation: &Organisation, flaws: &mut Vec<Flaw>) {
    let own = organisation.queues.iter().enumerate();
    let own = own.filter_map(|(index, queue)| Some((entry("queues", index), queue.service_level?)));
    for (path, level) in own.chain([(Path::root(), organisation.service_level)]) {
        if !(0.0..=100.0).contains(&level.target) {
            let path = path.then("service_level").then("target");
            flaws.push(Flaw::new(path, format!("{} is not 0 to 100 per cent", level.target)));
        }
    }
}
