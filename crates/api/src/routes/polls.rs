//! The poll log.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use highline_store::{Page, Store};
use serde::Deserialize;

use crate::error::Error;
use crate::routes::workflows;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PollsQuery {
    workflow: Option<String>,
    limit: Option<u32>,
    after: Option<uuid::Uuid>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    limit: Option<u32>,
    after: Option<uuid::Uuid>,
}

pub async fn list_polls_of(
    store: Data<Store>,
    id: Path<String>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Error> {
    let id = workflows::parse(&id)?;
    store.workflow(&id).await?.ok_or_else(|| Error::not_found("workflow", &id))?;
    let page = Page { after: query.after, limit: query.limit.unwrap_or(50).clamp(1, 500) };
    Ok(HttpResponse::Ok().json(store.polls(Some(&id), page).await?))
}

pub async fn list_polls(store: Data<Store>, query: Query<PollsQuery>) -> Result<HttpResponse, Error> {
    let workflow = query.workflow.as_deref().map(workflows::parse).transpose()?;
    let page = Page { after: query.after, limit: query.limit.unwrap_or(50).clamp(1, 500) };
    Ok(HttpResponse::Ok().json(store.polls(workflow.as_ref(), page).await?))
}
