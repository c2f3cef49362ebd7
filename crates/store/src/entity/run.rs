use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workflow_id: String,
    pub revision: i32,
    pub event_id: Uuid,
    pub state: String,
    pub wake_at: Option<ChronoDateTimeUtc>,
    pub owner: Option<String>,
    pub fence: i64,
    pub last_seq: i32,
    pub concurrency_key: Option<String>,
    pub concurrency_limit: Option<i32>,
    pub cancel_requested: bool,
    /// JSON.
    pub failure: Option<String>,
    pub created_at: ChronoDateTimeUtc,
    pub started_at: Option<ChronoDateTimeUtc>,
    pub finished_at: Option<ChronoDateTimeUtc>,
    pub rerun_of: Option<Uuid>,
    pub started_by: Option<String>,
    /// JSON.
    pub end_as: Option<String>,
    pub ends_at: Option<ChronoDateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
