//! An app: where it is, how to log in, how often it may be asked, how it tells errors.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Defaults, Errors, Field, Operation, Period};

/// One app. In a user's own file it also holds the operations; a larger app spreads them over operation files that
/// lie beside this one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "App file")]
pub struct AppFile {
    /// The id of the app: lower case letters, digits and `_`. Operation ids begin with it.
    pub app: String,
    /// The app's name for people.
    pub title: String,
    /// One sentence on what the app is.
    #[serde(default)]
    pub summary: String,
    /// The URL that every path is appended to, without a slash at its end. `{name}` is taken from the connection's
    /// values, as in `https://{subdomain}.example.com/api`. A connection may give another `base_url`.
    pub base_url: String,
    /// How requests prove who they are. Left out: they do not.
    #[serde(default)]
    pub auth: Auth,
    /// A signature on each request, for receivers that want to know that it is genuine.
    #[serde(default)]
    pub sign: Option<Sign>,
    /// The header in which each write has a key that stays the same when the write is sent again, for apps that drop
    /// repeats: `Idempotency-Key`.
    #[serde(default)]
    pub idempotency_header: Option<String>,
    /// Labels and descriptions for the secrets that `auth` and `sign` name.
    #[serde(default)]
    pub secrets: Vec<SecretField>,
    /// What a connection of this app holds besides secrets. A field with `from: connection` takes its value from here.
    #[serde(default)]
    pub values: Vec<Field>,
    /// Headers of every request.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How often the app may be asked. Left out: there is no budget, only the app's own 429.
    #[serde(default)]
    pub rate_limit: Option<RateLimit>,
    /// How the app tells what went wrong.
    #[serde(default)]
    pub errors: Errors,
    /// Top-level names that are taken out of every output, and out of the hash that tells a change (`traceId`).
    #[serde(default)]
    pub strip: Vec<String>,
    /// What an id of this app looks like, as regular expressions of whole values. A value of a field with `choices` that
    /// looks so is sent as it is; any other is taken for a name and looked up.
    #[serde(default)]
    pub ids: Vec<String>,
    /// The operation that proves a connection, without the app's id: `contacts.list`.
    #[serde(default)]
    pub test: Option<String>,
    /// The category of this file's operations; left out: the app's title.
    #[serde(default)]
    pub category: Option<String>,
    /// What each operation of this file has unless it says otherwise.
    #[serde(default)]
    pub defaults: Defaults,
    /// The operations.
    #[serde(default)]
    #[schemars(with = "Vec<Operation>")]
    pub operations: Vec<Spanned<Operation>>,
}

/// More operations of an app, in a file beside its app file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Operations file")]
pub struct OperationsFile {
    /// The category of this file's operations; left out: the app's title.
    #[serde(default)]
    pub category: Option<String>,
    /// What each operation of this file has unless it says otherwise.
    #[serde(default)]
    pub defaults: Defaults,
    /// The operations.
    #[schemars(with = "Vec<Operation>")]
    pub operations: Vec<Spanned<Operation>>,
}

/// How requests prove who they are. `{name}` stands for the secret of that name, or else the connection's value.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Not at all.
    #[default]
    None,
    /// `Authorization: Bearer …`
    Bearer(BearerAuth),
    /// `Authorization: Basic …`
    Basic(BasicAuth),
    /// A header of the app's own.
    Header(HeaderAuth),
    /// A query parameter.
    Query(QueryAuth),
}

/// `Authorization: Bearer …`
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BearerAuth {
    /// The token, mostly `"{token}"`.
    pub token: String,
}

/// `Authorization: Basic …`
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicAuth {
    /// The user name, as in `"{token}"`.
    pub username: String,
    /// The password; left out: blank.
    #[serde(default)]
    pub password: String,
}

/// A header of the app's own.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderAuth {
    /// The header's name.
    pub name: String,
    /// Its value, as in `"apiKey {id}:{key}"`.
    pub value: String,
}

/// A query parameter that holds a secret.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryAuth {
    /// The parameter's name.
    pub name: String,
    /// Its value, as in `"{key}"`.
    pub value: String,
}

/// A signature: `t=…,v1=…`, the moment in seconds since 1970 and the HMAC-SHA256 of `t.body` in hex.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The name of the secret that both sides know.
    #[serde(default = "signing_secret")]
    pub secret: String,
    /// The header of the signature.
    #[serde(default = "signature_header")]
    pub header: String,
    /// Whether a connection may lack the secret; its requests are not signed then.
    #[serde(default)]
    pub optional: bool,
}

fn signing_secret() -> String {
    "signing_secret".to_owned()
}

fn signature_header() -> String {
    "X-Highline-Signature".to_owned()
}

impl Default for Sign {
    fn default() -> Self {
        Self { secret: signing_secret(), header: signature_header(), optional: false }
    }
}

/// For people: what a secret is and where to find it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretField {
    /// The secret's name, as `auth` uses it.
    pub name: String,
    /// For people; left out: made of the name.
    #[serde(default)]
    pub label: String,
    /// Where to find it, what it looks like.
    #[serde(default)]
    pub description: String,
}

/// How often the app may be asked. It is spent before each request, by all workflows together.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests in each `per`.
    pub requests: u32,
    /// The window: `10s`, `1m`.
    pub per: Period,
    /// Requests in a day.
    #[serde(default)]
    pub daily: Option<u32>,
    /// The connection values that name what the limit is counted for: the first one that the connection has. Left
    /// out: each connection has a budget of its own.
    #[serde(default)]
    pub resource: Vec<String>,
    /// The headers in which the app tells what is left.
    #[serde(default)]
    pub headers: RateLimitHeaders,
}

/// The headers in which the app tells what is left of the budget.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimitHeaders {
    /// Requests left in the window.
    #[serde(default)]
    pub remaining: Option<String>,
    /// Requests in each window.
    #[serde(default)]
    pub limit: Option<String>,
    /// The window in milliseconds.
    #[serde(default)]
    pub window_ms: Option<String>,
    /// Requests in a day.
    #[serde(default)]
    pub daily_limit: Option<String>,
    /// Requests left today.
    #[serde(default)]
    pub daily_remaining: Option<String>,
}

impl Auth {
    /// The texts that may hold `{secret}` placeholders.
    pub fn templates(&self) -> Vec<&str> {
        match self {
            Self::None => vec![],
            Self::Bearer(bearer) => vec![&bearer.token],
            Self::Basic(basic) => vec![&basic.username, &basic.password],
            Self::Header(header) => vec![&header.value],
            Self::Query(query) => vec![&query.value],
        }
    }

    /// The word in the manifest.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bearer(_) => "bearer",
            Self::Basic(_) => "basic",
            Self::Header(_) => "header",
            Self::Query(_) => "query",
        }
    }
}

/// Names to dotted paths, in the order of the file.
pub type Paths = IndexMap<String, String>;
