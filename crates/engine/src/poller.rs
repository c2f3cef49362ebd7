//! One due trigger: ask, sort out what is new for each workflow that asks the same, commit.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use highline_catalog::{Batch, Call, Caller, Item, Operation, OperationError, Retry, Since};
use highline_model::{ErrorKind, Failure, Priority, RunState, Timestamp, WorkflowId};
use highline_store::{
    ClaimedTrigger, Committed, Error, Follower, FollowerPoll, NewEvent, PollCommit, PollReport,
};
use highline_workflow::{PollTrigger, Schedule, Trigger, Workflow};
use serde_json::{Map, Value, json};

use self::group::Group;
use self::pace::{chrono_duration, next_poll, pause_after_failure};
use self::sieve::{Sieve, Sifted, event};
use crate::echo;
use crate::event::{bounded, trigger_scope};
use crate::meter;
use crate::misfit;
use crate::notice::{Notice, Polled};
use crate::send::connection;
use crate::shared::Shared;

mod group;
mod pace;
mod sieve;

/// A workflow that does not fit the only node may fit the next start of it.
const MISFIT_PAUSE: Duration = Duration::from_secs(60);

/// How long the database may take for a poll that found very much, before its connection is taken for dead.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a poll brought, sorted.
struct Harvest {
    events: Vec<NewEvent>,
    cursor: Option<Value>,
    next_at: Option<Timestamp>,
    report: PollReport,
    followers: Vec<FollowerPoll>,
    unfit: Vec<WorkflowId>,
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
            Err(failure) => {
                self.shared.store.in_time(self.shared.store.step_down(claimed)).await?;
                self.misfit(started_at, failure).await?
            }
            Ok(workflow) => match &workflow.trigger {
                Trigger::Poll(trigger) => self.ask(&workflow, trigger, started_at).await?,
                Trigger::Schedule(schedule) => self.strike(&workflow, schedule, started_at),
                Trigger::Manual | Trigger::Webhook(_) => self.nothing(started_at),
            },
        };
        self.commit(harvest).await
    }

    fn tell_of_runs(&self, workflow: &WorkflowId, committed: &Committed) {
        for run in &committed.runs {
            let (workflow, state) = (workflow.clone(), RunState::Queued);
            self.shared.tell(Notice::Moved { run: *run, workflow, state });
        }
    }

    async fn commit(&self, harvest: Harvest) -> Result<(), Error> {
        let claimed = &self.claimed;
        let (report, next_at) = (harvest.report.clone(), harvest.next_at);
        let shared_with: Vec<(Follower, PollReport)> =
            harvest.followers.iter().map(|poll| (poll.follower.clone(), poll.report.clone())).collect();
        let commit = PollCommit {
            workflow: claimed.workflow.clone(),
            fence: claimed.fence,
            node: self.shared.node.clone(),
            revision: claimed.revision,
            events: harvest.events,
            cursor: harvest.cursor,
            next_at: harvest.next_at,
            report: harvest.report,
            feed: claimed.feed.clone(),
            followers: harvest.followers,
            unfit: harvest.unfit,
            now: self.shared.clock.now(),
        };
        let store = &self.shared.store;
        let committed = store.within(PATIENCE, store.commit_poll(commit)).await?;
        let fresh =
            committed.fresh + committed.followers.iter().flatten().map(|more| more.fresh).sum::<u32>();
        if fresh > 0 {
            self.shared.call_for_work(fresh).await;
        }
        if let Some(at) = next_at {
            self.shared.alarm.set(at);
        }
        self.tell_of_runs(&claimed.workflow, &committed);
        for ((follower, _), committed) in shared_with.iter().zip(&committed.followers) {
            committed.iter().for_each(|committed| self.tell_of_runs(&follower.workflow, committed));
        }
        self.tell(&claimed.workflow, claimed.first, (&committed, report));
        for ((follower, report), committed) in shared_with.into_iter().zip(&committed.followers) {
            if let Some(committed) = committed {
                self.tell(&follower.workflow, follower.first, (committed, report));
            }
        }
        Ok(())
    }

    fn tell(&self, workflow: &WorkflowId, first: bool, (committed, report): (&Committed, PollReport)) {
        let polled = Polled {
            workflow: workflow.clone(),
            first,
            seen: report.seen,
            fresh: committed.fresh,
            duplicate: committed.duplicate,
            filtered: report.filtered,
            dropped: committed.dropped,
            requests: report.requests,
            took: (report.finished_at - report.started_at).to_std().unwrap_or_default(),
            failure: report.error,
        };
        meter::polled(&polled);
        self.shared.tell(Notice::Polled(polled));
    }

    async fn ask(
        &self,
        workflow: &Arc<Workflow>,
        trigger: &PollTrigger,
        started_at: Timestamp,
    ) -> Result<Harvest, Error> {
        let group = Group::load(&self.shared, &self.claimed).await?;
        let every = group.every(self.every(trigger));
        match self.read(workflow, trigger, started_at).await {
            Ok(mut batch) => {
                batch.items.iter_mut().for_each(|item| item.key = bounded(std::mem::take(&mut item.key)));
                let quiet = self.claimed.first && !trigger.backfill;
                let known = self.known(&workflow.id, &batch).await?;
                let echoes = self.echoes(workflow, (&batch, &known, quiet)).await?;
                let sieve = Sieve { workflow, known, echoes, quiet, now: started_at };
                self.share(sieve, group, (batch, every)).await
            }
            Err(error) => {
                let harvest = self.failed(started_at, error, every);
                let followers = group.members.into_iter().map(|member| FollowerPoll {
                    follower: member.follower,
                    events: Vec::new(),
                    report: harvest.report.clone(),
                });
                Ok(Harvest { followers: followers.collect(), unfit: group.unfit, ..harvest })
            }
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

    /// Gives what the poll brought to each whose poll it was.
    async fn share(
        &self,
        sieve: Sieve<'_>,
        group: Group,
        (batch, every): (Batch, Duration),
    ) -> Result<Harvest, Error> {
        let started_at = sieve.now;
        let mut followers = Vec::with_capacity(group.members.len());
        for member in group.members {
            let known = self.known(&member.workflow.id, &batch).await?;
            let echoes = self.echoes(&member.workflow, (&batch, &known, member.quiet)).await?;
            let (workflow, quiet) = (&member.workflow, member.quiet);
            let sieve = Sieve { workflow, known, echoes, quiet, now: started_at };
            let Sifted { events, report } = sieve.sift(batch.items.clone());
            followers.push(FollowerPoll { follower: member.follower, events, report });
        }
        let Sifted { events, mut report } = sieve.sift(batch.items);
        let finished_at = self.shared.clock.now();
        report.requests = batch.requests;
        for report in followers.iter_mut().map(|poll| &mut poll.report).chain([&mut report]) {
            (report.started_at, report.finished_at) = (started_at, finished_at);
        }
        Ok(Harvest {
            events,
            cursor: batch.cursor,
            next_at: Some(next_poll(self.claimed.due_at, every, finished_at)),
            report,
            followers,
            unfit: group.unfit,
        })
    }

    async fn echoes(
        &self,
        workflow: &Workflow,
        (batch, known, quiet): (&Batch, &HashSet<String>, bool),
    ) -> Result<HashSet<String>, Error> {
        let Trigger::Poll(trigger) = &workflow.trigger else { return Ok(HashSet::new()) };
        if quiet {
            return Ok(HashSet::new());
        }
        let fresh: Vec<&Item> = batch.items.iter().filter(|item| !known.contains(&item.key)).collect();
        echo::echoes(&self.shared, trigger, &fresh).await
    }

    async fn known(&self, workflow: &WorkflowId, batch: &Batch) -> Result<HashSet<String>, Error> {
        let keys: Vec<&str> = batch.items.iter().map(|item| item.key.as_str()).collect();
        let store = &self.shared.store;
        store.within(PATIENCE, store.known_keys(workflow, &keys)).await
    }

    /// A schedule's moment has come. Moments missed while no node was up are made good by one run.
    fn strike(&self, workflow: &Workflow, schedule: &Schedule, now: Timestamp) -> Harvest {
        let due = self.claimed.due_at;
        let item =
            Item { key: format!("schedule@{}", due.to_rfc3339()), data: json!({ "scheduled_at": due }) };
        Harvest {
            events: vec![event(workflow, item, now).0],
            next_at: schedule.next_after(now.max(due)),
            ..self.harvest(self.report(now, 1, None))
        }
    }

    fn nothing(&self, now: Timestamp) -> Harvest {
        self.harvest(self.report(now, 0, None))
    }

    fn failed(&self, started_at: Timestamp, error: OperationError, every: Duration) -> Harvest {
        let pause = pause_after_failure(error.retry, self.claimed.failures, every);
        let next_at = self.shared.clock.now() + chrono_duration(pause);
        Harvest { next_at: Some(next_at), ..self.harvest(self.report(started_at, 0, Some(error.failure))) }
    }

    /// This node can do nothing for the workflow; another might.
    async fn misfit(&self, started_at: Timestamp, failure: Failure) -> Result<Harvest, Error> {
        let others = self.shared.has_others().await?;
        let pause = if others { misfit::pause(self.claimed.failures) } else { MISFIT_PAUSE };
        let report = self.report(started_at, 0, Some(misfit::said_by(&self.shared.node, failure)));
        let next_at = Some(self.shared.clock.now() + chrono_duration(pause));
        Ok(Harvest { next_at, ..self.harvest(report) })
    }

    fn harvest(&self, report: PollReport) -> Harvest {
        let (followers, unfit) = (Vec::new(), Vec::new());
        Harvest { events: Vec::new(), cursor: None, next_at: None, report, followers, unfit }
    }

    fn report(&self, started_at: Timestamp, seen: u32, error: Option<Failure>) -> PollReport {
        let finished_at = self.shared.clock.now();
        PollReport { started_at, finished_at, seen, error, ..PollReport::default() }
    }
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
