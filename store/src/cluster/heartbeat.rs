//! Keeps the node's lease: renews it, doubts it in time, and takes another when it is lost.

use std::sync::{Arc, PoisonError};

use tokio::time::Instant;
use uuid::Uuid;

use super::call::{Answer, Call};
use super::lease::Lease;
use super::member::Shared;
use super::names::Incarnation;
use super::standing::Standing;

pub(super) fn fresh() -> Incarnation {
    Incarnation(Uuid::now_v7())
}

/// Runs until the node leaves.
pub(super) async fn keep(shared: Arc<Shared>) {
    let mut abandoned = Vec::new();
    while *shared.standing.borrow() != Standing::Left {
        let lease = *shared.lease.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(lease) = lease else { return };
        // Copied: what follows may change it.
        let standing = *shared.standing.borrow();
        if !matches!(standing, Standing::Lost(_)) {
            doubt_or(&shared, &lease);
        }
        let until = shared.started + lease.safe_until();
        tokio::select! {
            () = beat(&shared, lease, &mut abandoned) => {}
            // Said in time even while Redis keeps us waiting.
            () = doubted(until, &shared) => doubt_or(&shared, &lease),
        }
    }
}

/// Ends when the lease is over its trusted time, never if that is said already.
async fn doubted(until: Instant, shared: &Shared) {
    let standing = *shared.standing.borrow();
    if matches!(standing, Standing::Held(_)) {
        tokio::time::sleep_until(until).await;
    } else {
        std::future::pending::<()>().await;
    }
}

fn doubt_or(shared: &Shared, lease: &Lease) {
    if !lease.is_safe(shared.started.elapsed()) {
        announce(shared, Standing::Doubtful(lease.incarnation));
    }
}

async fn beat(shared: &Shared, lease: Lease, abandoned: &mut Vec<Incarnation>) {
    tokio::time::sleep(shared.options.beat()).await;
    let standing = *shared.standing.borrow();
    match standing {
        Standing::Left => {}
        Standing::Lost(_) => take_another(shared, abandoned).await,
        Standing::Held(_) | Standing::Doubtful(_) => renew(shared, lease, abandoned).await,
    }
}

async fn renew(shared: &Shared, lease: Lease, abandoned: &mut Vec<Incarnation>) {
    let sent = shared.started.elapsed();
    let (node, incarnation) = (shared.options.id.clone(), lease.incarnation);
    match shared.cluster.call(Call::Renew { node, incarnation, lease: shared.options.lease }).await {
        Ok(Answer::Done) => {
            let mut kept = shared.lease.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(kept) = kept.as_mut() {
                kept.renewed(sent);
            }
            drop(kept);
            if shared.incarnation().is_some() {
                announce(shared, Standing::Held(incarnation));
            }
        }
        Ok(Answer::Lost) => {
            tracing::warn!(node = %shared.options.id, "the node's lease is lost");
            announce(shared, Standing::Lost(incarnation));
            abandoned.push(incarnation);
            take_another(shared, abandoned).await;
        }
        Ok(_) => tracing::error!("the node's lease is unreadable"),
        // Logged where the health changes.
        Err(_) => {}
    }
}

/// Each attempt has an incarnation of its own: one that was sent once and came late must not bring a
/// dead one back to life.
async fn take_another(shared: &Shared, abandoned: &mut Vec<Incarnation>) {
    let (sent, incarnation) = (shared.started.elapsed(), fresh());
    let (node, lease) = (shared.options.id.clone(), shared.options.lease);
    let hold = Call::Hold { node, incarnation, lease, abandoned: abandoned.clone() };
    match shared.cluster.call(hold).await {
        Ok(Answer::Done) => {
            let mut kept = shared.lease.lock().unwrap_or_else(PoisonError::into_inner);
            // None: the node left meanwhile, and the lease runs out by itself.
            if let Some(kept) = kept.as_mut() {
                *kept = Lease::granted(incarnation, lease, sent);
            }
            drop(kept);
            abandoned.clear();
            announce(shared, Standing::Held(incarnation));
        }
        Ok(Answer::Held { by, .. }) => {
            tracing::error!(node = %shared.options.id, %by, "another process took this node's id");
        }
        Ok(_) | Err(_) => {
            abandoned.push(incarnation);
            // The newest suffice: older ones have run out.
            let surplus = abandoned.len().saturating_sub(16);
            abandoned.drain(..surplus);
        }
    }
}

fn announce(shared: &Shared, standing: Standing) {
    shared.standing.send_if_modified(|known| {
        let changes = *known != standing && *known != Standing::Left;
        if changes {
            *known = standing;
        }
        changes
    });
}
