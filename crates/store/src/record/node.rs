use chrono::{DateTime, Utc};
use highline_model::NodeId;
use serde::Serialize;
use utoipa::ToSchema;

/// A process that works on this database, as it told of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NodeRecord {
    pub id: NodeId,
    /// Of the program.
    pub version: String,
    /// Where its HTTP interface listens.
    pub address: Option<String>,
    /// Runs that it holds.
    pub runs: u32,
    /// Polls that it holds.
    pub polls: u32,
    pub started_at: DateTime<Utc>,
    /// Its last sign of life. Signs come several times in the life of a lease; a node that stops takes its row away.
    pub seen_at: DateTime<Utc>,
}
