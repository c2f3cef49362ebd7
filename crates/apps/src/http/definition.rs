//! What `http.get` and `http.request` take and give.

use highline_catalog::{Definition, Effect, Field, FieldType, Kind, Repeat, Sample, Shape, Token};
use highline_connector::{ConnectionSchema, SecretSchema};
use serde_json::{Map, Value, json};

use super::METHODS;

/// `http.get`: a read, so a dry run does it and a crash repeats it.
pub(super) fn get() -> Definition {
    Definition {
        id: "http.get".into(),
        title: "Get a URL".into(),
        summary: "Reads a URL.".into(),
        effect: Effect::Read,
        repeat: Repeat::Safe,
        input: vec![url(), query(), headers(), expect()],
        sample: Sample {
            input: json!({"url": "https://example.com/people", "query": {"email": "mara.lindqvist@example.com"}}),
            reply: json!({"people": [{"name": "Mara"}]}),
            output: json!({"status": 200, "headers": {}, "body": {"people": [{"name": "Mara"}]}}),
        },
        ..request()
    }
}

/// `http.request`: it may do anything, so it is taken for a write that must not be done twice.
pub(super) fn request() -> Definition {
    Definition {
        id: "http.request".into(),
        app: "http".into(),
        kind: Kind::Action,
        category: "HTTP".into(),
        title: "Send a Request".into(),
        summary: "Sends any request to any URL.".into(),
        notes: vec![
            "With a connection, url may be a path after its base URL, and its secrets are sent to that host only.".into(),
            "An answer that is not 2xx is an error, unless expect allows its status.".into(),
            "Redirects are not followed.".into(),
        ],
        method: None,
        path: None,
        version: None,
        token: Token::Any,
        scopes: vec![],
        needs_connection: false,
        effect: Effect::Write,
        repeat: Repeat::Unsafe,
        unsafe_when: Map::new(),
            verify: None,
        input: vec![method(), url(), query(), headers(), body(), expect()],
        require: vec![],
        shape: Shape::Record,
        output: vec![
            field("status", FieldType::Integer, "The HTTP status."),
            field("headers", FieldType::Object, "The headers of the answer, names in lower case."),
            field("body", FieldType::Any, "JSON where the answer is JSON, else text; null when there is none."),
        ],
        poll: None,
        sample: Sample {
            input: json!({"method": "POST", "url": "https://example.com/hooks", "body": {"name": "Mara"}}),
            reply: json!({"received": true}),
            output: json!({"status": 200, "headers": {}, "body": {"received": true}}),
        },
    }
}

/// What a connection of the app holds.
pub(super) fn connection() -> ConnectionSchema {
    let secret = |name: &str, label: &str, description: &str| SecretSchema {
        name: name.into(),
        label: label.into(),
        description: description.into(),
        required: false,
    };
    ConnectionSchema {
        app: "http".into(),
        title: "HTTP".into(),
        auth: "by its secrets".into(),
        base_url: String::new(),
        secrets: vec![
            secret("token", "Bearer token", "Sent as Authorization: Bearer."),
            secret("username", "User name", "Sent with the password as Authorization: Basic."),
            secret("password", "Password", "Left out: blank."),
            secret("key", "Key", "Sent in the header that the value header names."),
            secret(
                "signing_secret",
                "Signing secret",
                "Signs each request in the header X-Highline-Signature.",
            ),
        ],
        values: vec![
            Field {
                label: "Header".into(),
                example: Some(json!("X-API-Key")),
                ..field("header", FieldType::String, "The header for the key. Left out: X-API-Key.")
            },
            Field {
                label: "Idempotency header".into(),
                example: Some(json!("Idempotency-Key")),
                ..field(
                    "idempotency_header",
                    FieldType::String,
                    "The header in which http.request sends a key that stays the same when a step is sent again.",
                )
            },
        ],
        test: None,
        limit: None,
    }
}

fn field(name: &str, kind: FieldType, description: &str) -> Field {
    let mut label = name.to_owned();
    label[..1].make_ascii_uppercase();
    Field { name: name.into(), label, kind, description: description.into(), ..Field::default() }
}

fn method() -> Field {
    Field {
        required: true,
        values: METHODS.map(Value::from).to_vec(),
        example: Some(json!("POST")),
        ..field("method", FieldType::String, "The HTTP method.")
    }
}

fn url() -> Field {
    let description =
        "The URL, https unless the host is this machine; or a path after the connection's base URL.";
    Field {
        label: "URL".into(),
        required: true,
        example: Some(json!("https://example.com/hooks")),
        ..field("url", FieldType::Url, description)
    }
}

fn query() -> Field {
    let description = "Query parameters by name; an array gives one for each item.";
    Field { example: Some(json!({"page": 1})), ..field("query", FieldType::Object, description) }
}

fn headers() -> Field {
    Field {
        example: Some(json!({"Accept": "application/json"})),
        ..field("headers", FieldType::Object, "Headers by name.")
    }
}

fn body() -> Field {
    Field {
        example: Some(json!({"name": "Mara"})),
        ..field("body", FieldType::Any, "A text is sent as it is, anything else as JSON.")
    }
}

fn expect() -> Field {
    Field {
        label: "Expected statuses".into(),
        items: Some(FieldType::Integer),
        example: Some(json!([200, 404])),
        ..field("expect", FieldType::Array, "The statuses that are no error. Left out: all 2xx.")
    }
}
