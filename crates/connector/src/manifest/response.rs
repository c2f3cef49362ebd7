//! What an answer holds.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Alternatives, Field};

/// What the answer holds.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// How the answer is written. Left out: `json`.
    #[serde(default)]
    pub format: Format,
    /// The dotted path of the record or the list; of several the first that is there, `.` is the whole answer. Left
    /// out: the whole answer.
    #[serde(default)]
    pub data: Option<Alternatives>,
    /// Whether it is a list.
    #[serde(default)]
    pub list: bool,
    /// A record where the list should be is a list of one.
    #[serde(default)]
    pub or_one: bool,
    /// The answer is an object whose names say something, and not a list.
    #[serde(default)]
    pub entries: Option<Entries>,
    /// The answer is a list where one record is wanted: it becomes this field of a record. A record there is a list of
    /// one.
    #[serde(default)]
    pub wrap: Option<String>,
    /// Input fields that are put into the record, or into each item, where it lacks them.
    #[serde(default)]
    pub from_input: Vec<String>,
    /// Names beside `data` at the top of the answer that are put into the record too. Not for lists.
    #[serde(default)]
    pub keep: Vec<String>,
    /// A record that is `null` is an answer, not an error; the output is then `null`.
    #[serde(default)]
    pub nullable: bool,
    /// Paths without which the record, or an item of the list, is not taken for an answer. Left out: the `key` of
    /// `poll`, else `id` when `fields` has it.
    #[serde(default)]
    pub required: Option<Vec<String>>,
    /// The fields of the record, or of one item. The app may send more.
    #[serde(default)]
    pub fields: Vec<Field>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// Text. The record is `text`, `contentType`, `fileName` and `size`.
    Text,
    /// A file. The record is `base64`, `contentType`, `fileName` and `size` (in bytes).
    Bytes,
}

/// An object whose names say something, as in `{ "2026-12-01": { "slots": ["09:00"] } }`. It becomes a list with one item
/// for each entry, or for each item of the lists in the entries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entries {
    /// The field of the item that takes the entry's name.
    pub name: String,
    /// The path of a list inside the entry. Left out: the entry is the item.
    #[serde(default)]
    pub list: Option<String>,
    /// The field that takes an item which is no object.
    #[serde(default)]
    pub item: Option<String>,
}
