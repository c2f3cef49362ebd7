//! What triggers found, and why it did or did not start a run.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use highline_engine::why;
use highline_store::Store;
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::routes::workflows;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    workflow: String,
    /// The id of a record: its events with and without a mark of change are given.
    key: String,
    limit: Option<u32>,
}

pub async fn list_events(store: Data<Store>, query: Query<EventsQuery>) -> Result<HttpResponse, Error> {
    let workflow = workflows::parse(&query.workflow)?;
    let limit = query.limit.unwrap_or(50).clamp(1, 500);
    let events = store.events_of(&workflow, &query.key, limit).await?;
    Ok(HttpResponse::Ok().json(json!({ "events": events, "next": null })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhyQuery {
    record: String,
}

pub async fn get_why(
    store: Data<Store>,
    id: Path<String>,
    query: Query<WhyQuery>,
) -> Result<HttpResponse, Error> {
    let id = workflows::parse(&id)?;
    let why = why(&store, &id, &query.record).await?.ok_or_else(|| Error::not_found("workflow", &id))?;
    Ok(HttpResponse::Ok().json(json!({ "why": why })))
}
