//! Each route, once.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, scope};

use crate::dashboard;
use crate::error::Error;
use crate::patience::in_time;
use crate::table::{resources, table};

mod audit;
mod budgets;
mod database;
mod events;
pub mod health;
mod nodes;
mod openapi;
mod polls;
mod replay;
mod runs;
mod session;
mod state;
mod tokens;
mod workflows;

/// Where the tables begin in the path.
pub const BASE: &str = "/api/v1";

table! {
    /// Below `/api/v1`.
    Api:
    get    "/openapi.json"                 openapi::get_openapi         viewer;
    get    "/workflows"                    workflows::list_workflows    viewer;
    get    "/workflows/{id}"               workflows::get_workflow      viewer;
    post   "/workflows/{id}/enable"        workflows::enable_workflow   operator;
    post   "/workflows/{id}/disable"       workflows::disable_workflow  operator;
    post   "/workflows/{id}/start"         workflows::start_workflow    operator;
    get    "/workflows/{id}/keys/{key:.+}" workflows::get_key           viewer;
    delete "/workflows/{id}/keys/{key:.+}" workflows::forget_key        operator;
    get    "/workflows/{id}/polls"         polls::list_polls_of         viewer;
    get    "/workflows/{id}/why"           events::get_why              viewer;
    get    "/events"                       events::list_events          viewer;
    get    "/runs"                         runs::list_runs              viewer;
    post   "/runs/retry"                   replay::retry_runs           operator;
    post   "/runs/cancel"                  replay::cancel_runs          operator;
    get    "/runs/{id}"                    runs::get_run                viewer;
    delete "/runs/{id}"                    runs::delete_run             admin;
    post   "/runs/{id}/retry"              replay::retry_run            operator;
    post   "/runs/{id}/rerun"              replay::rerun_run            operator;
    post   "/runs/{id}/cancel"             replay::cancel_run           operator;
    post   "/runs/{id}/resolve"            runs::resolve_run            operator;
    get    "/retention"                    database::get_retention      viewer;
    get    "/state"                        state::list_state            viewer;
    get    "/state/{key:.+}"               state::get_state             viewer;
    put    "/state/{key:.+}"               state::put_state             admin;
    delete "/state/{key:.+}"               state::delete_state          admin;
    get    "/nodes"                        nodes::list_nodes            viewer;
    get    "/budgets"                      budgets::list_budgets        viewer;
    post   "/budgets/reopen"               budgets::reopen_budget       operator;
    get    "/polls"                        polls::list_polls            viewer;
    get    "/session"                      session::get_session         viewer;
    post   "/session"                      session::log_in              open;
    delete "/session"                      session::log_out             viewer;
    get    "/tokens"                       tokens::list_tokens          admin;
    post   "/tokens"                       tokens::create_token         admin;
    delete "/tokens/{id}"                  tokens::revoke_token         admin;
    get    "/audit"                        audit::list_audit            viewer;
}

table! {
    /// Outside of it.
    Outside:
    get    "/healthz"                      health::get_health           open;
    get    "/readyz"                       health::get_readiness        open;
}

/// Things on a page, as asked for.
pub fn limit(given: Option<u32>) -> Result<u32, Error> {
    match given.unwrap_or(50) {
        limit @ 1..=500 => Ok(limit),
        wrong => Err(Error::BadRequest(format!("limit: 1 to 500, not {wrong}"))),
    }
}

pub fn routes(config: &mut ServiceConfig) {
    for resource in resources(Outside::ENTRIES) {
        config.service(resource);
    }
    let api = scope(BASE).wrap(from_fn(in_time));
    let api = resources(Api::ENTRIES).into_iter().fold(api, |api, resource| api.service(resource));
    config.service(api).configure(openapi::browser).default_service(web::to(dashboard::serve));
}
