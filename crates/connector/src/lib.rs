#![doc = include_str!("../README.md")]

mod auth;
mod budget;
mod chunks;
mod classify;
mod compile;
mod exchange;
mod extract;
mod http;
mod lookup;
pub mod manifest;
mod moment;
mod naming;
mod operation;
mod paging;
mod placeholder;
mod poll;
mod request;
mod schema;
mod sign;
mod tape;
mod written;

pub use auth::{Mask, Secrets, apply as apply_auth};
pub use budget::{Budget, Grants, GrantsError, Keeper, Spenders};
pub use classify::Judge;
pub use compile::{App, build};
pub use http::{Answer, ClientError, Http, HttpSettings, SendError};
pub use manifest::{AppManifest, ManifestError, manifest_schema, read_app, read_boxed};
pub use request::{Request, RequestBody};
pub use schema::{ConnectionSchema, SecretSchema};
pub use sign::{idempotency_key, sign};
