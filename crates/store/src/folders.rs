//! The workflow folders of nodes: a file that one of them lacks may be in another.

use std::collections::BTreeSet;

use highline_model::{Timestamp, WorkflowId};
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::json::{from_text, to_text, without_nul};
use crate::sql::Sql;
use crate::{Error, FolderRecord, Store};

#[derive(FromQueryResult)]
struct Row {
    id: String,
    path: String,
    workflows: String,
}

impl Store {
    /// Tells what is in a folder now.
    pub async fn keep_folder(&self, folder: &FolderRecord, now: Timestamp) -> Result<(), Error> {
        let row = [
            without_nul(&folder.id).into_owned().into(),
            without_nul(&folder.path).into_owned().into(),
            to_text(&folder.workflows).into(),
            now.into(),
        ];
        let insert = Sql::new("INSERT INTO folders (id, path, workflows, seen_at) ").values([row]).text(
            " ON CONFLICT (id) DO UPDATE SET path = excluded.path, workflows = excluded.workflows, \
             seen_at = excluded.seen_at",
        );
        self.write.execute_raw(insert.build(self.write.get_database_backend())).await?;
        Ok(())
    }

    /// A folder is still as it was.
    pub async fn see_folder(&self, id: &str, now: Timestamp) -> Result<(), Error> {
        let update = Sql::new("UPDATE folders SET seen_at = ")
            .value(now)
            .text(" WHERE id = ")
            .value(without_nul(id).into_owned());
        self.write.execute_raw(update.build(self.write.get_database_backend())).await?;
        Ok(())
    }

    /// The other folders with the same path that were seen since then.
    pub async fn folders_beside(
        &self,
        id: &str,
        path: &str,
        since: Timestamp,
    ) -> Result<Vec<FolderRecord>, Error> {
        let select = Sql::new("SELECT id, path, workflows FROM folders WHERE path = ")
            .value(without_nul(path).into_owned())
            .text(" AND id <> ")
            .value(without_nul(id).into_owned())
            .text(" AND seen_at >= ")
            .value(since)
            .text(" ORDER BY id");
        let rows = Row::find_by_statement(select.build(self.read.get_database_backend()));
        let record = |row: Row| {
            let workflows: BTreeSet<WorkflowId> =
                from_text(&row.workflows, || format!("the folder {}", row.id))?;
            Ok(FolderRecord { id: row.id, path: row.path, workflows })
        };
        rows.all(&self.read).await?.into_iter().map(record).collect()
    }
}
