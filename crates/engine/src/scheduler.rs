//! Looks for what is due, and gives it to tasks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use highline_model::Timestamp;
use highline_store::{Claim, Error};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::task::JoinSet;

use crate::intake::Born;
use crate::poller::Poller;
use crate::run_task::RunTask;
use crate::shared::Shared;

use self::slots::{Offer, Slots};

mod slots;

/// The most runs that are claimed at once.
const MOST_AT_ONCE: usize = 256;
/// The shortest pause before something that is due soon.
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);

/// Whether, and how, the scheduler shall end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    No,
    Gently,
    Now,
}

/// For what there may be more than there was room for.
#[derive(Debug, Clone, Copy, Default)]
struct Behind {
    polls: bool,
    runs: bool,
}

pub(crate) struct Scheduler {
    shared: Arc<Shared>,
    stopping: watch::Receiver<Stop>,
    born: mpsc::UnboundedReceiver<Born>,
    runs: JoinSet<()>,
    polls: JoinSet<()>,
    slots: Slots,
    /// Whether it is time to claim.
    look: bool,
    /// The last claim left work behind that had no room.
    behind: Behind,
    /// When something is due, as far as is known; beyond that each tick looks.
    due: Option<Timestamp>,
}

impl Scheduler {
    pub fn new(
        shared: Arc<Shared>,
        stopping: watch::Receiver<Stop>,
        born: mpsc::UnboundedReceiver<Born>,
    ) -> Self {
        let (runs, polls) = (JoinSet::new(), JoinSet::new());
        let slots = Slots::new(shared.settings.max_polls);
        Self { shared, stopping, born, runs, polls, slots, look: true, behind: Behind::default(), due: None }
    }

    pub async fn work(mut self) {
        while *self.stopping.borrow() == Stop::No {
            if std::mem::take(&mut self.look) {
                self.behind = match self.claim().await {
                    Ok(behind) => behind,
                    Err(error) => {
                        tracing::warn!(%error, "cannot claim work");
                        Behind::default()
                    }
                };
            }
            self.pause().await;
        }
        if *self.stopping.borrow() == Stop::Now {
            self.runs.shutdown().await;
            self.polls.shutdown().await;
        } else {
            self.wind_down().await;
        }
    }

    /// Takes what is due, as far as there is room.
    async fn claim(&mut self) -> Result<Behind, Error> {
        let now = self.shared.clock.now();
        if self.shared.leases.have_lapsed(now) {
            self.shared.keep.notify_one();
            return Ok(Behind { polls: true, runs: true });
        }
        let store = &self.shared.store.clone();
        let mut behind = Behind { polls: self.claim_polls(now).await?, runs: false };
        match self.take_room() {
            Some(mut room) => {
                let claimed = store.in_time(store.claim_runs(self.request(now, room.num_permits()))).await?;
                behind.runs = claimed.len() == room.num_permits();
                for run in claimed {
                    let room = room.split(1).expect("no more is claimed than there is room for");
                    self.take_up(Born { run, room, opened: None });
                }
            }
            None => behind.runs = true,
        }
        self.due = match behind {
            Behind { polls: false, runs: false } => store.in_time(store.next_wake()).await?,
            _ => None,
        };
        Ok(behind)
    }

    /// Takes due triggers, no more of one source than its share; whether there may be more of them.
    async fn claim_polls(&mut self, now: Timestamp) -> Result<bool, Error> {
        let store = &self.shared.store.clone();
        while let Some(Offer { slots, without }) = self.slots.offer(Instant::now()) {
            let began = Instant::now();
            let claim = store.claim_triggers(self.request(now, slots), without.as_deref());
            let claimed = store.in_time(claim).await?;
            let fewer = claimed.len() < slots;
            for claimed in claimed {
                self.shared.leases.hold_trigger(&claimed.workflow, claimed.fence);
                let slot = self.slots.take(claimed.source.clone(), began);
                let poller = Poller { shared: self.shared.clone(), claimed };
                self.polls.spawn(async move {
                    poller.work().await;
                    drop(slot);
                });
            }
            if fewer && without.is_some() {
                self.slots.nobody_else(Instant::now(), began.elapsed());
                return Ok(true);
            }
            if fewer {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All the room there is; none when there is none.
    fn take_room(&self) -> Option<OwnedSemaphorePermit> {
        let free = self.shared.room.available_permits().min(MOST_AT_ONCE);
        let free = u32::try_from(free).ok().filter(|free| *free > 0)?;
        self.shared.room.clone().try_acquire_many_owned(free).ok()
    }

    fn take_up(&mut self, born: Born) {
        self.runs.spawn(RunTask::new(self.shared.clone(), born).work());
    }

    fn request(&self, now: Timestamp, limit: usize) -> Claim<'_> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        Claim { node: &self.shared.node, now, lease: self.shared.settings.lease, limit }
    }

    /// Waits for the next reason to look, and takes up the runs that are born meanwhile. A node that is full looks
    /// again when a good part of its room is free, however much is due: claims are cheaper by the dozen.
    async fn pause(&mut self) {
        let timer = tokio::time::sleep(self.until_due());
        tokio::select! {
            () = timer => self.look = true,
            () = self.shared.nudge.notified() => self.look = true,
            () = self.shared.alarm.changed() => {
                let earliest = [self.due, self.shared.alarm.take()].into_iter().flatten().min();
                self.due = earliest;
            }
            Some(born) = self.born.recv() => self.take_up(born),
            Some(_) = self.runs.join_next() => {}
            Some(_) = self.polls.join_next() => self.look |= self.behind.polls,
            _ = self.stopping.changed() => {}
        }
        while let Ok(born) = self.born.try_recv() {
            self.take_up(born);
        }
        while self.runs.try_join_next().is_some() {}
        while self.polls.try_join_next().is_some() {}
        let (free, most) = (self.shared.room.available_permits(), self.shared.settings.max_runs);
        self.look |= self.behind.runs && free >= most.min(MOST_AT_ONCE).div_ceil(4);
    }

    fn until_due(&self) -> Duration {
        let longest = self.shared.settings.tick;
        match self.due {
            Some(at) => {
                let left = (at - self.shared.clock.now()).to_std().unwrap_or_default();
                left.max(SHORTEST_PAUSE).min(longest)
            }
            None => longest,
        }
    }

    /// Until nothing is under way, neither what was taken up nor the starts that had their place before the room was
    /// closed: their runs are born only now.
    async fn come_to_rest(&mut self) {
        let most = self.shared.settings.max_runs;
        while self.shared.room.available_permits() < most || !self.runs.is_empty() || !self.polls.is_empty() {
            tokio::select! {
                Some(born) = self.born.recv() => self.take_up(born),
                Some(_) = self.runs.join_next() => {}
                Some(_) = self.polls.join_next() => {}
                // A start that came to nothing gives its place back without a word.
                () = tokio::time::sleep(SHORTEST_PAUSE) => {}
            }
        }
    }

    /// Runs came to rest by themselves after the stop signal; polls get the same time.
    async fn wind_down(mut self) {
        self.shared.leases.signal_stop();
        let last_call = self.shared.settings.grace + Duration::from_secs(2);
        if tokio::time::timeout(last_call, self.come_to_rest()).await.is_err() {
            tracing::warn!(
                runs = self.runs.len(),
                polls = self.polls.len(),
                "not everything came to rest; leases will run out"
            );
        }
    }
}
