//! Where a mail goes: into the session it belongs to, into a new one, or on the shelf.

use std::collections::HashMap;
use std::sync::Arc;

use channels::email::loops::{SenderHistory, may_open_session};
use channels::email::thread::{Decision, Known, Standing, ThreadKeys, decide};
use channels::email::{ParsedMail, Prepared, normalise_address};
use model::event::{Delivery, Message};
use model::session::{Command, State, Status};
use model::{Channel, CustomerId, Identity, LegId, MessageId, SessionId, SiteId, Verification};

use super::acknowledge::Asked;
use super::desk::Desk;
use super::message::{attach_files, derived, message, shown};
use super::parked::Reason;
use super::read::{Read, Whole};
use super::senders::Deed;
use super::waiting::{Accepted, Handling};
use crate::actors::DeliverError;
use crate::engine::Engine;
use crate::engine::reception::Arrival;

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// In a session, or known there already.
    Placed,
    Park(Reason),
    /// Something is busy: try again.
    Later,
}

/// How a session can take a mail.
enum Place {
    Join(SessionId, Arc<State>, Standing),
    New,
}

impl Desk {
    pub(super) async fn place(&self, engine: &Engine, accepted: &Accepted, read: &Read) -> Outcome {
        let whole = match read {
            Read::Whole(whole) => whole,
            Read::Broken => return Outcome::Park(Reason::Unreadable),
            Read::Lost => return Outcome::Park(Reason::Lost),
            Read::Later => return Outcome::Later,
        };
        let Prepared { mail, keys } = &whole.prepared;
        if let Some(parked) = mail.parked {
            return Outcome::Park(parked.into());
        }
        let Ok(known) = self.known(engine, keys).await else { return Outcome::Later };
        match decide(keys, mail, &known) {
            Decision::Bounced { session, message } => bounced(engine, session, message, mail).await,
            Decision::Join { session, standing } => match find(engine, session, standing).await {
                Ok(Place::Join(session, state, standing)) => {
                    self.join(engine, accepted, whole, session, &state, standing).await
                }
                Ok(Place::New) => self.begin(engine, accepted, whole).await,
                Err(outcome) => outcome,
            },
            Decision::New { .. } if mail.bounce.is_some() => Outcome::Park(Reason::StrayBounce),
            Decision::New { .. } => self.begin(engine, accepted, whole).await,
        }
    }

    /// A verified sender goes on in the session that is open, or with the history there is; whoever
    /// else writes is nobody we know.
    async fn begin(&self, engine: &Engine, accepted: &Accepted, whole: &Whole) -> Outcome {
        let mail = &whole.prepared.mail;
        let server = self.authentication_server.as_deref();
        let is_verified = server.is_some_and(|server| mail.is_vouched_for_by(server));
        let Some(from) = mail.from.as_ref().filter(|_| is_verified) else {
            let customer = CustomerId(derived("customer", &accepted.blob));
            return self.open_session(engine, accepted, whole, customer, Verification::Claimed).await;
        };
        let identity = Identity::email(&from.address);
        let Ok(known) = engine.recognise(&identity, Verification::Verified).await else {
            return Outcome::Later;
        };
        if let Some(session) = known.and_then(|known| known.session)
            && let Place::Join(session, state, standing) =
                match find(engine, session, Standing::Participant).await {
                    Ok(place) => place,
                    Err(outcome) => return outcome,
                }
        {
            return self.join(engine, accepted, whole, session, &state, standing).await;
        }
        let customer =
            known.map_or_else(|| CustomerId(derived("customer", &accepted.blob)), |known| known.customer);
        self.open_session(engine, accepted, whole, customer, Verification::Verified).await
    }

