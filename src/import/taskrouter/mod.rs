//! Twilio TaskRouter: from a workspace's export to an organisation.
//!
//! A target's task queue with its expression and timeout becomes a step of a queue; targets that lead to
//! another task queue become the overflow into the next one. A task queue's target expression says who
//! serves it, skill conditions are our skills, and what is left over is reported by place and reason.

pub mod expression;

mod asked;
mod attributes;
mod cel;
mod chain;
mod evaluate;
mod fields;
mod filter;
mod kinds;
mod levels;
mod names;
mod routes;
mod token;
mod translation;
mod workers;
mod workspace;

use std::collections::BTreeSet;
use std::time::Duration;

use model::{PresenceName, QueueId};
use serde_json::{Map, Value};

use self::chain::{Chains, From};
use self::expression::Expression;
use self::filter::{Filter, Target};
use self::levels::Levels;
use self::names::Names;
use self::translation::Translation;
use self::workspace::Workspace;
use super::report::Report;
use crate::configuration::Organisation;
use crate::configuration::organisation::{
    AVAILABLE, AttributeEntry, Bearer, NOT_RESPONDING, OFFLINE, Presence, Queue, Site, SkillEntry, Source,
};

/// The organisation that an export describes, as far as it can be carried over.
pub fn import(export: Map<String, Value>, report: &mut Report) -> Organisation {
    let workspace = Workspace::read(export, report);
    let workflows: Vec<_> = workspace
        .workflows
        .iter()
        .map(|workflow| (workflow, filter::filters(workflow, &workspace, report)))
        .collect();
    let translation = translation(&workspace, workflows.iter().map(|(_, filters)| filters), report);
    let mut chains = Chains::new(&workspace, &translation);
    let mut routes = routes::Routes::default();
    let (mut sites, mut site_names) = (Vec::new(), Names::default());
    for (workflow, (filters, default)) in &workflows {
        let ring_time = workflow.reservation_timeout.filter(|seconds| *seconds >= 1.0);
        let ring_time = ring_time.map(|seconds| Duration::from_secs_f64(seconds.min(86_400.0)));
        let default = default.as_ref().map(std::slice::from_ref);
        let mut entry =
            default.and_then(|target| chains.of(target, &From { ring_time, name: "default" }, None, report));
        for (index, filter) in filters.iter().enumerate() {
            let numbered = format!("{} {}", workflow.name, index + 1);
            let name = filter.name.as_deref().unwrap_or(&numbered);
            let Some(queue) = chains.of(&filter.targets, &From { ring_time, name }, entry.as_ref(), report)
            else {
                continue;
            };
            if routes.add(filter, &queue, &translation, report) == routes::Takes::EveryTask {
                let rest = filters.iter().skip(index + 1);
                rest.for_each(|filter| {
                    report.lost(&filter.place, "no task comes here: one before takes all")
                });
                entry = Some(queue);
                break;
            }
        }
        match entry {
            Some(entry) => sites.push(site(&workflow.name, &entry, &mut site_names)),
            None => report.lost(&workflow.place, "it has no default_filter: tasks that no filter takes"),
        }
    }
    chains.unused(report);
    let queues = chains.built;
    let agents = workers::people(&workspace, &queues, &translation, report);
    notes(&workspace, &sites, report);
    let mut organisation = Organisation {
        name: workspace.name.clone().unwrap_or_else(|| "Imported".to_owned()),
        sites,
        skills: skill_entries(&translation),
        presences: presences(&workspace),
        agents,
        routes: routes.found,
        queues: queues.into_iter().map(|built| built.queue).collect::<Vec<Queue>>(),
        ..Organisation::default()
    };
    organisation.attributes = attribute_entries(&translation, &organisation, report);
    // What steps ask can be read only once it is said which attributes there are.
    chain::leave_out_unmet(&mut organisation, report);
    organisation
}

fn translation<'a>(
    workspace: &Workspace,
    workflows: impl Iterator<Item = &'a (Vec<Filter>, Option<Target>)>,
    report: &mut Report,
) -> Translation {
    let mut expressions: Vec<&Expression> = Vec::new();
    let mut of_filters: Vec<&Expression> = Vec::new();
    for (filters, default) in workflows {
        let targets = filters.iter().flat_map(|filter| &filter.targets).chain(default);
        expressions.extend(targets.filter_map(|target| target.expression.as_ref()));
        of_filters.extend(filters.iter().filter_map(|filter| filter.expression.as_ref()));
    }
    let of_workers = expressions.iter().map(|expression| (*expression, cel::Subject::Worker));
    let of_tasks = of_filters.iter().map(|expression| (*expression, cel::Subject::Task));
    let attributes = workspace.workers.iter().map(|worker| &worker.attributes);
    let kinds = kinds::Kinds::of(attributes, of_workers.chain(of_tasks));
    let workers = || workspace.workers.iter().map(|worker| &worker.attributes);
    let levels = Levels::of(workers(), expressions.into_iter(), report);
    let skills: BTreeSet<_> = workers().flat_map(attributes::skills).collect();
    let spoken = workers().flat_map(attributes::languages).filter_map(attributes::language);
    // Every site that is made speaks English.
    let languages = spoken.chain(attributes::language("en")).collect();
    Translation { kinds, languages, ..Translation::new(skills.into_iter(), levels) }
}

