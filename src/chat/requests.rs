//! What a customer asks for becomes commands to their session, or a refusal that says why.

use channels::chat::wire::{ChatMessage, ChatRefusal, ChatRequest};
use model::event::{Author, CloseReason, DetachReason, Reader};
use model::session::{Command, Refusal, State};
use model::task::{TaskState, TransferReason};
use model::{Channel, Identity, MessageId, SessionId, Verification};
use tokio::time::Instant;

use super::connection::Connection;
use crate::actors::DeliverError;
use crate::auth::limits::network;
use crate::engine::reception;
use crate::frames::{self, Gone, Incoming};

/// Bytes of a comment with a rating.
const MAX_COMMENT: usize = 2_000;

impl Connection {
    pub(super) async fn incoming(&mut self, incoming: Incoming) -> Result<(), Gone> {
        let text = match incoming {
            Incoming::Gone => return Err(Gone),
            Incoming::NotText => return self.refuse(None, ChatRefusal::Malformed, "send text", None).await,
            Incoming::Alive => {
                self.last_heard = Instant::now();
                return Ok(());
            }
            Incoming::Text(text) => text,
        };
        self.last_heard = Instant::now();
        match serde_json::from_str::<ChatRequest>(&text) {
            Ok(request) => self.request(request).await,
            Err(error) => {
                let reason = error.to_string();
                self.refuse(None, ChatRefusal::Malformed, &reason, None).await
            }
        }
    }

    async fn request(&mut self, request: ChatRequest) -> Result<(), Gone> {
        match request {
            ChatRequest::Hello(_) => self.refuse(None, ChatRefusal::OutOfOrder, "hello was said", None).await,
            ChatRequest::Ping => frames::send(&mut self.socket, &ChatMessage::Pong).await,
            ChatRequest::Typing => {
                self.typing();
                Ok(())
            }
            ChatRequest::Message { id, text, uploads } => self.message(id, text, uploads).await,
            ChatRequest::Read { through } => {
                self.quietly(Command::MarkRead { reader: Reader::Customer, through }).await
            }
            ChatRequest::ChooseCallback { number } => self.choose_callback(&number).await,
            ChatRequest::DeclineCallback => self.decline_callback().await,
            ChatRequest::RequestPerson => self.request_person().await,
            ChatRequest::Rate { score, comment } => {
                let comment =
                    comment.filter(|comment| !comment.trim().is_empty() && comment.len() <= MAX_COMMENT);
                self.quietly(Command::Rate { score, comment }).await
            }
            ChatRequest::Transcript { email } => self.transcript(&email).await,
            ChatRequest::End => self.end_chat().await,
        }
    }

    async fn choose_callback(&mut self, number: &str) -> Result<(), Gone> {
        let Some(number) = Identity::phone(number) else {
            let reason = "it is no number such as +49 30 1234567";
            return self.refuse(None, ChatRefusal::Malformed, reason, None).await;
        };
        let Some((session, state)) = self.waiting().await else {
            return self.refuse(None, ChatRefusal::NotNow, "nobody is waited for", None).await;
        };
        let Some(task) = &state.task else { return Ok(()) };
        if !self.engine.foundation.organisation().takes_calls(&task.queue) {
            return self.refuse(None, ChatRefusal::NotNow, "nobody here can call", None).await;
        }
        let callback = self.engine.callback_of(&task.queue);
        let (task, by) = (task.id, Author::Customer);
        let command = Command::ChooseCallback { task, number, callback, not_before: None, by };
        self.deliver(None, session, vec![command]).await
    }

    async fn decline_callback(&mut self) -> Result<(), Gone> {
        let Some((_, state)) = self.waiting().await else { return Ok(()) };
        let Some(task) = &state.task else { return Ok(()) };
        self.quietly(Command::DeclineCallback { task: task.id }).await
    }

    /// The session, while its task waits for somebody.
    async fn waiting(&mut self) -> Option<(SessionId, std::sync::Arc<State>)> {
        let session = self.session()?;
        let state = self.engine.sessions().state(session).await.ok()?;
        let task = state.task.as_ref()?;
        matches!(task.state, TaskState::Pending | TaskState::Reserved { .. }).then_some((session, state))
    }

