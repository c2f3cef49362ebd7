//! A node at work: its parts, its start and its stop.

use std::sync::Arc;

use highline_catalog::{Catalog, Connections};
use highline_model::{Clock, NodeId};
use highline_store::Store;
use tokio::sync::{Notify, Semaphore, broadcast, mpsc, watch};
use tokio::task::{AbortHandle, JoinHandle};

use crate::alarm::Alarm;
use crate::deadlines::keep_deadlines;
use crate::ear::listen;
use crate::echo::Guards;
use crate::intake::Intake;
use crate::keeper::keep;
use crate::leases::Leases;
use crate::notice::Notice;
use crate::relay::relay;
use crate::scheduler::{Scheduler, Stop};
use crate::settings::Settings;
use crate::shared::Shared;
use crate::sweep::sweep;

/// What an engine is made of.
pub struct Parts {
    pub store: Store,
    pub catalog: Arc<Catalog>,
    pub connections: Arc<Connections>,
    /// Its journal writes for this node alone, and is closed when the engine stops.
    pub intake: Arc<Intake>,
    pub clock: Clock,
    pub settings: Settings,
}

/// A running node. Dropping it without `stop` leaves its leases to run out.
pub struct Engine {
    shared: Arc<Shared>,
    stop: watch::Sender<Stop>,
    scheduler: JoinHandle<()>,
    keeper: JoinHandle<()>,
    ear: JoinHandle<()>,
    relay: JoinHandle<()>,
    sweeper: JoinHandle<()>,
    deadlines: JoinHandle<()>,
}

/// Whether an engine still works.
#[derive(Debug, Clone)]
pub struct Life(Vec<AbortHandle>);

impl Life {
    pub fn is_alive(&self) -> bool {
        !self.0.iter().any(AbortHandle::is_finished)
    }
}

impl Engine {
    /// Starts working at once. Needs a tokio runtime.
    pub fn start(parts: Parts) -> Self {
        let (born, births) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            guards: Guards::default(),
            journal: parts.intake.journal().clone(),
            library: parts.intake.library().clone(),
            store: parts.store,
            catalog: parts.catalog,
            connections: parts.connections,
            clock: parts.clock,
            node: NodeId::new(&parts.settings.node_name),
            room: Arc::new(Semaphore::new(parts.settings.max_runs)),
            settings: parts.settings,
            leases: Leases::default(),
            notices: broadcast::channel(4096).0,
            nudge: Notify::new(),
            alarm: Alarm::default(),
            born,
            keep: Notify::new(),
            looked_at: Notify::new(),
        });
        let (stop, stopping) = watch::channel(Stop::No);
        let scheduler = tokio::spawn(Scheduler::new(shared.clone(), stopping, births).work());
        let keeper = tokio::spawn(keep(shared.clone()));
        let ear = tokio::spawn(listen(shared.clone()));
        let relay = tokio::spawn(relay(shared.clone()));
        let sweeper = tokio::spawn(sweep(shared.clone()));
        parts.intake.open(shared.clone());
        let deadlines = tokio::spawn(keep_deadlines(shared.clone()));
        Self { shared, stop, scheduler, keeper, ear, relay, sweeper, deadlines }
    }

    pub fn node(&self) -> &NodeId {
        &self.shared.node
    }

    /// Everything that happens from now on. A watcher that falls behind loses the oldest.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.shared.notices.subscribe()
    }

    /// Looks for due work now instead of at the next tick.
    pub fn nudge(&self) {
        self.shared.nudge.notify_one();
    }

    /// Tells whether this node still works, also to who does not have it.
    pub fn life(&self) -> Life {
        Life([&self.scheduler, &self.keeper, &self.deadlines].map(JoinHandle::abort_handle).into())
    }

    /// Whether this node still works. It ends by itself only through a defect; who runs it should then end as well,
    /// so that what supervises the process starts it again.
    pub fn is_alive(&self) -> bool {
        !self.scheduler.is_finished() && !self.keeper.is_finished() && !self.deadlines.is_finished()
    }

    /// Ends at once, as a crash would: nothing is handed back, leases stay until they run out. Returns when no task of
    /// this engine is left.
    pub async fn abort(self) {
        self.keeper.abort();
        self.ear.abort();
        self.relay.abort();
        self.sweeper.abort();
        self.deadlines.abort();
        self.shared.room.close();
        self.stop.send_replace(Stop::Now);
        if let Err(error) = self.scheduler.await {
            tracing::error!(%error, "the scheduler ended badly");
        }
    }

    /// Claims nothing more, lets what is in flight finish within `grace`, hands the rest back, and ends.
    pub async fn stop(self) {
        self.shared.room.close();
        self.stop.send_replace(Stop::Gently);
        self.shared.leases.signal_stop();
        if let Err(error) = self.scheduler.await {
            tracing::error!(%error, "the scheduler ended badly");
        }
        self.keeper.abort();
        self.ear.abort();
        self.relay.abort();
        self.sweeper.abort();
        self.deadlines.abort();
        self.shared.journal.close().await;
        let store = &self.shared.store;
        if let Err(error) = store.in_time(store.leave(&self.shared.node)).await {
            tracing::warn!(%error, "this node stays among the nodes until it is forgotten");
        }
    }
}
