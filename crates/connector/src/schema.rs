//! What a connection of an app holds.

use highline_catalog::{Connection, Field};
use highline_model::budget::Allowance;
use serde::Serialize;

use crate::budget::{self, Limited};
use crate::manifest::{AppFile, RateLimit, SecretField};
use crate::{extract, placeholder};

/// What a connection of an app holds: for the check of connections and for forms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConnectionSchema {
    /// `highlevel`
    pub app: String,
    pub title: String,
    /// `bearer`, `basic`, `header`, `query` or `none`.
    pub auth: String,
    /// With `{name}` where a value of the connection goes; blank when the connection must say.
    pub base_url: String,
    pub secrets: Vec<SecretSchema>,
    pub values: Vec<Field>,
    /// The id of the operation that proves a connection.
    pub test: Option<String>,
    /// How often the app may be asked.
    #[serde(skip)]
    pub limit: Option<RateLimit>,
}

/// A secret that a connection holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SecretSchema {
    pub name: String,
    pub label: String,
    pub description: String,
    pub required: bool,
}

impl ConnectionSchema {
    pub(crate) fn of(app: &AppFile) -> Self {
        Self {
            app: app.app.clone(),
            title: app.title.clone(),
            auth: app.auth.kind().to_owned(),
            base_url: app.base_url.clone(),
            secrets: secrets(app),
            values: app.values.iter().map(|value| value.describe(&app.app)).collect(),
            test: app.test.as_ref().map(|test| format!("{}.{test}", app.app)),
            limit: app.rate_limit.clone(),
        }
    }

    /// The resource whose rate budget a connection spends, and what the manifest allows; none for an app without a limit.
    pub fn budget_of(&self, connection: &Connection) -> Option<(String, Allowance)> {
        let limited = Limited { app: &self.app, base_url: &self.base_url, limit: self.limit.as_ref()? };
        Some((budget::resource(limited, connection), budget::allowance(limited.limit)))
    }

    /// What a connection lacks, and what it has that its app does not know. No secret is in the texts.
    pub fn problems(&self, connection: &Connection) -> Vec<String> {
        let mut problems = Vec::new();
        for secret in self.secrets.iter().filter(|secret| secret.required) {
            if !connection.secrets.contains_key(&secret.name) {
                problems.push(format!("the secret `{}` is missing", secret.name));
            }
        }
        for name in connection.secrets.keys() {
            if !self.secrets.iter().any(|secret| secret.name == *name) {
                problems.push(format!("{} has no secret `{name}`; {}", self.title, self.known_secrets()));
            }
        }
        let in_base_url = placeholder::names(&self.base_url).unwrap_or_default();
        for value in &self.values {
            let given = connection.values.get(&value.name).and_then(extract::text);
            let needed =
                value.required || connection.base_url.is_none() && in_base_url.contains(&value.name.as_str());
            if needed && given.is_none_or(|text| text.is_empty()) {
                problems.push(format!("the value `{}` is missing", value.name));
            }
        }
        for name in connection.values.keys() {
            if !self.values.iter().any(|value| value.name == *name) {
                let known: Vec<&str> = self.values.iter().map(|value| value.name.as_str()).collect();
                let known = if known.is_empty() { "it has none".into() } else { known.join(", ") };
                problems.push(format!("{} has no value `{name}`; known: {known}", self.title));
            }
        }
        problems
    }

    fn known_secrets(&self) -> String {
        let names: Vec<&str> = self.secrets.iter().map(|secret| secret.name.as_str()).collect();
        if names.is_empty() { "it has none".into() } else { format!("known: {}", names.join(", ")) }
    }
}

/// The placeholders of `auth` that are not values of the connection, in their order.
fn secrets(app: &AppFile) -> Vec<SecretSchema> {
    let mut secrets: Vec<SecretSchema> = Vec::new();
    let signing = app.sign.as_ref();
    let in_auth = app.auth.templates().into_iter().filter_map(|template| placeholder::names(template).ok());
    for name in in_auth.flatten().chain(signing.map(|sign| sign.secret.as_str())) {
        let is_value = app.values.iter().any(|value| value.name == name);
        if is_value || secrets.iter().any(|secret| secret.name == name) {
            continue;
        }
        let told = app.secrets.iter().find(|secret| secret.name == name);
        let told = told.cloned().unwrap_or_else(|| SecretField {
            name: name.to_owned(),
            label: String::new(),
            description: String::new(),
        });
        let label = if told.label.is_empty() { crate::manifest::label(name) } else { told.label };
        secrets.push(SecretSchema {
            name: name.to_owned(),
            label,
            description: told.description,
            required: signing.is_none_or(|sign| sign.secret != name || !sign.optional),
        });
    }
    secrets
}
