//! Who comes, by a model: each intent of a stream is a kind of contact, as the organisation routes it.

use std::collections::BTreeMap;

use model::task::{Condition, Level, Priority, SkillRequirement};
use model::{Channel, Intent, Language, QueueId, Skill, TaskFacts};
use routing::simulator::{Arrivals, Asked, Distribution, Kind, Rate, Segment, Stream};

use super::Flaws;
use super::clock::Clock;
use super::file::{self, Law, Model, Spread};
use crate::configuration::organisation::Bearer;
use crate::configuration::{Organisation, Path};

pub(super) fn streams(
    model: &Model,
    clock: &Clock,
    organisation: &Organisation,
    flaws: &mut Flaws,
) -> Vec<Stream> {
    let streams = model.streams.iter().enumerate().map(|(number, stream)| {
        let path = Path::root().then("streams").then(number);
        let rates = rates(stream, clock, &path, flaws);
        Stream { arrivals: Arrivals::Poisson(rates), kinds: kinds_of(stream, &path, organisation, flaws) }
    });
    streams.collect()
}

/// All kinds of all streams, each by how many of them a day is expected to bring.
pub fn kinds(streams: &[Stream]) -> Vec<Kind> {
    let mut all = Vec::new();
    for stream in streams {
        let expected = weigh(stream);
        let total: f64 = stream.kinds.iter().map(|kind| kind.weight).sum();
        for kind in &stream.kinds {
            all.push(Kind { weight: expected * kind.weight / total.max(f64::MIN_POSITIVE), ..kind.clone() });
        }
    }
    all
}

/// How many contacts a stream is expected to bring; 1 if it says nothing of it.
pub fn weigh(stream: &Stream) -> f64 {
    let Arrivals::Poisson(rates) = &stream.arrivals else { return 1.0 };
    let contacts = |rate: &Rate| rate.an_hour * (rate.to.saturating_sub(rate.from)).as_secs_f64() / 3_600.0;
    let expected: f64 = rates.iter().map(contacts).sum();
    if rates.is_empty() { 1.0 } else { expected }
}

fn rates(stream: &file::Stream, clock: &Clock, path: &Path, flaws: &mut Flaws) -> Vec<Rate> {
    if stream.an_hour.is_some() && !stream.rates.is_empty() {
        flaws.note(path.then("rates"), "either \"an_hour\" for the whole day or \"rates\" by stretch");
    }
    let mut rates = Vec::new();
    if let Some(an_hour) = stream.an_hour {
        rates.push(Rate { from: std::time::Duration::ZERO, to: clock.ends.since(clock.begins), an_hour });
    }
    for (number, rate) in stream.rates.iter().enumerate() {
        if let Some((from, to)) = clock.stretch(rate.from, rate.to) {
            rates.push(Rate { from, to, an_hour: rate.an_hour });
        }
        if !(0.0..=1e7).contains(&rate.an_hour) {
            flaws.note(path.then("rates").then(number).then("an_hour"), "a rate is not negative");
        }
    }
    if !rates.is_sorted_by(|one, next| one.to <= next.from) {
        flaws.note(path.then("rates"), "stretches come one after the other and do not overlap");
    }
    rates
}

/// A kind an intent; one without any.
fn kinds_of(stream: &file::Stream, path: &Path, organisation: &Organisation, flaws: &mut Flaws) -> Vec<Kind> {
    let mut intents: Vec<(Option<&Intent>, f64)> =
        stream.intents.iter().map(|(intent, weight)| (Some(intent), *weight)).collect();
    if intents.is_empty() {
        intents.push((None, 1.0));
    }
    flaws.attributes(&stream.attributes, Bearer::Task, &path.then("attributes"), organisation);
    if let Some(site) = stream.site.as_ref().filter(|site| organisation.site(site).is_none()) {
        let known = organisation.sites.iter().map(|site| site.id.as_str());
        flaws.unknown(path.then("site"), "site", site.as_str(), known);
    }
    let languages = languages_apart(stream, organisation);
    let each = |(intent, weight): (_, f64)| {
        languages.iter().map(move |(spoken, share)| (intent, weight * share, spoken))
    };
    let all: Vec<_> = intents.into_iter().flat_map(each).collect();
    let kinds = all.into_iter().filter_map(|(intent, weight, spoken)| {
        let facts = TaskFacts {
            intent: intent.cloned(),
            language: match &spoken[..] {
                [(_, only)] => only.clone(),
                _ => None,
            },
            site: stream.site.clone(),
            attributes: stream.attributes.clone(),
        };
        let route = routed(stream.channel, &facts, path, organisation, flaws);
        // Who is handed on is routed there.
        let (first, then_route) =
            if stream.then.is_some() { (Routed::default(), route) } else { (route, Routed::default()) };
        let queue = first.queue.clone().or_else(|| stream.queue.clone());
        let segment = Written {
            asks: &stream.asks,
            patience: stream.patience,
            handling: stream.handling,
            wrap_up: stream.wrap_up,
            handling_of: &stream.handling_of,
            goes_on: stream.then.as_ref().map_or(0.0, |then| then.share),
        };
        let priority = Priority(stream.priority.0.saturating_add(then_route.priority.max(first.priority)));
        let mut segments = vec![segment.build(queue, &first, path, organisation, flaws)?];
        if let Some(then) = &stream.then {
            let path = path.then("then");
            let queue = then_route.queue.clone().or_else(|| then.queue.clone());
            let segment = Written {
                asks: &then.asks,
                patience: then.patience,
                handling: then.handling,
                wrap_up: then.wrap_up,
                handling_of: &then.handling_of,
                goes_on: 0.0,
            };
            segments.push(segment.build(queue, &then_route, &path, organisation, flaws)?);
        }
        Some(Kind { weight, channel: stream.channel, priority, facts, languages: spoken.clone(), segments })
    });
    kinds.collect()
}

