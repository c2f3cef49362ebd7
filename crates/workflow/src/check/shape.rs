//! What is known of a value before there is one.

use std::sync::Arc;

use highline_catalog::{Definition, Field, FieldType, Shape as OutputShape};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Nothing is known: every field may be there.
    Any,
    /// No fields at all; the word for messages.
    Scalar(&'static str),
    List(Arc<Shape>),
    /// These fields and no others.
    Fields(Arc<Vec<(String, Shape)>>),
    /// Of a request: any names in lower case.
    Headers,
}

impl Shape {
    pub(super) fn fields(fields: Vec<(String, Shape)>) -> Self {
        Self::Fields(Arc::new(fields))
    }

    pub(super) fn list(item: Shape) -> Self {
        Self::List(Arc::new(item))
    }

    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Object(fields) => Self::fields(
                fields.iter().map(|(name, value)| (name.clone(), Self::of_value(value))).collect(),
            ),
            Value::Array(items) => Self::list(items.first().map_or(Self::Any, Self::of_value)),
            Value::Null => Self::Any,
            Value::Bool(_) => Self::Scalar("a boolean"),
            Value::Number(_) => Self::Scalar("a number"),
            Value::String(_) => Self::Scalar("text"),
        }
    }

    /// The record that an operation gives: one, or each of its list.
    pub(super) fn of_record(definition: &Definition) -> Self {
        Self::of_fields(&definition.output)
    }

    /// What a step with this operation has as its output.
    pub(super) fn of_output(definition: &Definition) -> Self {
        match definition.shape {
            OutputShape::Record => Self::of_record(definition),
            OutputShape::List => Self::list(Self::of_record(definition)),
        }
    }

    fn of_fields(fields: &[Field]) -> Self {
        if fields.is_empty() {
            return Self::Any;
        }
        Self::fields(fields.iter().map(|field| (field.name.clone(), Self::of_field(field))).collect())
    }

    fn of_field(field: &Field) -> Self {
        match field.kind {
            FieldType::Any => Self::Any,
            FieldType::Object => Self::of_fields(&field.fields),
            FieldType::Array => Self::list(match field.items {
                _ if !field.fields.is_empty() => Self::of_fields(&field.fields),
                None | Some(FieldType::Object | FieldType::Array | FieldType::Any) => Self::Any,
                Some(kind) => Self::scalar(kind),
            }),
            kind => Self::scalar(kind),
        }
    }

    fn scalar(kind: FieldType) -> Self {
        Self::Scalar(match kind {
            FieldType::Boolean => "a boolean",
            FieldType::Integer | FieldType::Number => "a number",
            _ => "text",
        })
    }

    /// With one more field, where the fields are known.
    pub(super) fn with(&self, name: &str, shape: Shape) -> Self {
        match self {
            Self::Fields(fields) => {
                let mut fields = Vec::clone(fields);
                fields.push((name.to_owned(), shape));
                Self::fields(fields)
            }
            Self::Scalar(_) | Self::List(_) | Self::Headers | Self::Any => Self::Any,
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Any => "something",
            Self::Scalar(kind) => kind,
            Self::List(_) => "a list",
            Self::Fields(_) | Self::Headers => "an object",
        }
    }
}
