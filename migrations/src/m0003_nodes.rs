//! Who works on this database, which triggers are with whom, and room on the pages of runs.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let nodes = Table::create()
            .table("nodes")
            .col(text("id").primary_key())
            .col(text("version"))
            .col(text_null("address"))
            .col(integer("runs"))
            .col(integer("polls"))
            .col(timestamp_with_time_zone("started_at"))
            .col(timestamp_with_time_zone("seen_at"))
            .take();
        manager.create_table(nodes).await?;
        for index in [due(), leased()] {
            manager.create_index(index).await?;
        }
        leave_room(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["triggers_due_and_free", "triggers_with_nodes"] {
            manager.drop_index(Index::drop().name(name).table("triggers").to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("nodes").take()).await
    }
}

/// A run's row changes a few times: with room on its page, a change that touches no index stays there.
async fn leave_room(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let alter = "ALTER TABLE runs SET (fillfactor = 70)";
        manager.get_connection().execute_unprepared(alter).await?;
    }
    Ok(())
}

/// For the question when the next trigger is due, which is asked often and of many triggers.
fn due() -> IndexCreateStatement {
    Index::create()
        .name("triggers_due_and_free")
        .table("triggers")
        .col("next_at")
        .and_where(Expr::col("next_at").is_not_null())
        .and_where(Expr::col("lease_until").is_null())
        .take()
}

fn leased() -> IndexCreateStatement {
    Index::create()
        .name("triggers_with_nodes")
        .table("triggers")
        .col("lease_until")
        .and_where(Expr::col("next_at").is_not_null())
        .and_where(Expr::col("lease_until").is_not_null())
        .take()
}
