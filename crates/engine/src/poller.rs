//! One due trigger: ask, sort out what is new, commit.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use highline_catalog::{Batch, Call, Caller, Item, Operation, OperationError, Retry, Since};
use highline_model::{ErrorKind, Failure, Priority, Timestamp};
use highline_store::{ClaimedTrigger, Error, NewEvent, Outcome, PollCommit, PollReport};
use highline_workflow::{PollTrigger, Schedule, Trigger, Workflow, is_truthy};
use serde_json::{Map, Value, json};

use crate::event::{concurrency, trigger_scope};
use crate::notice::{Notice, Polled};
use crate::send::connection;
use crate::shared::Shared;

/// After a failed poll the next comes no later than this, even for workflows that poll once a day.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// A workflow that does not fit this node may fit the next start of it, or another node.
const MISFIT_PAUSE: Duration = Duration::from_secs(60);

/// What a poll brought, sorted.
struct Harvest {
    events: Vec<NewEvent>,
    cursor: Option<Value>,
    next_at: Option<Timestamp>,
    report: PollReport,
}

pub(crate) struct Poller {
    pub shared: Arc<Shared>,
    pub claimed: ClaimedTrigger,
}

impl Poller {
    /// Polls and commits. When the commit fails nothing has happened: the lease runs out and the poll is made again.
    pub async fn work(self) {
        let workflow = &self.claimed.workflow;
        match AssertUnwindSafe(self.poll()).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%workflow, %error, "poll not committed"),
            Err(_) => {
                tracing::error!(%workflow, "a poll panicked; it is made again when its lease has run out")
            }
        }
        self.shared.leases.drop_trigger(workflow, self.claimed.fence);
    }

    async fn poll(&self) -> Result<(), Error> {
        let started_at = self.shared.clock.now();
        let claimed = &self.claimed;
        let harvest = match self.shared.library.workflow(&claimed.workflow, claimed.revision).await? {
            Err(failure) => self.failed(started_at, OperationError::from_failure(failure), MISFIT_PAUSE),
            Ok(workflow) => match &workflow.trigger {
                Trigger::Poll(trigger) => self.ask(&workflow, trigger, started_at).await?,
                Trigger::Schedule(schedule) => self.strike(&workflow, schedule, started_at),
                Trigger::Manual => self.nothing(started_at),
            },
        };
        self.commit(harvest).await
    }

    async fn commit(&self, harvest: Harvest) -> Result<(), Error> {
        let claimed = &self.claimed;
        let (report, next_at) = (harvest.report.clone(), harvest.next_at);
        let committed = self
            .shared
            .store
            .commit_poll(PollCommit {
                workflow: claimed.workflow.clone(),
                fence: claimed.fence,
                node: self.shared.node.clone(),
                revision: claimed.revision,
                events: harvest.events,
                cursor: harvest.cursor,
                next_at: harvest.next_at,
                report: harvest.report,
                now: self.shared.clock.now(),
            })
            .await?;
        if committed.fresh > 0 {
            self.shared.nudge.notify_one();
        }
        if let Some(at) = next_at {
            self.shared.alarm.set(at);
        }
        self.shared.tell(Notice::Polled(Polled {
            workflow: claimed.workflow.clone(),
            first: claimed.first,
            seen: report.seen,
            fresh: committed.fresh,
            duplicate: committed.duplicate,
            filtered: report.filtered,
            requests: report.requests,
            took: (report.finished_at - report.started_at).to_std().unwrap_or_default(),
            failure: report.error,
        }));
        Ok(())
    }

    async fn ask(
        &self,
        workflow: &Workflow,
        trigger: &PollTrigger,
        started_at: Timestamp,
    ) -> Result<Harvest, Error> {
        match self.read(workflow, trigger, started_at).await {
            Ok(batch) => self.sort(workflow, trigger, batch, started_at).await,
            Err(error) => Ok(self.failed(started_at, error, self.every(trigger))),
        }
    }

    fn every(&self, trigger: &PollTrigger) -> Duration {
        self.shared.settings.poll_at_least_every.map_or(trigger.every, |most| most.min(trigger.every))
    }

    async fn read(
        &self,
        workflow: &Workflow,
        trigger: &PollTrigger,
        now: Timestamp,
    ) -> Result<Batch, OperationError> {
        let operation = match self.shared.catalog.get(&trigger.operation) {
            Some(Operation::Trigger(operation)) => operation,
            _ => {
                let message = format!("this node has no polling trigger `{}`", trigger.operation);
                return Err(OperationError::refused(ErrorKind::Configuration, message));
            }
        };
        let app = &operation.definition().app;
        let connection = connection(&self.shared.connections, trigger.connection.as_deref(), app)?;
        let input = input(workflow, trigger, now)?;
        let timeout = self.shared.settings.poll_timeout;
        let caller = Caller { priority: Priority::Bulk, workflow: workflow.id.as_str() };
        let call = Call::new(&input, &connection, timeout).for_caller(caller);
        let cursor = self.claimed.cursor.as_ref();
        let since = Since { cursor, backfill: trigger.backfill, emit: trigger.emit, now };
        let guarded = AssertUnwindSafe(operation.poll(call, since)).catch_unwind();
        match tokio::time::timeout(timeout + Duration::from_secs(2), guarded).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(OperationError::refused(ErrorKind::BadReply, "the operation panicked")),
            Err(_) => {
                let message = format!("no answer within {} s", timeout.as_secs_f64());
                let failure = Failure::new(ErrorKind::Timeout, message);
                Err(OperationError { retry: Retry::Backoff, ..OperationError::from_failure(failure) })
            }
        }
    }

    /// Drops what is known, and decides for the rest: seen, filtered or a run.
    async fn sort(
        &self,
        workflow: &Workflow,
        trigger: &PollTrigger,
        batch: Batch,
        started_at: Timestamp,
    ) -> Result<Harvest, Error> {
        let keys: Vec<&str> = batch.items.iter().map(|item| item.key.as_str()).collect();
        let mut known: HashSet<String> = self.shared.store.known_keys(&workflow.id, &keys).await?;
        let seen = count(batch.items.len());
        let fresh: Vec<Item> =
            batch.items.into_iter().filter(|item| known.insert(item.key.clone())).collect();
        let duplicate = seen - count(fresh.len());
        let quiet = self.claimed.first && !trigger.backfill;
        let events: Vec<NewEvent> =
            fresh.into_iter().map(|item| event(workflow, item, quiet, started_at)).collect();
        let filtered = count(events.iter().filter(|event| event.outcome == Outcome::Filtered).count());
        let finished_at = self.shared.clock.now();
        Ok(Harvest {
            events,
            cursor: batch.cursor,
            next_at: Some(next_poll(self.claimed.due_at, self.every(trigger), finished_at)),
            report: PollReport {
                started_at,
                finished_at,
                seen,
                duplicate,
                filtered,
                requests: batch.requests,
                error: None,
            },
        })
    }

    /// A schedule's moment has come. Moments missed while no node was up are made good by one run.
    fn strike(&self, workflow: &Workflow, schedule: &Schedule, now: Timestamp) -> Harvest {
        let due = self.claimed.due_at;
        let item =
            Item { key: format!("schedule@{}", due.to_rfc3339()), data: json!({ "scheduled_at": due }) };
        Harvest {
            events: vec![event(workflow, item, false, now)],
            cursor: None,
            next_at: schedule.next_after(now.max(due)),
            report: self.report(now, 1, None),
        }
    }

    fn nothing(&self, now: Timestamp) -> Harvest {
        Harvest { events: Vec::new(), cursor: None, next_at: None, report: self.report(now, 0, None) }
    }

    fn failed(&self, started_at: Timestamp, error: OperationError, every: Duration) -> Harvest {
        let pause = pause_after_failure(error.retry, self.claimed.failures, every);
        let next_at = self.shared.clock.now() + chrono_duration(pause);
        Harvest {
            events: Vec::new(),
            cursor: None,
            next_at: Some(next_at),
            report: self.report(started_at, 0, Some(error.failure)),
        }
    }

    fn report(&self, started_at: Timestamp, seen: u32, error: Option<Failure>) -> PollReport {
        let finished_at = self.shared.clock.now();
        PollReport { started_at, finished_at, seen, duplicate: 0, filtered: 0, requests: 0, error }
    }
}

