//! Logins of browsers: documents in the store under the hash of a random token.
//!
//! A login ends when nobody uses it for its lifetime, on logout, when its person leaves the
//! organisation or gets another password, and after 30 days in any case.

use std::net::IpAddr;
use std::time::Duration;

use model::{AgentId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};
use tokio::sync::{Mutex, broadcast};

use super::principal::Principal;
use super::token::{self, NoRandomness};
use crate::configuration::Organisation;
use crate::configuration::organisation::{Password, Person};

const COLLECTION: &str = "logins";
/// Logins read at once.
const PAGE: usize = 500;
/// Milliseconds after which even a login in use has to be made anew: 30 days.
const LONGEST: i64 = 30 * 86_400_000;
/// A login is written again once this part of its lifetime has passed, not with each request.
const RENEWALS: i64 = 20;
/// Ended logins a listener may lag behind.
const ENDED: usize = 256;
/// Most characters of `User-Agent` kept.
const LONGEST_BROWSER: usize = 200;

/// A login cannot be made or looked up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// Whether retrying is safe is said by the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// Names a login without giving it away: the hash of its token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LoginId(String);

impl LoginId {
    /// The login of a token.
    pub fn of(token: &str) -> Self {
        Self(token::hash(token))
    }

    /// 64 hexadecimal digits, which give nobody a login.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a browser is given at login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLogin {
    pub token: String,
    /// Repeated in a header by every request that changes something.
    pub csrf: String,
}

/// How somebody proved who they are when they logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    #[default]
    Password,
    /// And a one-time or recovery code.
    PasswordAndCode,
    /// Another server vouched for them.
    Provider,
}

/// How a login came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub proof: Proof,
    /// Of the browser, as its connection has it.
    pub address: IpAddr,
    /// `User-Agent`, cut; empty if there was none.
    pub browser: String,
}

/// A login that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub principal: Principal,
    pub csrf: String,
    pub proof: Proof,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    agent: AgentId,
    csrf: String,
    /// The hash of the password as the organisation had it then.
    password: String,
    created_at: Timestamp,
    renewed_at: Timestamp,
    #[serde(default)]
    proof: Proof,
    #[serde(default)]
    address: String,
    #[serde(default)]
    browser: String,
}

/// A login as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: LoginId,
    pub agent: AgentId,
    pub created_at: Timestamp,
    /// When it was last used, to a twentieth of its lifetime.
    pub used_at: Timestamp,
    pub proof: Proof,
    pub address: String,
    pub browser: String,
}

impl Listed {
    fn read((id, body): (String, serde_json::Value)) -> Option<Self> {
        let kept: Kept = serde_json::from_value(body).ok()?;
        Some(Self {
            id: LoginId(id),
            agent: kept.agent,
            created_at: kept.created_at,
            used_at: kept.renewed_at,
            proof: kept.proof,
            address: kept.address,
            browser: kept.browser,
        })
    }
}

/// Makes, finds and ends logins.
pub struct Logins {
    store: Store,
    /// Milliseconds.
    lifetime: i64,
    /// Held while a login is renewed or ended, so that no renewal brings an ended one back.
    changing: Mutex<()>,
    ended: broadcast::Sender<LoginId>,
}

impl Logins {
    pub fn new(store: Store, lifetime: Duration) -> Self {
        let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or(LONGEST);
        Self { store, lifetime, changing: Mutex::new(()), ended: broadcast::channel(ENDED).0 }
    }

    /// Logs a person in who was checked as `made` says.
    pub async fn create(&self, person: &Person, made: &Made, now: Timestamp) -> Result<NewLogin, LoginError> {
        let login = NewLogin { token: token::random()?, csrf: token::random()? };
        let kept = Kept {
            agent: person.id.clone(),
            csrf: login.csrf.clone(),
            password: password_mark(person),
            created_at: now,
            renewed_at: now,
            proof: made.proof,
            address: made.address.to_string(),
            browser: made.browser.chars().take(LONGEST_BROWSER).collect(),
        };
        self.keep(&LoginId::of(&login.token), &kept).await?;
        Ok(login)
    }