    /// What is known of the sessions that the mail's ids point to.
    async fn known(&self, engine: &Engine, keys: &ThreadKeys) -> Result<Known, ()> {
        let mut known = Known { sessions: HashMap::new(), participants: HashMap::new() };
        for id in &keys.ids {
            if let Some((session, _)) = self.tokens.named_by(id) {
                known.sessions.insert(id.clone(), session);
            }
        }
        let stored = engine.foundation.store.sessions_of_mails(keys.ids.clone()).await;
        known.sessions.extend(stored.map_err(drop)?);
        let sessions: Vec<_> = known.sessions.values().copied().chain(keys.token).collect();
        for session in sessions {
            let state = engine.sessions().state(session).await.map_err(drop)?;
            let emails = state.identities.keys().filter(|identity| matches!(identity, Identity::Email(_)));
            known.participants.insert(session, emails.map(|email| email.value().to_owned()).collect());
        }
        Ok(known)
    }

    /// A participant is there by mail now; a stranger with a genuine token is heard, and no more.
    async fn join(
        &self,
        engine: &Engine,
        accepted: &Accepted,
        whole: &Whole,
        session: SessionId,
        state: &State,
        standing: Standing,
    ) -> Outcome {
        let mail = &whole.prepared.mail;
        let leg = attached(state).unwrap_or_else(|| LegId(derived("leg", &accepted.blob)));
        let inbox = inbox_of(engine, accepted);
        let mut message = message(&accepted.blob, leg, mail, inbox.map(|(_, address)| address));
        if state.find_key(message.id.0).is_some() {
            return Outcome::Placed;
        }
        let (Some(customer), Some(site)) = (state.customer, state.site.clone()) else {
            return Outcome::Park(Reason::Refused);
        };
        attach_files(engine, &mut message, mail).await;
        let arrival = arrival(site, accepted, whole);
        let mut commands = engine.receive(session, customer, leg, &arrival, message, Vec::new()).await;
        if standing == Standing::Stranger {
            commands.retain(|command| !matches!(command, Command::Contact(_)));
        }
        // A machine's mail is attached, and asks nobody to do anything.
        if mail.automatic.is_some() {
            commands.retain(|command| !matches!(command, Command::CreateTask(_)));
        }
        deliver(engine, session, commands).await
    }

    async fn open_session(
        &self,
        engine: &Engine,
        accepted: &Accepted,
        whole: &Whole,
        customer: CustomerId,
        verification: Verification,
    ) -> Outcome {
        let mail = &whole.prepared.mail;
        let Some(from) = mail.from.as_ref().map(|from| from.address.as_str()) else {
            return Outcome::Park(Reason::NoSender);
        };
        let Some((site, inbox)) = inbox_of(engine, accepted) else {
            return Outcome::Park(Reason::NoSite);
        };
        let session = SessionId(derived("session", &accepted.blob));
        let leg = LegId(derived("leg", &accepted.blob));
        let mut message = message(&accepted.blob, leg, mail, Some(inbox.clone()));
        let Ok(state) = engine.sessions().state(session).await else { return Outcome::Later };
        if state.find_key(message.id.0).is_some() {
            return Outcome::Placed;
        }
        let now = engine.foundation.now();
        let Ok(history) = self.senders.history(&inbox, from, now).await else { return Outcome::Later };
        if accepted.handling == Handling::First && may_open_session(Some(&history), now).is_err() {
            return Outcome::Park(Reason::TooManySessions);
        }
        attach_files(engine, &mut message, mail).await;
        let arrival = Arrival { verification, ..arrival(site, accepted, whole) };
        let mut commands = engine.receive(session, customer, leg, &arrival, message, Vec::new()).await;
        let thanks = self.thanks(engine, accepted, mail, &arrival, (&inbox, &history), leg);
        let deed = if thanks.is_some() { Deed::OpenedAndAcknowledged } else { Deed::Opened };
        commands.extend(thanks.map(|message| Command::Post { message, seen: None }));
        let outcome = deliver(engine, session, commands).await;
        if outcome == Outcome::Placed {
            if deed == Deed::OpenedAndAcknowledged {
                metrics::counter!("tandem_mails_acknowledged_total").increment(1);
            }
            if let Err(error) = self.senders.remember(&inbox, from, history, deed, now).await {
                tracing::warn!(%error, "cannot remember a sender");
            }
        }
        outcome
    }

