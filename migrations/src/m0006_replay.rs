//! Runs done again, runs that are replaced or dropped, and runs with a time limit.

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
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["runs_by_rerun", "runs_by_deadline"] {
            manager.drop_index(Index::drop().name(index).table("runs").to_owned()).await?;
        }
        for (table, column) in columns() {
            let column = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 5] {
    [
        ("runs", uuid_null("rerun_of").take()),
        ("runs", text_null("end_as").take()),
        ("runs", timestamp_with_time_zone_null("ends_at").take()),
        ("polls", integer("dropped").default(0).take()),
        ("revisions", big_integer_null("run_timeout_ms").take()),
    ]
}

fn indexes() -> [IndexCreateStatement; 2] {
    [
        Index::create()
            .name("runs_by_rerun")
            .table("runs")
            .col("rerun_of")
            .and_where(Expr::col("rerun_of").is_not_null())
            .take(),
        Index::create()
            .name("runs_by_deadline")
            .table("runs")
            .col("ends_at")
            .and_where(Expr::col("ends_at").is_not_null())
            .and_where(Expr::col("finished_at").is_null())
            .take(),
    ]
}
