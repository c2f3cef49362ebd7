//! Where the values and the names of a field are looked up: in another operation of the same app.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Where the values of a field are found. A list is read once for each connection and kept for five minutes.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// The operation that lists them, without the app's id: `calendars.list`.
    pub operation: String,
    /// Input of that operation. What comes from the connection need not be said.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// The path of a list inside each record, when the choices are the items of that list: `stages`.
    #[serde(default)]
    pub list: Option<String>,
    /// Only records that fit the rest of the input are looked into: paths in the record and fields of this operation,
    /// as in `{ id: pipelineId }`. A field that is not given does not count.
    #[serde(default)]
    pub within: BTreeMap<String, String>,
    /// Values that the list does not have and that are right all the same, such as a word for none of them.
    #[serde(default)]
    pub also: Vec<String>,
    /// The path of the value. Left out: `id`.
    #[serde(default = "id")]
    pub value: String,
    /// The path of the name that people know it by. Left out: `name`.
    #[serde(default = "name")]
    pub label: String,
}

/// Where names stand for ids, as for custom fields. The list is read once for each connection and kept for five minutes.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByName {
    /// The operation that lists ids and names, without the app's id.
    pub operation: String,
    /// Input of that operation. What comes from the connection need not be said.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// The path of the id in its records. Left out: `id`.
    #[serde(default = "id")]
    pub id: String,
    /// The path of the name. Left out: `name`.
    #[serde(default = "name")]
    pub name: String,
    /// The path of another name that is understood, such as a key.
    #[serde(default)]
    pub key: Option<String>,
    /// What the value is called beside `id` in an item of the list; in an answer several names may be tried.
    pub value: Alternatives,
    /// For the fields of an answer: the field that is added to the record, with names and values.
    #[serde(default)]
    pub into: Option<String>,
}

/// One text, or several of which the first that is there is taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMany")]
pub struct Alternatives(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Alternatives {
    fn from(value: OneOrMany) -> Self {
        Self(match value {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        })
    }
}

impl JsonSchema for Alternatives {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Alternatives".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "array"], "items": { "type": "string" } })
    }
}

fn id() -> String {
    "id".to_owned()
}

fn name() -> String {
    "name".to_owned()
}

impl Choices {
    /// As the catalog describes it.
    pub fn describe(&self, app: &str) -> highline_catalog::Choices {
        highline_catalog::Choices {
            operation: format!("{app}.{}", self.operation),
            input: self.input.clone(),
            list: self.list.clone(),
            within: self.within.clone(),
            also: self.also.clone(),
            value: self.value.clone(),
            label: self.label.clone(),
        }
    }
}

impl ByName {
    /// As the catalog describes it.
    pub fn describe(&self, app: &str) -> highline_catalog::ByName {
        highline_catalog::ByName {
            operation: format!("{app}.{}", self.operation),
            input: self.input.clone(),
            id: self.id.clone(),
            name: self.name.clone(),
            key: self.key.clone(),
            value: self.value.0.clone(),
            into: self.into.clone(),
        }
    }
}
