//! Events without a run, once they were kept long enough: deleted, or emptied where their keys must stay.

use highline_model::id::first_at;
use highline_model::{Timestamp, WorkflowId};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{PAST, ROWS};
use crate::sql::Sql;
use crate::{Error, Keys, Outcome, Store};

/// How the keys begin of what is no finding of a poll: what is started by hand, under a key or by a request, and times.
const NOT_POLLED: [&str; 4] = ["manual:", "idempotency:", "hook:", "schedule@"];

/// Leaves an event its key.
pub(super) const EMPTIED: &str = "UPDATE events SET data = NULL, packed = NULL, outcome = 'past'";

/// What becomes of events.
#[derive(Clone, Copy)]
enum Fate {
    Deleted(Of),
    Emptied(Of),
}

/// Which events, by how they came.
#[derive(Clone, Copy)]
pub(super) enum Of {
    All,
    Polls,
    Others,
}

impl Of {
    pub(super) fn condition(self) -> String {
        let others = NOT_POLLED.map(|start| format!("dedupe_key LIKE '{start}%'")).join(" OR ");
        match self {
            Self::All => String::new(),
            Self::Polls => format!(" AND NOT ({others})"),
            Self::Others => format!(" AND ({others})"),
        }
    }
}

impl Store {
    /// Deletes some events that never had a run or lost it, or of those whose keys must stay the data. How many; none: there
    /// are no more.
    pub async fn delete_old_events(
        &self,
        workflow: &WorkflowId,
        before: Timestamp,
        keys: Keys,
    ) -> Result<u64, Error> {
        let all = || Outcome::IDLE.into_iter().chain(["seen", PAST]).collect();
        let steps: Vec<(Fate, Vec<&str>, Timestamp)> = match keys {
            Keys::Stay => vec![(Fate::Emptied(Of::All), Outcome::IDLE.into(), before)],
            Keys::GoBefore(time) => vec![
                (Fate::Deleted(Of::Others), all(), before.min(time)),
                (Fate::Emptied(Of::Polls), Outcome::IDLE.into(), before),
            ],
            Keys::Go => vec![(Fate::Deleted(Of::All), all(), before)],
        };
        let backend = self.write.get_database_backend();
        for (fate, outcomes, before) in steps {
            for outcome in outcomes {
                let of = |sql: Sql, id: Uuid| {
                    sql.value(workflow.as_str()).text(", ").value(outcome).text(", ").value(id).text(")")
                };
                let (sql, whose) = match fate {
                    Fate::Emptied(whose) => (format!("{EMPTIED} WHERE id IN "), whose),
                    Fate::Deleted(whose) => ("DELETE FROM events WHERE id IN ".to_owned(), whose),
                };
                let sql = Sql::new(&sql)
                    .text("(SELECT id FROM events WHERE outcome <> 'run' AND (workflow_id, outcome, id) > (");
                let sql = of(sql, Uuid::nil()).text(" AND (workflow_id, outcome, id) < (");
                let sql = of(sql, first_at(before))
                    .text(&whose.condition())
                    .text(" ORDER BY workflow_id, outcome, id LIMIT ")
                    .value(ROWS)
                    .on_postgres(backend, " FOR UPDATE SKIP LOCKED")
                    .text(")");
                let done = self.write.execute_raw(sql.build(backend)).await?.rows_affected();
                if done > 0 {
                    return Ok(done);
                }
            }
        }
        Ok(0)
    }
}
