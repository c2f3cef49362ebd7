//! The workflow folders of nodes: what is in them.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let folders = Table::create()
            .table("folders")
            .col(text("id").primary_key())
            .col(text("path"))
            .col(text("workflows"))
            .col(timestamp_with_time_zone("seen_at"))
            .take();
        manager.create_table(folders).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("folders").take()).await
    }
}