    /// The customer is done. The person they spoke with has their after-work still; who is to be called
    /// back goes, and the callback stays.
    async fn end_chat(&mut self) -> Result<(), Gone> {
        let Some(session) = self.session() else { return Ok(()) };
        if let Some((_, state)) = self.waiting().await
            && state.task.as_ref().is_some_and(|task| task.callback().is_some())
        {
            return self.quietly(Command::Detach { leg: self.leg, reason: DetachReason::Left }).await;
        }
        let close = Command::Close { reason: CloseReason::Customer };
        let state = self.engine.sessions().state(session).await.ok();
        if let Some(wrap_up) = state.and_then(|state| self.after_work(&state)) {
            match self.engine.deliver(session, vec![wrap_up, close.clone()]).await {
                // Somebody else has it since a moment ago.
                Err(DeliverError::Refused(_)) => {}
                _ => return Ok(()),
            }
        }
        self.quietly(close).await
    }

    fn after_work(&self, state: &State) -> Option<Command> {
        let task = state.task.as_ref()?;
        let TaskState::Assigned { agent } = &task.state else { return None };
        self.engine.foundation.organisation().person(agent)?;
        Some(Command::WrapUp { task: task.id, agent: agent.clone() })
    }

    fn typing(&mut self) {
        let throttle = self.engine.foundation.settings.chat.typing_throttle;
        if self.last_typing.is_some_and(|last| last.elapsed() < throttle) {
            return;
        }
        self.last_typing = Some(Instant::now());
        let Some(session) = self.session() else { return };
        if let Some(handle) = self.engine.sessions().live(session) {
            handle.typing("".into(), true);
        }
    }

    async fn message(&mut self, id: MessageId, text: String, uploads: Vec<String>) -> Result<(), Gone> {
        let settings = &self.engine.foundation.settings.chat;
        if text.len() > settings.max_message_bytes {
            return self.refuse(Some(id), ChatRefusal::TooLarge, "the message is too long", None).await;
        }
        let allowed = settings.messages_per_ten_seconds;
        if !self.budget.spend(allowed, Instant::now()) {
            return self.refuse(Some(id), ChatRefusal::TooFast, "slow down", Some(5_000)).await;
        }
        let mut attachments = Vec::new();
        for upload in &uploads {
            match self.engine.auth.uploads.verify(upload) {
                Some(attachment) => attachments.push(attachment),
                None => {
                    return self.refuse(Some(id), ChatRefusal::UnknownUpload, "upload it again", None).await;
                }
            }
        }
        let session = match &self.following {
            Some(following) => following.session,
            None => {
                let session = SessionId(uuid::Uuid::now_v7());
                if self.follow(session).await.is_none() {
                    return self.refuse(Some(id), ChatRefusal::Busy, "try again", Some(1_000)).await;
                }
                session
            }
        };
        let mut message = reception::customer_message(id, Channel::Chat, self.leg, text);
        message.attachments = attachments;
        let told = self.told_before();
        let arrival = &self.visitor.arrival;
        let commands = self.engine.receive(session, self.customer, self.leg, arrival, message, told).await;
        self.deliver(Some(id), session, commands).await
    }

    /// What the form and the site's token said, once with the first message.
    fn told_before(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        let organisation = self.engine.foundation.organisation();
        let form = std::mem::take(&mut self.visitor.form).into_iter();
        // Whatever a page asks, a visitor cannot say what only the site can.
        for (name, answer) in form.filter(|(name, _)| organisation.takes_from_anybody(name)) {
            if name == "email" {
                let identity = Identity::email(&answer);
                commands.push(Command::AttachIdentity { identity, verification: Verification::Claimed });
            }
            if let Ok(name) = model::FactName::new(&name) {
                commands.push(Command::CollectFact { name, value: answer, source: Author::Customer });
            }
        }
        if let Some(user) = self.visitor.user.take() {
            if let Some(email) = &user.email {
                let identity = Identity::email(email);
                commands.push(Command::AttachIdentity { identity, verification: Verification::Verified });
            }
            let claims = user.claims.into_iter();
            let vouched = claims.filter(|(name, _)| !organisation.takes_from_anybody(name));
            for (name, value) in user.name.map(|value| ("name".to_owned(), value)).into_iter().chain(vouched)
            {
                if let Ok(name) = model::FactName::new(&name) {
                    commands.push(Command::CollectFact { name, value, source: Author::System });
                }
            }
        }
        commands
    }

