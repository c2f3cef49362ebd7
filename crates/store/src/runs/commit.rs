use std::collections::{HashMap, HashSet};

use highline_model::{LogEntry, RunEvent, RunState, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Value};
use uuid::Uuid;

use crate::json::to_text;
use crate::runs::start::write_starts;
use crate::runs::written::written_before;
use crate::sql::{Sql, parts};
use crate::stats::{Counted, Over};
use crate::{Ack, Error, NewRun, Refusal, RunCommit, Start, Store, log, turns};

/// What a commit may change of a run, and what it must know for that.
#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    id: Uuid,
    workflow_id: String,
    state: String,
    wake_at: Option<Timestamp>,
    owner: Option<String>,
    fence: i64,
    last_seq: i32,
    concurrency_key: Option<String>,
    cancel_requested: bool,
    failure: Option<String>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
}

impl Store {
    /// Writes what the holders of some leases did, all in one transaction, and answers each in order. A commit with a
    /// stale fence, or with entries that do not go on where the log ends, writes nothing and does not disturb the
    /// others. One that was written before, when its answer was lost, is answered again. Several commits of one run are
    /// taken one after the other.
    pub async fn commit_runs(&self, commits: &[RunCommit]) -> Result<Vec<Result<Ack, Refusal>>, Error> {
        Ok(self.write_group(commits, &[]).await?.0)
    }

    /// [`Store::commit_runs`] and [`Store::start_runs`] in one transaction.
    pub async fn write_group(
        &self,
        commits: &[RunCommit],
        starts: &[NewRun],
    ) -> Result<(Vec<Result<Ack, Refusal>>, Vec<Start>), Error> {
        if commits.is_empty() && starts.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let transaction = self.begin().await?;
        lock_turns(&transaction, commits, starts).await?;
        let (answers, ended) = write_commits(&transaction, commits).await?;
        let started = write_starts(&transaction, starts).await?;
        ended.write(&transaction).await?;
        transaction.commit().await?;
        Ok((answers, started))
    }
}

async fn write_commits(
    transaction: &DatabaseTransaction,
    commits: &[RunCommit],
) -> Result<(Vec<Result<Ack, Refusal>>, Counted), Error> {
    let mut rows = held_rows(transaction, commits).await?;
    let over: HashSet<Uuid> =
        rows.values().filter(|row| row.finished_at.is_some()).map(|row| row.id).collect();
    let written = written_before(transaction, &rows, commits).await?;
    let mut entries = Vec::new();
    let mut answers = Vec::with_capacity(commits.len());
    let mut now = None;
    for commit in commits {
        let again = written.contains(&commit.run);
        let answer = match rows.get_mut(&commit.run.0) {
            Some(row) if again && row.has(commit) => {
                answers.push(Ok(Ack { cancel_requested: row.cancel_requested }));
                continue;
            }
            Some(row) => row.take(commit),
            None => Err(stale(commit)),
        };
        if answer.is_ok() {
            now = now.max(commit.entries.iter().map(|entry| entry.at).max());
            entries.extend(commit.entries.iter().map(|entry| log::row(commit.run, entry)));
        }
        answers.push(answer);
    }
    log::insert(transaction, entries).await?;
    let rows: Vec<Row> = rows.into_values().collect();
    update_rows(transaction, &rows).await?;
    if let Some(now) = now {
        free_places(transaction, &rows, now).await?;
    }
    let mut ended = Counted::default();
    rows.iter().filter(|row| !over.contains(&row.id)).for_each(|row| row.count(&mut ended));
    Ok((answers, ended))
}

fn stale(commit: &RunCommit) -> Refusal {
    Refusal::StaleLease { run: commit.run, fence: commit.fence }
}

/// Locks the turns that the ends and beginnings of runs may change, before any run is locked: who decides about a run
/// takes the two in this order too.
async fn lock_turns(
    transaction: &DatabaseTransaction,
    commits: &[RunCommit],
    starts: &[NewRun],
) -> Result<(), Error> {
    let ended: Vec<Uuid> =
        commits.iter().filter(|commit| commit.state.is_finished()).map(|commit| commit.run.0).collect();
    let keyed = starts.iter().filter(|start| start.concurrency.is_some());
    let workflows = keyed.map(|start| start.workflow.to_string()).collect();
    turns::lock_all(transaction, workflows, &ended).await
}

