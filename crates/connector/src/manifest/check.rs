//! What the types of the language cannot say: every name that is used is declared, and the parts fit each other.

use std::collections::{BTreeSet, HashSet};

use highline_catalog::{Emit, FieldType, Kind, Repeat};
use serde_json::Value;

use super::{AppManifest, Body, Field, Format, ManifestError, Operation, Place, PlacedOperation, Rule};
use crate::placeholder;

/// All problems of an app that has the right structure.
pub(super) fn check(manifest: &AppManifest) -> Vec<ManifestError> {
    let at_app = |problem: String| ManifestError::at(&manifest.file, Some(manifest.location), problem);
    let mut problems: Vec<ManifestError> = app_problems(manifest).into_iter().map(at_app).collect();
    let mut seen = HashSet::new();
    for placed in &manifest.operations {
        if !seen.insert(placed.operation.id.as_str()) {
            problems.push(placed.problem("this id is defined twice"));
        }
        problems.extend(operation_problems(manifest, placed).into_iter().map(|p| placed.problem(p)));
    }
    problems
}

fn app_problems(manifest: &AppManifest) -> Vec<String> {
    let app = &manifest.app;
    let mut problems = Vec::new();
    if !is_id(&app.app) || app.app.contains('.') {
        problems.push(format!("`app: {}` is not an id: lower case letters, digits and `_`", app.app));
    }
    let values: BTreeSet<&str> = app.values.iter().map(|value| value.name.as_str()).collect();
    match placeholder::names(&app.base_url) {
        Err(problem) => problems.push(format!("base_url: {problem}")),
        Ok(names) => problems.extend(
            names
                .iter()
                .filter(|name| !values.contains(*name))
                .map(|name| format!("base_url uses `{{{name}}}`, which `values` does not declare")),
        ),
    }
    let known = app.base_url.replace(['{', '}'], "");
    if !url::Url::parse(&known).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        problems.push(format!("base_url: `{}` is not an http or https URL", app.base_url));
    }
    let mut secrets = BTreeSet::new();
    for template in app.auth.templates() {
        match placeholder::names(template) {
            Err(problem) => problems.push(format!("auth: {problem}")),
            Ok(names) => secrets.extend(names),
        }
    }
    let signing = app.sign.as_ref().map(|sign| sign.secret.as_str());
    if app.auth.kind() != "none" && secrets.is_empty() {
        problems.push("auth names no secret: write it in braces, as in \"{token}\"".into());
    }
    for secret in app
        .secrets
        .iter()
        .filter(|secret| !secrets.contains(secret.name.as_str()) && signing != Some(secret.name.as_str()))
    {
        problems.push(format!("secrets: `{}` is not used by auth", secret.name));
    }
    let headers = app.sign.iter().map(|sign| &sign.header).chain(&app.idempotency_header);
    for header in headers.filter(|name| name.parse::<reqwest::header::HeaderName>().is_err()) {
        problems.push(format!("`{header}` is not a header name"));
    }
    for value in &app.values {
        problems.extend(nested_field_problems(value));
    }
    if let Some(limit) = &app.rate_limit {
        if limit.requests == 0 || limit.per.0.is_zero() {
            problems.push("rate_limit: `requests` and `per` must be more than nothing".into());
        }
        for name in limit.resource.iter().filter(|name| !values.contains(name.as_str())) {
            problems.push(format!("rate_limit.resource: `{name}` is not declared in `values`"));
        }
    }
    for pattern in &app.ids {
        if let Err(error) = id_pattern(pattern) {
            problems.push(format!("ids: `{pattern}` is not a regular expression: {error}"));
        }
    }
    if let Some(test) = &app.test
        && !manifest.operations.iter().any(|placed| placed.operation.id == *test)
    {
        problems.push(format!("test: there is no operation `{test}`"));
    }
    problems.extend(rule_problems(&app.errors.rules));
    problems
}

fn operation_problems(manifest: &AppManifest, placed: &PlacedOperation) -> Vec<String> {
    let operation = &placed.operation;
    let mut problems = Vec::new();
    if !is_id(&operation.id) {
        problems.push("an id is lower case letters, digits, `_` and dots between names".into());
    }
    if operation.title.is_empty() || operation.summary.is_empty() {
        problems.push("`title` and `summary` must not be blank".into());
    }
    problems.extend(field_problems(manifest, operation));
    problems.extend(lookup_problems(manifest, operation));
    problems.extend(group_problems(operation));
    problems.extend(path_problems(operation));
    problems.extend(response_problems(operation));
    problems.extend(paging_problems(operation));
    problems.extend(poll_problems(operation));
    problems.extend(super::verify::problems(manifest, operation));
    problems.extend(rule_problems(&operation.rules));
    problems
}

