use std::collections::HashMap;

use highline_model::Timestamp;
use sea_orm::{EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use crate::entity::run;
use crate::sql::{Sql, parts};
use crate::{Error, Extended, Held, Store};

#[derive(Debug, FromQueryResult)]
struct Kept {
    id: Uuid,
    cancel_requested: bool,
}

impl Store {
    /// Whether a run is there and this lease of it has not been given up or taken by another.
    pub async fn is_held(&self, lease: &Held) -> Result<bool, Error> {
        let found = run::Entity::find_by_id(lease.run.0)
            .filter(run::COLUMN.fence.eq(lease.fence))
            .filter(run::COLUMN.owner.is_not_null());
        Ok(found.count(&self.write).await? > 0)
    }

    /// Moves the end of some leases to `until`, and tells which of them are lost and which runs shall end.
    pub async fn extend_leases(&self, held: &[Held], until: Timestamp) -> Result<Extended, Error> {
        let backend = self.write.get_database_backend();
        let mut extended = Extended::default();
        for chunk in parts(held) {
            // The rows are locked in the order of their ids, as in each commit, so that the two never deadlock.
            let update = Sql::new("WITH held AS MATERIALIZED (SELECT runs.id FROM runs JOIN ")
                .rows("v", chunk.iter().map(|held| [held.run.0.into(), held.fence.into()]))
                .text(" ON runs.id = v.column1 AND runs.fence = v.column2 WHERE owner IS NOT NULL ORDER BY runs.id")
                .on_postgres(backend, " FOR NO KEY UPDATE OF runs")
                .text(") UPDATE runs SET wake_at = ")
                .value(until)
                .text(" WHERE id IN (SELECT id FROM held) AND state = 'running' RETURNING id, cancel_requested");
            let kept = Kept::find_by_statement(update.build(backend)).all(&self.write).await?;
            let kept: HashMap<Uuid, bool> =
                kept.into_iter().map(|kept| (kept.id, kept.cancel_requested)).collect();
            for Held { run, .. } in chunk {
                match kept.get(&run.0) {
                    None => extended.lost.push(*run),
                    Some(true) => extended.cancel.push(*run),
                    Some(false) => {}
                }
            }
        }
        Ok(extended)
    }
}
