//! Rate budgets: what is left, who waits, and lifting a close.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use highline_connector::{Budget, Spenders};
use highline_store::Store;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::Json;
use crate::error::{Error, ErrorAnswer};
use crate::gate::tell_target;

/// The rate budgets of all resources.
#[derive(Debug, Serialize, ToSchema)]
pub struct Budgets {
    budgets: Vec<Budget>,
    next: Option<String>,
}

/// What is left of each rate budget, and who waits for it.
///
/// For each resource its limits, what is left in the window and today, what comes of the day at this pace, until when it
/// is closed, who waits, and the connections that spend it.
#[utoipa::path(get, path = "/budgets", responses((status = 200, description = "by resource", body = Budgets)))]
pub async fn list_budgets(store: Data<Store>, spenders: Data<Spenders>) -> Result<HttpResponse, Error> {
    let budgets = spenders.budgets(store.budgets().await?);
    Ok(HttpResponse::Ok().json(Budgets { budgets, next: None }))
}

/// Which budget to open again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopening {
    /// As the list names it.
    resource: String,
}

/// The budget that was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reopened {
    budget: Reopening,
}

/// Sends requests again although the app asked for a pause.
#[utoipa::path(
    post,
    path = "/budgets/reopen",
    responses(
        (status = 202, description = "the budget is open", body = Reopened),
        (status = 404, description = "there is no budget of that resource", body = ErrorAnswer),
    )
)]
pub async fn reopen_budget(
    store: Data<Store>,
    request: HttpRequest,
    body: Json<Reopening>,
) -> Result<HttpResponse, Error> {
    tell_target(&request, &body.resource);
    if store.reopen_budget(&body.resource).await? {
        Ok(HttpResponse::Accepted().json(Reopened { budget: body.into_inner() }))
    } else {
        Err(Error::not_found("budget", &body.resource))
    }
}
