//! Ids of sessions, and what was found last for a workflow.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Without an id a session could not be ended by others: who is logged in logs in once more.
        manager.get_connection().execute_unprepared("DELETE FROM sessions").await?;
        let id = Table::alter().table("sessions").add_column(uuid_null("id")).to_owned();
        manager.alter_table(id).await?;
        let by_id = Index::create().name("sessions_by_id").table("sessions").col("id").unique().to_owned();
        manager.create_index(by_id).await?;
        let of_workflow =
            Index::create().name("events_of_workflow").table("events").col("workflow_id").col("id").to_owned();
        manager.create_index(of_workflow).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (index, table) in [("events_of_workflow", "events"), ("sessions_by_id", "sessions")] {
            manager.drop_index(Index::drop().name(index).table(table).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("sessions").drop_column("id").to_owned()).await
    }
}
