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
            Ok(()) if asked => shared.nudge.notify_one(),
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "cannot keep the leases"),
        }
    }
}

/// Keeps the leases of runs, then those of triggers. Leases of all nodes end by the same clock. What is no lease must not
/// cost one: its failure is told, and it may take the smaller part of the time that a lease has left.
async fn keep_all(shared: &Shared, started_at: Timestamp, asked: bool) -> Result<(), Error> {
    let store = &shared.store;
    let short = shared.settings.lease / 8;
    if !asked && let Err(error) = store.within(short, store.steer(&shared.clock)).await {
        tracing::warn!(%error, "the clock is not compared with that of the database");
    }
    let now = shared.clock.now();
    let until = now + shared.settings.lease;
    shared.leases.keeping(until);
    let (runs, triggers) = (shared.leases.held_runs(), shared.leases.held_triggers());
    let extended = store.in_time(store.extend_leases(&runs, until)).await;
    let extended = extended.map(|extended| shared.leases.signal(&runs, &extended));
    extended.and(store.in_time(store.extend_triggers(&triggers, until)).await)?;
    shared.leases.kept(until);
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
        if let Err(error) = store.within(short, store.see_node(&record)).await {
            tracing::warn!(%error, "others are not told that this node is there");
        }
    }
    Ok(())
}
