//! What a virtual agent is told when it is its turn, from the session's log.

use bots::{IntentGuess, Speaker, Turn, Utterance};
use model::event::Author;
use model::session::State;
use model::{Channel, Recorded, Sequence, SessionEvent};

use super::Cause;
use super::work::Work;

/// Events a turn looks back on.
const LOOK_BACK: u64 = 200;
/// Messages a turn is told.
const MOST_UTTERANCES: usize = 50;

impl Work {
    /// What the agent is told; none if everything the customer said is answered, by whomever.
    pub(super) async fn prepare(&self, state: &State, cause: Cause) -> Option<Turn> {
        let after = Sequence(state.sequence.0.saturating_sub(LOOK_BACK));
        let log = self.engine.foundation.store.load_session(self.session, after, 1_000).await.ok()?;
        let mut recent: Vec<Utterance> = log.iter().filter_map(|recorded| self.utterance(recorded)).collect();
        recent.drain(..recent.len().saturating_sub(MOST_UTTERANCES));
        let by_agents =
            |utterance: &Utterance| matches!(utterance.speaker, Speaker::Myself | Speaker::OtherAgent);
        let answered = recent.iter().rposition(by_agents);
        let text: Vec<_> = recent[answered.map_or(0, |at| at + 1)..]
            .iter()
            .filter(|utterance| utterance.speaker == Speaker::Customer)
            .map(|utterance| utterance.text.clone())
            .collect();
        let person_wanted = cause == Cause::PersonWanted;
        if text.is_empty() && answered.is_some() && !person_wanted {
            return None;
        }
        let earlier = answered.map_or(0, |at| at + 1);
        let progress = self.mind.recall(&recent);
        recent.truncate(earlier);
        Some(Turn {
            channel: state.channel.unwrap_or(Channel::Chat),
            language: state.language.clone(),
            text: text.join("\n"),
            recent,
            facts: state.facts.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            intent: state
                .intent
                .as_ref()
                .map(|(intent, confidence)| IntentGuess { intent: intent.clone(), confidence: *confidence }),
            progress,
            customer_asked_for_person: person_wanted,
        })
    }

    fn utterance(&self, recorded: &Recorded<SessionEvent>) -> Option<Utterance> {
        let SessionEvent::MessagePosted { message } = &recorded.event else { return None };
        let speaker = match &message.author {
            Author::Customer => Speaker::Customer,
            Author::Agent { agent } if *agent == self.id => Speaker::Myself,
            Author::Agent { .. } => Speaker::OtherAgent,
            Author::System => Speaker::System,
        };
        let visible = message.visible.map_or(message.text.len(), |bytes| bytes as usize);
        let text = message.text.get(..visible).unwrap_or(&message.text).to_owned();
        Some(Utterance { speaker, text, citations: message.citations.clone() })
    }
}
