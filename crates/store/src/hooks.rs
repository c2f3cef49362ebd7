//! The addresses of workflows that are started by requests from outside.
//!
//! Each such workflow has a path of its own, made once and kept for as long as there is the workflow. The path that its text
//! gives goes in place of that one.

use highline_model::{Timestamp, WorkflowId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};

use crate::sql::Sql;
use crate::{Error, HookRecord, NewRevision, Store};

#[derive(FromQueryResult)]
struct Row {
    workflow_id: String,
    path: String,
    given: bool,
    enabled: bool,
    since: Timestamp,
}

#[derive(FromQueryResult)]
struct Holder {
    workflow_id: String,
}

/// All that are in use: a workflow that starts otherwise keeps its path for the day when it changes back.
const SELECT: &str = "SELECT h.workflow_id, COALESCE(h.given_path, h.own_path) AS path, \
                      h.given_path IS NOT NULL AS given, w.enabled, w.created_at AS since FROM hooks h \
                      JOIN workflows w ON w.id = h.workflow_id \
                      JOIN triggers t ON t.workflow_id = h.workflow_id AND t.kind = 'webhook'";

impl Store {
    /// Who has this path, switched on or not.
    pub async fn hook_at(&self, path: &str) -> Result<Option<HookRecord>, Error> {
        let select = Sql::new(SELECT)
            .text(" WHERE h.given_path = ")
            .value(path)
            .text(" OR (h.own_path = ")
            .value(path)
            .text(" AND h.given_path IS NULL)");
        Ok(self.hooks_by(select).await?.pop())
    }

    /// The address of a workflow that has one.
    pub async fn hook_of(&self, id: &WorkflowId) -> Result<Option<HookRecord>, Error> {
        let select = Sql::new(SELECT).text(" WHERE h.workflow_id = ").value(id.as_str());
        Ok(self.hooks_by(select).await?.pop())
    }

    /// All addresses, by workflow.
    pub async fn hooks(&self) -> Result<Vec<HookRecord>, Error> {
        self.hooks_by(Sql::new(SELECT).text(" ORDER BY h.workflow_id")).await
    }

    async fn hooks_by(&self, select: Sql) -> Result<Vec<HookRecord>, Error> {
        let rows = Row::find_by_statement(select.build(self.read.get_database_backend()));
        let record = |row: Row| {
            let Row { path, given, enabled, since, .. } = row;
            Ok(HookRecord { workflow: parsed(&row.workflow_id)?, path, given, enabled, since })
        };
        rows.all(&self.read).await?.into_iter().map(record).collect()
    }

    /// Whose path this is, also of a workflow that does not use it now: its own one waits for the day when it does again.
    pub async fn hook_holder(&self, path: &str) -> Result<Option<WorkflowId>, Error> {
        let select = Sql::new("SELECT workflow_id FROM hooks WHERE given_path = ")
            .value(path)
            .text(" OR own_path = ")
            .value(path);
        let found = Holder::find_by_statement(select.build(self.read.get_database_backend()));
        found.one(&self.read).await?.map(|holder| parsed(&holder.workflow_id)).transpose()
    }

    /// Lets another workflow have the path that this one's text gave.
    pub async fn release_hook(&self, id: &WorkflowId) -> Result<(), Error> {
        self.write.execute_raw(forget(id).build(self.write.get_database_backend())).await?;
        Ok(())
    }

    /// Gives a workflow the path of its text again; false: another has it.
    pub async fn retake_hook(&self, id: &WorkflowId, path: &str) -> Result<bool, Error> {
        let take = Sql::new("UPDATE hooks SET given_path = ")
            .value(path)
            .text(" WHERE workflow_id = ")
            .value(id.as_str())
            .text(" AND NOT EXISTS (SELECT 1 FROM hooks other WHERE other.workflow_id <> hooks.workflow_id AND (other.given_path = ")
            .value(path)
            .text(" OR other.own_path = ")
            .value(path)
            .text("))");
        let taken = self.write.execute_raw(take.build(self.write.get_database_backend())).await?;
        Ok(taken.rows_affected() > 0)
    }
}

fn parsed(id: &str) -> Result<WorkflowId, Error> {
    id.parse().map_err(|error| Error::Corrupt {
        what: format!("the address of workflow {id}"),
        reason: format!("{error}"),
    })
}

fn forget(id: &WorkflowId) -> Sql {
    Sql::new("UPDATE hooks SET given_path = NULL WHERE given_path IS NOT NULL AND workflow_id = ")
        .value(id.as_str())
}

/// Keeps the address in step with the text.
pub(crate) async fn keep(transaction: &DatabaseTransaction, new: &NewRevision) -> Result<(), Error> {
    let keep = match &new.trigger.hook {
        None => forget(&new.workflow),
        Some(hook) => {
            let random: [u8; 16] = rand::random();
            let (id, own) = (new.workflow.as_str(), hex::encode(random));
            Sql::new("INSERT INTO hooks (workflow_id, own_path, given_path, created_at) ")
                .values([[id.into(), own.into(), hook.path.clone().into(), new.now.into()]])
                .text(" ON CONFLICT (workflow_id) DO UPDATE SET given_path = excluded.given_path")
        }
    };
    transaction.execute_raw(keep.build(transaction.get_database_backend())).await?;
    Ok(())
}