fn field_problems(manifest: &AppManifest, operation: &Operation) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    let mut body_fields = false;
    for field in &operation.fields {
        let name = &field.name;
        if !seen.insert(name.as_str()) {
            problems.push(format!("field `{name}` is declared twice"));
        }
        if field.from.is_some() && !manifest.app.values.iter().any(|value| value.name == *name) {
            problems
                .push(format!("field `{name}` comes from the connection, but the app's `values` lacks it"));
        }
        let place = operation.place_of(field);
        body_fields |= place == Place::Body;
        if place == Place::Path && !field.required {
            problems.push(format!("field `{name}` is in the path, so it must be `required: true`"));
        }
        problems.extend(value_problems(field));
        problems.extend(field.fields.iter().flat_map(nested_field_problems));
    }
    if body_fields && matches!(operation.body, Some(Body::None | Body::Empty)) {
        problems.push("`body` says that nothing is sent, but fields are in the body".into());
    }
    problems
}

fn path_problems(operation: &Operation) -> Vec<String> {
    let mut problems = Vec::new();
    if !operation.path.starts_with('/') {
        problems.push(format!("path `{}` must begin with `/`", operation.path));
    }
    let names = match placeholder::names(&operation.path) {
        Ok(names) => names,
        Err(problem) => return vec![format!("path: {problem}")],
    };
    let in_path = |field: &&Field| operation.place_of(field) == Place::Path;
    for name in &names {
        if !operation.fields.iter().filter(in_path).any(|field| field.wire_name() == *name) {
            problems.push(format!("path uses `{{{name}}}`, but no field in the path has this name"));
        }
    }
    for field in operation.fields.iter().filter(in_path) {
        if !names.contains(&field.wire_name()) {
            problems.push(format!(
                "field `{}` is in the path, but the path has no `{{{}}}`",
                field.name,
                field.wire_name()
            ));
        }
    }
    problems
}

fn response_problems(operation: &Operation) -> Vec<String> {
    let response = &operation.response;
    let mut problems: Vec<String> = response.fields.iter().flat_map(nested_field_problems).collect();
    if response.list && !response.keep.is_empty() {
        problems.push("response.keep adds to a record, but the response is a list".into());
    }
    if (response.or_one || response.entries.is_some()) && !response.list {
        problems.push("response.or_one and response.entries are for lists: add `list: true`".into());
    }
    for name in response.from_input.iter().filter(|name| !is_field(operation, name)) {
        problems.push(format!("response.from_input: there is no field `{name}`"));
    }
    if response.wrap.is_some() && (response.list || response.format != Format::Json) {
        problems.push("response.wrap makes a record of a list of JSON: leave out `list` and `format`".into());
    }
    if response.list && response.nullable {
        problems.push("response.nullable is for records, but the response is a list".into());
    }
    problems
}

/// Whether the input has a field of this name.
fn is_field(operation: &Operation, name: &str) -> bool {
    operation.fields.iter().any(|field| field.name == name)
}

/// Where names are looked up: in operations of the app that need nothing but the connection.
fn lookup_problems(manifest: &AppManifest, operation: &Operation) -> Vec<String> {
    let mut problems = Vec::new();
    let mut fields: Vec<(&Field, bool)> = operation.fields.iter().map(|field| (field, true)).collect();
    fields.extend(operation.response.fields.iter().map(|field| (field, false)));
    while let Some((field, is_input)) = fields.pop() {
        fields.extend(field.fields.iter().map(|inner| (inner, is_input)));
        let name = &field.name;
        let by_choice = field.choices.as_ref().map(|choices| &choices.operation);
        let by_name = field.by_name.as_ref().map(|by_name| &by_name.operation);
        for list in by_choice.into_iter().chain(by_name) {
            if !manifest.operations.iter().any(|placed| placed.operation.id == *list) {
                problems.push(format!("field `{name}`: there is no operation `{list}` to look names up in"));
            }
        }
        for other in field.choices.iter().flat_map(|choices| choices.within.values()) {
            if !is_field(operation, other) {
                problems.push(format!("field `{name}`: `within` names `{other}`, which is not a field"));
            }
        }
        if field
            .by_name
            .as_ref()
            .is_some_and(|by_name| by_name.value.0.is_empty() || by_name.into.is_some() == is_input)
        {
            problems.push(format!("field `{name}`: `by_name` needs a `value`, and `into` in an answer only"));
        }
    }
    problems
}

/// What holds several fields together: `require`, `unsafe_when`, `chunks`.
fn group_problems(operation: &Operation) -> Vec<String> {
    let mut problems = Vec::new();
    for requirement in operation.require.iter().map(|requirement| requirement.describe()) {
        for name in requirement.fields().iter().filter(|name| !is_field(operation, name)) {
            problems.push(format!("require names `{name}`, which is not a field"));
        }
    }
    for name in operation.unsafe_when.keys().filter(|name| !is_field(operation, name)) {
        problems.push(format!("unsafe_when names `{name}`, which is not a field"));
    }
    if let Some(chunks) = &operation.chunks {
        if !is_field(operation, &chunks.field) || chunks.size == 0 {
            problems.push("chunks needs a `field` of the operation and a `size` above nothing".into());
        }
        if operation.repeat() != Repeat::Safe || operation.kind != Kind::Action {
            problems.push("chunks is for actions that are safe to repeat".into());
        }
    }
    problems
}

