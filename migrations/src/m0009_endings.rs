//! Runs by the time of their end: what others have done lately is looked up without going through all runs.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEX: &str = "runs_by_end";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let over = Expr::col("finished_at").is_not_null();
        let index = Index::create().name(INDEX).table("runs").col("finished_at").and_where(over).take();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("runs").to_owned()).await
    }
}
