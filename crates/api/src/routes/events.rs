//! What triggers found, and why it did or did not start a run.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use highline_engine::{Why, find_event, why};
use highline_model::EventId;
use highline_store::{EventDetail, EventFilter, EventPage, Page, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Error;
use crate::routes::{limit, workflows};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// Only events of this workflow.
    workflow: Option<String>,
    /// The id of a record, with `workflow`: its events with and without a mark of change are given.
    key: Option<String>,
    /// What became of them, with `workflow`. Those that started a run are found with the runs.
    #[param(inline)]
    outcome: Option<Idle>,
    /// So many at most, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<uuid::Uuid>,
}

/// What became of an event that started no run.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Idle {
    /// It existed before the first poll.
    Seen,
    /// `where` refused it.
    Filtered,
    /// `dedupe` knew it.
    Duplicate,
    /// There was no place free for its run.
    Dropped,
    /// A run of this installation wrote it.
    Echo,
    /// Its run was deleted.
    Past,
}

impl Idle {
    fn word(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Filtered => "filtered",
            Self::Duplicate => "duplicate",
            Self::Dropped => "dropped",
            Self::Echo => "echo",
            Self::Past => "past",
        }
    }
}

/// What triggers found, and what came from outside.
#[utoipa::path(
    get,
    path = "/events", params(EventsQuery),
    responses((status = 200, description = "newest first, each with the run that it started", body = EventPage))
)]
pub async fn list_events(store: Data<Store>, query: Query<EventsQuery>) -> Result<HttpResponse, Error> {
    let workflow = match &query.workflow {
        Some(id) => Some(workflows::known(&store, id).await?),
        None => None,
    };
    if workflow.is_none() && (query.key.is_some() || query.outcome.is_some()) {
        return Err(Error::BadRequest("`key` and `outcome` need `workflow`".to_owned()));
    }
    let filter = EventFilter {
        workflow: workflow.as_ref(),
        record: query.key.as_deref(),
        outcome: query.outcome.map(Idle::word),
    };
    let page = Page { after: query.after.map(EventId), limit: limit(query.limit)? };
    Ok(HttpResponse::Ok().json(store.events(&filter, page).await?))
}

/// One event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventAnswer {
    event: EventDetail,
}

/// An event with its data, as the answer to a request from outside names it.
#[utoipa::path(get, path = "/events/{id}", responses((status = 200, description = "the event", body = EventAnswer)))]
pub async fn get_event(store: Data<Store>, id: Path<String>) -> Result<HttpResponse, Error> {
    let unknown = || Error::not_found("event", &id);
    let event = find_event(&store, id.parse().map_err(|_| unknown())?).await?.ok_or_else(unknown)?;
    Ok(HttpResponse::Ok().json(EventAnswer { event }))
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
