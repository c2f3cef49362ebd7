//! What went wrong, as it is kept in the log and shown to people.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::StepPath;
use crate::id::InvalidId;

/// The kind of a failure: what a person or a workflow can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The input is wrong; nothing was sent.
    InvalidInput,
    /// A template could not be worked out; nothing was sent.
    Template,
    /// The workflow names an operation or connection that this node does not have.
    Configuration,
    /// The token is bad or expired (401).
    Unauthorized,
    /// The token lacks a scope, is of the wrong kind, or belongs to another location (401 or 403).
    Forbidden,
    /// There is no such record (404).
    NotFound,
    /// The record exists already; `details` holds its id where the app tells it.
    Duplicate,
    /// The app refused the request as wrong (other 4xx).
    Rejected,
    /// Too many requests (429), or the budget of the connection is spent.
    RateLimited,
    /// The app is out of order (5xx).
    Unavailable,
    /// No answer within the step's timeout.
    Timeout,
    /// The connection could not be made, or was cut.
    Connection,
    /// The answer is not what the operation promises.
    BadReply,
    /// The answer or input is larger than Highline keeps.
    TooLarge,
    /// A crash or a lost answer left it unknown whether a write was done.
    Interrupted,
    /// A `stop` step ended the run as failed.
    Stopped,
    /// A mistake in Highline itself; the log of the node says more.
    Internal,
}

impl ErrorKind {
    /// The word as it stands in the log, in JSON and in the dashboard.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Template => "template",
            Self::Configuration => "configuration",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::BadReply => "bad_reply",
            Self::TooLarge => "too_large",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
            Self::Internal => "internal",
        }
    }
}

impl std::str::FromStr for ErrorKind {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        serde_json::from_value(Value::from(text)).map_err(|_| InvalidId {
            value: text.to_owned(),
            expected: "a kind of error, such as invalid_input, not_found, rejected, unavailable or timeout",
        })
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failure of an attempt, a step or a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    pub kind: ErrorKind,
    /// In lower case, with the wrong value in it; never a secret.
    pub message: String,
    /// The HTTP status, where there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The app's own id of the request, to show its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// What else the app told: the id of the duplicate, the fields it refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

impl Failure {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, trace_id: None, details: None }
    }

    /// The same, saying of `steps` that nobody knows whether they were done.
    pub fn leaving_unknown(mut self, steps: &[StepPath]) -> Self {
        if !steps.is_empty() {
            let steps: Vec<String> = steps.iter().map(|step| format!("`{step}`")).collect();
            self.message += &format!("; whether {} was done is unknown", steps.join(" or "));
        }
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_kind_is_its_json() {
        for kind in
            [ErrorKind::InvalidInput, ErrorKind::RateLimited, ErrorKind::BadReply, ErrorKind::Internal]
        {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
    }
}
