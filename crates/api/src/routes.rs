//! Each route, once.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, scope};

use crate::dashboard;
use crate::guard::guard;
use crate::patience::in_time;
use crate::table::{resources, table};

mod budgets;
mod database;
mod events;
pub mod health;
mod nodes;
mod openapi;
mod polls;
mod replay;
mod runs;
mod state;
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
}

table! {
    /// Outside of it.
    Outside:
    get    "/healthz"                      health::get_health           open;
    get    "/readyz"                       health::get_readiness        open;
}

pub fn routes(config: &mut ServiceConfig) {
    for resource in resources(Outside::ENTRIES) {
        config.service(resource);
    }
    let api = scope(BASE).wrap(from_fn(in_time)).wrap(from_fn(guard));
    let api = resources(Api::ENTRIES).into_iter().fold(api, |api, resource| api.service(resource));
    config.service(api).configure(openapi::browser).default_service(web::to(dashboard::serve));
}
