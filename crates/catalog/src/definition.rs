//! The description of an operation: what people, forms, docs and `check` know of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Field, Verify};
use utoipa::ToSchema;

/// A polling trigger or an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Trigger,
    Action,
}

/// Whether using it changes anything in the app. A dry run does the reads and holds back the writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Read,
    Write,
}

/// Whether it may be done twice after a crash with the same end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// GET, PUT, DELETE, upsert: doing it again changes nothing more.
    Safe,
    /// A POST that creates: doing it again makes a second record.
    Unsafe,
}

/// The kind of HighLevel token that an operation needs; other apps have one kind and use `Any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Token {
    Location,
    Agency,
    LocationOrAgency,
    #[default]
    Any,
}

/// What comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One object.
    #[default]
    Record,
    /// An array of objects.
    List,
}

/// Which findings of a poll become events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Emit {
    /// Each record once, when it is first seen.
    New,
    /// Each record when it is first seen, and each time its change mark differs.
    NewOrChanged,
    /// The one record that is asked for, each time it differs.
    ChangedRecord,
}

/// How a polling trigger tells what is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PollDefinition {
    /// The mode when the workflow does not say `emit`.
    pub emit: Emit,
    /// Paths inside an item that together name the record, such as `id`.
    pub key: Vec<String>,
    /// The path that tells a change, such as `dateUpdated`; without it the item's hash does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
    /// The path of the moment of creation, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
}

/// Fields that go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// Exactly one of these.
    OneOf(Vec<String>),
    /// At least one of these.
    AnyOf(Vec<String>),
}

/// A valid use of the operation, for docs, forms and the contract suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sample {
    pub input: Value,
    /// The app's answer, as it comes over the wire.
    pub reply: Value,
    /// What comes out of that answer.
    #[serde(default)]
    pub output: Value,
}

/// An operation as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Definition {
    /// `app.resource.verb`, as in `highlevel.contacts.tasks.create`.
    pub id: String,
    /// `highlevel`
    pub app: String,
    pub kind: Kind,
    /// `Contacts`
    pub category: String,
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// What a user should know beyond the fields; plain sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// `POST`; none where the operation is not one HTTP call.
    pub method: Option<String>,
    /// `/contacts/{contactId}/tasks`
    pub path: Option<String>,
    /// The value of HighLevel's `Version` header; other apps have none.
    pub version: Option<String>,
    pub token: Token,
    pub scopes: Vec<String>,
    /// Whether it cannot be used without a connection: the app wants credentials, or has no address of its own.
    pub needs_connection: bool,
    pub effect: Effect,
    pub repeat: Repeat,
    /// Values of the input with which it is unsafe, whatever `repeat` says.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub unsafe_when: Map<String, Value>,
    /// How an unsafe use of it is looked up when its outcome is unknown; none where no read can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Verify>,
    /// Flat: path, query and body fields side by side, under the API's own names.
    pub input: Vec<Field>,
    /// What the input must have beyond its required fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub require: Vec<Requirement>,
    pub shape: Shape,
    /// The fields of the record, or of one item of the list. An app may send more.
    pub output: Vec<Field>,
    /// Present for polling triggers.
    pub poll: Option<PollDefinition>,
    pub sample: Sample,
}

impl Definition {
    /// The input field called `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.input.iter().find(|field| field.name == name)
    }
}
