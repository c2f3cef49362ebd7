//! Each route, once.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, delete, get, post, put, scope};

use crate::guard::guard;
use crate::patience::in_time;

mod budgets;
mod database;
mod events;
mod health;
mod nodes;
mod polls;
mod replay;
mod runs;
mod state;
mod workflows;

pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/healthz", get().to(health::get_health))
        .route("/readyz", get().to(health::get_readiness))
        .service(
            scope("/api/v1")
                .wrap(from_fn(in_time))
                .wrap(from_fn(guard))
                .route("/workflows", get().to(workflows::list_workflows))
                .route("/workflows/{id}", get().to(workflows::get_workflow))
                .route("/workflows/{id}/enable", post().to(workflows::enable_workflow))
                .route("/workflows/{id}/disable", post().to(workflows::disable_workflow))
                .route("/workflows/{id}/start", post().to(workflows::start_workflow))
                .route("/workflows/{id}/keys/{key:.+}", get().to(workflows::get_key))
                .route("/workflows/{id}/keys/{key:.+}", delete().to(workflows::forget_key))
                .route("/workflows/{id}/polls", get().to(polls::list_polls_of))
                .route("/workflows/{id}/why", get().to(events::get_why))
                .route("/events", get().to(events::list_events))
                .route("/runs", get().to(runs::list_runs))
                .route("/runs/retry", post().to(replay::retry_runs))
                .route("/runs/cancel", post().to(replay::cancel_runs))
                .route("/runs/{id}", get().to(runs::get_run))
                .route("/runs/{id}", delete().to(runs::delete_run))
                .route("/runs/{id}/retry", post().to(replay::retry_run))
                .route("/runs/{id}/rerun", post().to(replay::rerun_run))
                .route("/runs/{id}/cancel", post().to(replay::cancel_run))
                .route("/retention", get().to(database::get_retention))
                .route("/runs/{id}/resolve", post().to(runs::resolve_run))
                .route("/state", get().to(state::list_state))
                .route("/state/{key:.+}", get().to(state::get_state))
                .route("/state/{key:.+}", put().to(state::put_state))
                .route("/state/{key:.+}", delete().to(state::delete_state))
                .route("/nodes", get().to(nodes::list_nodes))
                .route("/budgets", get().to(budgets::list_budgets))
                .route("/budgets/reopen", post().to(budgets::reopen_budget))
                .route("/polls", get().to(polls::list_polls)),
        );
    config.default_service(web::to(health::nothing_here));
}
