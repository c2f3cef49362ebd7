//! The one envelope of errors.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use highline_model::Failure;
use highline_store::JournalError;
use highline_workflow::{DiagnosticView, format_size};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::headers::complete;

/// Of a request, in bytes.
pub const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// When to ask again, in seconds, after the database did not answer.
const AGAIN: u64 = 5;

/// The one envelope of errors.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "error": { "code": "not_found", "message": "there is no run `0193a5b0`" } }))]
pub struct ErrorAnswer {
    pub error: Refusal,
}

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refusal {
    pub code: Code,
    /// For people: in lower case, with the wrong value in it.
    pub message: String,
    /// What else there is to know: `diagnostics` of a wrong workflow, `failure` of an app.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
}

/// Why, for programs; one word that stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The message names the value and what would be right.
    BadRequest,
    /// Nobody is logged in, or the login is over.
    Unauthorized,
    /// The role is too small, or a page of another site asks.
    Forbidden,
    /// There is no such thing, or no such route.
    NotFound,
    /// `Allow` names the methods of this path.
    MethodNotAllowed,
    /// The body did not come in time.
    Timeout,
    /// It is not in a state for that; the message says in which it is.
    Conflict,
    /// The body is larger than the limit.
    TooLarge,
    /// A body of this kind is not read.
    UnsupportedMediaType,
    /// The text is wrong; `details` has its `diagnostics`.
    InvalidWorkflow,
    /// Wait for as long as `Retry-After` says.
    TooManyRequests,
    /// The app that had to be asked refused or did not answer; `details` has its `failure`.
    AppFailed,
    /// The database does not answer. What was asked for may have been done.
    Unavailable,
}

/// What a handler refuses with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no {what} `{id}`")]
    NotFound { what: &'static str, id: String },
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    BadRequest(String),
    #[error("the body is larger than {}", format_size(*.most))]
    TooLarge { most: usize },
    /// A body that did not come.
    #[error("the body did not come within {seconds} s")]
    TooSlow { seconds: u64 },
    /// A body of a kind that is not read.
    #[error("{0}")]
    Unsupported(String),
    /// For a reason that the log tells.
    #[error("{0}")]
    Unavailable(&'static str),
    #[error("{}", wrong(.0))]
    WrongWorkflow(Vec<DiagnosticView>),
    #[error("the engine of this node has ended; its log says why")]
    EngineEnded,
    /// The app that had to be asked.
    #[error("{0}")]
    Elsewhere(Failure),
    #[error("{method} is not for this path; {allowed} is")]
    MethodNotAllowed { method: String, allowed: String },
    #[error("nobody is logged in: send a token as `Authorization: Bearer …`, or log in at `/login`")]
    Unauthorized,
    #[error("the secret of this address is missing or wrong")]
    WrongSecret,
    #[error("there is no such token or link, or it is over; `highline tokens link` makes a new link")]
    LogInRefused,
    #[error("{0}")]
    Forbidden(String),
    #[error("too many tries that failed; the next one is in {seconds} s")]
    TooManyTries { seconds: u64 },
    #[error(transparent)]
    Store(#[from] JournalError),
}

impl From<highline_store::Error> for Error {
    fn from(error: highline_store::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Error {
    pub fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    fn details(&self) -> Option<Value> {
        match self {
            Self::WrongWorkflow(diagnostics) => Some(json!({ "diagnostics": diagnostics })),
            Self::Elsewhere(failure) => Some(json!({ "failure": failure })),
            _ => None,
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::NotFound { .. } => Code::NotFound,
            Self::Conflict(_) => Code::Conflict,
            Self::BadRequest(_) => Code::BadRequest,
            Self::TooLarge { .. } => Code::TooLarge,
            Self::TooSlow { .. } => Code::Timeout,
            Self::Unsupported(_) => Code::UnsupportedMediaType,
            Self::WrongWorkflow(_) => Code::InvalidWorkflow,
            Self::Elsewhere(_) => Code::AppFailed,
            Self::MethodNotAllowed { .. } => Code::MethodNotAllowed,
            Self::Unauthorized | Self::LogInRefused | Self::WrongSecret => Code::Unauthorized,
            Self::Forbidden(_) => Code::Forbidden,
            Self::TooManyTries { .. } => Code::TooManyRequests,
            Self::Store(_) | Self::EngineEnded | Self::Unavailable(_) => Code::Unavailable,
        }
    }
}

/// The first error of a text, and how many there are.
fn wrong(diagnostics: &[DiagnosticView]) -> String {
    let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let first = errors.next().map(|one| format!("line {}, column {}: {}", one.line, one.column, one.message));
    let first = first.unwrap_or_else(|| "the text is wrong".to_owned());
    match errors.count() {
        0 => first,
        more => format!("{first} (and {more} more)"),
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::WrongWorkflow(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Elsewhere(_) => StatusCode::BAD_GATEWAY,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthorized | Self::LogInRefused | Self::WrongSecret => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Store(_) | Self::EngineEnded | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let message = match self {
            // The cause may name hosts and tables: it belongs into the log.
            Self::Store(error) => {
                tracing::warn!(%error, "a request failed");
                "the database does not answer; the log says why".to_owned()
            }
            other => other.to_string(),
        };
        let mut answer = HttpResponse::build(self.status_code());
        match self {
            Self::MethodNotAllowed { allowed, .. } => answer.insert_header((ALLOW, allowed.as_str())),
            Self::Unauthorized => answer.insert_header((WWW_AUTHENTICATE, "Bearer")),
            Self::Store(_) | Self::Unavailable(_) => answer.insert_header((RETRY_AFTER, AGAIN)),
            Self::TooManyTries { seconds } => answer.insert_header((RETRY_AFTER, *seconds)),
            _ => &mut answer,
        };
        let mut answer = answer
            .json(ErrorAnswer { error: Refusal { code: self.code(), message, details: self.details() } });
        complete(answer.headers_mut());
        answer
    }
}
