//! Concurrency keys whose newest runs end the older ones.

use std::collections::{BTreeMap, HashMap};

use highline_model::{RunState, Timestamp};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::endings::{end, locked};
use crate::entity::run;
use crate::sql::parts;
use crate::{Error, RunEnd, turns};

/// By key, how many runs may go.
pub(crate) type Limits = BTreeMap<String, u32>;

/// Ends all runs but the newest of each key, as many as may go, and lets the next go on where there is a place. The
/// turns of the workflow are locked; new runs were made without a turn.
pub(crate) async fn replace_older(
    transaction: &DatabaseTransaction,
    workflow: &str,
    limits: Limits,
    now: Timestamp,
) -> Result<(), Error> {
    let keys = limits.keys().cloned().collect();
    let mut by = HashMap::new();
    for (key, limit) in limits {
        let mut ids = turns::unfinished(transaction, workflow, &key).await?;
        ids.sort_unstable();
        by.extend(replaced(&ids, limit));
    }
    let mut ids: Vec<Uuid> = by.keys().copied().collect();
    ids.sort_unstable();
    for part in parts(&ids) {
        let rows = locked(transaction, part).await?;
        let how = |row: &run::Model| {
            let by = by.get(&row.id).copied().unwrap_or(row.id);
            let held = if row.state == RunState::Interrupted.as_str() { " while it was held" } else { "" };
            RunEnd::cancelled(format!("replaced by run {by}{held}"))
        };
        end(transaction, rows, how, now).await?;
    }
    turns::go_on(transaction, [(workflow.to_owned(), keys)].into(), now).await
}

/// Which of `ids`, from old to new, is pushed out by which other one.
fn replaced(ids: &[Uuid], limit: u32) -> HashMap<Uuid, Uuid> {
    let limit = limit.max(1) as usize;
    ids.iter().copied().zip(ids.iter().copied().skip(limit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_is_pushed_out_by_the_one_that_takes_its_place() {
        let ids: Vec<Uuid> = (1..=4).map(Uuid::from_u128).collect();
        assert_eq!(replaced(&ids, 1), [(ids[0], ids[1]), (ids[1], ids[2]), (ids[2], ids[3])].into());
        assert_eq!(replaced(&ids, 3), [(ids[0], ids[3])].into());
        assert_eq!(replaced(&ids, 4), HashMap::new());
    }
}
