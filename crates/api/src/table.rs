//! What the table of routes is made of, and how it is mounted.

use std::future::ready;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{Resource, Route, guard, web};
use highline_model::Role;

use crate::gate::gate;
use crate::query::refuse_unknown;
use crate::routes::health;

/// Where `HEAD` is refused, although `GET` is not: asking does something, or has no end.
const NO_HEAD: &[&str] = &["get_hook", "get_live"];

/// Where a query is not refused for what is in it: it belongs to a workflow's event, or a probe adds what it likes.
const ANY_QUERY: &[&str] = &["get_hook", "post_hook", "get_health", "get_readiness"];

/// One route.
pub struct Entry {
    /// In lower case, as the document writes it.
    pub method: &'static str,
    /// Below the table's base. `{name}` is a part of the path, `{name:.+}` all that is left of it.
    pub path: &'static str,
    /// The name of its handler, which is its `operationId`.
    pub operation: &'static str,
    /// The least role that may ask; `None` for whoever comes.
    pub role: Option<Role>,
    pub route: fn() -> Route,
}

impl Entry {
    /// What it is about, for the order of the document: the first part of its path.
    pub fn noun(&self) -> &'static str {
        let first = self.path.split('/').nth(1).unwrap_or_default();
        first.split('.').next().unwrap_or_default()
    }

    /// Whether what a query has and the document does not is refused.
    pub fn refuses_queries(&self) -> bool {
        !ANY_QUERY.contains(&self.operation)
    }

    /// The path as the document writes it.
    pub fn documented_path(&self) -> String {
        self.path.replace(":.+}", "}")
    }
}

/// Makes of lines `method "path" noun::handler role;` the routes and, with the same handlers, their part of the document.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident: $($method:ident $path:literal $noun:ident::$handler:ident $role:ident;)*) => {
        $(#[$doc])*
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($noun::$handler),*))]
        pub struct $name;

        impl $name {
            pub const ENTRIES: &[crate::table::Entry] = &[$(crate::table::Entry {
                method: stringify!($method),
                path: $path,
                operation: stringify!($handler),
                role: crate::table::role!($role),
                route: || crate::table::route(stringify!($method), stringify!($handler)).to($noun::$handler),
            }),*];
        }
    };
}

macro_rules! role {
    (open) => {
        None
    };
    (viewer) => {
        Some(highline_model::Role::Viewer)
    };
    (operator) => {
        Some(highline_model::Role::Operator)
    };
    (admin) => {
        Some(highline_model::Role::Admin)
    };
}

pub(crate) use {role, table};

/// What a line of a table takes. `GET` is `HEAD` too, which gets all but the body.
pub fn route(method: &str, operation: &str) -> Route {
    let method = method.to_uppercase().parse().expect("the tables name methods");
    match method {
        Method::GET if takes_head(operation) => {
            web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
        }
        method => web::method(method),
    }
}

fn takes_head(operation: &str) -> bool {
    !NO_HEAD.contains(&operation)
}

/// A resource for each path, with all its methods, each behind the gate; and the path.
pub fn resources(entries: &'static [Entry]) -> Vec<(&'static str, Resource)> {
    let mut paths: Vec<&'static str> = Vec::new();
    for entry in entries {
        if !paths.contains(&entry.path) {
            paths.push(entry.path);
        }
    }
    let resource = |path: &&'static str| {
        let here = entries.iter().filter(|entry| entry.path == *path);
        let methods: Vec<String> = here.clone().flat_map(methods).collect();
        let resource = here.fold(web::resource(*path), |resource, entry| resource.route(guarded(entry)));
        (*path, resource.default_service(refuse(methods.join(", "))))
    };
    paths.iter().map(resource).collect()
}

fn methods(entry: &Entry) -> Vec<String> {
    let head = (entry.method == "get" && takes_head(entry.operation)).then(|| "HEAD".to_owned());
    [Some(entry.method.to_uppercase()), head].into_iter().flatten().collect()
}

/// Who may not ask is not told what is wrong with the question.
fn guarded(entry: &'static Entry) -> Route {
    let route = (entry.route)();
    let route = if entry.refuses_queries() { route.wrap(from_fn(refuse_unknown)) } else { route };
    route.wrap(from_fn(move |request, next| gate(entry, request, next)))
}

/// For methods that a path does not have.
fn refuse(allowed: String) -> Route {
    web::to(move |method: Method| ready(health::no_such_method(method, allowed.clone())))
}