    fn thanks(
        &self,
        engine: &Engine,
        accepted: &Accepted,
        mail: &ParsedMail,
        arrival: &Arrival,
        (inbox, history): (&str, &SenderHistory),
        leg: LegId,
    ) -> Option<Message> {
        let organisation = engine.foundation.organisation();
        let asked = Asked {
            organisation: &organisation,
            site: organisation.site(&arrival.site)?,
            inbox,
            mail,
            envelope: &accepted.envelope,
            history: Some(history),
            language: arrival.language.as_ref(),
            now: engine.foundation.now(),
        };
        let id = MessageId(derived("acknowledgement", &accepted.blob));
        self.acknowledger.answer(&asked, id, leg)
    }
}

/// Where a mail for `session` can go now. A stranger opens no closed session, and an erased one is
/// not written to any more.
async fn find(engine: &Engine, session: SessionId, standing: Standing) -> Result<Place, Outcome> {
    let session = engine.going_on(session).await.map_err(|_| Outcome::Later)?;
    let state = engine.sessions().state(session).await.map_err(|_| Outcome::Later)?;
    Ok(match (state.status, standing) {
        (Status::Open, _) | (Status::Closed, Standing::Participant) => Place::Join(session, state, standing),
        (Status::New | Status::Erased | Status::Closed, _) => Place::New,
    })
}

async fn bounced(engine: &Engine, session: SessionId, message: MessageId, mail: &ParsedMail) -> Outcome {
    let reason = mail.bounce.as_ref().map(|bounce| bounce.diagnostic.clone()).unwrap_or_default();
    let reason = if reason.trim().is_empty() { "it came back".to_owned() } else { reason };
    let reason = reason.chars().take(500).collect();
    let delivery = Delivery::Bounced { reason };
    deliver(engine, session, vec![Command::RecordDelivery { message, delivery }]).await
}

async fn deliver(engine: &Engine, session: SessionId, commands: Vec<Command>) -> Outcome {
    use model::session::Refusal;
    match engine.sessions().deliver_waiting(session, commands).await {
        Ok(_) | Err(DeliverError::Refused(Refusal::NothingChanges)) => Outcome::Placed,
        Err(DeliverError::Busy | DeliverError::Unavailable(_) | DeliverError::Gone) => Outcome::Later,
        Err(error @ (DeliverError::Refused(_) | DeliverError::NotFound)) => {
            tracing::warn!(%session, %error, "a session refused a mail");
            Outcome::Park(Reason::Refused)
        }
    }
}

fn attached(state: &State) -> Option<LegId> {
    let mut legs = state.legs.iter();
    legs.find(|(_, leg)| leg.channel == Channel::Email && leg.attached).map(|(leg, _)| *leg)
}

/// The first of our addresses that the mail was sent to, without its tag, and its site.
fn inbox_of(engine: &Engine, accepted: &Accepted) -> Option<(SiteId, String)> {
    let organisation = engine.foundation.organisation();
    let mut recipients = accepted.envelope.recipients.iter();
    recipients.find_map(|recipient| {
        organisation.inbox(recipient).map(|(site, address)| (site.id.clone(), address.to_owned()))
    })
}

fn arrival(site: SiteId, accepted: &Accepted, whole: &Whole) -> Arrival {
    let mail = &whole.prepared.mail;
    let from = mail.from.as_ref().map(|from| from.address.clone());
    let from = from.or_else(|| accepted.envelope.sender.as_deref().and_then(normalise_address));
    Arrival {
        site,
        channel: Channel::Email,
        identity: Identity::email(from.as_deref().unwrap_or("unknown@invalid")),
        verification: Verification::Claimed,
        language: bots::detect_language(shown(mail)),
        origin: mail.subject.as_ref().map(|subject| subject.chars().take(200).collect::<String>().into()),
        intent: whole.intent.clone(),
    }
}
