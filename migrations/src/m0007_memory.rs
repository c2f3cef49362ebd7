//! What is remembered between runs: the entries of `state`, and the keys of events.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(state_entries()).await?;
        manager.create_table(dedupe_keys()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("dedupe_keys").take()).await?;
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

/// An event may be removed before its key ends.
fn dedupe_keys() -> TableCreateStatement {
    Table::create()
        .table("dedupe_keys")
        .col(text("workflow_id"))
        .col(text("key"))
        .col(uuid("event_id"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(timestamp_with_time_zone("first_at"))
        .col(timestamp_with_time_zone("last_at"))
        .col(big_integer("duplicates"))
        .primary_key(Index::create().col("workflow_id").col("key"))
        .foreign_key(
            ForeignKey::create()
                .name("dedupe_keys_of_workflow")
                .from("dedupe_keys", "workflow_id")
                .to("workflows", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn indexes() -> [IndexCreateStatement; 2] {
    [("state_entries_by_end", "state_entries"), ("dedupe_keys_by_end", "dedupe_keys")].map(|(name, table)| {
        Index::create()
            .name(name)
            .table(table)
            .col("expires_at")
            .and_where(Expr::col("expires_at").is_not_null())
            .take()
    })
}
