//! The audit log: who did what.

use chrono::{DateTime, Utc};
use highline_model::Timestamp;
use highline_model::id::{first_at, id_at};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::json::{from_text, to_text, without_nul};
use crate::page::page_of;
use crate::sql::Sql;
use crate::{AuditEntry, AuditFilter, AuditPage, Error, NewAudit, Page, Store};

/// Lines that one statement deletes.
const ROWS: i64 = 1_000;

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    by: String,
    action: String,
    target: Option<String>,
    details: Option<String>,
}

impl Store {
    /// Writes down what somebody did.
    pub async fn audit(&self, new: NewAudit<'_>) -> Result<(), Error> {
        let row = [
            id_at(new.now).into(),
            without_nul(new.by).into_owned().into(),
            new.action.into(),
            new.target.map(|target| without_nul(target).into_owned()).into(),
            new.details.map(to_text).into(),
        ];
        let insert = Sql::new("INSERT INTO audit (id, \"by\", action, target, details) ").values([row]);
        self.write.execute_raw(insert.build(self.write.get_database_backend())).await?;
        Ok(())
    }

    /// The audit log, newest first.
    pub async fn audited(&self, filter: &AuditFilter<'_>, page: Page<Uuid>) -> Result<AuditPage, Error> {
        let mut select = Sql::new("SELECT id, \"by\", action, target, details FROM audit WHERE true");
        for (column, wanted) in [("\"by\"", filter.by), ("action", filter.action), ("target", filter.target)]
        {
            if let Some(wanted) = wanted {
                let wanted = without_nul(wanted).into_owned();
                select = select.text(" AND ").text(column).text(" = ").value(wanted);
            }
        }
        // The time is in the id.
        let ends = [page.after, filter.until.map(first_at)];
        if let Some(end) = ends.into_iter().flatten().min() {
            select = select.text(" AND id < ").value(end);
        }
        if let Some(since) = filter.since {
            select = select.text(" AND id >= ").value(first_at(since));
        }
        let select = select.text(" ORDER BY id DESC LIMIT ").value(i64::from(page.limit) + 1);
        let backend = self.read.get_database_backend();
        let rows = Row::find_by_statement(select.build(backend)).all(&self.read).await?;
        let (entries, next) = page_of(rows, page.limit, |entry: &AuditEntry| entry.id)?;
        Ok(AuditPage { entries, next })
    }

    /// Deletes some old lines; how many.
    pub async fn delete_old_audit(&self, before: Timestamp) -> Result<u64, Error> {
        let delete = Sql::new("DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < ")
            .value(first_at(before))
            .text(" ORDER BY id LIMIT ")
            .value(ROWS)
            .text(")");
        let backend = self.write.get_database_backend();
        Ok(self.write.execute_raw(delete.build(backend)).await?.rows_affected())
    }
}

impl TryFrom<Row> for AuditEntry {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let what = || format!("audit entry {}", row.id);
        let details = row.details.as_deref().map(|text| from_text(text, what)).transpose()?;
        let at = time_of(row.id)
            .ok_or_else(|| Error::Corrupt { what: what(), reason: "its id has no time".to_owned() })?;
        Ok(Self { id: row.id, at, by: row.by, action: row.action, target: row.target, details })
    }
}

fn time_of(id: Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}
