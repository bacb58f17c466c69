//! Where the customer is: contacts, legs, identities, channels.

use crate::channel::Channel;
use crate::event::{Author, DetachReason, SessionEvent};
use crate::id::{Language, LegId};
use crate::identity::{Identity, Verification};

use super::{Contact, MAX_ENTRIES, Refusal, State, Status};

impl State {
    pub(super) fn contact(&self, contact: Contact) -> Result<Vec<SessionEvent>, Refusal> {
        if let Some(other) = self.absorbed_into {
            return Err(Refusal::Absorbed(other));
        }
        if self.status == Status::Erased {
            return Err(Refusal::Erased);
        }
        let known = self.legs.get(&contact.leg);
        if known.is_some_and(|leg| leg.channel != contact.channel) {
            return Err(Refusal::Invalid("the leg's channel"));
        }
        if known.is_some_and(|leg| leg.attached) && self.status == Status::Open {
            return Err(Refusal::NothingChanges);
        }
        if known.is_none() && self.attached().count() >= MAX_ENTRIES {
            return Err(Refusal::TooMany("legs"));
        }
        let mut events = Vec::with_capacity(3);
        match self.status {
            Status::New => events.push(SessionEvent::Opened {
                session: contact.session,
                customer: contact.customer,
                site: contact.site,
                language: contact.language,
            }),
            Status::Closed => events.push(SessionEvent::Reopened),
            Status::Open | Status::Erased => {}
        }
        if let Some(from) = self.channel.filter(|from| *from != contact.channel) {
            events.push(SessionEvent::ChannelSwitched { from, to: contact.channel, by: Author::Customer });
        }
        if !known.is_some_and(|leg| leg.attached) {
            events.push(SessionEvent::LegAttached {
                leg: contact.leg,
                channel: contact.channel,
                identity: contact.identity,
                verification: contact.verification,
                origin: contact.origin,
            });
        }
        Ok(events)
    }

    pub(super) fn detach(&self, leg: LegId, reason: DetachReason) -> Result<Vec<SessionEvent>, Refusal> {
        let known = self.legs.get(&leg).ok_or(Refusal::UnknownLeg(leg))?;
        if !known.attached {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::LegDetached { leg, reason }])
    }

    pub(super) fn attach_identity(
        &self,
        identity: Identity,
        verification: Verification,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        if self.identities.get(&identity).is_some_and(|known| *known >= verification) {
            return Err(Refusal::NothingChanges);
        }
        if self.identities.len() >= MAX_ENTRIES {
            return Err(Refusal::TooMany("identities"));
        }
        Ok(vec![SessionEvent::IdentityAttached { identity, verification }])
    }

    pub(super) fn switch_channel(&self, to: Channel, by: Author) -> Result<Vec<SessionEvent>, Refusal> {
        let from = self.channel.ok_or(Refusal::NotOpened)?;
        if from == to {
            return Err(Refusal::NothingChanges);
        }
        let reachable = match to {
            Channel::Email => self.email().is_some(),
            Channel::Chat | Channel::Voice => self.leg_on(to).is_some(),
        };
        if !reachable {
            return Err(Refusal::NotReachable);
        }
        Ok(vec![SessionEvent::ChannelSwitched { from, to, by }])
    }

    pub(super) fn detect_language(&self, language: Language) -> Result<Vec<SessionEvent>, Refusal> {
        if self.language.as_ref() == Some(&language) {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::LanguageDetected { language }])
    }

    /// What takes every leg off.
    pub(super) fn detaching(&self, reason: DetachReason) -> impl Iterator<Item = SessionEvent> {
        self.attached().map(move |leg| SessionEvent::LegDetached { leg, reason })
    }

    fn attached(&self) -> impl Iterator<Item = LegId> {
        self.legs.iter().filter(|(_, leg)| leg.attached).map(|(leg, _)| *leg)
    }
}
