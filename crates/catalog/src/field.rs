//! Fields: of an input, of an output, of a nested object.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type of a field's value, as JSON carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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
    Object,
    Array,
    /// Whatever JSON.
    Any,
}

impl FieldType {
    /// Whether JSON carries it as text.
    pub fn is_text(self) -> bool {
        matches!(self, Self::String | Self::Datetime | Self::Date | Self::Email | Self::Phone | Self::Url)
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

/// One field.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Field {
    /// The API's own name.
    pub name: String,
    /// For people: `First name`.
    pub label: String,
    #[serde(rename = "type")]
    pub kind: FieldType,
    pub required: bool,
    /// The connection gives it when the workflow leaves it out (`locationId`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_connection: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The allowed values; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// The type of an array's items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<FieldType>,
    /// The fields of an object, or of each object in an array. Empty: not described.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}
