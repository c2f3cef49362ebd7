//! Runs with a `timeout`: each node looks for those whose time is over, whatever they are doing.

use std::sync::Arc;
use std::time::Duration;

use crate::shared::Shared;

/// Between two looks. The time of a run is a matter of minutes and hours.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) async fn keep_deadlines(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(PAUSE.min(shared.settings.tick)).await;
        let more = match shared.store.in_time(shared.store.end_overdue(shared.clock.now())).await {
            Ok(more) => more,
            Err(error) => {
                tracing::warn!(%error, "cannot look for runs whose time is over");
                false
            }
        };
        if more {
            continue;
        }
        tokio::time::sleep(PAUSE.saturating_sub(shared.settings.tick)).await;
    }
}
