//! What triggers found, and why it did or did not start a run.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use highline_engine::{Why, why};
use highline_store::{EventRecord, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Error;
use crate::routes::{limit, workflows};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    workflow: String,
    /// The id of a record: its events with and without a mark of change are given.
    key: String,
    /// So many at most, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What a workflow knows of a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Events {
    events: Vec<EventRecord>,
    next: Option<String>,
}

/// What a workflow knows of a record.
#[utoipa::path(
    get,
    path = "/events", params(EventsQuery),
    responses((status = 200, description = "newest first, each with the run that it started", body = Events))
)]
pub async fn list_events(store: Data<Store>, query: Query<EventsQuery>) -> Result<HttpResponse, Error> {
    let workflow = workflows::parse(&query.workflow)?;
    let most = limit(query.limit)?;
    let events = store.events_of(&workflow, &query.key, most).await?;
    Ok(HttpResponse::Ok().json(Events { events, next: None }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WhyQuery {
    /// The id that the trigger's operation gives to what it finds.
    record: String,
}

/// Why a record did or did not start a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyAnswer {
    why: Why,
}

/// Why a record did or did not start a run, as sentences and with what they rest on.
#[utoipa::path(
    get,
    path = "/workflows/{id}/why", params(WhyQuery),
    responses((status = 200, description = "all that is known of it", body = WhyAnswer))
)]
pub async fn get_why(
    store: Data<Store>,
    id: Path<String>,
    query: Query<WhyQuery>,
) -> Result<HttpResponse, Error> {
    let id = workflows::parse(&id)?;
    let why = why(&store, &id, &query.record).await?.ok_or_else(|| Error::not_found("workflow", &id))?;
    Ok(HttpResponse::Ok().json(WhyAnswer { why }))
}
