//! The OpenAPI document: what utoipa makes of the handlers, and what is true of every route.

use std::sync::LazyLock;

use serde_json::{Value, json};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};
use utoipa::{OpenApi as _, ToSchema};

use crate::door::COOKIE;
use crate::error::ErrorAnswer;
use crate::live::{PollTold, RunTold, RunsTold, WorkflowTold};
use crate::routes::{Api, BASE, Outside};
use crate::table::Entry;

mod examples;
mod operation;
mod schemas;
mod sometimes;
#[cfg(test)]
mod tests;
mod words;

/// Made once.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

fn document() -> Value {
    let info = InfoBuilder::new()
        .title("Highline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(words::INTRODUCTION))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    let whole: OpenApi = OpenApiBuilder::new().info(info.build()).build();
    let whole = whole.nest(BASE, Api::openapi()).nest("", Outside::openapi());
    let mut document = serde_json::to_value(whole).expect("a document is made of plain values");
    for (base, entry) in entries() {
        let path = format!("{base}{}", entry.documented_path());
        if let Some(operation) = document["paths"][path][entry.method].as_object_mut() {
            operation::complete(operation, entry);
        }
    }
    add::<ErrorAnswer>(&mut document);
    add::<RunTold>(&mut document);
    add::<RunsTold>(&mut document);
    add::<PollTold>(&mut document);
    add::<WorkflowTold>(&mut document);
    schemas::complete(&mut document);
    document["components"]["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": "a token made for a role" },
        "session": {
            "type": "apiKey", "in": "cookie", "name": COOKIE,
            "description": "a browser that has logged in; a request that changes something says `X-Highline-Csrf: 1` and \
                            comes from a page of this server",
        },
    });
    document["tags"] = tags();
    document
}

/// Adds a schema that no handler names, with those that it names.
fn add<T: ToSchema>(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    schemas[T::name().as_ref()] = json!(T::schema());
    let mut named = Vec::new();
    T::schemas(&mut named);
    for (name, schema) in named {
        schemas[name] = json!(schema);
    }
}

/// Every route with the base of its path.
pub fn entries() -> impl Iterator<Item = (&'static str, &'static Entry)> {
    let api = Api::ENTRIES.iter().map(|entry| (BASE, entry));
    api.chain(Outside::ENTRIES.iter().map(|entry| ("", entry)))
}

fn tags() -> Value {
    let mut nouns: Vec<&str> = Vec::new();
    for (_, entry) in entries() {
        if !nouns.contains(&entry.noun()) {
            nouns.push(entry.noun());
        }
    }
    nouns.into_iter().map(|noun| json!({ "name": noun, "description": words::noun(noun) })).collect()
}
