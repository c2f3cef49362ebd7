//! Who it was: ids of sessions, names of links, who started a run; and what was found last for a workflow.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const NAMES: [(&str, &str); 2] = [("login_codes", "name"), ("runs", "started_by")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Without an id a session could not be ended by others: who is logged in logs in once more.
        manager.get_connection().execute_unprepared("DELETE FROM sessions").await?;
        let id = Table::alter().table("sessions").add_column(uuid_null("id")).to_owned();
        manager.alter_table(id).await?;
        for (table, column) in NAMES {
            let name = Table::alter().table(table).add_column(text_null(column)).to_owned();
            manager.alter_table(name).await?;
        }
        let by_id = Index::create().name("sessions_by_id").table("sessions").col("id").unique().to_owned();
        manager.create_index(by_id).await?;
        let of_workflow = Index::create()
            .name("events_of_workflow")
            .table("events")
            .col("workflow_id")
            .col("id")
            .to_owned();
        manager.create_index(of_workflow).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (index, table) in [("events_of_workflow", "events"), ("sessions_by_id", "sessions")] {
            manager.drop_index(Index::drop().name(index).table(table).to_owned()).await?;
        }
        for (table, column) in NAMES.into_iter().chain([("sessions", "id")]) {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
