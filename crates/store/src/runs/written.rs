use std::collections::{HashMap, HashSet};

use highline_model::{LogEntry, RunId, Timestamp};
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::commit::Row;
use crate::entity::run_event;
use crate::json::without_nul;
use crate::sql::parts;
use crate::{Error, RunCommit};

/// What tells one entry of the logs from another without reading its payload: run, number, time, kind, step.
type Mark = (Uuid, i32, Timestamp, String, Option<String>);

/// The runs whose commits are in the database already. A connection may break after the database has committed and
/// before it has said so; who commits tries again then, and must neither be refused nor write twice. One task alone
/// writes with a fence, so entries that are there under the same fence, from the same moments, are its own.
pub(super) async fn written_before(
    transaction: &DatabaseTransaction,
    rows: &HashMap<Uuid, Row>,
    commits: &[RunCommit],
) -> Result<HashSet<RunId>, Error> {
    let again = |commit: &&RunCommit| rows.get(&commit.run.0).is_some_and(|row| row.has(commit));
    let suspects: Vec<&RunCommit> = commits.iter().filter(again).collect();
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

fn mark(run: RunId, entry: &LogEntry) -> Mark {
    let step = entry.event.step().map(|step| without_nul(step.as_str()).into_owned());
    (run.0, entry.seq, entry.at, entry.event.kind().to_owned(), step)
}
