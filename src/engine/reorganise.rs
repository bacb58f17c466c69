//! The organisation changes while it works: all of it or nothing, recorded first.
//!
//! People, queues, skills, hours, sites, webhooks and virtual agents change at once; waiting tasks are
//! judged anew in their places, and what somebody has in hand stays with them unless they leave.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::event::PresenceCause;
use model::id::Name;
use model::{AgentId, PresenceName, Sequence};
use routing::Input;
use store::StoreError;

use super::{Engine, routing_setup};
use crate::audit::Act;
use crate::configuration::Organisation;
use crate::configuration::organisation::{Change, OFFLINE, diff};
use crate::understanding::{self, UnderstandingError};
use crate::versions::{self, VersionError};

/// Why the organisation stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReorganiseError {
    /// What is wrong, one line each. Retrying is pointless.
    #[error("the organisation is not valid: {}", .0.join("; "))]
    Invalid(Vec<String>),
    /// Somebody else changed it meanwhile: read it again.
    #[error("the organisation is at version {0} now")]
    Changed(Sequence),
    /// Retrying helps once the files are mended.
    #[error(transparent)]
    Understanding(#[from] UnderstandingError),
    /// As safe to retry as its cause.
    #[error(transparent)]
    Version(#[from] VersionError),
}

/// Whether a change is made, or only shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    ShowOnly,
    Apply,
}

impl Engine {
    /// The version of the organisation: how many times it was recorded.
    pub async fn organisation_version(&self) -> Result<Sequence, StoreError> {
        versions::count(&self.foundation.store).await
    }

    /// Replaces the organisation, if it is still at version `expected`; answers what that changes.
    pub async fn reorganise(
        self: &Arc<Self>,
        organisation: Organisation,
        expected: Option<Sequence>,
        by: &str,
        trial: Trial,
    ) -> Result<Vec<Change>, ReorganiseError> {
        let flaws: Vec<_> = organisation.flaws().iter().map(ToString::to_string).collect();
        if !flaws.is_empty() {
            return Err(ReorganiseError::Invalid(flaws));
        }
        let _one_at_a_time = self.reorganising.lock().await;
        let version = self.organisation_version().await.map_err(VersionError::from)?;
        if expected.is_some_and(|expected| expected != version) {
            return Err(ReorganiseError::Changed(version));
        }
        let before = self.foundation.organisation();
        let changes = diff(&before, &organisation);
        if changes.is_empty() || trial == Trial::ShowOnly {
            return Ok(changes);
        }
        let learned = understanding::learn(&self.foundation, &organisation).await?;
        versions::record(&self.foundation.store, &organisation, version, by).await?;
        let after = Arc::new(organisation);
        self.foundation.organisation.store(after.clone());
        self.knowledge.store(learned.library);
        self.virtual_agents().replace(learned.colleagues, &after);
        self.classify_by(learned.intents);
        self.follow_organisation(&before, &after).await;
        for act in acts(&before, &after, &changes, by) {
            self.auth.audit.record(act).await.map_err(VersionError::from)?;
        }
        Ok(changes)
    }

    /// Router and consoles learn of it.
    async fn follow_organisation(self: &Arc<Self>, before: &Organisation, after: &Arc<Organisation>) {
        let configuration = Box::new(routing_setup::configuration(after));
        self.route(Input::Configure { configuration }).await;
        let staying = routing_setup::profiles(after);
        let routed: BTreeSet<_> = staying.iter().map(|profile| profile.agent.clone()).collect();
        for profile in staying {
            self.route(Input::AgentUpserted { profile }).await;
        }
        self.welcome_newcomers(before, after).await;
        for gone in routing_setup::profiles(before) {
            if !routed.contains(&gone.agent) {
                self.route(Input::AgentRemoved { agent: gone.agent }).await;
            }
        }
        self.dismiss_leavers(before, after).await;
        self.organisation_changed.send_replace(());
        self.directory.touch();
    }

    async fn welcome_newcomers(self: &Arc<Self>, before: &Organisation, after: &Organisation) {
        for agent in &newly(after, before) {
            match self.employ(agent).await {
                Ok((presence, _)) => {
                    self.route(Input::PresenceChanged { agent: agent.clone(), presence }).await;
                }
                Err(error) => tracing::error!(%agent, %error, "a new agent cannot be read from the log"),
            }
        }
    }

    /// Whoever is no member any more has no console, and their sessions go on with somebody else.
    async fn dismiss_leavers(&self, before: &Organisation, after: &Organisation) {
        for agent in &newly(before, after) {
            let held = self.directory.held_by(agent).into_iter().map(|card| card.session).collect();
            self.left_behind(agent, held).await;
            if let Some(handle) = self.dismiss(agent) {
                let offline = PresenceName::new(OFFLINE).expect("a plain word");
                if let Err(error) = handle.set_presence(offline, PresenceCause::Supervisor, None).await {
                    tracing::warn!(%agent, %error, "a leaver's presence is not recorded");
                }
                handle.tell(crate::actors::News::Dismissed).await;
            }
        }
    }

    pub(super) async fn route(&self, input: Input) {
        match self.router().feed(input).await {
            Ok(None) => {}
            Ok(Some(refusal)) => tracing::debug!(%refusal, "the router passes over a change"),
            Err(error) => tracing::error!(%error, "cannot tell the router of the organisation"),
        }
    }
}

/// What the audit log says of a change: the change itself, and each key it makes, revokes or changes.
fn acts(before: &Organisation, after: &Organisation, changes: &[Change], by: &str) -> Vec<Act> {
    let lines: Vec<_> = changes.iter().map(ToString::to_string).collect();
    let act = |act: &str, subject: String, detail| Act {
        actor: by.to_owned(),
        act: act.to_owned(),
        subject,
        detail,
    };
    let mut acts = vec![act("organisation_changed", String::new(), [("changes", lines.join("; "))].into())];
    let of = |organisation: &Organisation, id: &Name| {
        organisation.api_clients.iter().find(|client| client.id == *id).cloned()
    };
    let ids: BTreeSet<_> =
        before.api_clients.iter().chain(&after.api_clients).map(|client| &client.id).collect();
    for id in ids {
        let what = match (of(before, id), of(after, id)) {
            (None, Some(_)) => "key_made",
            (Some(_), None) => "key_revoked",
            (before, after) if before != after => "key_changed",
            _ => continue,
        };
        acts.push(act(what, id.to_string(), Default::default()));
    }
    acts
}

/// The members of the one who are none of the other.
fn newly(one: &Organisation, other: &Organisation) -> Vec<AgentId> {
    let known: BTreeSet<_> = other.members().collect();
    one.members().filter(|member| !known.contains(member)).cloned().collect()
}
