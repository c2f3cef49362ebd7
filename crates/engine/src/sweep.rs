//! What has come to its end is removed, in steps so small that nobody waits for them.

use std::sync::Arc;
use std::time::Duration;

use highline_store::Error;

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
    }
}

async fn remove_ended(shared: &Shared) -> Result<(), Error> {
    while shared.store.remove_ended_state(shared.clock.now(), STEP).await? == u64::from(STEP) {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
