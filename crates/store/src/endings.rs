//! Runs that are ended from outside: by a person, for a newer run of their key, or because their time is over.
//!
//! A run that no node works on is over at once. One that a node holds is marked with how it shall end; the node ends it
//! so, dropping what is in flight, or whoever takes it when the lease has run out.

use std::collections::{BTreeSet, HashMap};

use highline_model::{ErrorKind, Failure, LogEntry, RunEvent, RunId, RunState, Timestamp, unknown_outcomes};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Value,
};
use uuid::Uuid;

use crate::entity::run;
use crate::json::{from_text, to_text};
use crate::selection::Batches;
use crate::sql::{ROW_LOCK, Sql};
use crate::stats::{Counted, Over};
use crate::{Bulk, Cancelled, Error, RunEnd, Selection, Store, log, turns};

/// Runs whose time is over that are ended in one transaction.
const OVERDUE: u64 = 100;

impl Store {
    /// Ends a run. If a node is working on it, the node is asked to end it.
    pub async fn cancel_run(&self, id: RunId, by: &str, now: Timestamp) -> Result<Cancelled, Error> {
        let (transaction, rows) = self.take_rows(&[id.0]).await?;
        let answers = end(&transaction, rows, by_person(by), now).await?;
        transaction.commit().await?;
        self.tell_of_decision().await;
        Ok(answers.first().copied().unwrap_or(Cancelled::Unknown))
    }

    /// The same for many, a hundred in a transaction. Without states in the filter all runs that are not over are meant.
    pub async fn cancel_runs(&self, selection: &Selection, by: &str, now: Timestamp) -> Result<Bulk, Error> {
        let mut selection = selection.clone();
        selection.filter.states = selection.filter.each_state();
        if selection.filter.states.is_empty() {
            use RunState::{Interrupted, Queued, Running, Waiting};
            selection.filter.states = vec![Queued, Waiting, Interrupted, Running];
            if !selection.dry_run {
                // One that its node put down while the others were ended.
                selection.filter.states.push(Waiting);
            }
        }
        let mut batches = Batches::of(&selection, now);
        while let Some(ids) = batches.next(self).await? {
            if selection.dry_run {
                continue;
            }
            let (transaction, rows) = self.take_rows(&ids).await?;
            let answers = end(&transaction, rows, by_person(by), now).await?;
            transaction.commit().await?;
            self.tell_of_decision().await;
            let changed = answers.iter().filter(|a| matches!(a, Cancelled::Done | Cancelled::Requested));
            batches.done.changed += changed.fold(0, |count, _| count + 1);
        }
        Ok(batches.done)
    }

    /// Fails runs whose time is over, waiting, behind others and held ones too; the nodes that hold running ones are
    /// asked to. True: there may be more.
    pub async fn end_overdue(&self, now: Timestamp) -> Result<bool, Error> {
        let asked = Condition::all()
            .add(run::COLUMN.state.eq(RunState::Running.as_str()))
            .add(run::Column::WakeAt.gt(now))
            .add(run::Column::CancelRequested.eq(true));
        let ids: Vec<Uuid> = run::Entity::find()
            .select_only()
            .column(run::Column::Id)
            .filter(run::Column::EndsAt.is_not_null())
            .filter(run::Column::FinishedAt.is_null())
            .filter(run::Column::EndsAt.lte(now))
            .filter(asked.not())
            .order_by_asc(run::Column::EndsAt)
            .limit(OVERDUE)
            .into_tuple()
            .all(&self.read)
            .await?;
        if ids.is_empty() {
            return Ok(false);
        }
        let more = ids.len() as u64 == OVERDUE;
        let (transaction, mut rows) = self.take_rows(&ids).await?;
        // A retry may have given one more time in the meantime.
        rows.retain(|row| row.ends_at.is_some_and(|ends_at| ends_at <= now));
        end(&transaction, rows, overdue, now).await?;
        transaction.commit().await?;
        self.tell_of_decision().await;
        Ok(more)
    }

    /// How a run shall end that someone wants to end.
    pub async fn asked_end(&self, id: RunId) -> Result<RunEnd, Error> {
        let asked = run::Entity::find_by_id(id.0)
            .select_only()
            .column(run::Column::EndAs)
            .into_tuple::<Option<String>>()
            .one(&self.read)
            .await?;
        match asked.flatten() {
            Some(text) => from_text(&text, || format!("the end of run {id}")),
            None => Ok(RunEnd::cancelled("cancelled")),
        }
    }

    /// The rows of some runs, locked in the order of their ids, and before that the turns that their ends may change.
    pub(crate) async fn take_rows(
        &self,
        ids: &[Uuid],
    ) -> Result<(DatabaseTransaction, Vec<run::Model>), Error> {
        let transaction = self.begin().await?;
        turns::lock_all(&transaction, BTreeSet::new(), ids).await?;
        let rows = locked(&transaction, ids).await?;
        Ok((transaction, rows))
    }
}

/// The rows of some runs, locked in the order of their ids. Their turns must be locked.
pub(crate) async fn locked(
    transaction: &DatabaseTransaction,
    ids: &[Uuid],
) -> Result<Vec<run::Model>, Error> {
    let select = run::Entity::find().filter(run::COLUMN.id.is_in(ids.iter().copied()));
    Ok(select.order_by_asc(run::Column::Id).lock(ROW_LOCK).all(transaction).await?)
}

