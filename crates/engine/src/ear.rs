//! Hears what other nodes shout, so that this one need not wait for its tick.

use std::sync::Arc;
use std::time::Duration;

use highline_store::{Error, Shout};

use crate::notice::Notice;
use crate::relay::Telling;
use crate::shared::Shared;

/// Before listening anew after the connection broke.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) async fn listen(shared: Arc<Shared>) {
    loop {
        match heed(&shared).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "other nodes are not heard; each tick looks instead"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Ends at once where there are no other nodes.
async fn heed(shared: &Shared) -> Result<(), Error> {
    let Some(mut ear) = shared.store.listen().await? else { return Ok(()) };
    loop {
        match ear.next().await? {
            Some(Shout::Work) => shared.nudge.notify_one(),
            Some(Shout::Look) => shared.looked_at.notify_one(),
            Some(Shout::Told(text)) => match serde_json::from_str::<Telling>(&text) {
                Ok(telling) if telling.node != shared.node => shared.tell(Notice::Elsewhere(telling)),
                // This node's own voice, or a newer version's.
                _ => {}
            },
            // The keeper learns which of the runs held here shall end; a run may also have come into the queue.
            Some(Shout::Decided) | None => {
                shared.keep.notify_one();
                shared.nudge.notify_one();
            }
        }
    }
}
