use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "run_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    pub at: ChronoDateTimeUtc,
    pub kind: String,
    pub step: Option<String>,
    /// The whole `RunEvent` as JSON.
    pub data: String,
    /// The JSON, compressed, in place of `data`, which is its size then.
    pub packed: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
