//! A small catalog with operations like the real ones, and a few connections.

use std::sync::Arc;

use async_trait::async_trait;
use highline_catalog::{
    Action, Batch, ByName, Call, Catalog, Connection, Connections, Definition, Effect, Emit, Field,
    FieldType, Kind, Operation, OperationError, Output, PollDefinition, PollingTrigger, Repeat, Requirement,
    Sample, Shape, Since, Token,
};
use highline_model::{ErrorKind, Preview};
use highline_workflow::{Checked, Environment, check};
use highline_yaml::Source;
use serde_json::{Map, json};

struct Described(Definition);

fn unused() -> OperationError {
    OperationError::refused(ErrorKind::Configuration, "this operation is only described")
}

#[async_trait]
impl Action for Described {
    fn definition(&self) -> &Definition {
        &self.0
    }

    async fn run(&self, _: Call<'_>) -> Result<Output, OperationError> {
        Err(unused())
    }

    fn preview(&self, _: Call<'_>) -> Result<Preview, OperationError> {
        Err(unused())
    }
}

#[async_trait]
impl PollingTrigger for Described {
    fn definition(&self) -> &Definition {
        &self.0
    }

    async fn poll(&self, _: Call<'_>, _: Since<'_>) -> Result<Batch, OperationError> {
        Err(unused())
    }

    async fn read(&self, _: Call<'_>) -> Result<Output, OperationError> {
        Err(unused())
    }
}

fn field(name: &str, kind: FieldType) -> Field {
    Field { name: name.into(), label: name.into(), kind, ..Field::default() }
}

fn needed(name: &str, kind: FieldType) -> Field {
    Field { required: true, ..field(name, kind) }
}

fn location() -> Field {
    Field { from_connection: true, ..needed("locationId", FieldType::String) }
}

fn tags() -> Field {
    Field { items: Some(FieldType::String), ..field("tags", FieldType::Array) }
}

fn state_scope() -> Field {
    Field {
        values: ["workflow", "shared"].map(|word| json!(word)).to_vec(),
        ..field("scope", FieldType::String)
    }
}

fn custom_fields() -> Field {
    Field {
        items: Some(FieldType::Object),
        fields: vec![field("id", FieldType::String), field("value", FieldType::Any)],
        by_name: Some(ByName { operation: "highlevel.custom_fields.list".into(), ..ByName::default() }),
        ..field("customFields", FieldType::Array)
    }
}

fn contact() -> Vec<Field> {
    vec![
        field("id", FieldType::String),
        field("firstName", FieldType::String),
        field("lastName", FieldType::String),
        field("email", FieldType::Email),
        field("phone", FieldType::Phone),
        field("companyName", FieldType::String),
        field("postalCode", FieldType::String),
        field("dnd", FieldType::Boolean),
        field("dateAdded", FieldType::Datetime),
        field("dateUpdated", FieldType::Datetime),
        tags(),
        custom_fields(),
    ]
}

fn action(id: &str, scope: Option<&str>, input: Vec<Field>, output: Vec<Field>) -> Definition {
    Definition {
        id: id.into(),
        app: id.split('.').next().unwrap_or_default().into(),
        kind: Kind::Action,
        category: "Test".into(),
        title: id.into(),
        summary: id.into(),
        notes: vec![],
        method: None,
        path: None,
        version: None,
        token: Token::Any,
        scopes: scope.map(str::to_owned).into_iter().collect(),
        needs_connection: !id.starts_with("http.") && !id.starts_with("state."),
        effect: Effect::Write,
        repeat: Repeat::Unsafe,
        unsafe_when: Map::new(),
        verify: None,
        input,
        require: vec![],
        shape: Shape::Record,
        output,
        poll: None,
        sample: Sample { input: json!({}), reply: json!({}), output: json!({}) },
    }
}

fn trigger(id: &str, emit: Emit, input: Vec<Field>, output: Vec<Field>) -> Definition {
    let poll = PollDefinition { emit, key: vec!["id".into()], changed: None, created: None };
    Definition {
        kind: Kind::Trigger,
        effect: Effect::Read,
        repeat: Repeat::Safe,
        shape: if emit == Emit::ChangedRecord { Shape::Record } else { Shape::List },
        poll: Some(poll),
        ..action(id, Some("contacts.readonly"), input, output)
    }
}