fn paging_problems(operation: &Operation) -> Vec<String> {
    let Some(paging) = &operation.paging else { return vec![] };
    let mut problems = Vec::new();
    if !operation.response.list {
        problems.push("paging needs `response.list: true`".into());
    }
    if paging.limit().is_some_and(|limit| matches!(limit.place, Some(Place::Path | Place::Header))) {
        problems.push("paging.limit goes in the query or the body".into());
    }
    problems
}

fn poll_problems(operation: &Operation) -> Vec<String> {
    let poll = match (&operation.poll, operation.kind) {
        (None, Kind::Action) => return vec![],
        (None, Kind::Trigger) => return vec!["a trigger needs `poll`".into()],
        (Some(_), Kind::Action) => return vec!["`poll` is for triggers, this is an action".into()],
        (Some(poll), Kind::Trigger) => poll,
    };
    let mut problems = Vec::new();
    if poll.key.is_empty() {
        problems.push("poll.key must name at least one path".into());
    }
    if poll.emit == Emit::ChangedRecord && operation.response.list {
        problems.push("poll.emit: `changed_record` is for one record, the response is a list".into());
    }
    let Some(window) = &poll.window else { return problems };
    if poll.changed.is_none() && poll.created.is_none() {
        problems.push("poll.window needs `changed` or `created`".into());
    }
    for name in window.add.keys().chain(window.set.keys()) {
        if !operation.fields.iter().any(|field| field.name == *name) {
            problems.push(format!("poll.window sets `{name}`, which is not a field of the operation"));
        }
    }
    let text = format!("{} {}", Value::Object(window.add.clone()), Value::Object(window.set.clone()));
    if !text.contains("{since}") && window.newest_first.is_none() {
        problems.push("poll.window never says `{since}`, and the list is not `newest_first`".into());
    }
    problems
}

fn rule_problems(rules: &[Rule]) -> Vec<String> {
    let mut problems = Vec::new();
    for rule in rules {
        if rule.kind.is_some() == rule.outcome.is_some() {
            problems.push(format!("the rule for {} must have either `kind` or `as`", rule.status));
        }
        if !(300..600).contains(&rule.status) {
            problems.push(format!("the rule for {}: only answers from 300 to 599 are refusals", rule.status));
        }
        if rule.outcome.is_none() && !rule.output.is_empty() {
            problems
                .push(format!("the rule for {} has `output`, which goes with `as: success`", rule.status));
        }
    }
    problems
}

/// For fields that are not sent by themselves: of an object, of an output, of a connection.
fn nested_field_problems(field: &Field) -> Vec<String> {
    let mut problems = value_problems(field);
    if field.place.is_some() || field.from.is_some() || field.param.is_some() {
        problems
            .push(format!("field `{}`: `in`, `param` and `from` are for the fields of an input", field.name));
    }
    problems.extend(field.fields.iter().flat_map(nested_field_problems));
    problems
}

fn value_problems(field: &Field) -> Vec<String> {
    let name = &field.name;
    let mut problems = Vec::new();
    if name.is_empty() {
        problems.push("a field has no name".into());
    }
    let kind_of_values = if field.kind == FieldType::Array { field.items } else { Some(field.kind) };
    let kind_of_values = kind_of_values.unwrap_or(FieldType::Any);
    let fits = |value: &Value| field.kind.fits(value) || field.by_name.is_some() && value.is_object();
    let whole = field.example.iter().chain(&field.default);
    let whole = whole.filter(|value| !fits(value)).map(|value| (value, field.kind));
    let values = field.values.iter().filter(|value| !kind_of_values.fits(value));
    if let Some((value, kind)) = whole.chain(values.map(|value| (value, kind_of_values))).next() {
        problems.push(format!("field `{name}`: {value} is not of type {kind}; text may need quotes"));
    }
    if field.items.is_some() && field.kind != FieldType::Array {
        problems.push(format!("field `{name}`: `items` is for arrays, this is {}", field.kind));
    }
    if !field.fields.is_empty() && !matches!(field.kind, FieldType::Object | FieldType::Array) {
        problems.push(format!("field `{name}`: `fields` is for objects and arrays, this is {}", field.kind));
    }
    problems
}

/// A pattern of `ids`, for whole values.
pub fn id_pattern(pattern: &str) -> Result<regex_lite::Regex, regex_lite::Error> {
    regex_lite::Regex::new(&format!("^(?:{pattern})$"))
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        })
}
