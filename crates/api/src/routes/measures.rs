//! Measures for Prometheus.

use actix_web::HttpResponse;
use actix_web::web::Data;
use highline_connector::Spenders;
use highline_model::Clock;
use highline_store::Store;

use crate::error::Error;
use crate::metering;

/// Counts and times of this node, and how the database stands, as Prometheus reads them.
#[utoipa::path(
    get,
    path = "/metrics",
    responses((status = 200, description = "in the text format", body = String, content_type = "text/plain"))
)]
pub async fn get_metrics(
    store: Data<Store>,
    spenders: Data<Spenders>,
    clock: Data<Clock>,
) -> Result<HttpResponse, Error> {
    let page = metering::page(&store, &spenders, clock.now()).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(page))
}
