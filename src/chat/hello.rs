//! Who says hello, and with what they go on.

use channels::chat::wire::{
    ChatRefusal, FormField as WireField, FormFieldKind, Hello, SiteInfo, VERSION, Welcome,
};
use model::{Identity, Language, Sequence, SessionId, Verification};
use routing::Opening;
use smol_str::SmolStr;

use crate::auth::VerifiedUser;
use crate::configuration::organisation::{FieldKind, Labels, Site};
use crate::engine::Engine;
use crate::engine::merging::MergeError;
use crate::engine::reception::{Arrival, Known};
use crate::http::ChatOrigin;

/// A refused hello: what is said before closing.
#[derive(Debug, Clone, Copy)]
pub struct Refused {
    pub code: ChatRefusal,
    pub message: &'static str,
}

/// A customer whose hello was accepted.
pub struct Visitor {
    pub arrival: Arrival,
    /// The visitor token to keep.
    pub token: String,
    pub known: Option<Known>,
    /// A user the site vouched for, besides the browser.
    pub user: Option<crate::auth::users::VerifiedUser>,
    /// Answers of the pre-chat form, told with the first message.
    pub form: Vec<(String, String)>,
}

/// Longest form answer, in bytes.
const MAX_ANSWER: usize = 1_000;
const MAX_ORIGIN: usize = 500;

pub async fn accept(engine: &Engine, from: &ChatOrigin, hello: Hello) -> Result<Visitor, Refused> {
    let refused = |code, message| Refused { code, message };
    let organisation = engine.foundation.organisation();
    let site = organisation
        .site(&hello.site)
        .ok_or_else(|| refused(ChatRefusal::UnknownSite, "there is no such site"))?;
    if !from.may_enter(site) {
        return Err(refused(ChatRefusal::Unauthorised, "this page may not open the site's chat"));
    }
    let user = match hello.user {
        Some(jwt) => Some(
            crate::auth::users::verify(&jwt, site)
                .await
                .map_err(|_| refused(ChatRefusal::Unauthorised, "the user token is not valid"))?,
        ),
        None => None,
    };
    let Customer { token, identity, known } = recognise(engine, hello.visitor, user.as_ref()).await?;
    let form =
        hello.form.into_iter().filter(|(_, answer)| !answer.trim().is_empty() && answer.len() <= MAX_ANSWER);
    Ok(Visitor {
        arrival: Arrival {
            site: site.id.clone(),
            channel: model::Channel::Chat,
            identity,
            verification: Verification::Verified,
            language: hello.language.or_else(|| site.languages.first().cloned()),
            origin: hello.page.filter(|page| page.len() <= MAX_ORIGIN).map(SmolStr::from),
            intent: None,
        },
        token,
        known,
        user,
        form: form.take(20).collect(),
    })
}

/// Under which name somebody is here, and with what they go on.
struct Customer {
    token: String,
    identity: Identity,
    known: Option<Known>,
}

/// A user is known by the site's word, anybody else by their browser. Who was here before the site
/// vouched for them goes on with the same session, and a session they have elsewhere joins it.
async fn recognise(
    engine: &Engine,
    token: Option<String>,
    user: Option<&VerifiedUser>,
) -> Result<Customer, Refused> {
    let busy = Refused { code: ChatRefusal::Busy, message: "try again" };
    let user = user.map(|user| Identity::User(SmolStr::new(&user.id)));
    let (mut token, mut visitor) = visitor(engine, token)?;
    let mut here = engine.recognise(&visitor, Verification::Verified).await.map_err(|_| busy)?;
    if let Some(known) = here
        && belongs_to_another(engine, known, user.as_ref()).await?
    {
        (token, visitor) = self::visitor(engine, None)?;
        here = None;
    }
    let Some(user) = user else {
        return Ok(Customer { token, identity: visitor, known: here });
    };
    let elsewhere = engine.recognise(&user, Verification::Verified).await.map_err(|_| busy)?;
    let known = match (here, elsewhere) {
        (Some(here), Some(elsewhere)) => Some(joined(engine, here, elsewhere).await?),
        (here, elsewhere) => here.or(elsewhere),
    };
    Ok(Customer { token, identity: user, known })
}

