//! The catalog: apps, operations, what can be chosen for a field, and trying an operation.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path, Query, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use highline_catalog::{Definition, Effect, Field, Kind, Repeat};
use highline_model::{Failure, Heard, HeardAnswer, Preview, Role};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::body::Json;
use crate::door::Caller;
use crate::error::{Error, ErrorAnswer};
use crate::gate::tell_details;
use crate::trial::Trial;

/// All apps.
#[derive(Debug, Serialize, ToSchema)]
pub struct Apps {
    apps: Vec<AppView>,
    next: Option<String>,
}

/// An app, with what it can do.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppView {
    id: String,
    /// For people.
    name: String,
    /// How many it has.
    operations: usize,
    /// By name.
    categories: Vec<CategoryView>,
}

/// A category of an app.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryView {
    name: String,
    /// How many operations are in it.
    operations: usize,
}

/// The apps of this node, by id.
#[utoipa::path(get, path = "/catalog/apps", responses((status = 200, description = "all of them", body = Apps)))]
pub async fn list_apps(trial: Data<Trial>) -> Result<HttpResponse, Error> {
    let mut apps: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for operation in trial.catalog.iter() {
        let Definition { app, category, .. } = operation.definition();
        *apps.entry(app).or_default().entry(category).or_default() += 1;
    }
    let view = |(id, categories): (&str, BTreeMap<&str, usize>)| AppView {
        id: id.to_owned(),
        name: trial.app(id).map_or_else(|| id.to_owned(), |app| app.title.clone()),
        operations: categories.values().sum(),
        categories: categories
            .into_iter()
            .map(|(name, operations)| CategoryView { name: name.to_owned(), operations })
            .collect(),
    };
    Ok(HttpResponse::Ok().json(Apps { apps: apps.into_iter().map(view).collect(), next: None }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OperationsQuery {
    /// The id of an app.
    app: Option<String>,
    /// A category of that app.
    category: Option<String>,
    /// Polling triggers or actions only.
    #[param(inline)]
    kind: Option<Kind>,
    /// In the id, the title or the summary, whatever the case.
    text: Option<String>,
}

/// Operations in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct Operations {
    operations: Vec<OperationHead>,
    next: Option<String>,
}

/// An operation, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationHead {
    id: String,
    app: String,
    name: String,
    summary: String,
    /// The category in which people find it.
    category: String,
    kind: Kind,
    effect: Effect,
    repeat: Repeat,
}

/// The operations that fit, by id.
#[utoipa::path(
    get,
    path = "/catalog/operations",
    params(OperationsQuery),
    responses((status = 200, description = "all that fit", body = Operations))
)]
pub async fn list_operations(
    trial: Data<Trial>,
    query: Query<OperationsQuery>,
) -> Result<HttpResponse, Error> {
    let text = query.text.as_ref().map(|text| text.to_lowercase());
    let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|w| w.eq_ignore_ascii_case(is));
    let fits = |definition: &&Definition| {
        let texts = [&definition.id, &definition.title, &definition.summary];
        same(&query.app, &definition.app)
            && same(&query.category, &definition.category)
            && query.kind.is_none_or(|kind| kind == definition.kind)
            && text.as_ref().is_none_or(|text| texts.iter().any(|one| one.to_lowercase().contains(text)))
    };
    let head = |definition: &Definition| OperationHead {
        id: definition.id.clone(),
        app: definition.app.clone(),
        name: definition.title.clone(),
        summary: definition.summary.clone(),
        category: definition.category.clone(),
        kind: definition.kind,
        effect: definition.effect,
        repeat: definition.repeat,
    };
    let found = trial.catalog.iter().map(|operation| operation.definition()).filter(fits);
    Ok(HttpResponse::Ok().json(Operations { operations: found.map(head).collect(), next: None }))
}

/// One operation.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationAnswer {
    operation: Definition,
}

