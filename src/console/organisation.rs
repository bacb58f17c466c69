//! What a console needs to know of the organisation.

use super::wire::{AgentView, Canned, Named, OrganisationView, PresenceView, RejectReasonView};
use crate::engine::Engine;
use crate::engine::reception::serves_only_virtually;

pub fn view(engine: &Engine) -> OrganisationView {
    let organisation = engine.foundation.organisation();
    let people = organisation.agents.iter().map(|person| AgentView {
        id: person.id.clone(),
        name: person.name.clone(),
        automated: false,
        queues: person.queues.clone(),
    });
    let virtual_agents = organisation.virtual_agents.iter().map(|agent| AgentView {
        id: agent.id.clone(),
        name: agent.name.clone(),
        automated: true,
        queues: agent.queues.clone(),
    });
    OrganisationView {
        name: organisation.name.clone(),
        queues: organisation
            .queues
            .iter()
            .map(|queue| Named { id: queue.id.clone(), name: queue.name.clone() })
            .collect(),
        picked_queues: organisation
            .queues
            .iter()
            .filter(|queue| !queue.delivery.is_push())
            .map(|queue| queue.id.clone())
            .collect(),
        presences: organisation
            .presences
            .iter()
            .map(|presence| PresenceView {
                id: presence.id.clone(),
                name: presence.name.clone(),
                routable: presence.routable,
                selectable: presence.selectable,
            })
            .collect(),
        reject_reasons: organisation
            .reject_reasons
            .iter()
            .map(|reason| RejectReasonView {
                id: reason.id.clone(),
                name: reason.name.clone(),
                queues: reason.queues.clone(),
            })
            .collect(),
        dispositions: organisation
            .dispositions
            .iter()
            .map(|disposition| Named { id: disposition.id.clone(), name: disposition.name.clone() })
            .collect(),
        agents: people.chain(virtual_agents).collect(),
        canned: organisation.canned_answers.iter().flat_map(canned).collect(),
        virtual_queue: organisation
            .queues
            .iter()
            .find(|queue| serves_only_virtually(&organisation, &queue.id))
            .map(|queue| queue.id.clone()),
        max_upload_bytes: engine.foundation.settings.chat.max_upload_bytes,
    }
}

fn canned(answer: &crate::configuration::organisation::CannedAnswer) -> Vec<Canned> {
    let texts = answer.text.iter().map(|(language, text)| Canned {
        name: answer.title.clone(),
        text: text.clone(),
        language: Some(language.clone()),
    });
    texts.collect()
}
