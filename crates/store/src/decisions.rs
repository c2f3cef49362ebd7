//! What people decide about runs. Each takes the run from whoever holds it: the fence goes up.

use highline_model::{
    Decision, ErrorKind, Failure, LogEntry, RunEvent, RunId, RunState, StepPath, Timestamp,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QuerySelect};

use crate::entity::run;
use crate::json::to_text;
use crate::sql::ROW_LOCK;
use crate::stats::{Counted, Over};
use crate::{Cancelled, Error, Resolved, Retried, Store, log, turns};

impl Store {
    /// Ends a run. If a node is working on it, the node is asked to end it.
    pub async fn cancel_run(&self, id: RunId, by: &str, now: Timestamp) -> Result<Cancelled, Error> {
        let Some((transaction, row, state)) = self.take_run(id).await? else {
            return Ok(Cancelled::Unknown);
        };
        if state.is_finished() {
            return Ok(Cancelled::AlreadyFinished(state));
        }
        if state == RunState::Running && row.wake_at.is_some_and(|lease_end| lease_end > now) {
            let row = run::ActiveModel { cancel_requested: Set(true), ..row.into_active_model() };
            row.update(&transaction).await?;
            transaction.commit().await?;
            return Ok(Cancelled::Requested);
        }
        let failure = Failure::new(ErrorKind::Stopped, format!("cancelled by {by}"));
        let event = RunEvent::Finished { state: RunState::Cancelled, failure: Some(failure) };
        write(&transaction, row, vec![event], now).await?;
        transaction.commit().await?;
        Ok(Cancelled::Done)
    }

    /// Sends a failed or cancelled run back into the queue: it goes on at the steps that failed.
    pub async fn retry_run(&self, id: RunId, by: &str, now: Timestamp) -> Result<Retried, Error> {
        let Some((transaction, row, state)) = self.take_run(id).await? else {
            return Ok(Retried::Unknown);
        };
        if !matches!(state, RunState::Failed | RunState::Cancelled) {
            return Ok(Retried::NotFinished(state));
        }
        write(&transaction, row, vec![RunEvent::Retried { by: by.to_owned() }], now).await?;
        transaction.commit().await?;
        Ok(Retried::Done)
    }

    /// Decides about an interrupted run and sends it back into the queue. If several of its steps are held, turns of a
    /// parallel loop, the decision is for all of them.
    pub async fn resolve_run(
        &self,
        id: RunId,
        decision: Decision,
        by: &str,
        now: Timestamp,
    ) -> Result<Resolved, Error> {
        let Some((transaction, row, state)) = self.take_run(id).await? else {
            return Ok(Resolved::Unknown);
        };
        if state != RunState::Interrupted {
            return Ok(Resolved::NotInterrupted(state));
        }
        let log = log::of_run(&transaction, row.id).await?;
        let resolved = |step| RunEvent::Resolved { step, decision: decision.clone(), by: by.to_owned() };
        let events = held_steps(&log).into_iter().map(resolved).collect();
        write(&transaction, row, events, now).await?;
        transaction.commit().await?;
        Ok(Resolved::Done)
    }

    /// A run's row, locked, with the lock on its workflow's turns where it has a concurrency key.
    async fn take_run(
        &self,
        id: RunId,
    ) -> Result<Option<(DatabaseTransaction, run::Model, RunState)>, Error> {
        let transaction = self.begin().await?;
        let Some(seen) = run::Entity::find_by_id(id.0).one(&transaction).await? else {
            return Ok(None);
        };
        if seen.concurrency_key.is_some() {
            turns::lock(&transaction, &seen.workflow_id).await?;
        }
        let Some(row) = run::Entity::find_by_id(id.0).lock(ROW_LOCK).one(&transaction).await? else {
            return Ok(None);
        };
        let state = row
            .state
            .parse()
            .map_err(|error| Error::Corrupt { what: format!("run {id}"), reason: format!("{error}") })?;
        Ok(Some((transaction, row, state)))
    }
}

/// The interrupted steps without a decision.
fn held_steps(log: &[LogEntry]) -> Vec<StepPath> {
    let mut held: Vec<StepPath> = Vec::new();
    for entry in log {
        match &entry.event {
            RunEvent::Interrupted { step, .. } if !held.contains(step) => held.push(step.clone()),
            RunEvent::Resolved { step, .. } => held.retain(|other| other != step),
            _ => {}
        }
    }
    held
}

/// Appends `events`, gives the run the state that they lead to, and lets others of its key go on.
async fn write(
    transaction: &DatabaseTransaction,
    row: run::Model,
    events: Vec<RunEvent>,
    now: Timestamp,
) -> Result<(), Error> {
    let id = RunId(row.id);
    let mut state: RunState = RunState::Queued;
    let mut failure = None;
    let mut entries = Vec::with_capacity(events.len());
    for (seq, event) in (row.last_seq + 1..).zip(events) {
        state = state.after(&event);
        if let RunEvent::Finished { failure: reason, .. } = &event {
            failure = reason.as_ref().map(to_text);
        }
        entries.push(log::row(id, &LogEntry { seq, at: now, event }));
    }
    let last_seq = row.last_seq + i32::try_from(entries.len()).expect("a run has few steps held at a time");
    log::insert(transaction, entries).await?;

    // A run that was over has lost its turn; one that was interrupted has kept it.
    let behind = row.finished_at.is_some() && row.concurrency_key.is_some();
    let wake_at = (!state.is_finished() && !behind).then_some(now);
    let keys = row.concurrency_key.clone().map(|key| (row.workflow_id.clone(), [key].into()));
    let mut counted = Counted::default();
    if let Some(over) = Over::of(&row) {
        counted.take_back(over);
    }
    let changed = run::ActiveModel {
        state: Set(state.to_string()),
        wake_at: Set(wake_at),
        owner: Set(None),
        fence: Set(row.fence + 1),
        last_seq: Set(last_seq),
        cancel_requested: Set(false),
        failure: Set(failure),
        finished_at: Set(state.is_finished().then_some(now)),
        ..row.into_active_model()
    };
    let changed = changed.update(transaction).await?;
    turns::go_on(transaction, keys.into_iter().collect(), now).await?;
    if let Some(over) = Over::of(&changed) {
        counted.add(over);
    }
    counted.write(transaction).await
}
