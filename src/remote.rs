//! What the command line asks of a running server, over `/v1`.

use model::{TaskId, Timestamp};
use reqwest::{Client, Response};
use serde::Deserialize;

use crate::api::TaskExplanation;
use crate::configuration::Organisation;
use crate::engine::reorganise::Trial;
use crate::http::ErrorBody;

/// Why a running server did not do it.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Retrying is safe.
    #[error("cannot reach the server: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// Retrying is pointless unless it says so.
    #[error("{0}")]
    Refused(String),
}

#[derive(Deserialize)]
struct Changes {
    changes: Vec<String>,
    version: u64,
}

/// Replaces the organisation of the server at `address`; answers what that changes, in lines.
pub async fn apply(
    address: &str,
    key: &str,
    organisation: &Organisation,
    trial: Trial,
) -> Result<Vec<String>, RemoteError> {
    let dry_run = trial == Trial::ShowOnly;
    let url = format!("{}/v1/organisation?dry_run={dry_run}", address.trim_end_matches('/'));
    let request = Client::new().put(url).bearer_auth(key).json(organisation);
    let answer: Changes = accepted(request.send().await?).await?.json().await?;
    let mut lines = answer.changes;
    lines.push(match (lines.is_empty(), dry_run) {
        (true, _) => "nothing changes".to_owned(),
        (false, true) => "shown only".to_owned(),
        (false, false) => format!("version {}", answer.version),
    });
    Ok(lines)
}

/// Why the server's router has a task where it is, or had it there at a time.
pub async fn explanation(
    address: &str,
    key: &str,
    task: TaskId,
    at: Option<Timestamp>,
) -> Result<TaskExplanation, RemoteError> {
    let moment = at.map(|at| format!("?at={}", at.0)).unwrap_or_default();
    let url = format!("{}/v1/tasks/{task}/explanation{moment}", address.trim_end_matches('/'));
    Ok(accepted(Client::new().get(url).bearer_auth(key).send().await?).await?.json().await?)
}

async fn accepted(response: Response) -> Result<Response, RemoteError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let said = response.json::<ErrorBody>().await.map(|body| body.message);
    Err(RemoteError::Refused(said.unwrap_or_else(|_| format!("the server answered {status}"))))
}
