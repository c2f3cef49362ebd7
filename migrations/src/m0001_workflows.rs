//! Workflows, their texts, their triggers, and what the triggers found.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [workflows(), revisions(), triggers(), events(), polls()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["polls", "events", "triggers", "revisions", "workflows"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn workflows() -> TableCreateStatement {
    Table::create()
        .table("workflows")
        .col(text("id").primary_key())
        .col(text("name"))
        .col(boolean("enabled"))
        .col(integer("revision"))
        .col(text("origin"))
        .col(text_null("problem"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .take()
}

fn revisions() -> TableCreateStatement {
    Table::create()
        .table("revisions")
        .col(text("workflow_id"))
        .col(integer("number"))
        .col(text("source"))
        .col(text("hash"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("workflow_id").col("number"))
        .foreign_key(&mut of_workflow("revisions"))
        .take()
}

fn triggers() -> TableCreateStatement {
    Table::create()
        .table("triggers")
        .col(text("workflow_id").primary_key())
        .col(text("kind"))
        .col(text("fingerprint"))
        .col(text_null("cursor"))
        .col(timestamp_with_time_zone_null("next_at"))
        .col(text_null("owner"))
        .col(timestamp_with_time_zone_null("lease_until"))
        .col(big_integer("fence"))
        .col(big_integer("polls"))
        .col(integer("failures"))
        .foreign_key(&mut of_workflow("triggers"))
        .take()
}

fn events() -> TableCreateStatement {
    Table::create()
        .table("events")
        .col(uuid("id").primary_key())
        .col(text("workflow_id"))
        .col(text("dedupe_key"))
        .col(text("outcome"))
        .col(text_null("data"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut of_workflow("events"))
        .take()
}

fn polls() -> TableCreateStatement {
    Table::create()
        .table("polls")
        .col(uuid("id").primary_key())
        .col(text("workflow_id"))
        .col(text("node"))
        .col(timestamp_with_time_zone("started_at"))
        .col(timestamp_with_time_zone("finished_at"))
        .col(integer("seen"))
        .col(integer("fresh"))
        .col(integer("duplicate"))
        .col(integer("filtered"))
        .col(integer("requests"))
        .col(text_null("error"))
        .foreign_key(&mut of_workflow("polls"))
        .take()
}

fn of_workflow(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_of_workflow"))
        .from(table, "workflow_id")
        .to("workflows", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}

fn indexes() -> [IndexCreateStatement; 3] {
    [
        Index::create()
            .name("events_by_key")
            .table("events")
            .col("workflow_id")
            .col("dedupe_key")
            .unique()
            .take(),
        Index::create().name("triggers_by_due_time").table("triggers").col("next_at").take(),
        Index::create().name("polls_of_workflow").table("polls").col("workflow_id").col("id").take(),
    ]
}
