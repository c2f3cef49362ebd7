//! What the operations of `state` take and give.

use highline_catalog::{Definition, Effect, Field, FieldType, Kind, Repeat, Sample, Shape, Token};
use serde_json::{Map, Value, json};

use super::Verb;

impl Verb {
    pub(super) fn definition(self) -> Definition {
        match self {
            Self::Get => get(),
            Self::List => list(),
            Self::Put => put(),
            Self::PutIfAbsent => put_if_absent(),
            Self::Delete => delete(),
            Self::Reconcile => super::reconcile::reconcile(),
        }
    }
}

fn get() -> Definition {
    Definition {
        effect: Effect::Read,
        input: vec![key(), scope()],
        output: [vec![output("found", FieldType::Boolean, "Whether there is an entry.")], entry()].concat(),
        sample: sample(
            json!({ "key": "task:Jx4bY9nQ" }),
            json!({ "found": true, "value": "8812", "expires_at": null, "updated_at": "2026-11-21T08:00:00Z" }),
        ),
        ..definition("state.get", "Get a Value", "Gives the value of a key, and whether there is one.")
    }
}

fn list() -> Definition {
    let limit = Field {
        default: Some(json!(100)),
        example: Some(json!(100)),
        ..field("limit", FieldType::Integer, "The most entries to give, up to 1000.")
    };
    let prefix = Field {
        example: Some(json!("task:")),
        ..field("prefix", FieldType::String, "Only keys that begin so.")
    };
    let inner = [vec![output("key", FieldType::String, "The key.")], entry()].concat();
    Definition {
        effect: Effect::Read,
        input: vec![prefix, limit, scope()],
        output: vec![
            Field {
                items: Some(FieldType::Object),
                fields: inner,
                ..output("entries", FieldType::Array, "The entries, in the order of their keys.")
            },
            output("more", FieldType::Boolean, "Whether there are more than `limit`."),
        ],
        sample: sample(
            json!({ "prefix": "task:" }),
            json!({ "entries": [{
                "key": "task:Jx4bY9nQ", "value": "8812", "expires_at": null, "written_by_run": null,
                "created_at": "2026-11-21T08:00:00Z", "updated_at": "2026-11-21T08:00:00Z"
            }], "more": false }),
        ),
        ..definition("state.list", "List Values", "Lists entries by the beginning of their keys.")
    }
}

fn put() -> Definition {
    Definition {
        input: vec![key(), value(), expires_in(), scope()],
        output: vec![given_value(), end()],
        sample: sample(
            json!({ "key": "task:Jx4bY9nQ", "value": "8812" }),
            json!({ "value": "8812", "expires_at": null }),
        ),
        ..definition("state.put", "Put a Value", "Keeps a value under a key, in place of the one before.")
    }
}

fn put_if_absent() -> Definition {
    Definition {
        notes: vec![
            "Of all who ask for the same key, one gets stored: true; use it to do something once.".into(),
            "A step that asks again after a crash gets the same answer as the first time.".into(),
        ],
        input: vec![key(), value(), expires_in(), scope()],
        output: vec![
            output("stored", FieldType::Boolean, "Whether the entry is this step's; false: there was one."),
            output(
                "value",
                FieldType::Any,
                "The value of the entry: the given one, or the one that was there.",
            ),
            end(),
        ],
        sample: sample(
            json!({ "key": "task:Jx4bY9nQ", "value": "8812", "expires_in": "30d" }),
            json!({ "stored": true, "value": "8812", "expires_at": "2026-12-21T08:00:00Z" }),
        ),
        ..definition(
            "state.put_if_absent",
            "Put a Value if There Is None",
            "Keeps a value under a key that has none, and tells whether it did.",
        )
    }
}

fn delete() -> Definition {
    Definition {
        input: vec![key(), scope()],
        output: vec![output("key", FieldType::String, "The key, which has no value now.")],
        sample: sample(json!({ "key": "task:Jx4bY9nQ" }), json!({ "key": "task:Jx4bY9nQ" })),
        ..definition("state.delete", "Delete a Value", "Forgets the value of a key, if there is one.")
    }
}

/// A write that may be repeated.
pub(super) fn definition(id: &str, title: &str, summary: &str) -> Definition {
    Definition {
        id: id.into(),
        app: "state".into(),
        kind: Kind::Action,
        category: "State".into(),
        title: title.into(),
        summary: summary.into(),
        notes: vec![],
        method: None,
        path: None,
        version: None,
        token: Token::Any,
        scopes: vec![],
        needs_connection: false,
        effect: Effect::Write,
        repeat: Repeat::Safe,
        unsafe_when: Map::new(),
        verify: None,
        input: vec![],
        require: vec![],
        shape: Shape::Record,
        output: vec![],
        poll: None,
        sample: sample(Value::Null, Value::Null),
    }
}

/// There is no wire: the reply is the output.
pub(super) fn sample(input: Value, output: Value) -> Sample {
    Sample { input, reply: output.clone(), output }
}

pub(super) fn field(name: &str, kind: FieldType, description: &str) -> Field {
    let mut label = name.replace('_', " ");
    label[..1].make_ascii_uppercase();
    Field { name: name.into(), label, kind, description: description.into(), ..Field::default() }
}

pub(super) fn output(name: &str, kind: FieldType, description: &str) -> Field {
    field(name, kind, description)
}

pub(super) fn key() -> Field {
    let description = "The name of the entry, at most 500 characters; the id of a record makes a good one.";
    Field {
        required: true,
        example: Some(json!("task:{{ trigger.id }}")),
        ..field("key", FieldType::String, description)
    }
}

fn value() -> Field {
    let description = "What to keep: text, a number, a list, an object, at most 256 KiB as JSON.";
    Field {
        required: true,
        example: Some(json!("{{ steps.create.id }}")),
        ..field("value", FieldType::Any, description)
    }
}

fn expires_in() -> Field {
    let description = "How long the entry is kept: 30s, 5m, 2h, 30d; at most 366 days. Left out: for ever.";
    Field { example: Some(json!("30d")), ..field("expires_in", FieldType::Duration, description) }
}

pub(super) fn scope() -> Field {
    let description = "Who sees the entry: the runs of this workflow, or those of all workflows.";
    Field {
        default: Some(json!("workflow")),
        values: ["workflow", "shared"].map(Value::from).to_vec(),
        example: Some(json!("shared")),
        ..field("scope", FieldType::String, description)
    }
}

fn given_value() -> Field {
    output("value", FieldType::Any, "The value as it was given.")
}

fn end() -> Field {
    output("expires_at", FieldType::Datetime, "When the entry ends; null: never.")
}

fn entry() -> Vec<Field> {
    vec![
        output("value", FieldType::Any, "The value; null where there is none."),
        end(),
        output("updated_at", FieldType::Datetime, "When the value was written."),
    ]
}
