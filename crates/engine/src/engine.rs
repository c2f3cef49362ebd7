//! A node at work: looks for what is due, gives it to tasks, keeps their leases.

use std::sync::Arc;

use highline_catalog::{Catalog, Connections};
use highline_model::{Clock, NodeId, Timestamp};
use highline_store::{Claim, Error, Store};
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::leases::Leases;
use crate::library::Library;
use crate::notice::Notice;
use crate::poller::Poller;
use crate::run_task::RunTask;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::sweep::sweep;

/// What an engine is made of.
pub struct Parts {
    pub store: Store,
    pub catalog: Arc<Catalog>,
    pub connections: Arc<Connections>,
    pub library: Arc<Library>,
    pub clock: Clock,
    pub settings: Settings,
}

/// A running node. Dropping it without `stop` leaves its leases to run out.
pub struct Engine {
    shared: Arc<Shared>,
    stop: watch::Sender<Stop>,
    scheduler: JoinHandle<()>,
    keeper: JoinHandle<()>,
    sweeper: JoinHandle<()>,
}

impl Engine {
    /// Starts working at once. Needs a tokio runtime.
    pub fn start(parts: Parts) -> Self {
        let shared = Arc::new(Shared {
            journal: parts.store.journal(),
            store: parts.store,
            catalog: parts.catalog,
            connections: parts.connections,
            library: parts.library,
            clock: parts.clock,
            node: NodeId::new(&parts.settings.node_name),
            settings: parts.settings,
            leases: Leases::default(),
            notices: broadcast::channel(4096).0,
            nudge: Notify::new(),
            keep: Notify::new(),
        });
        let (stop, stopping) = watch::channel(Stop::No);
        let scheduler = tokio::spawn(Scheduler::new(shared.clone(), stopping).work());
        let keeper = tokio::spawn(keep_leases(shared.clone()));
        let sweeper = tokio::spawn(sweep(shared.clone()));
        Self { shared, stop, scheduler, keeper, sweeper }
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

    /// Whether this node still works. It ends by itself only through a defect; who runs it should then end as well,
    /// so that what supervises the process starts it again.
    pub fn is_alive(&self) -> bool {
        !self.scheduler.is_finished() && !self.keeper.is_finished()
    }

    /// Ends at once, as a crash would: nothing is handed back, leases stay until they run out. Returns when no task of
    /// this engine is left.
    pub async fn abort(self) {
        self.keeper.abort();
        self.sweeper.abort();
        self.stop.send_replace(Stop::Now);
        if let Err(error) = self.scheduler.await {
            tracing::error!(%error, "the scheduler ended badly");
        }
    }

    /// Claims nothing more, lets what is in flight finish within `grace`, hands the rest back, and ends.
    pub async fn stop(self) {
        self.stop.send_replace(Stop::Gently);
        self.shared.leases.signal_stop();
        if let Err(error) = self.scheduler.await {
            tracing::error!(%error, "the scheduler ended badly");
        }
        self.keeper.abort();
        self.sweeper.abort();
        self.shared.journal.close().await;
    }
}

/// Whether, and how, the scheduler shall end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    No,
    Gently,
    Now,
}

struct Scheduler {
    shared: Arc<Shared>,
    stopping: watch::Receiver<Stop>,
    runs: JoinSet<()>,
    polls: JoinSet<()>,
}

impl Scheduler {
    fn new(shared: Arc<Shared>, stopping: watch::Receiver<Stop>) -> Self {
        Self { shared, stopping, runs: JoinSet::new(), polls: JoinSet::new() }
    }

    async fn work(mut self) {
        while *self.stopping.borrow() == Stop::No {
            let busy = match self.claim().await {
                Ok(busy) => busy,
                Err(error) => {
                    tracing::warn!(%error, "cannot claim work");
                    false
                }
            };
            self.pause(busy).await;
        }
        if *self.stopping.borrow() == Stop::Now {
            self.runs.shutdown().await;
            self.polls.shutdown().await;
        } else {
            self.wind_down().await;
        }
    }

