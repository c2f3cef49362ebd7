//! Rate budgets: what is left, who waits, and lifting a close.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use highline_connector::Spenders;
use highline_store::Store;
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;

pub async fn list_budgets(store: Data<Store>, spenders: Data<Spenders>) -> Result<HttpResponse, Error> {
    let budgets = spenders.budgets(store.budgets().await?);
    Ok(HttpResponse::Ok().json(json!({ "budgets": budgets, "next": null })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reopening {
    /// As the list names it.
    resource: String,
}

pub async fn reopen_budget(store: Data<Store>, body: Json<Reopening>) -> Result<HttpResponse, Error> {
    if store.reopen_budget(&body.resource).await? {
        Ok(HttpResponse::Accepted().json(json!({ "budget": { "resource": body.resource } })))
    } else {
        Err(Error::not_found("budget", &body.resource))
    }
}
