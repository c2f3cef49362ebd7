use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workflow_id: String,
    pub dedupe_key: String,
    /// `run`, `seen`, `filtered`, `dropped`, or `past` where the key alone is kept.
    pub outcome: String,
    /// JSON.
    pub data: Option<String>,
    /// The JSON, compressed, in place of `data`, which is its size then.
    pub packed: Option<Vec<u8>>,
    pub created_at: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
