//! The addresses of workflows that are started by requests from outside.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let hooks = Table::create()
            .table("hooks")
            .col(text("workflow_id").primary_key())
            .col(text_uniq("own_path"))
            .col(text_null("given_path").unique_key())
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("hooks_of_workflow")
                    .from("hooks", "workflow_id")
                    .to("workflows", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .take();
        manager.create_table(hooks).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("hooks").take()).await
    }
}
