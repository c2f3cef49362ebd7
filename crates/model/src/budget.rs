//! The rate budget of a resource: who may send how many requests, and when.

use serde::{Deserialize, Serialize};

/// What goes first where a budget is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// A person waits for the answer.
    Interactive,
    /// Something has happened, and a run follows it.
    #[default]
    Event,
    /// Polls, and runs for many records at once. They get at least a tenth of each budget.
    Bulk,
}
