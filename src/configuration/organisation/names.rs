//! The names an organisation defines, to check references to them.

use std::collections::BTreeSet;

use model::{AgentId, QueueId, RejectReason, SessionEvent, Skill};

use super::{HoursId, Organisation};
use crate::configuration::flaw::{Flaw, Path};
use crate::configuration::nearest::nearest;

pub(super) struct Names<'a> {
    queues: BTreeSet<&'a str>,
    skills: BTreeSet<&'a str>,
    hours: BTreeSet<&'a str>,
    reject_reasons: BTreeSet<&'a str>,
    virtual_agents: BTreeSet<&'a str>,
    events: Vec<String>,
}

impl<'a> Names<'a> {
    pub fn of(organisation: &'a Organisation) -> Self {
        Self {
            queues: organisation.queues.iter().map(|queue| queue.id.as_str()).collect(),
            skills: organisation.skills.iter().map(|skill| skill.id.as_str()).collect(),
            hours: organisation.hours.iter().map(|hours| hours.id.as_str()).collect(),
            reject_reasons: organisation.reject_reasons.iter().map(|reason| reason.id.as_str()).collect(),
            virtual_agents: organisation.virtual_agents.iter().map(|agent| agent.id.as_str()).collect(),
            events: event_types(),
        }
    }

    /// Names given twice in one list; agents and virtual agents share one.
    pub fn duplicates(&self, organisation: &Organisation) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        for list in id_lists(organisation) {
            let mut seen = BTreeSet::new();
            for (name, index, id) in list {
                if !seen.insert(id) {
                    let path = Path::root().then(name).then(index).then("id");
                    flaws.push(Flaw::new(path, format!("the name {id:?} is taken already")));
                }
            }
        }
        flaws
    }

    pub fn queue(&self, queue: &QueueId, path: Path, flaws: &mut Vec<Flaw>) {
        known("queue", queue.as_str(), &self.queues, path, flaws);
    }

    pub fn maybe_queue(&self, queue: Option<&QueueId>, path: Path, flaws: &mut Vec<Flaw>) {
        if let Some(queue) = queue {
            self.queue(queue, path, flaws);
        }
    }

    pub fn queues(&self, queues: &[QueueId], path: &Path, flaws: &mut Vec<Flaw>) {
        for (index, queue) in queues.iter().enumerate() {
            self.queue(queue, path.then(index), flaws);
        }
    }

    pub fn skills<'s>(&self, skills: impl Iterator<Item = &'s Skill>, path: &Path, flaws: &mut Vec<Flaw>) {
        for skill in skills {
            known("skill", skill.as_str(), &self.skills, path.then(skill.as_str()), flaws);
        }
    }

    pub fn knows_skills<'s>(&self, mut skills: impl Iterator<Item = &'s Skill>) -> bool {
        skills.all(|skill| self.skills.contains(skill.as_str()))
    }

    pub fn hours(&self, hours: &HoursId, path: Path, flaws: &mut Vec<Flaw>) {
        known("opening hours", hours.as_str(), &self.hours, path, flaws);
    }

    pub fn reject_reasons<'r>(
        &self,
        reasons: impl Iterator<Item = &'r RejectReason>,
        path: &Path,
        flaws: &mut Vec<Flaw>,
    ) {
        for reason in reasons {
            let path = path.then(reason.as_str());
            known("reject reason", reason.as_str(), &self.reject_reasons, path, flaws);
        }
    }

    pub fn virtual_agent(&self, agent: &AgentId, path: Path, flaws: &mut Vec<Flaw>) {
        known("virtual agent", agent.as_str(), &self.virtual_agents, path, flaws);
    }

    pub fn event(&self, event: &str, path: Path, flaws: &mut Vec<Flaw>) {
        let events = self.events.iter().map(String::as_str).collect();
        known("type of event", event, &events, path, flaws);
    }
}

fn known(kind: &str, name: &str, names: &BTreeSet<&str>, path: Path, flaws: &mut Vec<Flaw>) {
    if !names.contains(name) {
        flaws.push(Flaw {
            path,
            message: format!("there is no {kind} {name:?}"),
            nearest: nearest(name, names.iter().copied()),
            dangling: Some(name.to_owned()),
        });
    }
}

type Ids<'a> = Vec<(&'static str, usize, &'a str)>;

fn id_lists(organisation: &Organisation) -> Vec<Ids<'_>> {
    macro_rules! ids {
        ($list:ident) => {
            organisation
                .$list
                .iter()
                .enumerate()
                .map(|(index, entry)| (stringify!($list), index, entry.id.as_str()))
                .collect::<Ids<'_>>()
        };
    }
    let agents = [ids!(agents), ids!(virtual_agents)].concat();
    let lists = [ids!(sites), ids!(queues), ids!(skills), ids!(presences), ids!(hours), ids!(dispositions)];
    let more = [ids!(canned_answers), ids!(reject_reasons), ids!(webhooks), ids!(api_clients), agents];
    lists.into_iter().chain(more).collect()
}

/// The types of session events as the log names them: serde lists them when it meets an unknown one.
fn event_types() -> Vec<String> {
    let unknown = serde_json::json!({ "type": "?" });
    let listed = match serde_json::from_value::<SessionEvent>(unknown) {
        Err(error) => error.to_string(),
        Ok(_) => String::new(),
    };
    listed.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_session_events_are_known() {
        let types = event_types();
        assert!(
            types.iter().any(|name| name == "opened") && types.iter().any(|name| name == "task_assigned")
        );
    }
}
