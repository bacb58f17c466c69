//! Whether a mail that opens a session is acknowledged, and with which words (RFC 3834).

use channels::email::loops::{self, SenderHistory, Silence};
use channels::email::{Envelope, ParsedMail};
use model::event::{Author, Message};
use model::{Channel, Language, LegId, MessageId, Timestamp};

use crate::auth::limits::Rate;
use crate::configuration::Organisation;
use crate::configuration::organisation::Site;
use crate::configuration::settings::Email;

/// Acknowledgements to all senders together in a minute: whoever forges a new sender for each mail
/// makes us a nuisance to no more strangers than that.
const PER_MINUTE: u32 = 120;

/// Decides about acknowledgements.
pub struct Acknowledger {
    settings: Email,
    rate: Rate<()>,
}

/// What is asked about.
pub struct Asked<'a> {
    pub organisation: &'a Organisation,
    pub site: &'a Site,
    /// The site's address that the mail was sent to.
    pub inbox: &'a str,
    pub mail: &'a ParsedMail,
    pub envelope: &'a Envelope,
    pub history: Option<&'a SenderHistory>,
    pub language: Option<&'a Language>,
    pub now: Timestamp,
}

impl Acknowledger {
    pub fn new(settings: &Email) -> Self {
        Self { settings: settings.clone(), rate: Rate::per_minute(PER_MINUTE) }
    }

    /// The acknowledgement to post, if there is to be one.
    pub fn answer(&self, asked: &Asked<'_>, id: MessageId, leg: LegId) -> Option<Message> {
        let wanted = asked.site.acknowledgement(asked.inbox)?;
        let text = asked.site.wording(&wanted.text, asked.language)?;
        if let Err(silence) = self.may(asked) {
            tracing::debug!(?silence, "a mail is not acknowledged");
            return None;
        }
        if self.rate.admit(&()).is_err() {
            tracing::warn!("too many acknowledgements in a minute: one is left out");
            return None;
        }
        let theirs = asked.mail.subject.as_deref().unwrap_or_default();
        let own = asked.site.wording(&wanted.subject, asked.language).map(str::to_owned);
        Some(Message {
            id,
            author: Author::System,
            channel: Channel::Email,
            leg: Some(leg),
            text: text.to_owned(),
            visible: None,
            subject: Some(own.unwrap_or_else(|| format!("Auto: {theirs}").trim_end().to_owned())),
            attachments: Vec::new(),
            original: None,
            mail_id: None,
            inbox: Some(asked.inbox.to_owned()),
            citations: Vec::new(),
            automatic: true,
        })
    }

    fn may(&self, asked: &Asked<'_>) -> Result<(), Silence> {
        let addresses = asked.organisation.sites.iter().flat_map(|site| &site.email_addresses);
        let domains = addresses.filter_map(|address| address.rsplit_once('@').map(|(_, domain)| domain));
        let own: Vec<&str> = domains.chain([self.settings.domain.as_str()]).collect();
        let every = self.settings.acknowledge_every;
        loops::may_auto_reply(asked.mail, asked.envelope, &own, asked.history, every, asked.now)
    }
}
