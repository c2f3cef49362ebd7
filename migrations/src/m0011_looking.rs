//! What is needed to look at much at once, and to save and delete workflows by hand: counters by hour, who saved a text,
//! and the numbers of workflows that are gone.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_hour = Index::create()
            .name("run_stats_by_hour")
            .table("run_stats")
            .col("hour")
            .col("workflow_id")
            .and_where(Expr::col("hour").ne(0))
            .take();
        manager.create_index(by_hour).await?;
        let saved_by = Table::alter().table("revisions").add_column(text_null("saved_by")).take();
        manager.alter_table(saved_by).await?;
        let removed = Table::create()
            .table("removed_workflows")
            .col(text("id").primary_key())
            .col(integer("revision"))
            .take();
        manager.create_table(removed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("removed_workflows").take()).await?;
        manager.alter_table(Table::alter().table("revisions").drop_column("saved_by").take()).await?;
        manager.drop_index(Index::drop().name("run_stats_by_hour").table("run_stats").to_owned()).await
    }
}
