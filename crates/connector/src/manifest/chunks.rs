//! Calls for many records, in parts that the app takes.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A call for many records is sent in parts. The answers are joined: lists are put together, numbers added, and `results`
/// (one `{ id, done, message }` for each record) and `failed` (how many were not done) are added to the output.
///
/// A part that the app refuses for good does not keep the others from being sent. Where trying again can help, the whole
/// call fails and is tried again, so it must be safe to repeat.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chunks {
    /// The field that holds the ids of the records.
    pub field: String,
    /// The most records in one call.
    pub size: usize,
    /// The dotted path of the list in the answer that names the records that were done.
    pub done: String,
    /// The path of the record's id in an item of that list. Left out: the item is the id.
    #[serde(default)]
    pub id: Option<String>,
    /// Values that tell an item which was not done: `{ type: error }`.
    #[serde(default)]
    pub failed: Map<String, Value>,
    /// The path of what the app says of one record.
    #[serde(default)]
    pub message: Option<String>,
}
