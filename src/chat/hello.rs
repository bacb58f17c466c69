//! Who says hello, and with what they go on.

use channels::chat::wire::{
    ChatRefusal, FormField as WireField, FormFieldKind, Hello, SiteInfo, VERSION, Welcome,
};
use model::{Identity, Language, Sequence, SessionId, Verification};
use smol_str::SmolStr;

use crate::configuration::organisation::{FieldKind, Labels, Site};
use crate::engine::Engine;
use crate::engine::reception::{Arrival, Known};
use crate::http::ChatOrigin;

/// A refused hello: what is said before closing.
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
    let tokens = &engine.auth.visitors;
    let (token, visitor) = match hello.visitor {
        Some(token) => {
            let visitor = tokens
                .verify(&token)
                .ok_or_else(|| refused(ChatRefusal::Unauthorised, "the visitor token is not ours"))?;
            (token, Identity::Visitor(SmolStr::new(visitor)))
        }
        None => {
            tokens.issue().map_err(|_| refused(ChatRefusal::Busy, "the server cannot issue tokens now"))?
        }
    };
    let user = match hello.user {
        Some(jwt) => Some(
            crate::auth::users::verify(&jwt, site)
                .await
                .map_err(|_| refused(ChatRefusal::Unauthorised, "the user token is not valid"))?,
        ),
        None => None,
    };
    let identity = user.as_ref().map_or(visitor, |user| Identity::User(SmolStr::new(&user.id)));
    let busy = |_| refused(ChatRefusal::Busy, "try again");
    let known = engine.recognise(&identity, Verification::Verified).await.map_err(busy)?;
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
        },
        token,
        known,
        user,
        form: form.take(20).collect(),
    })
}

pub fn welcome(
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
            greeting: site.and_then(|site| label(&site.greeting, language.as_ref())).unwrap_or_default(),
            form: site.map(|site| form(site, language.as_ref())).unwrap_or_default(),
            language: language.unwrap_or_else(|| Language::new("en").expect("a plain word")),
            max_upload_bytes: chat.max_upload_bytes,
            max_text_bytes: chat.max_message_bytes as u64,
            open: true,
        },
    }
}

fn form(site: &Site, language: Option<&Language>) -> Vec<WireField> {
    let fields = site.form.iter().map(|field| WireField {
        name: field.name.to_string(),
        label: label(&field.label, language).unwrap_or_else(|| field.name.to_string()),
        kind: match field.kind {
            FieldKind::Email => FormFieldKind::Email,
            FieldKind::Text | FieldKind::LongText => FormFieldKind::Text,
        },
        required: field.required,
    });
    fields.collect()
}

/// In the language, or in the first there is.
fn label(labels: &Labels, language: Option<&Language>) -> Option<String> {
    let in_language = language.and_then(|language| labels.get(language));
    in_language.or_else(|| labels.values().next()).cloned()
}
