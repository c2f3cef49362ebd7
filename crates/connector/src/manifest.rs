//! The manifest language: what an app file may say.
//!
//! These structs are the language: their doc comments are its reference and become the JSON Schema. Nothing here
//! speaks HTTP; `compile` turns a checked [`AppManifest`] into operations.

mod app;
mod check;
mod chunks;
mod error_rules;
mod field;
mod lookup;
mod operation;
mod paging;
mod period;
mod poll;
mod read;
mod response;
mod schema;
mod verify;

pub use app::{
    AppFile, Auth, BasicAuth, BearerAuth, HeaderAuth, OperationsFile, QueryAuth, RateLimit, RateLimitHeaders,
    SecretField, Sign,
};
pub(crate) use check::id_pattern;
pub use chunks::Chunks;
pub use error_rules::{Errors, Rule, RuleOutcome};
pub(crate) use field::label;
pub use field::{Field, Place, SendAs, Source};
pub use lookup::{Alternatives, ByName, Choices};
pub use operation::{Body, Defaults, Method, Operation, Requirement, Sample};
pub use paging::{Cursor, Limit, NextUrl, Offset, Page, Paging, SearchAfter};
pub use period::Period;
pub use poll::{MarkFormat, Poll, Window};
pub use read::{AppManifest, ManifestError, PlacedOperation, read_app, read_boxed};
pub use response::{Entries, Format, Response};
pub use schema::manifest_schema;
pub use verify::Verify;
pub(crate) use verify::describe as describe_verify;
