//! Runs that this version cannot read: of a newer version, or spoiled. They are left to a node that knows them, and until
//! one comes they can be ended like any other that waits.

use std::collections::HashSet;
use std::time::Duration;

use highline_model::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::endings::{asked_or_overdue, end};
use crate::sql::{Sql, parts};
use crate::{Error, Held, Store};

/// Between two looks at such a run.
const PAUSE: Duration = Duration::from_secs(60);

impl Store {
    /// Gives the leases of such runs up. Those that somebody wants to end, or whose time is over, are ended here: whoever
    /// takes them next cannot read them either.
    pub(super) async fn put_down_unreadable(&self, leases: &[Held], now: Timestamp) -> Result<(), Error> {
        let ids: Vec<Uuid> = leases.iter().map(|lease| lease.run.0).collect();
        let leases: HashSet<(Uuid, i64)> = leases.iter().map(|lease| (lease.run.0, lease.fence)).collect();
        let (transaction, mut rows) = self.take_rows(&ids).await?;
        rows.retain(|row| row.owner.is_some() && leases.contains(&(row.id, row.fence)));
        let backend = transaction.get_database_backend();
        for part in parts(&rows) {
            let update = Sql::new(
                "UPDATE runs SET owner = NULL, state = CASE WHEN last_seq = 0 THEN 'queued' ELSE 'waiting' END, \
                 wake_at = ",
            )
            .value(now + PAUSE)
            .text(" FROM ")
            .rows("v", part.iter().map(|row| [row.id.into()]))
            .text(" WHERE runs.id = v.column1");
            transaction.execute_raw(update.build(backend)).await?;
        }
        rows.retain(|row| row.cancel_requested || row.ends_at.is_some_and(|ends_at| ends_at <= now));
        // Nobody holds them any more.
        rows.iter_mut().for_each(|row| row.wake_at = None);
        end(&transaction, rows, asked_or_overdue, now).await?;
        transaction.commit().await?;
        Ok(())
    }
}
