//! What happens when a customer turns up or speaks: which session, which task, which queue.

use bots::IntentGuess;
use model::event::{Author, Message};
use model::session::{Command, Contact, NewTask, State, Status};
use model::task::{Priority, Requirements, TransferReason, TransferTarget};
use model::{
    AgentId, Channel, CustomerId, Identity, Language, LegId, QueueId, SessionId, SiteId, TaskFacts, TaskId,
    Verification,
};
use store::StoreError;

use super::{Engine, routing_setup};
use crate::configuration::Organisation;
use crate::configuration::organisation::{Route, Site};

/// Characters of a note that says what was learned.
const MOST_LEARNED: usize = 1_900;

/// Who is there, and how sure we are.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    pub site: SiteId,
    pub channel: Channel,
    pub identity: Identity,
    pub verification: Verification,
    pub language: Option<Language>,
    pub origin: Option<smol_str::SmolStr>,
    /// What the message says the customer wants, where nobody else finds that out.
    pub intent: Option<IntentGuess>,
}

/// The customer and the session that goes on, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub customer: CustomerId,
    pub session: Option<SessionId>,
}

impl Engine {
    /// Finds the customer of a verified identity; a claimed one is nobody we know.
    pub async fn recognise(
        &self,
        identity: &Identity,
        verification: Verification,
    ) -> Result<Option<Known>, StoreError> {
        if verification == Verification::Claimed {
            return Ok(None);
        }
        let store = &self.foundation.store;
        let Some(customer) = store.customer_by_identity(identity, Verification::Verified).await? else {
            return Ok(None);
        };
        Ok(Some(Known { customer, session: store.open_session_of(customer).await? }))
    }

    /// The commands with which an arrival's message becomes part of its session: contact, message,
    /// and a task if none is open. What was `told` before comes first, and counts for the task.
    pub async fn receive(
        &self,
        session: SessionId,
        customer: CustomerId,
        leg: LegId,
        arrival: &Arrival,
        message: Message,
        told: Vec<Command>,
    ) -> Vec<Command> {
        let organisation = self.foundation.organisation();
        let state = self.sessions().state(session).await.ok();
        let mut commands = vec![contact(session, customer, leg, arrival)];
        let has_task = state.as_deref().is_some_and(|state| state.task.is_some());
        // While somebody is at it, they know better than a classifier.
        if let Some(guess) = arrival.intent.clone().filter(|_| !has_task) {
            commands.push(Command::DetectIntent { intent: guess.intent, confidence: guess.confidence });
        }
        commands.push(Command::Post { message, seen: None });
        if !has_task && let Some(site) = organisation.site(&arrival.site) {
            let known = knowing(state.as_deref().cloned().unwrap_or_default(), &told);
            commands.push(self.first_task(&organisation, site, customer, arrival, Some(&known)).await);
        }
        commands.splice(1..1, told);
        commands
    }

    async fn first_task(
        &self,
        organisation: &Organisation,
        site: &Site,
        customer: CustomerId,
        arrival: &Arrival,
        state: Option<&State>,
    ) -> Command {
        let queue = match arrival.channel {
            Channel::Email => site.email_queue.as_ref().unwrap_or(&site.entry_queue),
            Channel::Chat | Channel::Voice => &site.entry_queue,
        };
        let language = state.and_then(|state| state.language.as_ref()).or(arrival.language.as_ref());
        let known = state.and_then(|state| state.intent.as_ref()).map(|(intent, _)| intent);
        let intent = arrival.intent.as_ref().map(|guess| &guess.intent).or(known);
        // A virtual agent finds out more first; people get at once what is theirs by intent.
        let virtually = serves_only_virtually(organisation, queue);
        let known = state.map(|state| routing_setup::facts(organisation, state)).unwrap_or_default();
        let facts = TaskFacts {
            intent: intent.cloned(),
            language: language.cloned(),
            site: Some(site.id.clone()),
            ..known
        };
        let route = organisation.route_for(arrival.channel, &facts).filter(|_| !virtually);
        let queue = route.map_or(queue, |route| &route.queue);
        let requirements = if virtually {
            Requirements::NONE
        } else {
            routing_setup::requirements(route, spoken(site, language))
        };
        Command::CreateTask(NewTask {
            task: TaskId(uuid::Uuid::now_v7()),
            queue: queue.clone(),
            channel: arrival.channel,
            requirements,
            priority: priority(organisation, queue, route),
            preferred_agent: self.last_person(organisation, queue, customer).await,
            waiting_since: None,
        })
    }

    /// The person the customer had last, if the queue asks for that.
    pub(super) async fn last_person(
        &self,
        organisation: &Organisation,
        queue: &QueueId,
        customer: CustomerId,
    ) -> Option<AgentId> {
        let last = organisation.queue(queue)?.last_agent?;
        let since = self.foundation.now() - last.within;
        let recent = self.foundation.store.last_agents(customer, since, 5).await.ok()?;
        let serves =
            |agent: &AgentId| organisation.person(agent).is_some_and(|person| person.queues.contains(queue));
        recent.into_iter().find(serves)
    }

    /// The customer wrote while somebody wrapped up their last contact: people are asked again.
    pub async fn ask_again(&self, session: SessionId) {
        let Ok(state) = self.sessions().state(session).await else { return };
        if !state.wants_another_contact() {
            return;
        }
        let Some(task) = self.request_person(&state, TransferReason::CustomerRequest, None).await else {
            return;
        };
        if let Err(error) = self.sessions().deliver_waiting(session, vec![task]).await {
            tracing::warn!(%session, %error, "a customer who wrote during after-work is not asked for");
        }
    }

