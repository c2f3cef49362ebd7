//! What the table of routes is made of, and how it is mounted.

use std::future::ready;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{Resource, Route, web};
use highline_model::Role;

use crate::gate::gate;
use crate::routes::health;

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
                route: || actix_web::web::$method().to($noun::$handler),
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

/// A resource for each path, with all its methods, each behind the gate.
pub fn resources(entries: &'static [Entry]) -> Vec<Resource> {
    let mut paths: Vec<&str> = Vec::new();
    for entry in entries {
        if !paths.contains(&entry.path) {
            paths.push(entry.path);
        }
    }
    let resource = |path: &&str| {
        let here = entries.iter().filter(|entry| entry.path == *path);
        let methods: Vec<String> = here.clone().map(|entry| entry.method.to_uppercase()).collect();
        let resource = here.fold(web::resource(*path), |resource, entry| resource.route(guarded(entry)));
        resource.default_service(refuse(methods.join(", ")))
    };
    paths.iter().map(resource).collect()
}

fn guarded(entry: &'static Entry) -> Route {
    (entry.route)().wrap(from_fn(move |request, next| gate(entry, request, next)))
}

/// For methods that a path does not have.
fn refuse(allowed: String) -> Route {
    web::to(move |method: Method| ready(health::no_such_method(method, allowed.clone())))
}
