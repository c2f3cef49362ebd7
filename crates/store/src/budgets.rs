//! The ledgers of the rate budgets. One row for each resource, locked while a node is given its share.

use std::collections::{BTreeMap, BTreeSet};

use highline_model::budget::{Ask, BudgetView, Ledger, Millis, Reply};
use highline_model::{Clock, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult};

use crate::json::{from_text, to_text, without_nul};
use crate::sql::{Sql, parts};
use crate::{Error, Store};

#[derive(Debug, FromQueryResult)]
struct Row {
    resource: String,
    ledger: String,
    now_ms: Option<i64>,
}

/// A ledger, and what time it is by the database's clock, which is the one that counts for it.
struct Held {
    ledger: Ledger,
    now: Millis,
}

/// SQLite has one process on one machine, whose clock is as good as the database's.
fn local_now() -> Millis {
    Clock::system().now().timestamp_millis()
}

/// By the clock of PostgreSQL, and not that of the transaction's begin: a lock may have been waited for since.
const NOW_ON_POSTGRES: &str = ", (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint AS now_ms";
const NOW_ON_SQLITE: &str = ", NULL AS now_ms";

fn moment(at: Millis) -> Timestamp {
    Timestamp::from_timestamp_millis(at).unwrap_or_default()
}

fn now_column(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Postgres { NOW_ON_POSTGRES } else { NOW_ON_SQLITE }
}

impl Store {
    /// Takes what a node tells of some budgets and gives it what it may send, all in one transaction. The replies are in
    /// the order of the asks. Rows are locked in the order of their resources.
    pub async fn exchange_budgets(&self, asks: &[Ask]) -> Result<Vec<Reply>, Error> {
        if asks.is_empty() {
            return Ok(Vec::new());
        }
        let transaction = self.begin().await?;
        let wanted: BTreeSet<&str> = asks.iter().map(|ask| ask.resource.as_str()).collect();
        let mut held = lock(&transaction, &wanted).await?;
        if held.len() < wanted.len() {
            begin(&transaction, asks, &held).await?;
            held = lock(&transaction, &wanted).await?;
        }
        let mut replies = Vec::with_capacity(asks.len());
        for ask in asks {
            let held = held.get_mut(&*without_nul(&ask.resource)).ok_or_else(|| Error::Corrupt {
                what: format!("budget {}", ask.resource),
                reason: "its row is gone".into(),
            })?;
            replies.push(held.ledger.apply(ask, held.now));
        }
        write(&transaction, &held).await?;
        transaction.commit().await?;
        Ok(replies)
    }

    /// What is left of each budget that was ever spent, by resource.
    pub async fn budgets(&self) -> Result<Vec<BudgetView>, Error> {
        let backend = self.read.get_database_backend();
        let select = Sql::new("SELECT resource, ledger")
            .text(now_column(backend))
            .text(" FROM budgets ORDER BY resource");
        let rows = Row::find_by_statement(select.build(backend)).all(&self.read).await?;
        let view = |row: Row| {
            let ledger: Ledger = from_text(&row.ledger, || format!("budget {}", row.resource))?;
            Ok(ledger.view(&row.resource, row.now_ms.unwrap_or_else(local_now)))
        };
        rows.into_iter().map(view).collect()
    }

    /// Lifts a close, so that requests are sent again; false if there is no such budget.
    pub async fn reopen_budget(&self, resource: &str) -> Result<bool, Error> {
        let transaction = self.begin().await?;
        let mut held = lock(&transaction, &BTreeSet::from([resource])).await?;
        for held in held.values_mut() {
            held.ledger.reopen(held.now);
        }
        write(&transaction, &held).await?;
        transaction.commit().await?;
        Ok(!held.is_empty())
    }
}

async fn lock(
    transaction: &DatabaseTransaction,
    resources: &BTreeSet<&str>,
) -> Result<BTreeMap<String, Held>, Error> {
    let backend = transaction.get_database_backend();
    let mut held = BTreeMap::new();
    let all: Vec<&str> = resources.iter().copied().collect();
    for chunk in parts(&all) {
        // Materialized, so that the clock is read after the row is locked.
        let select = Sql::new("WITH held AS MATERIALIZED (SELECT resource, ledger FROM budgets WHERE resource IN (SELECT column1 FROM ")
            .rows("v", chunk.iter().map(|resource| [without_nul(resource).into_owned().into()]))
            .text(") ORDER BY resource")
            .on_postgres(backend, " FOR NO KEY UPDATE")
            .text(") SELECT resource, ledger")
            .text(now_column(backend))
            .text(" FROM held");
        for row in Row::find_by_statement(select.build(backend)).all(transaction).await? {
            let ledger = from_text(&row.ledger, || format!("budget {}", row.resource))?;
            held.insert(row.resource, Held { ledger, now: row.now_ms.unwrap_or_else(local_now) });
        }
    }
    Ok(held)
}

/// Makes the ledgers that are missing. Another node may make them at the same time.
async fn begin(
    transaction: &DatabaseTransaction,
    asks: &[Ask],
    held: &BTreeMap<String, Held>,
) -> Result<(), Error> {
    let backend = transaction.get_database_backend();
    let mut missing: Vec<(String, String)> = asks
        .iter()
        .map(|ask| (without_nul(&ask.resource).into_owned(), ask.allowance))
        .filter(|(resource, _)| !held.contains_key(resource))
        .map(|(resource, allowance)| (resource, to_text(&Ledger::new(allowance, 0))))
        .collect();
    missing.sort_unstable();
    missing.dedup_by(|one, other| one.0 == other.0);
    for chunk in parts(&missing) {
        let rows = chunk.iter().map(|(resource, ledger)| [resource.clone().into(), ledger.clone().into()]);
        let insert = Sql::new("INSERT INTO budgets (resource, ledger, updated_at) SELECT column1, column2, ")
            .value(moment(0))
            .text(" FROM ")
            .rows("v", rows)
            .text(" WHERE true ON CONFLICT (resource) DO NOTHING");
        transaction.execute_raw(insert.build(backend)).await?;
    }
    Ok(())
}

async fn write(transaction: &DatabaseTransaction, held: &BTreeMap<String, Held>) -> Result<(), Error> {
    let backend = transaction.get_database_backend();
    let all: Vec<(&String, &Held)> = held.iter().collect();
    for chunk in parts(&all) {
        let rows = chunk.iter().map(|(resource, held)| {
            [(*resource).clone().into(), to_text(&held.ledger).into(), moment(held.now).into()]
        });
        let update = Sql::new("UPDATE budgets SET ledger = v.column2, updated_at = v.column3 FROM ")
            .rows("v", rows)
            .text(" WHERE budgets.resource = v.column1");
        transaction.execute_raw(update.build(backend)).await?;
    }
    Ok(())
}
