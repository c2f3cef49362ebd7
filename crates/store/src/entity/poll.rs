use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "polls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workflow_id: String,
    pub node: String,
    pub started_at: ChronoDateTimeUtc,
    pub finished_at: ChronoDateTimeUtc,
    pub seen: i32,
    pub fresh: i32,
    pub duplicate: i32,
    pub filtered: i32,
    pub dropped: i32,
    pub requests: i32,
    /// JSON.
    pub error: Option<String>,
    /// The workflow whose poll this was, where it was another's.
    pub made_by: Option<String>,
    /// JSON: counts of outcomes that have no column.
    pub others: Option<String>,
    /// JSON: what became of some items, and why.
    pub sample: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