/// The visitor of a token, or of a new one.
fn visitor(engine: &Engine, token: Option<String>) -> Result<(String, Identity), Refused> {
    let tokens = &engine.auth.visitors;
    let Some(token) = token else {
        let message = "the server cannot issue tokens now";
        return tokens.issue().map_err(|_| Refused { code: ChatRefusal::Busy, message });
    };
    let message = "the visitor token is not ours";
    let visitor = tokens.verify(&token).ok_or(Refused { code: ChatRefusal::Unauthorised, message })?;
    Ok((token, Identity::Visitor(SmolStr::new(visitor))))
}

/// Whether the site vouched for somebody else at this browser: what was said there is theirs.
async fn belongs_to_another(engine: &Engine, known: Known, user: Option<&Identity>) -> Result<bool, Refused> {
    let identities = engine.foundation.store.verified_identities(known.customer).await;
    let identities = identities.map_err(|_| Refused { code: ChatRefusal::Busy, message: "try again" })?;
    let mut users = identities.iter().filter(|identity| matches!(identity, Identity::User(_)));
    Ok(users.any(|known| Some(known) != user))
}

/// One customer, known as a visitor and as a user: their sessions become one.
async fn joined(engine: &Engine, here: Known, elsewhere: Known) -> Result<Known, Refused> {
    let (Some(one), Some(other)) = (here.session, elsewhere.session) else {
        return Ok(if here.session.is_some() { here } else { elsewhere });
    };
    match engine.merge(one, other).await {
        Ok(session) if session == one => Ok(here),
        Ok(session) => Ok(Known { session: Some(session), ..elsewhere }),
        // One of them was closed a moment ago.
        Err(MergeError::NotOpen) => Ok(here),
        Err(_) => Err(Refused { code: ChatRefusal::Busy, message: "try again" }),
    }
}

pub async fn welcome(
    engine: &Engine,
    visitor: &Visitor,
    session: Option<(SessionId, Sequence)>,
    standing: channels::chat::wire::Standing,
    resumed: bool,
) -> Welcome {
    let organisation = engine.foundation.organisation();
    let language = visitor.arrival.language.clone();
    let site = organisation.site(&visitor.arrival.site);
    let chat = &engine.foundation.settings.chat;
    Welcome {
        version: VERSION,
        visitor: visitor.token.clone(),
        session: session.map(|(session, _)| session),
        sequence: session.map_or(Sequence::START, |(_, sequence)| sequence),
        standing,
        resumed,
        site: SiteInfo {
            name: site.map(|site| site.name.clone()).unwrap_or_default(),
            greeting: site
                .and_then(|site| label(&site.greeting, language.as_ref(), site))
                .unwrap_or_default(),
            form: site.map(|site| form(site, language.as_ref())).unwrap_or_default(),
            language: language.unwrap_or_else(|| Language::new("en").expect("a plain word")),
            max_upload_bytes: chat.max_upload_bytes,
            max_text_bytes: chat.max_message_bytes as u64,
            open: takes_chats(engine, site).await,
        },
    }
}

/// Whether the queue of people is open; who writes while it is not, waits.
async fn takes_chats(engine: &Engine, site: Option<&Site>) -> bool {
    let Some(site) = site else { return true };
    !matches!(engine.router().opening(site.person_queue.clone()).await, Some(Opening::Closed { .. }))
}

fn form(site: &Site, language: Option<&Language>) -> Vec<WireField> {
    let fields = site.form.iter().map(|field| WireField {
        name: field.name.to_string(),
        label: label(&field.label, language, site).unwrap_or_else(|| field.name.to_string()),
        kind: match field.kind {
            FieldKind::Email => FormFieldKind::Email,
            FieldKind::Text | FieldKind::LongText => FormFieldKind::Text,
        },
        required: field.required,
    });
    fields.collect()
}

/// In the language, else in the first of the site's languages that there is, else in any.
fn label(labels: &Labels, language: Option<&Language>, site: &Site) -> Option<String> {
    let mut wanted = language.into_iter().chain(&site.languages);
    wanted.find_map(|language| labels.get(language)).or_else(|| labels.values().next()).cloned()
}
