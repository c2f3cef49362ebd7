//! Runs and their logs.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(runs()).await?;
        manager.create_table(run_events()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("run_events").take()).await?;
        manager.drop_table(Table::drop().table("runs").take()).await
    }
}

fn runs() -> TableCreateStatement {
    Table::create()
        .table("runs")
        .col(uuid("id").primary_key())
        .col(text("workflow_id"))
        .col(integer("revision"))
        .col(uuid("event_id"))
        .col(text("state"))
        .col(timestamp_with_time_zone_null("wake_at"))
        .col(text_null("owner"))
        .col(big_integer("fence"))
        .col(integer("last_seq"))
        .col(text_null("concurrency_key"))
        .col(integer_null("concurrency_limit"))
        .col(boolean("cancel_requested"))
        .col(text_null("failure"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(
            ForeignKey::create()
                .name("runs_of_event")
                .from("runs", "event_id")
                .to("events", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn run_events() -> TableCreateStatement {
    Table::create()
        .table("run_events")
        .col(uuid("run_id"))
        .col(integer("seq"))
        .col(timestamp_with_time_zone("at"))
        .col(text("kind"))
        .col(text_null("step"))
        .col(text("data"))
        .primary_key(Index::create().col("run_id").col("seq"))
        .foreign_key(
            ForeignKey::create()
                .name("run_events_of_run")
                .from("run_events", "run_id")
                .to("runs", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn indexes() -> [IndexCreateStatement; 7] {
    let keyed = || Expr::col("concurrency_key").is_not_null();
    [
        Index::create()
            .name("runs_by_wake_time")
            .table("runs")
            .col("wake_at")
            .col("id")
            .and_where(Expr::col("wake_at").is_not_null())
            .take(),
        // The database itself sees to it that an event never starts two runs.
        Index::create().name("runs_of_event").table("runs").col("event_id").unique().take(),
        Index::create().name("runs_of_workflow").table("runs").col("workflow_id").col("id").take(),
        Index::create().name("runs_by_state").table("runs").col("state").col("id").take(),
        Index::create()
            .name("runs_of_workflow_by_state")
            .table("runs")
            .col("workflow_id")
            .col("state")
            .take(),
        Index::create()
            .name("runs_whose_turn_it_is")
            .table("runs")
            .col("workflow_id")
            .col("concurrency_key")
            .and_where(keyed())
            .and_where(Expr::col("finished_at").is_null())
            .and_where(Expr::col("wake_at").is_not_null().or(Expr::col("state").ne("queued")))
            .take(),
        Index::create()
            .name("runs_behind_others")
            .table("runs")
            .col("workflow_id")
            .col("concurrency_key")
            .col("id")
            .and_where(keyed())
            .and_where(Expr::col("wake_at").is_null())
            .and_where(Expr::col("state").eq("queued"))
            .take(),
    ]
}
