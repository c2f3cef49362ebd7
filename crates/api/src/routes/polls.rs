//! The poll log.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use highline_store::{Page, PollPage, Store};
use serde::Deserialize;

use crate::error::Error;
use crate::routes::{limit, workflows};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PollsQuery {
    /// Only polls of this workflow.
    workflow: Option<String>,
    /// So many at most, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<uuid::Uuid>,
}

/// A page of a list whose things have ids.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// So many at most, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<uuid::Uuid>,
}

impl PageQuery {
    pub fn page(&self) -> Result<Page<uuid::Uuid>, Error> {
        Ok(Page { after: self.after, limit: limit(self.limit)? })
    }
}

/// The poll log of a workflow.
#[utoipa::path(
    get,
    path = "/workflows/{id}/polls", params(PageQuery),
    responses((status = 200, description = "newest first", body = PollPage))
)]
pub async fn list_polls_of(
    store: Data<Store>,
    id: Path<String>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Error> {
    let id = workflows::parse(&id)?;
    store.workflow(&id).await?.ok_or_else(|| Error::not_found("workflow", &id))?;
    Ok(HttpResponse::Ok().json(store.polls(Some(&id), query.page()?).await?))
}

/// The poll log.
///
/// For each poll its counts, its error, and a sample of what became of items.
#[utoipa::path(get, path = "/polls", params(PollsQuery), responses((status = 200, description = "newest first", body = PollPage)))]
pub async fn list_polls(store: Data<Store>, query: Query<PollsQuery>) -> Result<HttpResponse, Error> {
    let workflow = match &query.workflow {
        Some(id) => Some(workflows::known(&store, id).await?),
        None => None,
    };
    let page = Page { after: query.after, limit: limit(query.limit)? };
    Ok(HttpResponse::Ok().json(store.polls(workflow.as_ref(), page).await?))
}
