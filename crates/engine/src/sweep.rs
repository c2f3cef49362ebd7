//! What has come to its end is removed, in steps so small that nobody waits for them.

use std::sync::Arc;
use std::time::Duration;

use highline_store::Error;

use crate::retention::delete_if_due;
use crate::shared::Shared;

const EVERY: Duration = Duration::from_secs(60);
/// Rows in one step.
const STEP: u32 = 500;
/// Others write in between.
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) async fn sweep(shared: Arc<Shared>) {
    let mut beat = tokio::time::interval(EVERY);
    loop {
        beat.tick().await;
        if let Err(error) = remove_ended(&shared).await {
            tracing::warn!(%error, "what has come to its end is not removed");
        }
        if let Err(error) = delete_if_due(&shared).await {
            tracing::warn!(%error, "what was kept long enough is not deleted");
        }
    }
}

async fn remove_ended(shared: &Shared) -> Result<(), Error> {
    loop {
        let now = shared.clock.now();
        let entries = shared.store.in_time(shared.store.remove_ended_state(now, STEP)).await?;
        let keys = shared.store.in_time(shared.store.remove_ended_keys(now, STEP)).await?;
        if entries.max(keys) < u64::from(STEP) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