    async fn request_person(&mut self) -> Result<(), Gone> {
        let Some(session) = self.session() else {
            return self.begin_with_person().await;
        };
        let Ok(state) = self.engine.sessions().state(session).await else { return Ok(()) };
        if state.handler().is_some_and(|agent| self.engine.virtual_agents().person_wanted(agent, session)) {
            return Ok(());
        }
        match self.engine.request_person(&state, TransferReason::CustomerRequest, None).await {
            Some(command) => self.deliver(None, session, vec![command]).await,
            None => Ok(()),
        }
    }

    /// Nothing was said yet: the session begins with a task for people.
    async fn begin_with_person(&mut self) -> Result<(), Gone> {
        let session = SessionId(uuid::Uuid::now_v7());
        let told = self.told_before();
        let task = self.engine.first_person(self.customer, &self.visitor.arrival, &told).await;
        let (Some(task), Some(_)) = (task, self.follow(session).await) else {
            return self.refuse(None, ChatRefusal::Busy, "try again", Some(1_000)).await;
        };
        let mut commands = vec![reception::contact(session, self.customer, self.leg, &self.visitor.arrival)];
        commands.extend(told);
        commands.push(task);
        self.deliver(None, session, commands).await
    }

    async fn transcript(&mut self, email: &str) -> Result<(), Gone> {
        if email.len() > 254 || !email.contains('@') || email.contains(char::is_whitespace) {
            return self.refuse(None, ChatRefusal::Malformed, "that is no e-mail address", None).await;
        }
        if self.engine.transcripts.admit(&network(self.peer)).is_err() {
            return self.refuse(None, ChatRefusal::TooFast, "wait a little", Some(60_000)).await;
        }
        let identity = Identity::email(email);
        let learn =
            Command::AttachIdentity { identity: identity.clone(), verification: Verification::Claimed };
        let Some(session) = self.session() else {
            return self.refuse(None, ChatRefusal::NotNow, "there is nothing to send yet", None).await;
        };
        let is_open = self
            .engine
            .sessions()
            .state(session)
            .await
            .is_ok_and(|state| state.status == model::session::Status::Open);
        let mut commands = if is_open { vec![learn] } else { Vec::new() };
        commands.push(Command::RequestTranscript { to: identity });
        self.deliver(None, session, commands).await
    }

    /// Delivers a command whose refusal the customer need not hear of.
    async fn quietly(&mut self, command: Command) -> Result<(), Gone> {
        let Some(session) = self.session() else { return Ok(()) };
        if let Err(error) = self.engine.deliver(session, vec![command]).await {
            tracing::debug!(%session, %error, "a chat command was refused");
        }
        Ok(())
    }

    async fn deliver(
        &mut self,
        id: Option<MessageId>,
        session: SessionId,
        commands: Vec<Command>,
    ) -> Result<(), Gone> {
        let delivered = self.engine.deliver(session, commands).await;
        let (code, retry) = match delivered {
            Ok(delivered) => {
                let Some(id) = id else { return Ok(()) };
                let sequence = delivered.state.find_key(id.0).unwrap_or(delivered.sequence);
                return frames::send(&mut self.socket, &ChatMessage::Ack { id, sequence }).await;
            }
            Err(DeliverError::Busy | DeliverError::Unavailable(_) | DeliverError::Gone) => {
                (ChatRefusal::Busy, Some(1_000))
            }
            Err(DeliverError::Refused(Refusal::NothingChanges)) => return Ok(()),
            Err(DeliverError::Refused(Refusal::TooLarge { .. } | Refusal::TooMany(_))) => {
                (ChatRefusal::TooLarge, None)
            }
            Err(DeliverError::Refused(_) | DeliverError::NotFound) => (ChatRefusal::NotNow, None),
        };
        self.refuse(id, code, "it was not taken", retry).await
    }

    async fn refuse(
        &mut self,
        id: Option<MessageId>,
        code: ChatRefusal,
        message: &str,
        retry_after_ms: Option<u64>,
    ) -> Result<(), Gone> {
        let message = message.chars().take(200).collect();
        frames::send(&mut self.socket, &ChatMessage::Refused { id, code, message, retry_after_ms }).await
    }
}
