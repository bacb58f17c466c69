//! Keys of programs: `Authorization: Bearer tdm_…`, known by their SHA-256.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use model::AgentId;
use tokio::sync::Mutex;

use super::principal::{KeyMark, Principal};
use super::token;
use crate::configuration::Organisation;
use crate::configuration::organisation::{ApiClient, ApiKey};

/// What every key begins with, so that a leaked one can be searched for.
pub const PREFIX: &str = "tdm_";
/// Longest key read, in bytes.
const LONGEST: usize = 256;
/// Length of a hash in hexadecimal.
const HASH: usize = 64;

/// Finds the program that a key belongs to.
#[derive(Default)]
pub struct ApiKeys {
    known: Mutex<Option<Known>>,
}

/// The hashes of an organisation's keys, in the order of its clients; read once for each version of
/// the organisation, since some are in files.
#[derive(Clone)]
struct Known {
    organisation: Arc<Organisation>,
    hashes: Arc<[Option<String>]>,
}

impl ApiKeys {
    /// The program, if the key is one of the organisation's.
    pub async fn find(&self, key: &str, organisation: &Arc<Organisation>) -> Option<Principal> {
        if !key.starts_with(PREFIX) || key.len() > LONGEST {
            return None;
        }
        self.holds(&KeyMark(token::hash(key)), organisation).await
    }

    /// The same for a key that was seen before.
    pub async fn holds(&self, mark: &KeyMark, organisation: &Arc<Organisation>) -> Option<Principal> {
        let known = self.known(organisation).await?;
        let clients = known.organisation.api_clients.iter().zip(known.hashes.iter());
        let mut hits = clients.filter(|(_, expected)| {
            expected.as_ref().is_some_and(|expected| token::same(expected.as_bytes(), mark.0.as_bytes()))
        });
        let (client, _) = hits.next()?;
        has_a_name_of_its_own(client, organisation).then(|| Principal::program(client, mark.clone()))
    }

    async fn known(&self, organisation: &Arc<Organisation>) -> Option<Known> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| Arc::ptr_eq(&known.organisation, organisation)) {
            return Some(known.clone());
        }
        let wanted = Arc::clone(organisation);
        let read = tokio::task::spawn_blocking(move || read(wanted)).await.ok()?;
        *known = Some(read.clone());
        Some(read)
    }
}

/// Without this, a program called like a person would act as that person.
fn has_a_name_of_its_own(client: &ApiClient, organisation: &Organisation) -> bool {
    let name = AgentId(client.id.clone());
    client.agent.is_some()
        || (organisation.person(&name).is_none() && organisation.virtual_agent(&name).is_none())
}

fn read(organisation: Arc<Organisation>) -> Known {
    let hashes = organisation.api_clients.iter().map(hash_of).collect();
    Known { organisation, hashes }
}

fn hash_of(client: &ApiClient) -> Option<String> {
    let hash = match &client.key {
        ApiKey::Sha256(hash) => Some(hash.clone()),
        ApiKey::Env(name) => std::env::var(name).ok(),
        ApiKey::File(path) => read_file(path),
    };
    let hash = hash.map(|hash| hash.trim().to_ascii_lowercase()).filter(|hash| hash.len() == HASH);
    if hash.is_none() {
        tracing::warn!(client = %client.id, "an API client's key cannot be read, so it cannot be used");
    }
    hash
}

fn read_file(path: &Path) -> Option<String> {
    // A hash with its line end; anything larger is something else.
    let small = fs::metadata(path).ok().filter(|metadata| metadata.is_file() && metadata.len() <= 128);
    small.and_then(|_| fs::read_to_string(path).ok())
}