fn by_person(by: &str) -> impl Fn(&run::Model) -> RunEnd {
    let end = RunEnd::cancelled(format!("cancelled by {by}"));
    move |_| end.clone()
}

fn overdue(row: &run::Model) -> RunEnd {
    let at = row.ends_at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    let doing = match row.state.as_str() {
        "queued" if row.wake_at.is_none() => "behind others of its concurrency key",
        "queued" => "queued",
        "waiting" => "waiting",
        "interrupted" => "held for a decision",
        _ => "running",
    };
    let message =
        format!("the workflow's `timeout` was over at {} and the run was {doing}", at.unwrap_or_default());
    RunEnd { state: RunState::Failed, failure: Failure::new(ErrorKind::Timeout, message) }
}

/// How a run ends that somebody has asked to end, or else whose time is over.
pub(crate) fn asked_or_overdue(row: &run::Model) -> RunEnd {
    let asked = row.end_as.as_deref().and_then(|text| serde_json::from_str(text).ok());
    match asked {
        Some(end) => end,
        None if row.cancel_requested => RunEnd::cancelled("cancelled"),
        None => overdue(row),
    }
}

/// Ends `rows`, each as `how` says, and lets others of their keys go on. Rows and turns are locked. The answers are in
/// the order of the rows.
pub(crate) async fn end(
    transaction: &DatabaseTransaction,
    rows: Vec<run::Model>,
    how: impl Fn(&run::Model) -> RunEnd,
    now: Timestamp,
) -> Result<Vec<Cancelled>, Error> {
    let mut answers = Vec::with_capacity(rows.len());
    let (mut over, mut asked) = (Vec::new(), Vec::new());
    for row in rows {
        let state: RunState = row.state.parse().map_err(|error| Error::Corrupt {
            what: format!("run {}", row.id),
            reason: format!("{error}"),
        })?;
        let held = state == RunState::Running && row.wake_at.is_some_and(|lease_end| lease_end > now);
        answers.push(match (state.is_finished(), held) {
            (true, _) => Cancelled::AlreadyFinished(state),
            (false, true) => Cancelled::Requested,
            (false, false) => Cancelled::Done,
        });
        let end = how(&row);
        match answers.last() {
            Some(Cancelled::Done) => over.push((row, state, end)),
            Some(Cancelled::Requested) if !row.cancel_requested => {
                asked.push([row.id.into(), to_text(&end).into()])
            }
            _ => {}
        }
    }
    ask(transaction, asked).await?;
    finish(transaction, over, now).await?;
    Ok(answers)
}

async fn ask(transaction: &DatabaseTransaction, rows: Vec<[Value; 2]>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let update = Sql::new("UPDATE runs SET cancel_requested = ")
        .value(true)
        .text(", end_as = v.column2 FROM ")
        .rows("v", rows)
        .text(" WHERE runs.id = v.column1");
    transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
    Ok(())
}

async fn finish(
    transaction: &DatabaseTransaction,
    over: Vec<(run::Model, RunState, RunEnd)>,
    now: Timestamp,
) -> Result<(), Error> {
    if over.is_empty() {
        return Ok(());
    }
    let logs = logs_of(transaction, &over).await?;
    let mut keys = turns::Keys::new();
    let mut counted = Counted::default();
    let (mut entries, mut rows) = (Vec::new(), Vec::new());
    for (row, _, end) in over {
        counted.add(Over {
            workflow: &row.workflow_id,
            state: end.state.as_str(),
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: now,
        });
        let unknown = logs.get(&row.id).map(|log| unknown_outcomes(log)).unwrap_or_default();
        let failure = end.failure.leaving_unknown(&unknown);
        let seq = row.last_seq + 1;
        rows.push([row.id.into(), end.state.as_str().into(), to_text(&failure).into(), seq.into()]);
        let event = RunEvent::Finished { state: end.state, failure: Some(failure) };
        entries.push(log::row(RunId(row.id), &(&LogEntry { seq, at: now, event }).into()));
        if let Some(key) = row.concurrency_key {
            keys.entry(row.workflow_id).or_default().insert(key);
        }
    }
    log::insert(transaction, entries).await?;
    let update = Sql::new(
        "UPDATE runs SET state = v.column2, failure = v.column3, last_seq = v.column4, finished_at = ",
    )
    .value(now)
    .text(", wake_at = NULL, owner = NULL, fence = fence + 1, end_as = NULL, cancel_requested = ")
    .value(false)
    .text(" FROM ")
    .rows("v", rows)
    .text(" WHERE runs.id = v.column1");
    transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
    turns::go_on(transaction, keys, now).await?;
    counted.write(transaction, 0).await
}

/// The logs of those that may have an attempt without a result.
async fn logs_of(
    transaction: &DatabaseTransaction,
    over: &[(run::Model, RunState, RunEnd)],
) -> Result<HashMap<Uuid, Vec<LogEntry>>, Error> {
    let doubtful = |state: &RunState| matches!(state, RunState::Running | RunState::Interrupted);
    let ids: Vec<Uuid> =
        over.iter().filter(|(_, state, _)| doubtful(state)).map(|(row, ..)| row.id).collect();
    let logs = log::load(transaction, &ids).await?;
    // A log that cannot be read must not keep its run from ending.
    Ok(logs.into_iter().filter_map(|(id, log)| Some((id, log.ok()?))).collect())
}
