//! A claim takes no more than a node can hold: large runs are weighed before they are read.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::entity::run;
use crate::sql::{Sql, parts};
use crate::{Claim, Error, Store};

/// Bytes of events and logs that one claim may read, unless a single run has more.
const MOST_BYTES: i64 = 64 * 1024 * 1024;

#[derive(Debug, FromQueryResult)]
struct Weight {
    id: Uuid,
    bytes: i64,
}

impl Store {
    /// Leaves of claimed runs as many as may be read at a time, in the order of their ids, and puts the others back.
    pub(super) async fn put_back_what_is_too_much(
        &self,
        rows: &mut Vec<run::Model>,
        claim: Claim<'_>,
    ) -> Result<(), Error> {
        if rows.len() < 2 {
            return Ok(());
        }
        let [events, logs] = self.weights(rows).await?;
        let mut bytes = 0;
        let mut kept = 0;
        rows.sort_by_key(|row| row.id);
        for row in rows.iter() {
            bytes += events.get(&row.event_id).unwrap_or(&0) + logs.get(&row.id).unwrap_or(&0);
            if kept > 0 && bytes > MOST_BYTES {
                break;
            }
            kept += 1;
        }
        let back = rows.split_off(kept);
        let backend = self.write.get_database_backend();
        for part in parts(&back) {
            let update = Sql::new(
                "UPDATE runs SET owner = NULL, state = CASE WHEN last_seq = 0 THEN 'queued' ELSE 'waiting' END, \
                 wake_at = ",
            )
            .value(claim.now)
            .text(" FROM ")
            .rows("v", part.iter().map(|row| [row.id.into(), row.fence.into()]))
            .text(" WHERE runs.id = v.column1 AND runs.fence = v.column2 AND owner IS NOT NULL");
            self.write.execute_raw(update.build(backend)).await?;
        }
        Ok(())
    }

    /// What the events and logs have, in bytes; neither database reads the data for that.
    async fn weights(&self, rows: &[run::Model]) -> Result<[HashMap<Uuid, i64>; 2], Error> {
        let size =
            "CASE WHEN packed IS NULL THEN COALESCE(octet_length(data), 0) ELSE CAST(data AS BIGINT) END";
        let events = format!("SELECT id, CAST({size} AS BIGINT) AS bytes FROM events JOIN ");
        let logs = format!("SELECT run_id AS id, CAST(SUM({size}) AS BIGINT) AS bytes FROM run_events JOIN ");
        let mut weights = [HashMap::with_capacity(rows.len()), HashMap::new()];
        let event_ids: Vec<Uuid> = rows.iter().map(|row| row.event_id).collect();
        let begun: Vec<Uuid> = rows.iter().filter(|row| row.last_seq > 0).map(|row| row.id).collect();
        let questions = [
            (events, event_ids, " ON events.id = v.column1"),
            (logs, begun, " ON run_events.run_id = v.column1 GROUP BY run_id"),
        ];
        for (weights, (select, ids, on)) in weights.iter_mut().zip(questions) {
            for part in parts(&ids) {
                let sql = Sql::new(&select).rows("v", part.iter().map(|id| [(*id).into()])).text(on);
                let sql = sql.build(self.read.get_database_backend());
                let found = Weight::find_by_statement(sql).all(&self.read).await?;
                weights.extend(found.into_iter().map(|weight| (weight.id, weight.bytes)));
            }
        }
        Ok(weights)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use highline_model::NodeId;
    use highline_testing::{TestDatabase, on_both_databases};

    use super::*;
    use crate::plans::{at, crowded};

    on_both_databases! { what_is_too_much_for_one_claim_is_put_back }

    async fn what_is_too_much_for_one_claim_is_put_back(database: TestDatabase) {
        let store = crowded(&database).await;
        let backend = store.write.get_database_backend();
        let owned = "UPDATE runs SET owner = 'test' WHERE state = 'running'";
        store.write.execute_unprepared(owned).await.unwrap();
        let heavy = Sql::new("UPDATE events SET data = '30000000', packed = ")
            .value(vec![0_u8])
            .text(" WHERE id IN (SELECT event_id FROM runs WHERE state = 'running')");
        store.write.execute_raw(heavy.build(backend)).await.unwrap();
        let running = async || {
            let select = Sql::new("SELECT * FROM runs WHERE state = 'running' ORDER BY id");
            run::Model::find_by_statement(select.build(backend)).all(&store.read).await.unwrap()
        };
        let mut rows = running().await;
        assert_eq!(rows.len(), 10);
        let node = NodeId::new("test");
        let claim = Claim { node: &node, now: at(0), lease: Duration::from_secs(10), limit: 10 };
        store.put_back_what_is_too_much(&mut rows, claim).await.unwrap();
        assert_eq!(rows.len(), 2, "two are 60 MB, three are too much");
        assert_eq!(running().await, rows, "the others are queued again");
    }
}
