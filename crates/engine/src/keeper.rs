//! Keeps what this node has: its clock, its place among the nodes, the leases of what it works on.

use std::sync::Arc;

use highline_model::Timestamp;
use highline_store::{Error, NodeRecord};

use crate::shared::Shared;

/// Keeps the leases, and passes on what the database says about them.
pub(crate) async fn keep(shared: Arc<Shared>) {
    let started_at = shared.clock.now();
    let mut beat = tokio::time::interval(shared.settings.lease / 4);
    loop {
        let asked = tokio::select! {
            _ = beat.tick() => false,
            () = shared.keep.notified() => true,
        };
        match keep_all(&shared, started_at, asked).await {
            Ok(until) => {
                shared.leases.kept(until);
                if asked {
                    shared.nudge.notify_one();
                }
            }
            Err(error) => tracing::warn!(%error, "cannot keep the leases"),
        }
    }
}

/// Until when the leases are kept. Leases of all nodes end by the same clock.
async fn keep_all(shared: &Shared, started_at: Timestamp, asked: bool) -> Result<Timestamp, Error> {
    let store = &shared.store;
    if !asked {
        store.in_time(store.steer(&shared.clock)).await?;
    }
    let now = shared.clock.now();
    let until = now + shared.settings.lease;
    shared.leases.keeping(until);
    let (runs, triggers) = (shared.leases.held_runs(), shared.leases.held_triggers());
    if !triggers.is_empty() {
        store.in_time(store.extend_triggers(&triggers, until)).await?;
    }
    if !runs.is_empty() {
        let extended = store.in_time(store.extend_leases(&runs, until)).await?;
        shared.leases.signal(&runs, &extended);
    }
    if !asked {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let record = NodeRecord {
            id: shared.node.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            address: shared.settings.address.clone(),
            runs: count(runs.len()),
            polls: count(triggers.len()),
            started_at,
            seen_at: now,
        };
        store.in_time(store.see_node(&record)).await?;
    }
    Ok(until)
}
