//! Runs, events and polls that were kept long enough are deleted: by one node at a time, a little at a time.

use std::time::{Duration, Instant};

use highline_model::{RunState, Timestamp};
use highline_store::{Bound, Deleted, Error, KeptWorkflow, Keys, OldRuns, Round, TriggerKind};

use crate::shared::Shared;

use self::superseded::Superseded;

mod superseded;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(600);
/// How long a node that gives no sign of life keeps the others from deleting.
const LEASE: Duration = Duration::from_secs(60);
/// The others write for so many times as long as a step took.
const SHARE: u32 = 3;
const LEAST_PAUSE: Duration = Duration::from_millis(10);
/// Keys that are looked through at a time.
const KEYS: u32 = 1_000;

/// Carries out a round, if one is due and no other node is at it.
pub(crate) async fn delete_if_due(shared: &Shared) -> Result<(), Error> {
    let now = shared.clock.now();
    let store = &shared.store;
    if !store.in_time(store.retention_is_due(now)).await?
        || !store.in_time(store.take_retention(&shared.node, now, LEASE)).await?
    {
        return Ok(());
    }
    let last = store.in_time(store.last_retention()).await?;
    let first_of_day = last.is_none_or(|last| last.started_at.date_naive() != now.date_naive());
    let mut janitor =
        Janitor { shared, now, deleted: Deleted::default(), taken: Instant::now(), first_of_day };
    if !janitor.work().await? {
        return Ok(());
    }
    let finished_at = shared.clock.now();
    let Janitor { deleted, .. } = janitor;
    if !deleted.is_empty() {
        tracing::info!(
            runs = deleted.runs,
            log_entries = deleted.log_entries,
            events = deleted.events,
            polls = deleted.polls,
            "deleted what was kept long enough"
        );
    }
    let round = Round { node: shared.node.to_string(), started_at: now, finished_at, deleted };
    store.in_time(store.end_retention(&round, finished_at + EVERY)).await
}

struct Janitor<'a> {
    shared: &'a Shared,
    now: Timestamp,
    deleted: Deleted,
    /// When the chore was last taken.
    taken: Instant,
    /// The first round of a day goes through the keys too.
    first_of_day: bool,
}

impl Janitor<'_> {
    /// False when another node has taken the chore.
    async fn work(&mut self) -> Result<bool, Error> {
        let store = &self.shared.store;
        for workflow in store.in_time(store.kept_workflows()).await? {
            if !self.runs_of(&workflow).await? || !self.events_of(&workflow).await? {
                return Ok(false);
            }
            if self.first_of_day && workflow.trigger == TriggerKind::Poll && !self.keys_of(&workflow).await? {
                return Ok(false);
            }
        }
        if let Some(before) = self.ago(self.shared.settings.keep.polls_age) {
            loop {
                let began = Instant::now();
                let polls = store.in_time(store.delete_old_polls(before)).await?;
                self.deleted.polls += polls;
                if polls == 0 {
                    break;
                }
                if !self.pause(began).await? {
                    return Ok(false);
                }
            }
        }
        if !self.logins().await? {
            return Ok(false);
        }
        loop {
            let began = Instant::now();
            if !store.in_time(store.give_back_space()).await? {
                return Ok(true);
            }
            if !self.pause(began).await? {
                return Ok(false);
            }
        }
    }

    /// Logins that are over, and old lines of the audit log.
    async fn logins(&mut self) -> Result<bool, Error> {
        let store = &self.shared.store;
        store.in_time(store.forget_logins(self.now)).await?;
        let Some(before) = self.ago(self.shared.settings.keep.audit_age) else { return Ok(true) };
        loop {
            let began = Instant::now();
            if store.in_time(store.delete_old_audit(before)).await? == 0 {
                return Ok(true);
            }
            if !self.pause(began).await? {
                return Ok(false);
            }
        }
    }

    async fn runs_of(&mut self, workflow: &KeptWorkflow) -> Result<bool, Error> {
        let (settings, keep) = (&self.shared.settings.keep, &workflow.keep);
        for state in [RunState::Succeeded, RunState::Failed, RunState::Cancelled] {
            let age = match state {
                RunState::Failed => keep.failed_age.or(keep.age).unwrap_or(settings.failed_age),
                _ => keep.age.unwrap_or(settings.age),
            };
            let by_age = self.ago(age).map(Bound::Ended);
            let by_count = keep.runs.or(settings.runs).map(Bound::Newest);
            for bound in [by_age, by_count].into_iter().flatten() {
                let keys = Keys::of(workflow.trigger, self.now);
                let old = OldRuns { workflow: &workflow.id, state, bound, keys, after: None };
                if !self.runs(old).await? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    async fn runs(&mut self, mut old: OldRuns<'_>) -> Result<bool, Error> {
        let store = &self.shared.store;
        loop {
            let began = Instant::now();
            let (deleted, last) = store.in_time(store.delete_old_runs(old)).await?;
            self.deleted.add(deleted);
            if last.is_none() {
                return Ok(true);
            }
            old.after = last;
            if !self.pause(began).await? {
                return Ok(false);
            }
        }
    }

    async fn events_of(&mut self, workflow: &KeptWorkflow) -> Result<bool, Error> {
        let age = workflow.keep.age.unwrap_or(self.shared.settings.keep.age);
        let Some(before) = self.ago(age) else { return Ok(true) };
        let store = &self.shared.store;
        loop {
            let began = Instant::now();
            let keys = Keys::of(workflow.trigger, self.now);
            let events = store.in_time(store.delete_old_events(&workflow.id, before, keys)).await?;
            self.deleted.events += events;
            if events == 0 {
                return Ok(true);
            }
            if !self.pause(began).await? {
                return Ok(false);
            }
        }
    }

    /// Forgets what polls have found and cannot find again.
    async fn keys_of(&mut self, workflow: &KeptWorkflow) -> Result<bool, Error> {
        let store = &self.shared.store;
        let cursor = store.in_time(store.poll_cursor(&workflow.id)).await?;
        let Some(mut superseded) = cursor.and_then(|cursor| Superseded::of(&cursor, self.now)) else {
            return Ok(true);
        };
        let mut after = String::new();
        loop {
            let began = Instant::now();
            let keys = store.in_time(store.polled_keys(&workflow.id, &after, KEYS)).await?;
            let mut gone = superseded.take(&keys);
            match keys.last() {
                Some(last) => last.key.clone_into(&mut after),
                None => gone.extend(superseded.end()),
            }
            self.deleted.events += store.in_time(store.forget_polled(&gone)).await?;
            if keys.is_empty() {
                return Ok(true);
            }
            if !self.pause(began).await? {
                return Ok(false);
            }
        }
    }

    /// `None`: for ever.
    fn ago(&self, age: Duration) -> Option<Timestamp> {
        let age = chrono::Duration::from_std(age).ok()?;
        self.now.checked_sub_signed(age)
    }

    /// Lets the others write, and keeps the chore; false when another node has it.
    async fn pause(&mut self, began: Instant) -> Result<bool, Error> {
        tokio::time::sleep((began.elapsed() * SHARE).max(LEAST_PAUSE)).await;
        if self.taken.elapsed() < LEASE / 3 {
            return Ok(true);
        }
        self.taken = Instant::now();
        let (store, now) = (&self.shared.store, self.shared.clock.now());
        store.in_time(store.take_retention(&self.shared.node, now, LEASE)).await
    }
}
