//! The OpenAPI document: what utoipa makes of the handlers, and what is true of every route.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};
use utoipa::{OpenApi as _, PartialSchema, ToSchema};

use crate::door::COOKIE;
use crate::error::ErrorAnswer;
use crate::routes::{Api, BASE, Outside};
use crate::table::Entry;

/// Made once.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

fn document() -> Value {
    let info = InfoBuilder::new()
        .title("Highline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("What holds for all of it is in docs/API.md."))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    let whole: OpenApi = OpenApiBuilder::new().info(info.build()).build();
    let whole = whole.nest(BASE, Api::openapi()).nest("", Outside::openapi());
    let mut document = serde_json::to_value(whole).expect("a document is made of plain values");
    for (base, entry) in entries() {
        let path = format!("{base}{}", entry.documented_path());
        if let Some(operation) = document["paths"][path][entry.method].as_object_mut() {
            complete(operation, entry);
        }
    }
    let components = &mut document["components"];
    components["schemas"][ErrorAnswer::name().as_ref()] = json!(ErrorAnswer::schema());
    let mut schemas = Vec::new();
    ErrorAnswer::schemas(&mut schemas);
    for (name, schema) in schemas {
        components["schemas"][name] = json!(schema);
    }
    for schema in components["schemas"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        close_variants(schema);
    }
    components["securitySchemes"] = json!({
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

/// Every route with the base of its path.
pub fn entries() -> impl Iterator<Item = (&'static str, &'static Entry)> {
    let api = Api::ENTRIES.iter().map(|entry| (BASE, entry));
    api.chain(Outside::ENTRIES.iter().map(|entry| ("", entry)))
}

/// A variant of an enum whose one field is its name has no other; one that has its name in `type` may be part of a larger object.
fn close_variants(schema: &mut Value) {
    for variant in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        let fields = variant["properties"].as_object();
        if fields.is_some_and(|fields| fields.len() == 1 && !fields.contains_key("type")) {
            variant["additionalProperties"] = json!(false);
        }
    }
}

fn tags() -> Value {
    let mut nouns: Vec<&str> = Vec::new();
    for (_, entry) in entries() {
        if !nouns.contains(&entry.noun()) {
            nouns.push(entry.noun());
        }
    }
    nouns.into_iter().map(|noun| json!({ "name": noun })).collect()
}

/// Adds what needs no word at the handler: the noun, who may ask, the parts of the path, and the answers that every route
/// of its kind can give.
fn complete(operation: &mut Map<String, Value>, entry: &Entry) {
    operation.insert("operationId".into(), json!(entry.operation));
    operation.insert("tags".into(), json!([entry.noun()]));
    let mut parameters = path_parameters(entry.path);
    for mut given in take_list(operation, "parameters") {
        given["schema"] = without_null(given["schema"].take());
        parameters.retain(|made| made["name"] != given["name"]);
        parameters.push(given);
    }
    let names_workflow = parameters.iter().any(|parameter| parameter["name"] == "workflow");
    let asked = parameters.iter().any(|parameter| parameter["in"] == "query");
    if let Some(kinds) = operation.get_mut("requestBody").and_then(|body| body["content"].as_object_mut()) {
        for (_, body) in kinds.iter_mut().filter(|(kind, _)| *kind != "application/json") {
            body["schema"] = without_null(body["schema"].take());
        }
    }
    let (has_body, has_path) = (operation.contains_key("requestBody"), entry.path.contains('{'));
    if !parameters.is_empty() {
        operation.insert("parameters".into(), Value::Array(parameters));
    }
    let mut usual: Vec<(&str, &str)> = Vec::new();
    if asked || has_body {
        usual.push(("400", "a value is wrong, or is none that this route knows"));
    }
    if has_body {
        usual.push(("413", "the body is too large"));
    }
    if has_path || names_workflow {
        usual.push(("404", "there is no such thing"));
    }
    if let Some(role) = entry.role {
        operation.insert("x-role".into(), json!(role));
        let said = operation.get("description").and_then(Value::as_str).map(|said| format!("{said}\n\n"));
        let said = format!("{}Needs the role `{role}` at least.", said.unwrap_or_default());
        operation.insert("description".into(), json!(said));
        operation.insert("security".into(), json!([{ "token": [] }, { "session": [] }]));
        usual.push(("401", "no login, or one that is over"));
        usual.push(("403", "the login's role is too small"));
        usual.push(("503", "the database does not answer"));
    } else {
        operation.insert("security".into(), json!([]));
    }
    for (status, description) in usual {
        let answers = &mut operation["responses"];
        if answers[status].is_null() {
            answers[status] = refusal(description);
        }
    }
    if let Some(answers) = operation["responses"].as_object_mut() {
        answers.sort_keys();
    }
}

fn take_list(operation: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match operation.remove(name) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// The schema of a parameter, or of a body of text: one that may be left out is left out, for there is no word for null there.
fn without_null(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get("type").and_then(Value::as_array) {
        schema["type"] = kinds.iter().find(|kind| *kind != "null").cloned().unwrap_or_default();
    }
    let either = schema.get("oneOf").and_then(Value::as_array);
    let either = either.and_then(|kinds| kinds.iter().find(|kind| kind["type"] != "null")).cloned();
    either.unwrap_or(schema)
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str| {
        let name = name.trim_end_matches(":.+");
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    };
    names.map(parameter).collect()
}

fn refusal(description: &str) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{}", ErrorAnswer::name()) });
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

#[cfg(test)]
mod tests;
