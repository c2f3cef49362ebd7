//! The format of a workflow, as types. The reader and the JSON Schema both come from the lists of keys in this file.

use std::borrow::Cow;
use std::time::Duration;

use highline_yaml::{Node, Span};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::mapping::{HELPERS, Helper};

mod read;
mod steps;
mod webhook;

pub(crate) use read::{FromNode, Reader};
pub(crate) use steps::{
    BackoffWord, InterruptWord, OnErrorDocument, OnErrorWord, RetryDocument, StepDocument, StepsDocument,
    StopResult, WaitDocument,
};
pub(crate) use webhook::{MethodWord, Size, WebhookDocument};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// An object as it stands in the text: where it is and which keys it has.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) span: Span,
    present: Vec<(&'static str, Span)>,
}

impl Keys {
    /// Where `key` stands, whether or not its value could be read.
    pub(crate) fn get(&self, key: &str) -> Option<Span> {
        self.present.iter().find(|(known, _)| *known == key).map(|(_, span)| *span)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

/// Declares an object of the format: a struct, its schema, and how it is read, from one list of keys.
macro_rules! object {
    ($(#[$meta:meta])* $name:ident: $what:literal { $($(#[$field_meta:meta])* $field:ident: $type:ty = $key:literal,)* }) => {
        #[derive(Debug, Clone, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        $(#[$meta])*
        pub(crate) struct $name {
            #[schemars(skip)]
            #[allow(dead_code, reason = "not every object is asked where its keys are")]
            pub(crate) keys: $crate::document::Keys,
            $($(#[$field_meta])* #[schemars(rename = $key)] pub(crate) $field: Option<$type>,)*
        }

        impl $crate::document::FromNode for $name {
            fn from_node(node: &highline_yaml::Node, reader: &mut $crate::document::Reader) -> Option<Self> {
                const KEYS: &[&str] = &[$($key),*];
                let keys = reader.keys(node, $what, KEYS)?;
                Some(Self { keys, $($field: reader.field(node, $key),)* })
            }
        }
    };
}

/// Declares a choice among words.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident: $what:literal { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)* }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, schemars::JsonSchema)]
        $(#[$meta])*
        pub(crate) enum $name {
            $($(#[$variant_meta])* #[schemars(rename = $word)] $variant,)*
        }

        impl $crate::document::FromNode for $name {
            fn from_node(node: &highline_yaml::Node, reader: &mut $crate::document::Reader) -> Option<Self> {
                const WORDS: &[(&str, $name)] = &[$(($word, $name::$variant)),*];
                reader.word(node, $what, WORDS)
            }
        }
    };
}

pub(crate) use {choice, object};

object! {
    /// A Highline workflow.
    Document: "a workflow" {
        /// For people.
        name: Located<String> = "name",
        /// Whether it is switched on when it is first seen; after that the switch in CLI and API owns it.
        enabled: Located<bool> = "enabled",
        /// How it starts.
        #[schemars(required)]
        trigger: TriggerDocument = "trigger",
        /// Constants: `{{ vars.name }}`.
        vars: Table = "vars",
        /// Tables for `lookup`: `{{ lookup maps.name key }}`.
        maps: Table = "maps",
        /// Only events for which this holds become runs.
        filter: Condition = "where",
        /// How many runs with the same key may go at a time.
        concurrency: ConcurrencyDocument = "concurrency",
        /// Of all events with the same key, only the first starts a run.
        dedupe: DedupeDocument = "dedupe",
        /// A run that is not over after this time fails; no limit when left out.
        timeout: Located<Length> = "timeout",
        /// What is kept of its runs, and how long when they are over.
        keep: KeepDocument = "keep",
        /// What a run does, in this order.
        #[schemars(required)]
        steps: StepsDocument = "steps",
    }
}

object! {
    ConcurrencyDocument: "`concurrency`" {
        /// Runs with the same value count together.
        #[schemars(required)]
        key: Templated = "key",
        /// How many go at a time; 1 when left out.
        #[schemars(range(min = 1, max = 1000))]
        limit: Located<u32> = "limit",
        /// What becomes of a run that comes when so many go; `queue` when left out.
        on_limit: Located<OnLimitWord> = "on_limit",
    }
}

choice! {
    OnLimitWord: "`on_limit`" {
        /// It waits for its turn, in the order of the events.
        Queue = "queue",
        /// There is no run; the event is kept as dropped.
        Drop = "drop",
        /// The oldest runs with the key that are not over are cancelled for it.
        CancelPrevious = "cancel_previous",
    }
}

object! {
    DedupeDocument: "`dedupe`" {
        /// Events with the same value are the same event; a blank value is no key.
        #[schemars(required)]
        key: Templated = "key",
        /// For how long the first one counts; for ever when left out.
        within: Located<Length> = "within",
    }
}

object! {
    KeepDocument: "`keep`" {
        /// How long after their end: a duration, or `forever`.
        age: Located<Lasting> = "for",
        /// How long failed ones; as long as the others when left out.
        failed_age: Located<Lasting> = "failed_for",
        /// How many of each outcome, the newest.
        runs: Located<RunCount> = "runs",
        /// Of which attempts it is kept what went over the wire; `all` when left out.
        exchanges: Located<ExchangesWord> = "exchanges",
    }
}

choice! {
    ExchangesWord: "`exchanges`" {
        /// Of all, save where the output has the whole answer anyway.
        All = "all",
        /// Of failed ones.
        Failed = "failed",
        /// Of none.
        None = "none",
    }
}

/// The word `manual` or `webhook`, or an object.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum TriggerDocument {
    Word(TriggerWord),
    Object(Box<TriggerObject>),
}

choice! {
    TriggerWord: "`trigger`" {
        /// Start by hand only.
        Manual = "manual",
        /// Start by requests to an address that Highline makes.
        Webhook = "webhook",
    }
}

object! {
    TriggerObject: "`trigger`" {
        /// A polling trigger of the catalog: `highlevel.contacts.search`.
        uses: Located<String> = "use",
        /// The name of a connection; may be left out where the app has only one.
        connection: Located<String> = "connection",
        /// The time between two polls.
        every: Located<Length> = "every",
        /// The trigger's input.
        with: Table = "with",
        /// Which findings become events.
        emit: Located<EmitWord> = "emit",
        /// Emit what exists at the first poll too.
        backfill: Located<bool> = "backfill",
        /// For so long, a record as a run of any workflow here wrote it over the same connection is no event.
        ignore_own_writes: Located<Length> = "ignore_own_writes",
        /// Start by the clock.
        schedule: ScheduleDocument = "schedule",
        /// Start by hand only.
        manual: Located<bool> = "manual",
        /// Start by requests from outside, to an address below `/hooks/`.
        webhook: WebhookDocument = "webhook",
        /// Not available yet.
        #[schemars(skip)]
        #[expect(dead_code, reason = "only its presence is reported")]
        event: Templated = "event",
    }
}

choice! {
    EmitWord: "`emit`" {
        New = "new",
        NewOrChanged = "new_or_changed",
        ChangedRecord = "changed_record",
    }
}

object! {
    ScheduleDocument: "`schedule`" {
        /// Minute, hour, day of month, month, day of week: `0 9 * * MON-FRI`.
        #[schemars(required)]
        cron: Located<String> = "cron",
        /// An IANA time zone: `Europe/Berlin`. UTC when left out.
        timezone: Located<String> = "timezone",
    }
}

impl FromNode for TriggerDocument {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if node.as_mapping().is_none() && !node.is_null() {
            return TriggerWord::from_node(node, reader).map(Self::Word);
        }
        TriggerObject::from_node(node, reader).map(|object| Self::Object(Box::new(object)))
    }
}

/// `5m`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length(pub(crate) Duration);

/// A duration, or for ever, which is `Duration::MAX`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lasting(pub(crate) Duration);

/// How many runs are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunCount(pub(crate) u64);

/// Any value with templates in it.
#[derive(Debug, Clone)]
pub(crate) struct Templated(pub(crate) Node);

/// An object whose keys are free, with templates in its values.
#[derive(Debug, Clone)]
pub(crate) struct Table(pub(crate) Node);

/// A template, or `true` or `false`.
#[derive(Debug, Clone)]
pub(crate) struct Condition(pub(crate) Node);

macro_rules! schema {
    ($($type:ty, $name:literal: $schema:tt)*) => {
        $(impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        })*
    };
}

schema! {
    Length, "Duration": { "type": "string", "pattern": "^([0-9]+(ms|s|m|h|d|w) *)+$" }
    Lasting, "Lasting": { "type": "string", "pattern": "^(forever|([0-9]+(ms|s|m|h|d|w) *)+)$" }
    Size, "Size": { "type": ["string", "integer"], "pattern": "^[0-9]+ *(B|KiB|MiB)?$" }
    RunCount, "RunCount": { "type": "integer", "minimum": 1, "maximum": 1_000_000_000 }
    Templated, "Templated": true
    Table, "Table": { "type": "object" }
    Condition, "Condition": { "type": ["string", "boolean"] }
}

impl<T: JsonSchema> JsonSchema for Located<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// The JSON Schema of the format, for editors. `x-helpers` lists what templates can call; readers of schemas pass it over.
pub fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(Document);
    schema.insert("title".to_owned(), "Highline workflow".into());
    let mut schema = schema.to_value();
    without_null(&mut schema);
    schema["x-helpers"] = HELPERS.iter().flat_map(|(_, helpers)| helpers.iter()).map(helper).collect();
    schema
}

fn helper(helper: &Helper) -> Value {
    json!({ "name": helper.name, "signature": helper.signature, "about": helper.about, "example": helper.example })
}

/// A key is left out or has a value: what schemars allows for an `Option`, a key with null, is an error in a workflow.
fn without_null(schema: &mut Value) {
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut)
        && choices.iter().any(is_null)
    {
        choices.retain(|choice| !is_null(choice));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            if let Some(object) = schema.as_object_mut() {
                object.shift_remove("anyOf");
                object.extend(only);
            }
        }
    }
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|word| word != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    match schema {
        Value::Object(fields) => fields.values_mut().for_each(without_null),
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|word| word == "null")
}