fn skill_entries(translation: &Translation) -> Vec<SkillEntry> {
    let entry = |(name, id): (&String, &model::Skill)| SkillEntry { id: id.clone(), name: name.clone() };
    translation.skills.iter().map(entry).collect()
}

/// Of tasks those that the expressions ask about, of agents all.
fn attribute_entries(
    translation: &Translation,
    organisation: &Organisation,
    report: &mut Report,
) -> Vec<AttributeEntry> {
    let steps = organisation.queues.iter().flat_map(|queue| &queue.steps);
    let conditions = steps.filter_map(|step| step.condition.as_ref());
    let whens = organisation.routes.iter().filter_map(|route| route.when.as_ref().map(|when| &when.text));
    let words: BTreeSet<_> = conditions
        .chain(whens)
        .flat_map(|text| {
            text.as_str().split(|letter: char| letter != '.' && letter != '_' && !letter.is_alphanumeric())
        })
        .filter_map(|word| word.strip_prefix("task.attributes."))
        .map(|word| word.strip_suffix(".contains").unwrap_or(word))
        .collect();
    let asked = |(name, _): &(&model::Name, &routing::AttributeKind)| words.contains(name.as_str());
    let entry = |(id, kind): (&model::Name, &routing::AttributeKind), of| AttributeEntry {
        id: id.clone(),
        of,
        kind: *kind,
        from: Source::Anybody,
    };
    for (name, _) in translation.kinds.tasks.iter().filter(asked) {
        let where_from = "a fact of this name: a virtual agent, a form, a verified login or the API says it";
        report.note(format!("attributes.{name}"), where_from);
    }
    let agents = translation.kinds.agents.iter().map(|attribute| entry(attribute, Bearer::Agent));
    let tasks = translation.kinds.tasks.iter().filter(asked).map(|attribute| entry(attribute, Bearer::Task));
    agents.chain(tasks).collect()
}

fn site(workflow: &str, entry: &QueueId, names: &mut Names) -> Site {
    let site = serde_json::json!({
        "id": names.give(workflow, "site"),
        "name": workflow,
        "languages": ["en"],
        "entry_queue": entry,
        "person_queue": entry,
    });
    serde_json::from_value(site).expect("a site has an id, a name, languages and queues")
}

/// The three that every organisation has, and theirs.
fn presences(workspace: &Workspace) -> Vec<Presence> {
    let presence = |id: &str, name: &str, routable, selectable| Presence {
        id: PresenceName::new(id).expect("a plain word"),
        name: name.to_owned(),
        routable,
        selectable,
    };
    let mut presences = vec![
        presence(AVAILABLE, "Available", true, true),
        presence(OFFLINE, "Offline", false, true),
        presence(NOT_RESPONDING, "Not responding", false, false),
    ];
    let mut names = Names::default();
    for own in [AVAILABLE, OFFLINE, NOT_RESPONDING] {
        names.give_exactly(own);
    }
    for activity in &workspace.activities {
        let plain = names::plain(&activity.name);
        let is_there = matches!((plain.as_str(), activity.available), (AVAILABLE, true) | (OFFLINE, false));
        if !is_there {
            let id = names.give(&activity.name, "activity");
            presences.push(presence(id.as_str(), &activity.name, activity.available, true));
        }
    }
    presences
}

fn notes(workspace: &Workspace, sites: &[Site], report: &mut Report) {
    for site in sites {
        let place = format!("sites.{}", site.id);
        report.note(place, "one for each workflow; give it its languages, origins, addresses and a greeting");
    }
    let ours = ["voice", "chat", "sms", "email", "default", "web", "messaging", "whatsapp"];
    for channel in workspace.channels.iter().filter(|channel| !ours.contains(&channel.name.as_str())) {
        let sid = channel.sid.as_deref().unwrap_or(&channel.name);
        report.lost(format!("task_channels.{sid}"), format!("there is no channel {:?}", channel.name));
    }
    if !workspace.workers.is_empty() {
        let listed = "who serves a queue was found from the workers' attributes and is listed by name: \
            whoever gains a skill later is given the queue too";
        report.note("task_queues[].target_workers", listed);
        report.note("workers", "nobody has a password: hashes are set, or people log in elsewhere");
    }
}