/// An operation with its fields, its sample and all else that is known of it.
#[utoipa::path(
    get,
    path = "/catalog/operations/{id}",
    responses((status = 200, description = "the operation", body = OperationAnswer))
)]
pub async fn get_operation(trial: Data<Trial>, id: Path<String>) -> Result<HttpResponse, Error> {
    let operation = trial.operation(&id)?.definition().clone();
    Ok(HttpResponse::Ok().json(OperationAnswer { operation }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ChoicesQuery {
    /// The name of a field; with dots for one inside another.
    field: String,
    /// The connection to look through; may be left out where the app has only one.
    connection: Option<String>,
    /// The rest of the input as JSON, for choices that depend on it.
    input: Option<String>,
}

/// What can be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChoicesAnswer {
    choices: Vec<ChoiceView>,
    next: Option<String>,
}

/// Something that can be chosen for a field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChoiceView {
    value: Value,
    /// The name that people know it by.
    label: String,
}

/// What can be chosen for a field, by name: values that never change, or the records of a list of the app, which is read.
#[utoipa::path(
    get,
    path = "/catalog/operations/{id}/choices",
    params(ChoicesQuery),
    responses(
        (status = 200, description = "all of them; none for a field that takes anything", body = ChoicesAnswer),
        (status = 502, description = "the app did not give its list", body = ErrorAnswer),
    )
)]
pub async fn list_choices(
    trial: Data<Trial>,
    id: Path<String>,
    query: Query<ChoicesQuery>,
) -> Result<HttpResponse, Error> {
    let definition = trial.operation(&id)?.definition();
    let field = field_at(&definition.input, &query.field).ok_or_else(|| {
        Error::BadRequest(format!("field: `{}` is no field of {}", query.field, definition.id))
    })?;
    let input: Map<String, Value> = match &query.input {
        None => Map::new(),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| Error::BadRequest(format!("input: it must be a JSON object: {error}")))?,
    };
    let looked_up = field.choices.is_some() || field.by_name.is_some();
    let connection = match looked_up {
        true => trial.connection(query.connection.as_deref(), &definition.app)?,
        false => Default::default(),
    };
    let choices = trial.choices(field, &connection, &input).await?;
    let view = |choice: highline_catalog::Choice| ChoiceView { value: choice.value, label: choice.label };
    Ok(HttpResponse::Ok()
        .json(ChoicesAnswer { choices: choices.into_iter().map(view).collect(), next: None }))
}

fn field_at<'a>(fields: &'a [Field], path: &str) -> Option<&'a Field> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = fields.iter().find(|field| field.name == name)?;
    rest.map_or(Some(field), |rest| field_at(&field.fields, rest))
}

/// The app whose operations are given the URL to ask.
const ANYWHERE: &str = "http";

/// A call that a person makes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallBody {
    /// May be left out where the app has only one, or needs none.
    connection: Option<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    input: Map<String, Value>,
}

/// What came of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallAnswer {
    call: CallView,
}

/// A call of an operation by hand, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallView {
    /// What a step would get; there unless it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    /// The last request, with its secrets masked; null when nothing was sent.
    request: Option<Preview>,
    /// Its answer; null when none came.
    response: Option<HeardAnswer>,
    /// All exchanges, in order: a list has one for each page.
    exchanges: Vec<Heard>,
    took_ms: u64,
}

/// Calls an operation for real, through a connection. A write is done; only an admin may, and only an admin may call operations of the app
/// `http`, which ask any URL.
#[utoipa::path(
    post,
    path = "/catalog/operations/{id}/call",
    responses((status = 200, description = "what came of it, also when the app refused it", body = CallAnswer))
)]
pub async fn call_operation(
    trial: Data<Trial>,
    (caller, request): (ReqData<Caller>, HttpRequest),
    id: Path<String>,
    body: Json<CallBody>,
) -> Result<HttpResponse, Error> {
    let operation = trial.operation(&id)?;
    let definition = operation.definition();
    let why = match definition.effect {
        Effect::Write => Some("writes"),
        // It asks whatever URL it is given, also those that only this server reaches.
        Effect::Read if definition.app == ANYWHERE => Some("asks any server"),
        Effect::Read => None,
    };
    if let Some(why) = why.filter(|_| caller.role < Role::Admin) {
        return Err(Error::Forbidden(format!("{} {why}: only an admin may try it", definition.id)));
    }
    let connection = trial.connection(body.connection.as_deref(), &definition.app)?;
    let called = trial.call(operation, &connection, &body.input).await;
    let last = called.heard.last();
    let (output, failure) = match called.result {
        Ok(output) => (Some(output.data), None),
        Err(failure) => (None, Some(failure)),
    };
    let kind = failure.as_ref().map(|failure| failure.kind);
    tell_details(&request, json!({ "connection": connection.name, "failure": kind }));
    let call = CallView {
        output,
        failure,
        request: last.map(|heard| heard.request.clone()),
        response: last.and_then(|heard| heard.response.clone()),
        took_ms: u64::try_from(called.took.as_millis()).unwrap_or(u64::MAX),
        exchanges: called.heard,
    };
    Ok(HttpResponse::Ok().json(CallAnswer { call }))
}
