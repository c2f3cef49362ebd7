//! Connections: named credentials for one app.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;
use utoipa::ToSchema;

/// Credentials and values of one app, under a name. Cloning is cheap where it matters: engines share it in an `Arc`.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The name that workflows use: `acme`.
    pub name: String,
    /// `highlevel`
    pub app: String,
    /// In place of the app's own base URL: a sandbox, a proxy, a test server.
    pub base_url: Option<Url>,
    /// By the names that the app's manifest gives them: `token`, `username`, `password`.
    pub secrets: BTreeMap<String, SecretString>,
    /// Input that operations take from here when the workflow leaves it out: `locationId`, `companyId`.
    pub values: Map<String, Value>,
    /// The scopes of the credential, where known; unknown is not checked.
    pub scopes: Option<Vec<String>>,
}

/// What may be told of a connection: no secret.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConnectionSummary {
    pub name: String,
    pub app: String,
    /// Where its requests go instead of the address of its app; null where they go there.
    pub base_url: Option<String>,
    /// What is no secret, such as `locationId`.
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
    pub scopes: Option<Vec<String>>,
}

impl Connection {
    pub fn summary(&self) -> ConnectionSummary {
        ConnectionSummary {
            name: self.name.clone(),
            app: self.app.clone(),
            base_url: self.base_url.as_ref().map(Url::to_string),
            values: self.values.clone(),
            scopes: self.scopes.clone(),
        }
    }
}

/// All connections that this node knows, by name.
#[derive(Debug, Clone, Default)]
pub struct Connections(BTreeMap<String, Arc<Connection>>);

impl Connections {
    pub fn new(all: impl IntoIterator<Item = Connection>) -> Self {
        Self(all.into_iter().map(|c| (c.name.clone(), Arc::new(c))).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Connection>> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Connection>> {
        self.0.values()
    }

    /// The connections of one app.
    pub fn of_app<'a>(&'a self, app: &'a str) -> impl Iterator<Item = &'a Arc<Connection>> {
        self.0.values().filter(move |c| c.app == app)
    }
}
