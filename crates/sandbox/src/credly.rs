//! The simulated Credly, under `/credly/v1`.

use serde_json::json;

use crate::exchange::Reply;
use crate::routes::{Handler, Route};

mod badges;
mod filter;
pub mod guard;
mod issue;
mod page;
mod templates;
pub mod view;

pub const PREFIX: &str = "/credly/v1";

const fn route(method: &'static str, pattern: &'static str, handler: Handler) -> Route {
    Route::open(method, pattern, handler)
}

pub const ROUTES: &[Route] = &[
    route("GET", "/credly/v1/organizations/{org}", templates::get_organization),
    route("GET", "/credly/v1/organizations/{org}/badge_templates", templates::list_templates),
    route("GET", "/credly/v1/organizations/{org}/badge_templates/{template}", templates::get_template),
    route("GET", "/credly/v1/organizations/{org}/badges", badges::list_badges),
    route("POST", "/credly/v1/organizations/{org}/badges", issue::issue_badge),
    route("GET", "/credly/v1/organizations/{org}/badges/{badge}", badges::get_badge),
    route("PUT", "/credly/v1/organizations/{org}/badges/{badge}/revoke", badges::revoke_badge),
    route("POST", "/credly/v1/organizations/{org}/badges/{badge}/replace", issue::replace_badge),
];

/// The shape of an error as one client has seen it: the message under `data`.
fn refused(status: u16, message: impl Into<String>) -> Reply {
    Reply::new(status, json!({ "data": { "message": message.into() }, "metadata": {} }))
}

pub fn no_route() -> Reply {
    refused(404, "resource not found")
}
