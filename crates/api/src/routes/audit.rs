//! The audit log.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use highline_store::{AuditPage, Store};

use crate::error::Error;
use crate::routes::polls::PageQuery;

/// Who did what, and when.
#[utoipa::path(get, path = "/audit", params(PageQuery), responses((status = 200, description = "newest first", body = AuditPage)))]
pub async fn list_audit(store: Data<Store>, query: Query<PageQuery>) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok().json(store.audited(query.page()?).await?))
}
