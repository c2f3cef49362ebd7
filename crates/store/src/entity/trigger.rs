use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "triggers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workflow_id: String,
    pub kind: String,
    pub fingerprint: String,
    /// JSON.
    pub cursor: Option<String>,
    /// `NULL`: never due.
    pub next_at: Option<ChronoDateTimeUtc>,
    pub owner: Option<String>,
    pub lease_until: Option<ChronoDateTimeUtc>,
    pub fence: i64,
    /// Good polls since the cursor was last forgotten.
    pub polls: i64,
    /// Failed polls in a row.
    pub failures: i32,
    /// Triggers with the same one ask the same thing.
    pub feed: Option<String>,
    /// The workflow whose trigger is polled for this one too; cursor and due time are with that one.
    pub follows: Option<String>,
    /// The first poll emits what exists.
    pub backfill: bool,
    /// The connection that polls go through, whatever its name.
    pub source: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
