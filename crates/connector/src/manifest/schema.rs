//! The JSON Schema of the language, and the schemas of the words that the catalog owns.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde_json::Value;

use super::{AppFile, OperationsFile};

/// An app file or an operations file.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(title = "Highline connector")]
#[allow(dead_code, reason = "only its schema is used")]
enum ManifestFile {
    App(Box<AppFile>),
    Operations(OperationsFile),
}

/// The JSON Schema of app files and operations files, for editors.
pub fn manifest_schema() -> Value {
    schema_for!(ManifestFile).to_value()
}

fn words(words: &[&str]) -> Schema {
    json_schema!({ "type": "string", "enum": words })
}

pub(super) fn field_type(_: &mut SchemaGenerator) -> Schema {
    words(&[
        "string", "integer", "number", "boolean", "datetime", "date", "email", "phone", "url", "object",
        "array", "any",
    ])
}

pub(super) fn kind(_: &mut SchemaGenerator) -> Schema {
    words(&["trigger", "action"])
}

pub(super) fn effect(_: &mut SchemaGenerator) -> Schema {
    words(&["read", "write"])
}

pub(super) fn repeat(_: &mut SchemaGenerator) -> Schema {
    words(&["safe", "unsafe"])
}

pub(super) fn token(_: &mut SchemaGenerator) -> Schema {
    words(&["location", "agency", "location_or_agency", "any"])
}

pub(super) fn emit(_: &mut SchemaGenerator) -> Schema {
    words(&["new", "new_or_changed", "changed_record"])
}

pub(super) fn error_kind(_: &mut SchemaGenerator) -> Schema {
    words(&["unauthorized", "forbidden", "not_found", "duplicate", "rejected", "rate_limited", "unavailable"])
}

#[cfg(test)]
mod tests {
    use highline_catalog::{Effect, Emit, FieldType, Kind, Repeat, Token};
    use highline_model::ErrorKind;
    use serde::de::DeserializeOwned;

    use super::*;

    fn read<T: DeserializeOwned>(schema: fn(&mut SchemaGenerator) -> Schema) -> Vec<T> {
        let schema = schema(&mut SchemaGenerator::default()).to_value();
        serde_json::from_value(schema["enum"].clone()).unwrap()
    }

    #[test]
    fn the_words_of_the_schema_are_those_of_the_catalog() {
        let types: Vec<FieldType> = read(field_type);
        assert_eq!(types.iter().collect::<std::collections::HashSet<_>>().len(), 12);
        assert_eq!(read::<Kind>(kind).len(), 2);
        assert_eq!(read::<Effect>(effect).len(), 2);
        assert_eq!(read::<Repeat>(repeat).len(), 2);
        assert_eq!(read::<Token>(token).len(), 4);
        assert_eq!(read::<Emit>(emit).len(), 3);
        assert!(read::<ErrorKind>(error_kind).contains(&ErrorKind::Duplicate));
    }
}
