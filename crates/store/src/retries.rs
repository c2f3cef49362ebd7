//! Failed and cancelled runs that people send back: the same runs, which go on at the steps that failed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use chrono::TimeDelta;
use highline_model::{LogEntry, RunEvent, RunId, RunState, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Value,
};

use crate::entity::{revision, run, workflow};
use crate::selection::Batches;
use crate::sql::Sql;
use crate::stats::{Counted, Over};
use crate::{Bulk, Error, Retried, Retry, RevisionChoice, Selection, Store, log, turns};

impl Store {
    /// Sends a failed or cancelled run back into the queue with the revision that it has.
    pub async fn retry_run(&self, id: RunId, by: &str, now: Timestamp) -> Result<Retried, Error> {
        self.retry_run_with(id, Retry { by, revision: RevisionChoice::Saved, now }).await
    }

    /// Sends a failed or cancelled run back into the queue.
    pub async fn retry_run_with(&self, id: RunId, retry: Retry<'_>) -> Result<Retried, Error> {
        let (transaction, rows) = self.take_rows(&[id.0]).await?;
        let answers = send_back(&transaction, rows, retry).await?;
        transaction.commit().await?;
        self.tell_of_decision().await;
        Ok(answers.first().copied().unwrap_or(Retried::Unknown))
    }

    /// The same for many, a hundred in a transaction. Without states in the filter the failed ones are meant; states
    /// that cannot be sent back fit no run.
    pub async fn retry_runs(&self, selection: &Selection, retry: Retry<'_>) -> Result<Bulk, Error> {
        let mut selection = selection.clone();
        selection.filter.states = selection.filter.each_state();
        let states = &mut selection.filter.states;
        if states.is_empty() {
            states.push(RunState::Failed);
        }
        states.retain(|state| matches!(state, RunState::Failed | RunState::Cancelled));
        if states.is_empty() {
            return Ok(Bulk::default());
        }
        let mut batches = Batches::of(&selection, retry.now);
        while let Some(ids) = batches.next(self).await? {
            if selection.dry_run {
                continue;
            }
            let (transaction, rows) = self.take_rows(&ids).await?;
            let answers = send_back(&transaction, rows, retry).await?;
            transaction.commit().await?;
            self.tell_of_decision().await;
            let changed = answers.iter().filter(|answer| **answer == Retried::Done);
            batches.done.changed += changed.fold(0, |count, _| count + 1);
        }
        Ok(batches.done)
    }
}

/// Answers in the order of the rows, which are locked, as are their turns.
async fn send_back(
    transaction: &DatabaseTransaction,
    rows: Vec<run::Model>,
    retry: Retry<'_>,
) -> Result<Vec<Retried>, Error> {
    let mut answers = Vec::with_capacity(rows.len());
    let mut fitting = Vec::with_capacity(rows.len());
    for row in rows {
        let state: RunState = row.state.parse().map_err(|error| Error::Corrupt {
            what: format!("run {}", row.id),
            reason: format!("{error}"),
        })?;
        if matches!(state, RunState::Failed | RunState::Cancelled) {
            answers.push(Retried::Done);
            fitting.push(row);
        } else {
            answers.push(Retried::NotFinished(state));
        }
    }
    if retry.revision == RevisionChoice::Newest {
        to_newest(transaction, &mut fitting).await?;
    }
    queue(transaction, fitting, retry).await?;
    Ok(answers)
}

async fn to_newest(transaction: &DatabaseTransaction, rows: &mut [run::Model]) -> Result<(), Error> {
    let workflows: BTreeSet<String> = rows.iter().map(|row| row.workflow_id.clone()).collect();
    let newest: HashMap<String, i32> = workflow::Entity::find()
        .select_only()
        .columns([workflow::Column::Id, workflow::Column::Revision])
        .filter(workflow::Column::Id.is_in(workflows))
        .into_tuple::<(String, i32)>()
        .all(transaction)
        .await?
        .into_iter()
        .collect();
    for row in rows {
        row.revision = newest.get(&row.workflow_id).copied().unwrap_or(row.revision);
    }
    Ok(())
}

async fn queue(
    transaction: &DatabaseTransaction,
    rows: Vec<run::Model>,
    retry: Retry<'_>,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut ends: BTreeMap<(String, i32), Option<Timestamp>> = BTreeMap::new();
    let mut keys = turns::Keys::new();
    let mut counted = Counted::default();
    rows.iter().filter_map(Over::of).for_each(|over| counted.take_back(over));
    let (mut entries, mut values) = (Vec::new(), Vec::<[Value; 5]>::new());
    for row in rows {
        let seq = row.last_seq + 1;
        let event = RunEvent::Retried { by: retry.by.to_owned(), revision: Some(row.revision) };
        entries.push(log::row(RunId(row.id), &(&LogEntry { seq, at: retry.now, event }).into()));
        let text = (row.workflow_id.clone(), row.revision);
        let ends_at = match ends.get(&text) {
            Some(known) => *known,
            None => {
                let timeout = timeout_of(transaction, (&text.0, text.1)).await?;
                let ends_at = end_after(retry.now, timeout);
                ends.insert(text, ends_at);
                ends_at
            }
        };
        // Whoever has a key has lost its turn, and comes in turn again below.
        let wake_at = row.concurrency_key.is_none().then_some(retry.now);
        values.push([row.id.into(), row.revision.into(), seq.into(), wake_at.into(), ends_at.into()]);
        if let Some(key) = row.concurrency_key {
            keys.entry(row.workflow_id).or_default().insert(key);
        }
    }
    log::insert(transaction, entries).await?;
    let update = Sql::new("UPDATE runs SET state = 'queued', revision = v.column2, last_seq = v.column3, ")
        .text("wake_at = v.column4, ends_at = v.column5, owner = NULL, fence = fence + 1, failure = NULL, ")
        .text("finished_at = NULL, end_as = NULL, cancel_requested = ")
        .value(false)
        .text(" FROM ")
        .rows("v", values)
        .text(" WHERE runs.id = v.column1");
    transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
    turns::go_on(transaction, keys, retry.now).await?;
    counted.write(transaction, 0).await
}

/// After how long a run of this revision fails.
pub(crate) async fn timeout_of(
    transaction: &DatabaseTransaction,
    (workflow, number): (&str, i32),
) -> Result<Option<Duration>, Error> {
    let limit = revision::Entity::find_by_id((workflow.to_owned(), number))
        .select_only()
        .column(revision::Column::RunTimeoutMs)
        .into_tuple::<Option<i64>>()
        .one(transaction)
        .await?
        .flatten();
    Ok(limit.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis))
}

/// When a run that begins at `now` fails.
pub(crate) fn end_after(now: Timestamp, timeout: Option<Duration>) -> Option<Timestamp> {
    now.checked_add_signed(TimeDelta::from_std(timeout?).ok()?)
}

/// A revision's time limit as it is kept.
pub(crate) fn timeout_column(timeout: Option<Duration>) -> Option<i64> {
    timeout.map(|timeout| i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX))
}