/// What becomes of a new item. A `where` or key that cannot be worked out lets the item through: its run then fails
/// with the reason, which a person sees.
fn event(workflow: &Workflow, item: Item, quiet: bool, now: Timestamp) -> NewEvent {
    if quiet {
        return NewEvent { key: item.key, outcome: Outcome::Seen, data: None };
    }
    let data = Arc::new(item.data);
    let scope = trigger_scope(workflow, Some(data.clone()), now);
    let wanted = workflow.filter.as_ref().is_none_or(|f| f.evaluate(&scope).map_or(true, |v| is_truthy(&v)));
    let outcome =
        if wanted { Outcome::Run { concurrency: concurrency(workflow, &scope) } } else { Outcome::Filtered };
    drop(scope);
    NewEvent { key: item.key, outcome, data: Some(Arc::unwrap_or_clone(data)) }
}

fn input(
    workflow: &Workflow,
    trigger: &PollTrigger,
    now: Timestamp,
) -> Result<Map<String, Value>, OperationError> {
    let value = trigger.with.evaluate(&trigger_scope(workflow, None, now));
    match value {
        Ok(Value::Object(input)) => Ok(input),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(OperationError::refused(ErrorKind::Template, "trigger.with: must be an object")),
        Err(error) => Err(OperationError::refused(ErrorKind::Template, format!("trigger.with: {error}"))),
    }
}

