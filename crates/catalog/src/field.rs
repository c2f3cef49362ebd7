//! Fields: of an input, of an output, of a nested object.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The type of a field's value, as JSON carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    #[default]
    String,
    Integer,
    Number,
    Boolean,
    /// ISO 8601 text with a zone: `2026-11-21T08:00:00Z`.
    Datetime,
    /// `2026-11-21`
    Date,
    /// Text with an `@`.
    Email,
    /// Text, best in E.164: `+15551234567`.
    Phone,
    /// Text that is a URL.
    Url,
    /// Text that is a length of time: `30s`, `5m`, `2h`, `1d`, `1h30m`.
    Duration,
    Object,
    Array,
    /// Whatever JSON.
    Any,
}

impl FieldType {
    /// Whether JSON carries it as text.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            Self::String
                | Self::Datetime
                | Self::Date
                | Self::Email
                | Self::Phone
                | Self::Url
                | Self::Duration
        )
    }

    /// Whether a JSON value is of this type as it stands, without any conversion.
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Object => value.is_object(),
            Self::Array => value.is_array(),
            _ => value.is_string(),
        }
    }

    /// The word in manifests, docs and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Datetime => "datetime",
            Self::Date => "date",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Duration => "duration",
            Self::Object => "object",
            Self::Array => "array",
            Self::Any => "any",
        }
    }
}

impl std::fmt::Display for FieldType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the values of a field are found: in the records of another operation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Choices {
    /// The id of the operation, a list that is read.
    pub operation: String,
    /// Input of that operation; its fields from the connection come as ever.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub input: Map<String, Value>,
    /// The path of a list inside each record, when the choices are its items: the stages of a pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Only records whose path (the name) equals another field of the input (the value) are looked into.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub within: BTreeMap<String, String>,
    /// Values that are right though no record has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// The path of the value.
    pub value: String,
    /// The path of the name that people know it by.
    pub label: String,
}

/// Where names stand for ids: `{ "Lead score": 42 }` for a list of ids and values.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ByName {
    /// The id of the operation that lists ids and names.
    pub operation: String,
    /// Input of that operation; its fields from the connection come as ever.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub input: Map<String, Value>,
    /// The path of the id in its records.
    pub id: String,
    /// The path of the name.
    pub name: String,
    /// The path of another name that is understood: a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The name of the value beside `id` in the items of the list; where answers differ, the first that is there.
    pub value: Vec<String>,
    /// For an output: the field that is added, with names and values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Field {
    /// The API's own name.
    pub name: String,
    /// For people: `First name`.
    pub label: String,
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Whether the operation needs it.
    pub required: bool,
    /// The connection gives it when the workflow leaves it out (`locationId`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_connection: bool,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What is taken when neither the workflow nor the connection gives a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Whether null is a value that is sent; else null is the same as leaving the field out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nullable: bool,
    /// The allowed values, of an array those of its items; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// Where the values to choose from are found; a value may then be given by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Choices>,
    /// Where the names of an object's entries are found, in place of a list with ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_name: Option<ByName>,
    /// A value as somebody might give it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// The type of an array's items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<FieldType>,
    /// The fields of an object, or of each object in an array. Empty: not described.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub fields: Vec<Field>,
}
