//! The organisation: sites, queues, people, virtual agents, hours and what they choose from.
//!
//! Written as TOML files in a folder, imported at first start and by `tandem apply`, kept as JSON
//! versions in the log. References between its parts are names; [`Organisation::load`] refuses a
//! folder in which one leads nowhere.

mod capacity;
mod changed;
mod diff;
mod export;
mod expressions;
mod hours;
mod integration;
mod load;
mod names;
mod offering;
mod overflow;
mod person;
mod presence;
mod queue;
mod queue_flaws;
mod route;
mod service_level;
mod site;
mod stake;
mod validate;
mod virtual_agent;
mod wording;

use std::num::NonZeroU32;

use model::{AgentId, PresenceName, QueueId, RejectReason, SiteId};
use routing::Share;
use serde::{Deserialize, Serialize};

pub use capacity::{Capacity, ChannelRule, ChannelRules};
pub use changed::NotTheRules;
pub use diff::{Change, diff};
pub use export::ExportError;
pub use expressions::{AttributeEntry, Bearer, Source, When};
pub use hours::{Holiday, Hours, HoursId, Interval, TimeOfDay};
pub use integration::{ApiClient, ApiKey, Scope, Webhook};
pub use offering::{Answering, Delivery, RejectReasonEntry};
pub use overflow::{End, Overflow, Way};
pub use person::{Password, Person, PersonRole};
pub use presence::{AVAILABLE, NOT_RESPONDING, OFFLINE, Presence};
pub use queue::{LastAgent, LongestIdle, Queue, RingTime, Rule, Selection, SkipWhen, Step, WhenClosed};
pub use queue_flaws::unmet_steps;
pub use route::Route;
pub use service_level::{ServiceLevel, ServiceLevelDefinition};
pub use site::{Acknowledgement, FieldKind, FormField, Site, VerifiedUsers};
pub use stake::Stake;
pub use virtual_agent::{Fact, VirtualAgent, VirtualAgentKind};
pub use wording::{CannedAnswer, DispositionEntry, Labels, SkillEntry};

/// Everything an organisation says of itself. Lists keep the order of the files.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Organisation {
    pub name: String,
    /// Where a queue names none.
    pub service_level: ServiceLevel,
    /// Which queue an agent of several works for next.
    pub share: Share,
    /// What channels take of an agent; a person's or virtual agent's own rule of a channel goes before it.
    pub channels: ChannelRules,
    pub sites: Vec<Site>,
    pub queues: Vec<Queue>,
    pub skills: Vec<SkillEntry>,
    /// What expressions can ask about besides.
    pub attributes: Vec<AttributeEntry>,
    pub presences: Vec<Presence>,
    pub hours: Vec<Hours>,
    pub agents: Vec<Person>,
    pub virtual_agents: Vec<VirtualAgent>,
    /// Where intents go.
    pub routes: Vec<Route>,
    /// Who leaves so many offers unanswered in a row is logged out. None: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_out_after_misses: Option<NonZeroU32>,
    pub reject_reasons: Vec<RejectReasonEntry>,
    pub dispositions: Vec<DispositionEntry>,
    pub canned_answers: Vec<CannedAnswer>,
    pub webhooks: Vec<Webhook>,
    pub api_clients: Vec<ApiClient>,
}

impl Organisation {
    /// As JSON, passwords and keys among it.
    pub fn document(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("an organisation has text keys only")
    }

    /// Everybody who works here, people and virtual agents.
    pub fn members(&self) -> impl Iterator<Item = &AgentId> {
        let people = self.agents.iter().map(|person| &person.id);
        people.chain(self.virtual_agents.iter().map(|agent| &agent.id))
    }

    pub fn site(&self, id: &SiteId) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == *id)
    }

    /// The site whose address this is, with or without a tag behind a `+`, and the address without.
    pub fn inbox(&self, address: &str) -> Option<(&Site, &str)> {
        let (local, domain) = address.rsplit_once('@')?;
        let plain = format!("{}@{domain}", local.split('+').next().unwrap_or(local));
        let find =
            |site: &'_ Site| site.email_addresses.iter().position(|ours| ours.eq_ignore_ascii_case(&plain));
        let (site, place) = self.sites.iter().find_map(|site| Some((site, find(site)?)))?;
        Some((site, site.email_addresses[place].as_str()))
    }

    pub fn queue(&self, id: &QueueId) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.id == *id)
    }

    pub fn person(&self, id: &AgentId) -> Option<&Person> {
        self.agents.iter().find(|person| person.id == *id)
    }

    pub fn virtual_agent(&self, id: &AgentId) -> Option<&VirtualAgent> {
        self.virtual_agents.iter().find(|agent| agent.id == *id)
    }

    pub fn reject_reason(&self, id: &RejectReason) -> Option<&RejectReasonEntry> {
        self.reject_reasons.iter().find(|reason| reason.id == *id)
    }

    pub fn presence(&self, id: &PresenceName) -> Option<&Presence> {
        self.presences.iter().find(|presence| presence.id == *id)
    }

    pub fn hours(&self, id: &HoursId) -> Option<&Hours> {
        self.hours.iter().find(|hours| hours.id == *id)
    }

    /// Whether somebody serves the queue who takes calls.
    pub fn takes_calls(&self, queue: &QueueId) -> bool {
        let people = self.agents.iter().filter(|person| person.has(PersonRole::Agent));
        let mut people = people.filter(|person| person.queues.contains(queue));
        people.any(|person| person.capacity.voice > 0)
    }

    /// The queue's own service level, else the organisation's.
    pub fn service_level(&self, queue: &Queue) -> ServiceLevel {
        queue.service_level.unwrap_or(self.service_level)
    }
}
