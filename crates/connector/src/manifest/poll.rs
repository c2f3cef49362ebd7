//! How a trigger tells what is new.

use std::collections::BTreeMap;

use highline_catalog::Emit;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Period, schema};

/// How a trigger tells what is new.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// The mode when the workflow does not say: `new`, `new_or_changed` or `changed_record`.
    #[schemars(schema_with = "schema::emit")]
    pub emit: Emit,
    /// Dotted paths inside an item that together name the record.
    pub key: Vec<String>,
    /// The dotted path of what tells a change, such as the time of the last one. Left out: the item's hash does.
    #[serde(default)]
    pub changed: Option<String>,
    /// The dotted path of the time of creation.
    #[serde(default)]
    pub created: Option<String>,
    /// How to ask only for what changed. Left out: every poll reads the whole list.
    #[serde(default)]
    pub window: Option<Window>,
}

/// How to ask an app only for what changed since the last poll. It works on the operation's input fields.
///
/// In the texts below `{mark}` stands for the path of the time that is asked for (`changed`, or `created` where only new
/// records are wanted) and `{since}` for the moment to ask from. An entry with `{since}` in it is left out when
/// everything is read.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// How far each poll reaches back behind the last one: longer than the app needs until a change can be found.
    pub overlap: Period,
    /// For a list that comes newest first and cannot be asked for what changed: the dotted path of the moment that it is
    /// sorted by. Reading ends at the first page whose last item lies before the moment to ask from.
    #[serde(default)]
    pub newest_first: Option<String>,
    /// What `{mark}` is called in a request, where that is not its path in the answer: `{ updatedAt: date_updated }`.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// How `{since}` is written. Left out: `iso`.
    #[serde(default)]
    pub format: MarkFormat,
    /// Input fields that are added to: items are appended to a list, names merged into an object.
    #[serde(default)]
    pub add: Map<String, Value>,
    /// Input fields that are set, whatever the workflow gave.
    #[serde(default)]
    pub set: Map<String, Value>,
}

/// How a moment is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkFormat {
    /// `2026-11-21T08:00:00.000Z`
    #[default]
    Iso,
    /// Milliseconds since 1970. A value that is `{since}` alone becomes a number.
    EpochMs,
    /// Seconds since 1970. A value that is `{since}` alone becomes a number.
    EpochS,
}
