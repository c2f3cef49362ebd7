//! What is true of every operation of its kind: the noun, who may ask, the parts of the path, and the answers that it can
//! give whatever its handler says.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{examples, words};
use crate::error::ErrorAnswer;
use crate::live::{PollTold, RunTold, RunsTold, WorkflowTold};
use crate::table::Entry;

pub fn complete(operation: &mut Map<String, Value>, entry: &Entry) {
    operation.insert("operationId".into(), json!(entry.operation));
    operation.insert("tags".into(), json!([entry.noun()]));
    let mut parameters = path_parameters(entry);
    for mut given in take_list(operation, "parameters") {
        given["schema"] = without_null(given["schema"].take());
        let made = parameters.iter().position(|made| made["name"] == given["name"]);
        if let Some(made) = made.map(|place| parameters.remove(place))
            && !given["description"].is_string()
        {
            given["description"] = made["description"].clone();
        }
        parameters.push(given);
    }
    parameters.extend((entry.role.is_some() && entry.method != "get").then(csrf));
    let names_workflow = parameters.iter().any(|parameter| parameter["name"] == "workflow");
    if !parameters.is_empty() {
        operation.insert("parameters".into(), Value::Array(parameters));
    }
    if let Some(example) = examples::body(entry.operation) {
        operation["requestBody"]["content"]["application/json"]["example"] = example;
    }
    if let Some(role) = entry.role {
        operation.insert("x-role".into(), json!(role));
        let said = operation.get("description").and_then(Value::as_str).map(|said| format!("{said}\n\n"));
        let said = format!("{}Needs the role `{role}` at least.", said.unwrap_or_default());
        operation.insert("description".into(), json!(said));
        operation.insert("security".into(), json!([{ "token": [] }, { "session": [] }]));
    } else {
        operation.insert("security".into(), json!([]));
    }
    answers(operation, entry, names_workflow);
    if entry.operation == "get_live" {
        let data = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        operation["responses"]["200"]["content"]["text/event-stream"]["x-event-data"] = json!({
            "run": data(&RunTold::name()), "runs": data(&RunsTold::name()), "poll": data(&PollTold::name()),
            "workflow": data(&WorkflowTold::name()),
        });
    }
}

fn answers(operation: &mut Map<String, Value>, entry: &Entry, names_workflow: bool) {
    let has_body = operation.contains_key("requestBody");
    let mut usual: Vec<(&str, &str)> = Vec::new();
    if has_body || entry.refuses_queries() {
        usual.push(("400", "a value is wrong, or is none that this route knows"));
    }
    if has_body {
        usual.push(("413", "the body is too large"));
    }
    if operation.get("requestBody").is_some_and(|body| body["required"] == true) {
        usual.push(("415", "the body does not say that it is JSON"));
    }
    if entry.path.contains('{') || names_workflow {
        usual.push(("404", "there is no such thing"));
    }
    if entry.role.is_some() {
        usual.push(("401", "no login, or one that is over"));
        usual.push(("403", "the login's role is too small"));
        usual.push(("503", "the database does not answer"));
    }
    let answers = &mut operation["responses"];
    for (status, description) in usual {
        if answers[status].is_null() {
            answers[status] = refusal(description);
        }
    }
    for (status, answer) in answers.as_object_mut().into_iter().flatten() {
        let headers = headers(status, entry);
        if !headers.is_empty() {
            answer["headers"] = Value::Object(headers);
        }
    }
    answers.as_object_mut().into_iter().for_each(Map::sort_keys);
}

/// The headers of an answer that mean something to who asked.
fn headers(status: &str, entry: &Entry) -> Map<String, Value> {
    let (name, description) = match (status, entry.operation) {
        ("401", _) if entry.role.is_some() => ("WWW-Authenticate", "`Bearer`"),
        ("405", _) => ("Allow", "The methods of this path."),
        ("429" | "503", _) => ("Retry-After", "Seconds until it is worth asking again, where that is known."),
        ("200", "log_in") => ("Set-Cookie", "The cookie `highline_session`, which is the login."),
        ("204", "log_out") => ("Set-Cookie", "Takes the cookie `highline_session` away."),
        _ => return Map::new(),
    };
    let header = json!({ "description": description, "schema": { "type": "string" } });
    Map::from_iter([(name.to_owned(), header)])
}

fn take_list(operation: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match operation.remove(name) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// The schema of a parameter: one that may be left out is left out, for there is no word for null in a query.
fn without_null(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get("type").and_then(Value::as_array) {
        schema["type"] = kinds.iter().find(|kind| *kind != "null").cloned().unwrap_or_default();
    }
    let either = schema.get("oneOf").and_then(Value::as_array);
    let either = either.and_then(|kinds| kinds.iter().find(|kind| kind["type"] != "null")).cloned();
    either.unwrap_or(schema)
}

fn path_parameters(entry: &Entry) -> Vec<Value> {
    let names = entry.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str| {
        let name = name.trim_end_matches(":.+");
        let said = words::part_of_path(entry.noun(), name);
        json!({ "name": name, "in": "path", "required": true, "description": said, "schema": { "type": "string" } })
    };
    names.map(parameter).collect()
}

/// Of requests that change something.
fn csrf() -> Value {
    json!({
        "name": "X-Highline-Csrf", "in": "header", "required": false,
        "description": "`1`, for a login by cookie; a login by token needs none.",
        "schema": { "type": "string" },
    })
}

fn refusal(description: &str) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{}", ErrorAnswer::name()) });
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}
