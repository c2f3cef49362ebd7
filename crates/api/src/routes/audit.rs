//! The audit log.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use chrono::{DateTime, Utc};
use highline_store::{AuditFilter, AuditPage, Page, Store};
use serde::Deserialize;

use crate::error::Error;
use crate::moment::countable;
use crate::routes::limit;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Only what this login did.
    by: Option<String>,
    /// Only this, such as `disable_workflow`.
    action: Option<String>,
    /// Only what was done to this.
    target: Option<String>,
    /// Done at this moment or later.
    #[serde(default, deserialize_with = "countable")]
    since: Option<DateTime<Utc>>,
    /// Done before this moment.
    #[serde(default, deserialize_with = "countable")]
    until: Option<DateTime<Utc>>,
    /// So many at most, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<uuid::Uuid>,
}

/// Who did what, and when.
#[utoipa::path(get, path = "/audit", params(AuditQuery), responses((status = 200, description = "newest first", body = AuditPage)))]
pub async fn list_audit(store: Data<Store>, query: Query<AuditQuery>) -> Result<HttpResponse, Error> {
    let filter = AuditFilter {
        by: query.by.as_deref(),
        action: query.action.as_deref(),
        target: query.target.as_deref(),
        since: query.since,
        until: query.until,
    };
    let page = Page { after: query.after, limit: limit(query.limit)? };
    Ok(HttpResponse::Ok().json(store.audited(&filter, page).await?))
}
