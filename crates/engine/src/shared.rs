//! What all parts of an engine share.

use std::sync::Arc;

use highline_catalog::{Catalog, Connections};
use highline_model::{Clock, NodeId};
use highline_store::{Error, Journal, Shout, Store};
use tokio::sync::{Notify, Semaphore, broadcast, mpsc};

use crate::alarm::Alarm;
use crate::echo::Guards;
use crate::intake::Born;
use crate::leases::Leases;
use crate::library::Library;
use crate::notice::Notice;
use crate::settings::Settings;

/// A node is there for so many leases after its last sign of life.
const SIGNS_LAST: u32 = 3;

pub(crate) struct Shared {
    pub store: Store,
    pub journal: Journal,
    pub catalog: Arc<Catalog>,
    pub connections: Arc<Connections>,
    pub library: Arc<Library>,
    pub clock: Clock,
    pub node: NodeId,
    pub settings: Settings,
    pub leases: Leases,
    pub notices: broadcast::Sender<Notice>,
    /// Makes the scheduler look at once.
    pub nudge: Notify,
    /// Makes the scheduler look when something is due.
    pub alarm: Alarm,
    /// How many more runs this node takes: each run under way holds one permit.
    pub room: Arc<Semaphore>,
    /// To the scheduler: runs that were made with their lease.
    pub born: mpsc::UnboundedSender<Born>,
    /// What is known of echo guards.
    pub guards: Guards,
    /// Somebody looks at another node and wants to see this one too.
    pub looked_at: Notify,
    /// Makes the keeper keep the leases at once.
    pub keep: Notify,
}

impl Shared {
    /// New runs are in the queue: this node looks at once, and others do when there are more than it has room for.
    pub async fn call_for_work(&self, runs: u32) {
        self.nudge.notify_one();
        if self.room.available_permits() < runs as usize
            && let Err(error) = self.store.shout(Shout::Work).await
        {
            tracing::debug!(%error, "other nodes were not told of new runs; their ticks find them");
        }
    }

    /// Whether other nodes work on the same database.
    pub async fn has_others(&self) -> Result<bool, Error> {
        let since = self.clock.now() - self.settings.lease * SIGNS_LAST;
        let nodes = self.store.in_time(self.store.nodes()).await?;
        Ok(nodes.iter().any(|node| node.id != self.node && node.seen_at >= since))
    }

    /// Tells whoever watches; nobody watching is fine.
    pub fn tell(&self, notice: Notice) {
        self.notices.send(notice).ok();
    }
}
