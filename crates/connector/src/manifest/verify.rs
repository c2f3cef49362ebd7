//! How a write is looked up when nobody knows whether it was done.

use std::time::Duration;

use highline_catalog::{Effect, Kind, Repeat, Same};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::app::Paths;
use super::{AppManifest, Field, Operation, Period};
use crate::placeholder;

/// How a write that is not safe to repeat is looked up when a crash or a lost answer left it unknown whether it was done:
/// another operation is read, and the record that the write would have made is looked for.
///
/// One record that fits: the write was done, and that record is its output. None: it was not, and is sent again. Several:
/// a person decides.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The operation that reads, without the app's id: `contacts.notes.list`. A trigger, whose `poll.key` names the id.
    #[serde(rename = "use")]
    pub uses: String,
    /// Its input; what both operations take from the connection need not be said. A text `"{name}"` stands for the value of this operation's field of that name, `"{name+1d}"` for a
    /// moment so much later (`s`, `m`, `h`, `d`; also `-`), and `"{since}"` for the moment from which a record counts. What
    /// stands for a field that is not given is left out, with the object around it.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// What must be equal: fields of this operation and dotted paths in the record, `{ body: body }`. Upper and lower case,
    /// blanks, the zone of a moment and the punctuation of a phone number make no difference. What is not given is not
    /// compared. Fields with `choices` or `by_name` cannot be named: their values may be names.
    #[serde(rename = "match")]
    pub same: Paths,
    /// The dotted path of the moment of creation in the record. Records made before the write was sent do not count. Left
    /// out where the app tells none: then one that was there before counts too, so what must be equal has to tell it apart.
    #[serde(default)]
    pub created: Option<String>,
    /// How long to wait before looking: longer than the app may be at it still, and than its index lags. Left out: `10s`.
    #[serde(default)]
    pub after: Option<Period>,
}

const AFTER: Duration = Duration::from_secs(10);

/// As the catalog describes it. The manifest has been checked.
pub fn describe(manifest: &AppManifest, operation: &Operation) -> Option<highline_catalog::Verify> {
    let verify = operation.verify.as_ref()?;
    let read = read(manifest, verify)?;
    let same = |(input, record): (&String, &String)| Same {
        input: input.clone(),
        record: record.clone(),
        kind: field_at(&read.response.fields, record).map(|field| field.kind).unwrap_or_default(),
    };
    // What both take from the connection is the same record's, also where a workflow says otherwise.
    let shared = read
        .fields
        .iter()
        .filter(|field| field.from.is_some())
        .filter(|field| is_field(operation, &field.name));
    let mut with: Map<String, Value> =
        shared.map(|field| (field.name.clone(), format!("{{{}}}", field.name).into())).collect();
    with.extend(verify.with.clone());
    Some(highline_catalog::Verify {
        operation: format!("{}.{}", manifest.app.app, verify.uses),
        with,
        same: verify.same.iter().map(same).collect(),
        id: id_of(read)?.to_owned(),
        created: verify.created.clone(),
        after: verify.after.map_or(AFTER, |after| after.0).as_secs(),
    })
}

pub(super) fn problems(manifest: &AppManifest, operation: &Operation) -> Vec<String> {
    let Some(verify) = &operation.verify else { return vec![] };
    let mut problems = Vec::new();
    let unsafe_at_times = operation.repeat() == Repeat::Unsafe || !operation.unsafe_when.is_empty();
    if operation.kind != Kind::Action || !unsafe_at_times {
        problems.push("`verify` is for actions that are not safe to repeat".into());
    }
    if verify.same.is_empty() {
        problems.push("verify.match names nothing to know the record by".into());
    }
    for name in verify.same.keys() {
        match operation.fields.iter().find(|field| field.name == *name) {
            None => problems.push(format!("verify.match: `{name}` is not a field of the operation")),
            Some(field) if field.choices.is_some() || field.by_name.is_some() => problems
                .push(format!("verify.match: `{name}` may be given by name, so it cannot be compared")),
            Some(_) => {}
        }
    }
    match read(manifest, verify) {
        None => problems.push(format!("verify.use: there is no operation `{}`", verify.uses)),
        Some(read) => problems.extend(read_problems(verify, operation, read)),
    }
    let mut texts = Vec::new();
    verify.with.values().for_each(|value| gather(value, &mut texts));
    problems.extend(texts.into_iter().filter_map(|text| text_problem(text, operation)));
    problems
}

fn read_problems(verify: &Verify, operation: &Operation, read: &Operation) -> Vec<String> {
    let mut problems = Vec::new();
    let of = &verify.uses;
    if read.effect() != Effect::Read {
        problems.push(format!("verify.use: `{of}` is not a read"));
    }
    match id_of(read) {
        None => problems.push(format!("verify.use: `{of}` has no `poll.key` that names a record's id")),
        Some(id) if field_at(&operation.response.fields, id).is_none() => {
            problems.push(format!(
                "verify.use: `{of}` knows its records by `{id}`, which this operation's output lacks"
            ));
        }
        Some(_) => {}
    }
    for name in verify.with.keys().filter(|name| !is_field(read, name)) {
        problems.push(format!("verify.with: `{name}` is not a field of `{of}`"));
    }
    for path in verify.same.values().chain(&verify.created) {
        if field_at(&read.response.fields, path).is_none() {
            problems.push(format!("verify: `{path}` is not in the output of `{of}`"));
        }
    }
    problems
}

/// What is wrong with a text of `with` that has braces in it.
fn text_problem(text: &str, operation: &Operation) -> Option<String> {
    let names = match placeholder::names(text) {
        Err(problem) => return Some(format!("verify.with: {problem}")),
        Ok(names) => names,
    };
    let first = *names.first()?;
    if names.len() > 1 || text.len() != first.len() + 2 {
        return Some(format!("verify.with: `{text}` has text around its braces"));
    }
    let name = first.split(['+', '-']).next().unwrap_or_default();
    let known = name == "since" || is_field(operation, name);
    (!known).then(|| format!("verify.with uses `{{{name}}}`, which is not a field of the operation"))
}

fn gather<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Value::Object(entries) => entries.values().for_each(|value| gather(value, texts)),
        _ => {}
    }
}

fn read<'m>(manifest: &'m AppManifest, verify: &Verify) -> Option<&'m Operation> {
    manifest.operations.iter().map(|placed| &placed.operation).find(|operation| operation.id == verify.uses)
}

fn is_field(operation: &Operation, name: &str) -> bool {
    operation.fields.iter().any(|field| field.name == name)
}

fn id_of(read: &Operation) -> Option<&str> {
    match read.poll.as_ref()?.key.as_slice() {
        [id] => Some(id),
        _ => None,
    }
}

fn field_at<'f>(fields: &'f [Field], path: &str) -> Option<&'f Field> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = fields.iter().find(|field| field.name == name)?;
    rest.map_or(Some(field), |rest| field_at(&field.fields, rest))
}