type Languages = Vec<(f64, Option<Language>)>;

/// The languages of a stream with their share of it: together, or each apart where routes ask for one.
fn languages_apart(stream: &file::Stream, organisation: &Organisation) -> Vec<(Languages, f64)> {
    let all = stream.languages.iter().map(|(language, weight)| (*weight, Some(language.clone())));
    let mut whens = organisation.routes.iter().filter_map(|route| route.when.as_ref());
    if stream.languages.is_empty() || !whens.any(|when| when.text.as_str().contains("language")) {
        return vec![(all.collect(), 1.0)];
    }
    let total: f64 = stream.languages.values().sum();
    all.map(|(weight, language)| (vec![(1.0, language)], weight / total.max(f64::MIN_POSITIVE))).collect()
}

/// What an organisation's route asks for.
#[derive(Debug, Clone, Default)]
struct Routed {
    queue: Option<QueueId>,
    skills: BTreeMap<Skill, Level>,
    condition: Option<Condition>,
    priority: i32,
}

/// By the first route that fits what is known. An intent that no route names at all is a slip.
fn routed(
    channel: Channel,
    facts: &TaskFacts,
    path: &Path,
    organisation: &Organisation,
    flaws: &mut Flaws,
) -> Routed {
    let Some(route) = organisation.route_for(channel, facts) else {
        let known = || organisation.routes.iter().filter_map(|route| Some(route.intent.as_ref()?.as_str()));
        if let Some(intent) = &facts.intent
            && known().all(|name| name != intent.as_str())
        {
            let path = path.then("intents").then(intent.as_str());
            flaws.unknown(path, "route for the intent", intent.as_str(), known());
        }
        return Routed::default();
    };
    Routed {
        queue: Some(route.queue.clone()),
        skills: route.skills.clone(),
        condition: route.condition.clone(),
        priority: route.priority.0,
    }
}

/// One wait as it is written.
struct Written<'a> {
    asks: &'a [file::Asked],
    patience: Option<Law>,
    handling: Law,
    wrap_up: Option<Law>,
    handling_of: &'a BTreeMap<Skill, Law>,
    goes_on: f64,
}

impl Written<'_> {
    fn build(
        &self,
        queue: Option<QueueId>,
        route: &Routed,
        path: &Path,
        organisation: &Organisation,
        flaws: &mut Flaws,
    ) -> Option<Segment> {
        let Some(queue) = queue else {
            flaws.note(path.clone(), "the key \"queue\" is missing, and no intent leads to one");
            return None;
        };
        flaws.queue(path.then("queue"), &queue, organisation);
        self.skills_are_known(path, organisation, flaws);
        Some(Segment {
            queue,
            asks: self.asked(route),
            condition: route.condition.clone(),
            patience: self.patience.map(distribution),
            handling: distribution(self.handling),
            wrap_up: self.wrap_up.map_or(Distribution::ZERO, distribution),
            goes_on: self.goes_on,
        })
    }

    fn asked(&self, route: &Routed) -> Vec<Asked> {
        let nothing = [file::Asked { weight: 1.0, skills: BTreeMap::new(), handling: None }];
        let written = if self.asks.is_empty() { &nothing[..] } else { self.asks };
        let asked = written.iter().map(|asked| {
            let all = route.skills.iter().chain(&asked.skills);
            let skills: Vec<_> =
                all.map(|(skill, level)| SkillRequirement { skill: skill.clone(), level: *level }).collect();
            let of_skill = skills.iter().find_map(|need| self.handling_of.get(&need.skill)).copied();
            Asked { weight: asked.weight, handling: asked.handling.or(of_skill).map(distribution), skills }
        });
        asked.collect()
    }

    fn skills_are_known(&self, path: &Path, organisation: &Organisation, flaws: &mut Flaws) {
        let known = || organisation.skills.iter().map(|skill| skill.id.as_str());
        for skill in self.asks.iter().flat_map(|asked| asked.skills.keys()).chain(self.handling_of.keys()) {
            if !known().any(|name| name == skill.as_str()) {
                flaws.unknown(path.then("asks"), "skill", skill.as_str(), known());
            }
        }
    }
}

pub(super) fn distribution(law: Law) -> Distribution {
    let mean = law.mean.0.as_secs_f64();
    match law.spread {
        Spread::None => Distribution::Constant(mean),
        Spread::Exponential => Distribution::Exponential { mean },
        Spread::Deviation(deviation) => Distribution::LogNormal {
            mean,
            variation: deviation.0.as_secs_f64() / mean.max(f64::MIN_POSITIVE),
        },
        Spread::Variation(variation) => Distribution::LogNormal { mean, variation },
    }
}
