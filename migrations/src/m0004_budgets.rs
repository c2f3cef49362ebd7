//! What was sent of the rate budget of each resource, and what is granted.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let budgets = Table::create()
            .table("budgets")
            .col(text("resource").primary_key())
            .col(text("ledger"))
            .col(timestamp_with_time_zone("updated_at"))
            .take();
        manager.create_table(budgets).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("budgets").take()).await
    }
}
