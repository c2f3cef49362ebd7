//! What workflows remember: list, look, write, forget.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use highline_engine::state::problem;
use highline_model::Clock;
use highline_store::{NewState, StateFilter, StateScope, Store};
use highline_workflow::parse_duration;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::routes::workflows;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    workflow: Option<String>,
    #[serde(default)]
    prefix: String,
    limit: Option<u32>,
    after: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeQuery {
    workflow: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    value: Value,
    expires_in: Option<String>,
}

/// The entries of a workflow, or without one those that all share.
fn scope(workflow: Option<&str>) -> Result<StateScope, Error> {
    Ok(match workflow {
        Some(id) => StateScope::Workflow(workflows::parse(id)?),
        None => StateScope::Shared,
    })
}

pub async fn list_state(
    store: Data<Store>,
    clock: Data<Clock>,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let scope = scope(query.workflow.as_deref())?;
    let filter = StateFilter { scope: &scope, prefix: &query.prefix, now: clock.now() };
    let limit = query.limit.unwrap_or(50).clamp(1, 500);
    Ok(HttpResponse::Ok().json(store.states(filter, query.after.as_deref(), limit).await?))
}

pub async fn get_state(
    store: Data<Store>,
    clock: Data<Clock>,
    key: Path<String>,
    query: Query<ScopeQuery>,
) -> Result<HttpResponse, Error> {
    let scope = scope(query.workflow.as_deref())?;
    let entry = store.state(&scope, &key, clock.now()).await?;
    let entry = entry.ok_or_else(|| Error::not_found("state entry", &key))?;
    Ok(HttpResponse::Ok().json(json!({ "entry": entry })))
}

pub async fn put_state(
    (store, clock): (Data<Store>, Data<Clock>),
    key: Path<String>,
    query: Query<ScopeQuery>,
    entry: Json<Entry>,
) -> Result<HttpResponse, Error> {
    let scope = scope(query.workflow.as_deref())?;
    if let Some(problem) = problem(&key, Some(&entry.value)) {
        return Err(Error::BadRequest(problem));
    }
    let lasts = entry.expires_in.as_deref().map(parse_duration).transpose();
    let lasts = lasts.map_err(|error| Error::BadRequest(format!("expires_in: {error}")))?;
    let now = clock.now();
    let expires_at = lasts.map(|lasts| now + lasts);
    let new = NewState { scope: &scope, key: &key, value: &entry.value, expires_at, by: None, now };
    store.put_state(new).await?;
    get_state(store, clock, key, query).await
}

pub async fn delete_state(
    store: Data<Store>,
    clock: Data<Clock>,
    key: Path<String>,
    query: Query<ScopeQuery>,
) -> Result<HttpResponse, Error> {
    if store.delete_state(&scope(query.workflow.as_deref())?, &key, clock.now()).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(Error::not_found("state entry", &key))
}
