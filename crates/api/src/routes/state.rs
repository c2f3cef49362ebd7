//! What workflows remember: list, look, write, forget.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use highline_engine::state::problem;
use highline_model::Clock;
use highline_store::{NewState, StateEntry, StateFilter, StatePage, StateScope, Store};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::body::Json;
use crate::error::Error;
use crate::gate::{tell_details, tell_target};
use crate::lasting::Lasting;
use crate::routes::{limit, workflows};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Whose entries; those that all workflows share when left out.
    workflow: Option<String>,
    /// Only keys that begin so.
    #[serde(default)]
    prefix: String,
    /// So many at most, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ScopeQuery {
    /// Whose entry; one that all workflows share when left out.
    workflow: Option<String>,
}

/// What to remember.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    value: Value,
    /// For how long; for ever when left out.
    expires_in: Option<Lasting>,
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryAnswer {
    entry: StateEntry,
}

/// The entries of a workflow, or without one those that all share.
async fn scope(store: &Store, workflow: Option<&str>) -> Result<StateScope, Error> {
    Ok(match workflow {
        Some(id) => StateScope::Workflow(workflows::known(store, id).await?),
        None => StateScope::Shared,
    })
}

/// What workflows remember, by key.
#[utoipa::path(get, path = "/state", params(ListQuery), responses((status = 200, description = "in the order of keys", body = StatePage)))]
pub async fn list_state(
    store: Data<Store>,
    clock: Data<Clock>,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let scope = scope(&store, query.workflow.as_deref()).await?;
    let filter = StateFilter { scope: &scope, prefix: &query.prefix, now: clock.now() };
    let most = limit(query.limit)?;
    Ok(HttpResponse::Ok().json(store.states(filter, query.after.as_deref(), most).await?))
}

/// One entry of what workflows remember.
#[utoipa::path(get, path = "/state/{key}", params(ScopeQuery), responses((status = 200, description = "the entry", body = EntryAnswer)))]
pub async fn get_state(
    store: Data<Store>,
    clock: Data<Clock>,
    key: Path<String>,
    query: Query<ScopeQuery>,
) -> Result<HttpResponse, Error> {
    let scope = scope(&store, query.workflow.as_deref()).await?;
    let entry = store.state(&scope, &key, clock.now()).await?;
    let entry = entry.ok_or_else(|| Error::not_found("state entry", &key))?;
    Ok(HttpResponse::Ok().json(EntryAnswer { entry }))
}

/// Writes an entry, whether there is one or not.
#[utoipa::path(put, path = "/state/{key}", params(ScopeQuery), responses((status = 200, description = "as it stands now", body = EntryAnswer)))]
pub async fn put_state(
    (store, clock): (Data<Store>, Data<Clock>),
    (request, key): (HttpRequest, Path<String>),
    query: Query<ScopeQuery>,
    entry: Json<NewEntry>,
) -> Result<HttpResponse, Error> {
    let scope = scope(&store, query.workflow.as_deref()).await?;
    tell_target(&request, &*key);
    tell_details(&request, json!({ "workflow": query.workflow }));
    if let Some(problem) = problem(&key, Some(&entry.value)) {
        return Err(Error::BadRequest(problem));
    }
    let now = clock.now();
    let expires_at = entry.expires_in.map(|lasts| now + lasts.0);
    let new = NewState { scope: &scope, key: &key, value: &entry.value, expires_at, by: None, now };
    store.put_state(new).await?;
    get_state(store, clock, key, query).await
}

/// Forgets an entry.
#[utoipa::path(delete, path = "/state/{key}", params(ScopeQuery), responses((status = 204, description = "it is forgotten")))]
pub async fn delete_state(
    (store, clock): (Data<Store>, Data<Clock>),
    (request, key): (HttpRequest, Path<String>),
    query: Query<ScopeQuery>,
) -> Result<HttpResponse, Error> {
    tell_target(&request, &*key);
    tell_details(&request, json!({ "workflow": query.workflow }));
    if store.delete_state(&scope(&store, query.workflow.as_deref()).await?, &key, clock.now()).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(Error::not_found("state entry", &key))
}
