//! What is needed to keep runs for a time only: what a workflow wants kept, who deletes now, and large data compressed.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add =
            |table: &'static str, column: ColumnDef| Table::alter().table(table).add_column(column).take();
        manager.alter_table(add("workflows", text_null("keep"))).await?;
        for table in ["events", "run_events"] {
            manager.alter_table(add(table, binary_null("packed"))).await?;
            if manager.get_database_backend() == DbBackend::Postgres {
                // It is compressed already; a second try would only cost time.
                let plain = format!("ALTER TABLE {table} ALTER COLUMN packed SET STORAGE EXTERNAL");
                manager.get_connection().execute_unprepared(&plain).await?;
            }
        }
        manager.create_index(without_run()).await?;
        manager.create_table(chores()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = |table: &'static str, column: &'static str| {
            Table::alter().table(table).drop_column(column).take()
        };
        manager.drop_table(Table::drop().table("chores").take()).await?;
        manager.drop_index(Index::drop().name("events_without_run").table("events").to_owned()).await?;
        for table in ["run_events", "events"] {
            manager.alter_table(drop(table, "packed")).await?;
        }
        manager.alter_table(drop("workflows", "keep")).await
    }
}

/// Events whose run is gone, and those that never had one.
fn without_run() -> IndexCreateStatement {
    Index::create()
        .name("events_without_run")
        .table("events")
        .col("workflow_id")
        .col("outcome")
        .col("id")
        .and_where(Expr::cust("outcome <> 'run'"))
        .take()
}

fn chores() -> TableCreateStatement {
    Table::create()
        .table("chores")
        .col(text("name").primary_key())
        .col(text_null("owner"))
        .col(timestamp_with_time_zone("next_at"))
        .col(text_null("report"))
        .take()
}