fn definitions() -> Vec<Definition> {
    use FieldType::{Any, Array, Boolean, Datetime, Duration, Email, Integer, Number, Object, String, Url};
    let contact_id = || needed("contactId", String);
    let write = Some("contacts.write");
    let update = [vec![contact_id()], contact()[1..].to_vec()].concat();
    let method = Field {
        values: ["GET", "POST", "PUT", "PATCH", "DELETE"].map(|m| json!(m)).to_vec(),
        example: Some(json!("GET")),
        ..needed("method", String)
    };
    let task = vec![
        field("id", String),
        field("title", String),
        field("body", String),
        field("contactId", String),
        field("completed", Boolean),
        field("dueDate", Datetime),
    ];
    let badge = vec![field("id", String), field("state", String), field("recipient_email", Email)];
    vec![
        trigger("highlevel.contacts.get", Emit::ChangedRecord, vec![contact_id()], contact()),
        trigger(
            "highlevel.contacts.search",
            Emit::NewOrChanged,
            vec![location(), field("query", String), field("pageLimit", Integer), field("filters", Array)],
            contact(),
        ),
        trigger("highlevel.contacts.tasks.list", Emit::New, vec![contact_id()], task),
        Definition { repeat: Repeat::Safe, ..action("highlevel.contacts.update", write, update, contact()) },
        action(
            "highlevel.contacts.tags.add",
            write,
            vec![contact_id(), Field { required: true, ..tags() }],
            vec![tags()],
        ),
        action(
            "highlevel.contacts.business.bulk_update",
            write,
            vec![
                Field { required: true, items: Some(String), ..field("ids", Array) },
                Field { nullable: true, ..needed("businessId", String) },
            ],
            vec![field("success", Boolean)],
        ),
        action(
            "credly.badges.issue",
            None,
            vec![
                needed("badge_template_id", String),
                needed("recipient_email", Email),
                field("issuer_earner_id", String),
                field("issued_to_first_name", String),
                field("issued_to_last_name", String),
                field("issued_at", Datetime),
                field("suppress_badge_notification_email", Boolean),
            ],
            badge,
        ),
        Definition {
            require: vec![
                Requirement::OneOf(vec!["userId".into(), "calendarId".into()]),
                Requirement::AnyOf(vec!["from".into(), "until".into()]),
            ],
            repeat: Repeat::Safe,
            unsafe_when: Map::from_iter([("notify".to_owned(), json!(true))]),
            ..action(
                "highlevel.calendars.block",
                write,
                vec![
                    field("userId", String),
                    field("calendarId", String),
                    field("from", Datetime),
                    field("until", Datetime),
                    field("notify", Boolean),
                    Field {
                        by_name: Some(ByName { operation: "fields".into(), ..ByName::default() }),
                        fields: vec![field("id", String), field("field_value", Any)],
                        ..field("customFields", Array)
                    },
                ],
                vec![field("id", String)],
            )
        },
        Definition {
            repeat: Repeat::Safe,
            ..action(
                "state.get",
                None,
                vec![needed("key", String), state_scope()],
                vec![field("found", Boolean), field("value", Any)],
            )
        },
        Definition {
            repeat: Repeat::Safe,
            ..action(
                "state.put",
                None,
                vec![
                    needed("key", String),
                    needed("value", Any),
                    field("expires_in", Duration),
                    state_scope(),
                ],
                vec![field("value", Any)],
            )
        },
        action(
            "http.request",
            None,
            vec![
                method,
                needed("url", Url),
                field("headers", Object),
                field("body", Any),
                field("timeout_seconds", Number),
            ],
            vec![field("status", Integer), field("headers", Object), field("body", Any)],
        ),
    ]
}

pub fn catalog() -> Catalog {
    let mut catalog = Catalog::new();
    for definition in definitions() {
        let operation = match definition.kind {
            Kind::Trigger => Operation::Trigger(Arc::new(Described(definition))),
            Kind::Action => Operation::Action(Arc::new(Described(definition))),
        };
        catalog.add(operation).unwrap();
    }
    catalog
}

/// `acme` and `bolt` (which may only read) for HighLevel, `credly` for Credly.
pub fn connections() -> Connections {
    let connection = |name: &str, app: &str, scopes: &[&str]| Connection {
        name: name.into(),
        app: app.into(),
        values: json!({ "locationId": "ve9EPM428h8vShlRW1KT" }).as_object().cloned().unwrap(),
        scopes: (!scopes.is_empty()).then(|| scopes.iter().map(|scope| (*scope).to_owned()).collect()),
        ..Connection::default()
    };
    Connections::new([
        connection("acme", "highlevel", &["contacts.readonly", "contacts.write"]),
        connection("bolt", "highlevel", &["contacts.readonly"]),
        connection("credly", "credly", &[]),
    ])
}

/// Checks a text with all connections known.
pub fn checked(name: &str, text: &str) -> Checked {
    let (catalog, connections) = (catalog(), connections());
    let environment = Environment { catalog: &catalog, connections: Some(&connections) };
    check(&"example".parse().unwrap(), &Source::new(name, text), &environment)
}
