//! Commits that no run took: written before, or refused.

use std::collections::{HashMap, HashSet};

use highline_model::{RunId, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::entity::run_event;
use crate::sql::{Sql, parts};
use crate::{Ack, Error, PackedEntry, Refusal, RunCommit};

/// What tells one entry of the logs from another without reading its payload: run, number, time, kind, step.
type Mark = (Uuid, i32, Timestamp, String, Option<String>);

/// A run whose last lease is the one that the commit names; it may have been given up.
#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    owner: Option<String>,
    last_seq: i32,
    cancel_requested: bool,
}

/// Answers each commit: with its ack where a run took it, else with what is wrong with it.
pub(super) async fn judge(
    transaction: &DatabaseTransaction,
    commits: &[RunCommit],
    acks: &[Option<Ack>],
) -> Result<Vec<Result<Ack, Refusal>>, Error> {
    let left: Vec<&RunCommit> =
        commits.iter().zip(acks).filter(|(_, ack)| ack.is_none()).map(|(commit, _)| commit).collect();
    let rows = rows(transaction, &left).await?;
    let written = written_before(transaction, &rows, &left).await?;
    let judged = |commit: &RunCommit| match rows.get(&commit.run.0) {
        Some(row) if written.contains(&commit.run) && row.has(commit) => {
            Ok(Ack { cancel_requested: row.cancel_requested })
        }
        Some(row) => Err(row.refusal(commit)),
        None => Err(stale(commit)),
    };
    Ok(commits.iter().zip(acks).map(|(commit, ack)| ack.map_or_else(|| judged(commit), Ok)).collect())
}

fn stale(commit: &RunCommit) -> Refusal {
    Refusal::StaleLease { run: commit.run, fence: commit.fence }
}

impl Row {
    /// Whether the log is already as far as this commit would bring it.
    fn has(&self, commit: &RunCommit) -> bool {
        commit.entries.last().is_some_and(|last| last.seq <= self.last_seq)
    }

    fn refusal(&self, commit: &RunCommit) -> Refusal {
        let wrong = (self.last_seq + 1..).zip(&commit.entries).find(|(expected, e)| e.seq != *expected);
        match wrong {
            Some((expected, entry)) if self.owner.is_some() => {
                Refusal::OutOfOrder { run: commit.run, expected, found: entry.seq }
            }
            _ => stale(commit),
        }
    }
}

async fn rows(
    transaction: &DatabaseTransaction,
    commits: &[&RunCommit],
) -> Result<HashMap<Uuid, Row>, Error> {
    let mut found = HashMap::with_capacity(commits.len());
    for chunk in parts(commits) {
        let select =
            Sql::new("SELECT runs.id, runs.owner, runs.last_seq, runs.cancel_requested FROM runs JOIN ")
                .rows("v", chunk.iter().map(|commit| [commit.run.0.into(), commit.fence.into()]))
                .text(" ON runs.id = v.column1 AND runs.fence = v.column2");
        let statement = select.build(transaction.get_database_backend());
        let rows = Row::find_by_statement(statement).all(transaction).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(found)
}

/// The runs whose commits are in the database already. A connection may break after the database has committed and
/// before it has said so; who commits tries again then, and must neither be refused nor write twice. One task alone
/// writes with a fence, so entries that are there under the same fence, from the same moments, are its own.
async fn written_before(
    transaction: &DatabaseTransaction,
    rows: &HashMap<Uuid, Row>,
    commits: &[&RunCommit],
) -> Result<HashSet<RunId>, Error> {
    let again = |commit: &&&RunCommit| rows.get(&commit.run.0).is_some_and(|row| row.has(commit));
    let suspects: Vec<&RunCommit> = commits.iter().filter(again).copied().collect();
    let mut written: HashSet<RunId> = suspects.iter().map(|commit| commit.run).collect();
    let marks = marks(transaction, &written).await?;
    for commit in suspects {
        if !commit.entries.iter().all(|entry| marks.contains(&mark(commit.run, entry))) {
            written.remove(&commit.run);
        }
    }
    Ok(written)
}

async fn marks(transaction: &DatabaseTransaction, runs: &HashSet<RunId>) -> Result<HashSet<Mark>, Error> {
    use run_event::Column;
    let runs: Vec<Uuid> = runs.iter().map(|run| run.0).collect();
    let mut marks = HashSet::new();
    for chunk in parts(&runs) {
        let found = run_event::Entity::find()
            .select_only()
            .columns([Column::RunId, Column::Seq, Column::At, Column::Kind, Column::Step])
            .filter(run_event::COLUMN.run_id.is_in(chunk.iter().copied()))
            .into_tuple::<Mark>()
            .all(transaction)
            .await?;
        marks.extend(found);
    }
    Ok(marks)
}

fn mark(run: RunId, entry: &PackedEntry) -> Mark {
    (run.0, entry.seq, entry.at, entry.kind.to_owned(), entry.step.clone())
}
