//! Who may ask, and what they did: tokens, sessions of browsers, one-time links, the audit log.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(tokens()).await?;
        manager.create_index(name_in_use()).await?;
        manager.create_table(sessions()).await?;
        manager.create_table(login_codes()).await?;
        manager.create_table(audit()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit", "login_codes", "sessions", "tokens"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn tokens() -> TableCreateStatement {
    Table::create()
        .table("tokens")
        .col(uuid("id").primary_key())
        .col(text("name"))
        .col(text("role"))
        .col(text_uniq("hash"))
        .col(text("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .take()
}

/// The name stands in the audit log, so it means one token at a time.
fn name_in_use() -> IndexCreateStatement {
    Index::create()
        .name("tokens_in_use")
        .table("tokens")
        .col("name")
        .unique()
        .and_where(Expr::col("revoked_at").is_null())
        .take()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(text("hash").primary_key())
        .col(uuid_null("token_id"))
        .col(text("origin"))
        .col(text("name"))
        .col(text("role"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("seen_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .take()
}

fn login_codes() -> TableCreateStatement {
    Table::create()
        .table("login_codes")
        .col(text("hash").primary_key())
        .col(text("role"))
        .col(timestamp_with_time_zone("expires_at"))
        .take()
}

fn audit() -> TableCreateStatement {
    Table::create()
        .table("audit")
        .col(uuid("id").primary_key())
        .col(text("by"))
        .col(text("action"))
        .col(text_null("target"))
        .col(text_null("details"))
        .take()
}
