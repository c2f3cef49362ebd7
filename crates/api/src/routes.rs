//! Each route, once.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, scope};

use crate::dashboard;
use crate::error::Error;
use crate::patience::in_time;
use crate::table::{resources, table};

mod audit;
mod budgets;
mod catalog;
pub mod connections;
mod database;
mod events;
pub mod health;
mod hooks;
mod live;
mod login_links;
mod many;
pub mod measures;
mod nodes;
mod openapi;
mod polls;
mod rehearsals;
mod replay;
mod revisions;
mod runs;
mod search;
mod session;
mod sessions;
mod state;
pub mod stats;
mod texts;
mod tokens;
mod workflows;

/// Where the tables begin in the path.
pub const BASE: &str = "/api/v1";

/// Has a patience of its own.
const METRICS: &str = "/metrics";

table! {
    /// Below `/api/v1`.
    Api:
    get    "/openapi.json"                 openapi::get_openapi         viewer;
    get    "/schema/workflow"              openapi::get_workflow_schema viewer;
    get    "/workflows"                    workflows::list_workflows    viewer;
    post   "/workflows"                    texts::create_workflow       admin;
    post   "/workflows/check"              texts::check_workflow        viewer;
    get    "/workflows/{id}"               workflows::get_workflow      viewer;
    put    "/workflows/{id}"               texts::replace_workflow      admin;
    delete "/workflows/{id}"               texts::delete_workflow       admin;
    post   "/workflows/{id}/poll"          rehearsals::poll_workflow    operator;
    post   "/workflows/{id}/dry-run"       rehearsals::rehearse_workflow operator;
    get    "/workflows/{id}/revisions"     revisions::list_revisions    viewer;
    get    "/workflows/{id}/revisions/{number}" revisions::get_revision viewer;
    get    "/workflows/{id}/diff"          revisions::diff_revisions    viewer;
    post   "/workflows/{id}/enable"        workflows::enable_workflow   operator;
    post   "/workflows/{id}/disable"       workflows::disable_workflow  operator;
    post   "/workflows/{id}/start"         workflows::start_workflow    operator;
    get    "/workflows/{id}/keys/{key:.+}" workflows::get_key           viewer;
    delete "/workflows/{id}/keys/{key:.+}" workflows::forget_key        operator;
    get    "/workflows/{id}/polls"         polls::list_polls_of         viewer;
    get    "/workflows/{id}/why"           events::get_why              viewer;
    get    "/events"                       events::list_events          viewer;
    get    "/events/{id}"                  events::get_event            viewer;
    get    "/runs"                         runs::list_runs              viewer;
    post   "/runs/retry"                   many::retry_runs             operator;
    post   "/runs/cancel"                  many::cancel_runs            operator;
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
    get    "/catalog/apps"                 catalog::list_apps           viewer;
    get    "/catalog/operations"           catalog::list_operations     viewer;
    get    "/catalog/operations/{id}"      catalog::get_operation       viewer;
    get    "/catalog/operations/{id}/choices" catalog::list_choices      operator;
    post   "/catalog/operations/{id}/call" catalog::call_operation      operator;
    get    "/connections"                  connections::list_connections viewer;
    post   "/connections/{name}/test"      connections::test_connection operator;
    get    "/stats/runs"                   stats::get_run_stats         viewer;
    get    "/stats/failures"               stats::get_failures          viewer;
    get    "/stats/overview"               stats::get_overview          viewer;
    get    "/live"                         live::get_live               viewer;
    get    "/nodes"                        nodes::list_nodes            viewer;
    get    "/budgets"                      budgets::list_budgets        viewer;
    post   "/budgets/reopen"               budgets::reopen_budget       operator;
    get    "/polls"                        polls::list_polls            viewer;
    get    "/session"                      session::get_session         viewer;
    post   "/session"                      session::log_in              open;
    delete "/session"                      session::log_out             viewer;
    get    "/sessions"                     sessions::list_sessions      admin;
    delete "/sessions/{id}"                sessions::end_session        admin;
    post   "/login-links"                  login_links::create_login_link admin;
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
    get    "/metrics"                      measures::get_metrics        viewer;
    get    "/hooks/{path:.+}"              hooks::get_hook              open;
    post   "/hooks/{path:.+}"              hooks::post_hook             open;
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
        match resource {
            (METRICS, resource) => config.service(resource.wrap(from_fn(measures::in_any_case))),
            (_, resource) => config.service(resource.wrap(from_fn(in_time))),
        };
    }
    let api = scope(BASE).wrap(from_fn(live::told)).wrap(from_fn(in_time));
    let api = resources(Api::ENTRIES).into_iter().fold(api, |api, resource| api.service(resource.1));
    config.service(api).configure(openapi::browser).default_service(web::to(dashboard::serve));
}
