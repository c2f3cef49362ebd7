use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workflow_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub source: String,
    pub hash: String,
    pub created_at: ChronoDateTimeUtc,
    pub run_timeout_ms: Option<i64>,
    pub saved_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
