//! Equal polls made once, a poll log that says why, and files that never were in use.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        manager.create_table(wrong_files()).await?;
        collate(manager, "\"C\"").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        collate(manager, "\"default\"").await?;
        manager.drop_table(Table::drop().table("wrong_files").take()).await?;
        for index in ["triggers_that_follow", "triggers_of_feed"] {
            manager.drop_index(Index::drop().name(index).table("triggers").to_owned()).await?;
        }
        for (table, column) in columns() {
            let name = column.get_column_name().to_owned();
            manager.alter_table(Table::alter().table(table).drop_column(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 7] {
    [
        ("triggers", text_null("feed").take()),
        ("triggers", text_null("follows").take()),
        ("triggers", boolean("backfill").default(false).take()),
        ("triggers", text_null("source").take()),
        ("polls", text_null("made_by").take()),
        ("polls", text_null("others").take()),
        ("polls", text_null("sample").take()),
    ]
}

fn indexes() -> [IndexCreateStatement; 2] {
    let partial = |name: &'static str, column: &'static str| {
        Index::create()
            .name(name)
            .table("triggers")
            .col(column)
            .and_where(Expr::col(column).is_not_null())
            .take()
    };
    [partial("triggers_of_feed", "feed"), partial("triggers_that_follow", "follows")]
}

fn wrong_files() -> TableCreateStatement {
    Table::create()
        .table("wrong_files")
        .col(text("origin").primary_key())
        .col(text("workflow_id"))
        .col(text("problem"))
        .col(integer("problems"))
        .col(timestamp_with_time_zone("since"))
        .take()
}

/// Keys are looked up by how they begin. In the order of bytes, SQLite's own, the index of the keys answers that too.
async fn collate(manager: &SchemaManager<'_>, collation: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let alter = format!("ALTER TABLE events ALTER COLUMN dedupe_key TYPE text COLLATE {collation}");
        manager.get_connection().execute_unprepared(&alter).await?;
    }
    Ok(())
}