/// Polls keep their rhythm; one that is late starts it anew.
fn next_poll(due_at: Timestamp, every: Duration, now: Timestamp) -> Timestamp {
    let on_time = due_at + chrono_duration(every);
    if on_time > now { on_time } else { now + chrono_duration(every) }
}

fn pause_after_failure(retry: Retry, failures: u32, every: Duration) -> Duration {
    match retry {
        Retry::Never => every.min(LONGEST_PAUSE),
        Retry::After(pause) => pause.max(Duration::from_secs(1)),
        Retry::Backoff => {
            Duration::from_secs(2).saturating_mul(2u32.saturating_pow(failures)).min(every).min(LONGEST_PAUSE)
        }
    }
}

fn chrono_duration(duration: Duration) -> chrono::Duration {
    chrono::Duration::from_std(duration).unwrap_or(chrono::Duration::MAX)
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn polls_keep_their_rhythm_and_a_late_one_starts_it_anew() {
        let every = Duration::from_secs(60);
        let due = at("2026-11-21T08:00:00Z");
        assert_eq!(next_poll(due, every, at("2026-11-21T08:00:20Z")), at("2026-11-21T08:01:00Z"));
        assert_eq!(next_poll(due, every, at("2026-11-21T09:30:20Z")), at("2026-11-21T09:31:20Z"));
    }

    #[test]
    fn failed_polls_come_back_sooner_at_first_and_never_faster_than_told() {
        let every = Duration::from_secs(300);
        assert_eq!(pause_after_failure(Retry::Backoff, 0, every), Duration::from_secs(2));
        assert_eq!(pause_after_failure(Retry::Backoff, 3, every), Duration::from_secs(16));
        assert_eq!(pause_after_failure(Retry::Backoff, 40, every), every);
        assert_eq!(pause_after_failure(Retry::Never, 0, every), every);
        let told = Duration::from_secs(900);
        assert_eq!(pause_after_failure(Retry::After(told), 0, every), told);
    }
}
