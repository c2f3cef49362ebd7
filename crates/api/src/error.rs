//! The one envelope of errors.

use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::{HttpResponse, ResponseError};
use highline_store::JournalError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::headers::complete;

/// The one envelope of errors.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorAnswer {
    pub error: Refusal,
}

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refusal {
    /// One word for programs: `not_found`, `conflict`, `bad_request`, `method_not_allowed`, `unauthorized`, `forbidden`,
    /// `unavailable`.
    pub code: &'static str,
    /// For people: in lower case, with the wrong value in it.
    pub message: String,
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
    #[error("{method} is not for this path; {allowed} is")]
    MethodNotAllowed { method: String, allowed: String },
    #[error("the token is missing or wrong; send it as `Authorization: Bearer …`")]
    Unauthorized,
    #[error("{0}")]
    Forbidden(&'static str),
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

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::Conflict(_) => "conflict",
            Self::BadRequest(_) => "bad_request",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::Store(_) => "unavailable",
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
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
        if let Self::MethodNotAllowed { allowed, .. } = self {
            answer.insert_header((ALLOW, allowed.as_str()));
        }
        let mut answer = answer.json(ErrorAnswer { error: Refusal { code: self.code(), message } });
        complete(answer.headers_mut());
        answer
    }
}
