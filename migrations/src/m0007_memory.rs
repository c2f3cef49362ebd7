//! What is remembered between runs: the entries of `state`.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(state_entries()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("state_entries").take()).await
    }
}

/// No foreign keys: an entry outlives the run that wrote it.
fn state_entries() -> TableCreateStatement {
    Table::create()
        .table("state_entries")
        .col(text("scope"))
        .col(text("key"))
        .col(text("value"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(uuid_null("created_by_run"))
        .col(text_null("created_by_step"))
        .col(uuid_null("written_by_run"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().col("scope").col("key"))
        .take()
}

fn indexes() -> [IndexCreateStatement; 1] {
    [Index::create()
        .name("state_entries_by_end")
        .table("state_entries")
        .col("expires_at")
        .and_where(Expr::col("expires_at").is_not_null())
        .take()]
}
