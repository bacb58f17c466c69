//! Logins of browsers: documents in the store under the hash of a random token.
//!
//! A login ends when nobody uses it for its lifetime, on logout, when its person leaves the
//! organisation or gets another password, and after 30 days in any case.

use std::sync::Arc;
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
/// Milliseconds after which even a login in use has to be made anew: 30 days.
const LONGEST: i64 = 30 * 86_400_000;
/// A login is written again once this part of its lifetime has passed, not with each request.
const RENEWALS: i64 = 20;
/// Ended logins a listener may lag behind.
const ENDED: usize = 256;

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
}

/// What a browser is given at login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLogin {
    pub token: String,
    /// Repeated in a header by every request that changes something.
    pub csrf: String,
}

/// A login that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub principal: Principal,
    pub csrf: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    agent: AgentId,
    csrf: String,
    /// The hash of the password as the organisation had it then.
    password: String,
    created_at: Timestamp,
    renewed_at: Timestamp,
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

    /// Logs a person in, whose password was checked.
    pub async fn create(&self, person: &Person, now: Timestamp) -> Result<NewLogin, LoginError> {
        let login = NewLogin { token: token::random()?, csrf: token::random()? };
        let kept = Kept {
            agent: person.id.clone(),
            csrf: login.csrf.clone(),
            password: password_mark(person),
            created_at: now,
            renewed_at: now,
        };
        self.keep(&LoginId::of(&login.token), &kept).await?;
        Ok(login)
    }

    /// The login of a token, if it holds; its lifetime begins anew.
    pub async fn find(
        &self,
        token: &str,
        organisation: &Arc<Organisation>,
        now: Timestamp,
    ) -> Result<Option<Login>, StoreError> {
        let id = LoginId::of(token);
        let Some(kept) = self.kept(&id, now).await? else { return Ok(None) };
        let Some(person) = organisation.person(&kept.agent) else { return Ok(None) };
        if !token::same(kept.password.as_bytes(), password_mark(person).as_bytes()) {
            return Ok(None);
        }
        if now.0 - kept.renewed_at.0 > self.lifetime / RENEWALS {
            self.renew(&id, now).await?;
        }
        Ok(Some(Login { principal: Principal::person(person, id), csrf: kept.csrf }))
    }

    /// Ends a login; one that has ended is no error.
    pub async fn revoke(&self, id: &LoginId) -> Result<(), StoreError> {
        let _changing = self.changing.lock().await;
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