    /// Takes what is due, as far as there is room. True: there may be more, and it cannot be taken now.
    async fn claim(&mut self) -> Result<bool, Error> {
        let now = self.shared.clock.now();
        if self.shared.leases.have_lapsed(now) {
            self.shared.keep.notify_one();
            return Ok(true);
        }
        let triggers = room(self.shared.settings.max_polls, self.polls.len());
        let runs = room(self.shared.settings.max_runs, self.runs.len());
        let mut full = triggers == 0 || runs == 0;
        if triggers > 0 {
            let claimed = self.shared.store.claim_triggers(self.request(now, triggers)).await?;
            full |= claimed.len() == triggers as usize;
            for claimed in claimed {
                self.shared.leases.hold_trigger(&claimed.workflow, claimed.fence);
                let poller = Poller { shared: self.shared.clone(), claimed };
                self.polls.spawn(poller.work());
            }
        }
        if runs > 0 {
            let claimed = self.shared.store.claim_runs(self.request(now, runs)).await?;
            full |= claimed.len() == runs as usize;
            for run in claimed {
                let signal = self.shared.leases.hold_run(run.id, run.fence);
                self.runs.spawn(RunTask::new(self.shared.clone(), run, signal).work());
            }
        }
        Ok(full)
    }

    fn request(&self, now: Timestamp, limit: u32) -> Claim<'_> {
        Claim { node: &self.shared.node, now, lease: self.shared.settings.lease, limit }
    }

    /// Sleeps until something is due, a task ends, somebody nudges or the node stops. A node that is full sleeps until
    /// a task ends, however much is due.
    async fn pause(&mut self, full: bool) {
        let longest = self.shared.settings.tick;
        let pause = if full { longest } else { self.until_due().await.min(longest) };
        let timer = tokio::time::sleep(pause);
        tokio::select! {
            () = timer => {}
            () = self.shared.nudge.notified() => {}
            Some(_) = self.runs.join_next() => {}
            Some(_) = self.polls.join_next() => {}
            _ = self.stopping.changed() => {}
        }
        while self.runs.try_join_next().is_some() {}
        while self.polls.try_join_next().is_some() {}
    }

    async fn until_due(&self) -> std::time::Duration {
        let now = self.shared.clock.now();
        let least = std::time::Duration::from_millis(5);
        match self.shared.store.next_wake().await {
            Ok(Some(at)) => (at - now).to_std().unwrap_or(least).max(least),
            Ok(None) => self.shared.settings.tick,
            Err(error) => {
                tracing::warn!(%error, "cannot ask what is due");
                self.shared.settings.tick
            }
        }
    }

    /// Runs came to rest by themselves after the stop signal; polls get the same time.
    async fn wind_down(mut self) {
        self.shared.leases.signal_stop();
        let last_call = self.shared.settings.grace + std::time::Duration::from_secs(2);
        let ended = tokio::time::timeout(last_call, async {
            while self.runs.join_next().await.is_some() {}
            while self.polls.join_next().await.is_some() {}
        });
        if ended.await.is_err() {
            tracing::warn!(
                runs = self.runs.len(),
                polls = self.polls.len(),
                "not everything came to rest; leases will run out"
            );
        }
    }
}

fn room(most: usize, taken: usize) -> u32 {
    u32::try_from(most.saturating_sub(taken)).unwrap_or(u32::MAX)
}

/// Keeps the leases of what this node works on, and passes on what the database says about them.
async fn keep_leases(shared: Arc<Shared>) {
    let mut beat = tokio::time::interval(shared.settings.lease / 4);
    loop {
        let asked = tokio::select! {
            _ = beat.tick() => false,
            () = shared.keep.notified() => true,
        };
        let until = shared.clock.now() + shared.settings.lease;
        match keep_until(&shared, until).await {
            Ok(()) => {
                shared.leases.kept(until);
                if asked {
                    shared.nudge.notify_one();
                }
            }
            Err(error) => tracing::warn!(%error, "cannot keep the leases"),
        }
    }
}

async fn keep_until(shared: &Shared, until: Timestamp) -> Result<(), Error> {
    let (runs, triggers) = (shared.leases.held_runs(), shared.leases.held_triggers());
    if !triggers.is_empty() {
        shared.store.extend_triggers(&triggers, until).await?;
    }
    if !runs.is_empty() {
        shared.leases.signal(&runs, &shared.store.extend_leases(&runs, until).await?);
    }
    Ok(())
}