/// The runs whose last lease is the one that the commit names, locked in the order of their ids; who gave it up with an
/// earlier commit is among them.
async fn held_rows(
    transaction: &DatabaseTransaction,
    commits: &[RunCommit],
) -> Result<HashMap<Uuid, Row>, Error> {
    let backend = transaction.get_database_backend();
    let mut held = HashMap::with_capacity(commits.len());
    for chunk in parts(commits) {
        let select = Sql::new("SELECT runs.* FROM runs JOIN ")
            .rows("v", chunk.iter().map(|commit| [commit.run.0.into(), commit.fence.into()]))
            .text(" ON runs.id = v.column1 AND runs.fence = v.column2 ORDER BY runs.id")
            .on_postgres(backend, " FOR NO KEY UPDATE OF runs");
        let rows = Row::find_by_statement(select.build(backend)).all(transaction).await?;
        held.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(held)
}

impl Row {
    /// Whether the log is already as far as this commit would bring it.
    pub(super) fn has(&self, commit: &RunCommit) -> bool {
        commit.entries.last().is_some_and(|last| last.seq <= self.last_seq)
    }

    fn take(&mut self, commit: &RunCommit) -> Result<Ack, Refusal> {
        if self.fence != commit.fence || self.owner.is_none() {
            return Err(stale(commit));
        }
        for (expected, entry) in (self.last_seq + 1..).zip(&commit.entries) {
            if entry.seq != expected {
                return Err(Refusal::OutOfOrder { run: commit.run, expected, found: entry.seq });
            }
        }
        for entry in &commit.entries {
            self.note(entry);
        }
        let held = commit.state == RunState::Interrupted;
        self.wake_at = match commit.wake_at {
            _ if commit.state.is_finished() => None,
            // A run that shall end does not rest: someone takes it when this lease would have ended.
            _ if self.cancel_requested => self.wake_at,
            _ if held => None,
            // Without a time the lease's end stays: a run that is not over must never be without one.
            wake_at => wake_at.or(self.wake_at),
        };
        if commit.state.is_finished() || held || commit.release {
            self.owner = None;
        }
        self.state = commit.state.to_string();
        self.failure = commit.failure.as_ref().map(to_text);
        Ok(Ack { cancel_requested: self.cancel_requested })
    }

    fn note(&mut self, entry: &LogEntry) {
        self.last_seq = entry.seq;
        match entry.event {
            RunEvent::Started { .. } => self.started_at = self.started_at.or(Some(entry.at)),
            RunEvent::Finished { .. } => self.finished_at = Some(entry.at),
            _ => {}
        }
    }

    fn count(&self, ended: &mut Counted) {
        let Some(finished_at) = self.finished_at else { return };
        ended.add(Over {
            workflow: &self.workflow_id,
            state: &self.state,
            created_at: self.created_at,
            started_at: self.started_at,
            finished_at,
        });
    }

    fn values(&self) -> [Value; 8] {
        [
            self.id.into(),
            self.state.as_str().into(),
            self.wake_at.into(),
            self.owner.clone().into(),
            self.last_seq.into(),
            self.failure.clone().into(),
            self.started_at.into(),
            self.finished_at.into(),
        ]
    }
}

async fn update_rows(transaction: &DatabaseTransaction, rows: &[Row]) -> Result<(), Error> {
    let backend = transaction.get_database_backend();
    for chunk in parts(rows) {
        let update = Sql::new("UPDATE runs SET state = v.column2, wake_at = v.column3, owner = v.column4, ")
            .text("last_seq = v.column5, failure = v.column6, started_at = v.column7, finished_at = v.column8 FROM ")
            .rows("v", chunk.iter().map(Row::values))
            .text(" WHERE runs.id = v.column1");
        transaction.execute_raw(update.build(backend)).await?;
    }
    Ok(())
}

/// Runs that are over let those behind them go on. Their turns are locked.
async fn free_places(transaction: &DatabaseTransaction, rows: &[Row], now: Timestamp) -> Result<(), Error> {
    let mut keys = turns::Keys::new();
    for row in rows.iter().filter(|row| row.finished_at.is_some()) {
        if let Some(key) = &row.concurrency_key {
            keys.entry(row.workflow_id.clone()).or_default().insert(key.clone());
        }
    }
    turns::go_on(transaction, keys, now).await
}