    /// The login of a token, if it holds; its lifetime begins anew.
    pub async fn find(
        &self,
        token: &str,
        organisation: &Organisation,
        now: Timestamp,
    ) -> Result<Option<Login>, StoreError> {
        self.holds(LoginId::of(token), organisation, now).await
    }

    /// The same for a login whose token was seen before.
    pub async fn holds(
        &self,
        id: LoginId,
        organisation: &Organisation,
        now: Timestamp,
    ) -> Result<Option<Login>, StoreError> {
        let Some(kept) = self.kept(&id, now).await? else { return Ok(None) };
        let Some(person) = organisation.person(&kept.agent) else { return Ok(None) };
        if !token::same(kept.password.as_bytes(), password_mark(person).as_bytes()) {
            return Ok(None);
        }
        if now.0 - kept.renewed_at.0 > self.lifetime / RENEWALS {
            self.renew(&id, now).await?;
        }
        Ok(Some(Login { principal: Principal::person(person, id), csrf: kept.csrf, proof: kept.proof }))
    }

    /// Ends a login; one that has ended is no error.
    pub async fn revoke(&self, id: &LoginId) -> Result<(), StoreError> {
        let _changing = self.changing.lock().await;
        self.end(id).await
    }

    /// Ends all logins of a person but `spared`; answers how many.
    pub async fn revoke_all(
        &self,
        agent: &AgentId,
        spared: Option<&LoginId>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let _changing = self.changing.lock().await;
        let logins = self.list(agent, now).await?;
        let mut count = 0;
        for login in logins.iter().filter(|login| Some(&login.id) != spared) {
            self.end(&login.id).await?;
            count += 1;
        }
        Ok(count)
    }

    /// A person's logins, the latest made first.
    pub async fn list(&self, agent: &AgentId, now: Timestamp) -> Result<Vec<Listed>, StoreError> {
        let mut logins = self.all(now).await?;
        logins.retain(|login| login.agent == *agent);
        Ok(logins)
    }

    /// Everybody's logins, the latest made first: as many as there are, read page by page.
    pub async fn all(&self, now: Timestamp) -> Result<Vec<Listed>, StoreError> {
        let (mut logins, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.store.documents(COLLECTION, &after, now, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            logins.extend(page.into_iter().filter_map(Listed::read));
        }
        logins.sort_by_key(|login| std::cmp::Reverse(login.created_at));
        Ok(logins)
    }

    async fn end(&self, id: &LoginId) -> Result<(), StoreError> {
        self.store.delete_document(COLLECTION, &id.0).await?;
        // Nobody may be listening.
        let _ = self.ended.send(id.clone());
        Ok(())
    }

    /// Logins that are ended from now on: their open sockets are to be closed.
    pub fn ended(&self) -> broadcast::Receiver<LoginId> {
        self.ended.subscribe()
    }

    async fn renew(&self, id: &LoginId, now: Timestamp) -> Result<(), StoreError> {
        let _changing = self.changing.lock().await;
        match self.kept(id, now).await? {
            Some(kept) => self.keep(id, &Kept { renewed_at: now, ..kept }).await,
            None => Ok(()),
        }
    }

    async fn kept(&self, id: &LoginId, now: Timestamp) -> Result<Option<Kept>, StoreError> {
        let found = self.store.document(COLLECTION, &id.0, now).await?;
        Ok(found.and_then(|body| serde_json::from_value(body).ok()))
    }

    async fn keep(&self, id: &LoginId, kept: &Kept) -> Result<(), StoreError> {
        let body = serde_json::to_value(kept).expect("a login has string keys");
        let ends = (kept.renewed_at.0 + self.lifetime).min(kept.created_at.0 + LONGEST);
        self.store.put_document(COLLECTION, &id.0, &body, Some(Timestamp(ends))).await
    }
}

fn password_mark(person: &Person) -> String {
    match &person.password {
        Some(Password::Hash(hash)) => token::hash(&format!("hash:{hash}")),
        Some(Password::Demo(demo)) => token::hash(&format!("demo:{demo}")),
        None => token::hash("none"),
    }
}