    /// The customer wants a person: the open task goes to people, or a new one is made for them. Without
    /// a note, what the session has learned is one.
    pub async fn request_person(
        &self,
        state: &State,
        reason: TransferReason,
        note: Option<String>,
    ) -> Option<Command> {
        let organisation = self.foundation.organisation();
        let site = organisation.site(state.site.as_ref()?)?;
        let (queue, requirements) = people_for(&organisation, site, state);
        if state.status != Status::Open {
            return None;
        }
        let with_virtual_agent =
            state.handler().is_some_and(|agent| organisation.virtual_agent(agent).is_some());
        match &state.task {
            // People have it, or it waits for them.
            Some(task) if !with_virtual_agent && !serves_only_virtually(&organisation, &task.queue) => None,
            Some(task) => Some(Command::Transfer {
                task: task.id,
                by: None,
                target: TransferTarget::Queue { queue },
                requirements: Some(requirements),
                reason,
                note: note.or_else(|| learned(state)),
            }),
            None => Some(Command::CreateTask(NewTask {
                task: TaskId(uuid::Uuid::now_v7()),
                priority: priority(&organisation, &queue, route_of(&organisation, state)),
                preferred_agent: self.last_person(&organisation, &queue, state.customer?).await,
                queue,
                channel: state.channel?,
                requirements,
                waiting_since: None,
            })),
        }
    }
}

impl Engine {
    /// The task of a customer who asks for a person before having said anything.
    pub async fn first_person(
        &self,
        customer: CustomerId,
        arrival: &Arrival,
        told: &[Command],
    ) -> Option<Command> {
        let organisation = self.foundation.organisation();
        let site = organisation.site(&arrival.site)?;
        let mut known = knowing(State::default(), told);
        known.language.clone_from(&arrival.language);
        known.site = Some(arrival.site.clone());
        known.channel = Some(arrival.channel);
        let (queue, requirements) = people_for(&organisation, site, &known);
        Some(Command::CreateTask(NewTask {
            task: TaskId(uuid::Uuid::now_v7()),
            priority: priority(&organisation, &queue, route_of(&organisation, &known)),
            preferred_agent: self.last_person(&organisation, &queue, customer).await,
            queue,
            channel: arrival.channel,
            requirements,
            waiting_since: None,
        }))
    }
}

/// The state with facts that are about to be recorded.
fn knowing(mut state: State, told: &[Command]) -> State {
    for command in told {
        if let Command::CollectFact { name, value, .. } = command {
            state.facts.insert(name.clone(), value.clone());
        }
    }
    state
}

pub fn contact(session: SessionId, customer: CustomerId, leg: LegId, arrival: &Arrival) -> Command {
    Command::Contact(Contact {
        session,
        customer,
        site: arrival.site.clone(),
        leg,
        channel: arrival.channel,
        identity: arrival.identity.clone(),
        verification: arrival.verification,
        language: arrival.language.clone(),
        origin: arrival.origin.clone(),
    })
}

/// A customer's message.
pub fn customer_message(id: model::MessageId, channel: Channel, leg: LegId, text: String) -> Message {
    Message {
        id,
        author: Author::Customer,
        channel,
        leg: Some(leg),
        text,
        visible: None,
        subject: None,
        attachments: Vec::new(),
        original: None,
        mail_id: None,
        inbox: None,
        citations: Vec::new(),
        automatic: false,
    }
}

/// The queue of people for what the session is about, and what it asks of them.
pub fn people_for(organisation: &Organisation, site: &Site, state: &State) -> (QueueId, Requirements) {
    let route = route_of(organisation, state);
    let own = state.handler().and_then(|agent| organisation.virtual_agent(agent));
    let without_route = own.and_then(|agent| agent.hand_over_queue.as_ref()).unwrap_or(&site.person_queue);
    let queue = route.map_or(without_route, |route| &route.queue).clone();
    let language = spoken(site, state.language.as_ref());
    (queue, routing_setup::requirements(route, language))
}

/// Intent and facts, for the next agent; none if nothing is known.
fn learned(state: &State) -> Option<String> {
    let intent = state.intent.iter().map(|(intent, _)| format!("Intent: {intent}"));
    let lines: Vec<_> =
        intent.chain(state.facts.iter().map(|(name, value)| format!("{name}: {value}"))).collect();
    let text: String = lines.join("\n").chars().take(MOST_LEARNED).collect();
    Some(text).filter(|text| !text.is_empty())
}

/// Where what is known of the session leads.
pub fn route_of<'a>(organisation: &'a Organisation, state: &State) -> Option<&'a Route> {
    let facts = routing_setup::facts(organisation, state);
    organisation.route_for(state.channel.unwrap_or(Channel::Chat), &facts)
}

/// A queue's priority, and what the intent's route adds.
pub fn priority(organisation: &Organisation, queue: &QueueId, route: Option<&Route>) -> Priority {
    let of_queue = organisation.queue(queue).map_or(Priority::default(), |queue| queue.priority);
    Priority(of_queue.0.saturating_add(route.map_or(0, |route| route.priority.0)))
}

/// A language the site speaks; others are not asked of agents.
fn spoken<'a>(site: &Site, language: Option<&'a Language>) -> Option<&'a Language> {
    language.filter(|language| site.languages.contains(language))
}

/// Whether no person serves the queue.
pub fn serves_only_virtually(organisation: &Organisation, queue: &QueueId) -> bool {
    !organisation.agents.iter().any(|person| person.queues.contains(queue))
}
