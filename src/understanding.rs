//! What the virtual agents of this process understand with: articles, intents, calibration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bots::intent::{TrainingError, TrainingOptions};
use bots::knowledge::{self, Knowledge, KnowledgeError, calibration};
use bots::{
    ArticleAgent, ConfigurationError, FactDeclaration, IntentClassifier, LinearIntentClassifier, Threshold,
    VirtualAgentConfiguration,
};
use model::AgentId;

use crate::configuration::Organisation;
use crate::configuration::organisation::{VirtualAgent, VirtualAgentKind};
use crate::foundation::Foundation;
use crate::virtual_agents::Colleague;

/// Of the answers given, at most this share may be wrong on the calibration questions.
const WRONG_SHARE: f64 = 0.05;

/// Why virtual agents cannot start. Retrying helps once the files are mended.
#[derive(Debug, thiserror::Error)]
pub enum UnderstandingError {
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    #[error(transparent)]
    Examples(#[from] bots::intent::ExamplesError),
    #[error("cannot train the intents: {0}")]
    Training(#[from] TrainingError),
    #[error("virtual agent {agent}: {source}")]
    Agent { agent: AgentId, source: ConfigurationError },
    #[error("training ended early")]
    Ended,
}

/// What was learned at start.
#[derive(Default)]
pub struct Understanding {
    /// The virtual agents that attend in this process.
    pub colleagues: BTreeMap<AgentId, Colleague>,
    /// None if there are no examples to learn from.
    pub intents: Option<Arc<dyn IntentClassifier>>,
    /// The articles, for people as for virtual agents; none if there is no folder of them.
    pub library: Option<Arc<Knowledge>>,
}

/// Learns what the files say. Training takes a second or two, off the workers.
pub async fn learn(
    foundation: &Foundation,
    organisation: &Organisation,
) -> Result<Understanding, UnderstandingError> {
    let (organisation, base) = (organisation.clone(), &foundation.base);
    let import = &foundation.settings.import;
    let places = Places {
        knowledge: base.join(&import.knowledge),
        intents: base.join(&import.intents),
        calibration: base.join(&import.calibration),
    };
    let built = tokio::task::spawn_blocking(move || build(&organisation, &places)).await;
    built.map_err(|_| UnderstandingError::Ended)?
}

struct Places {
    knowledge: PathBuf,
    intents: PathBuf,
    calibration: PathBuf,
}

fn build(organisation: &Organisation, places: &Places) -> Result<Understanding, UnderstandingError> {
    let mut with_articles = organisation
        .virtual_agents
        .iter()
        .filter(|agent| agent.kind == VirtualAgentKind::Articles)
        .peekable();
    let takes_mail = organisation.sites.iter().any(|site| !site.email_addresses.is_empty());
    let mut understanding = Understanding::default();
    if with_articles.peek().is_some() || (takes_mail && places.intents.is_dir()) {
        understanding.intents = intents(places)?;
    }
    let wants_articles = with_articles.peek().is_some() || places.knowledge.is_dir();
    let shelf = if wants_articles { Some(library(places)?) } else { None };
    understanding.library = shelf.as_ref().map(|(library, _)| library.clone());
    for (agent, (library, threshold)) in with_articles.zip(shelf.iter().cycle()) {
        let classifier = understanding.intents.clone();
        let built = ArticleAgent::new(configuration(agent), library.clone(), classifier, *threshold)
            .map_err(|source| UnderstandingError::Agent { agent: agent.id.clone(), source })?;
        let colleague = Colleague { agent: Arc::new(built), time_limit: agent.answer_time_limit };
        understanding.colleagues.insert(agent.id.clone(), colleague);
    }
    Ok(understanding)
}

fn library(places: &Places) -> Result<(Arc<Knowledge>, Threshold), UnderstandingError> {
    let library = Knowledge::build(knowledge::load(&places.knowledge)?)?;
    let threshold = if places.calibration.is_file() {
        let questions = calibration::load(&places.calibration)?;
        knowledge::calibrate(&library, &questions, WRONG_SHARE).threshold
    } else {
        Threshold::default()
    };
    Ok((Arc::new(library), threshold))
}

fn intents(places: &Places) -> Result<Option<Arc<dyn IntentClassifier>>, UnderstandingError> {
    let examples = bots::intent::examples::load(&places.intents)?;
    if examples.is_empty() {
        return Ok(None);
    }
    Ok(Some(Arc::new(LinearIntentClassifier::train(&examples, &TrainingOptions::default())?)))
}

fn configuration(agent: &VirtualAgent) -> VirtualAgentConfiguration {
    let facts = agent.facts.iter().map(FactDeclaration::from);
    let mut configuration = VirtualAgentConfiguration { facts: facts.collect(), ..Default::default() };
    if let Some(first) = agent.languages.first() {
        configuration.default_language = first.clone();
    }
    configuration
}
