//! Why an operation failed, and what that means for the run.

use std::time::Duration;

use highline_model::{ErrorKind, Failure};

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same request will fail the same way.
    Never,
    /// The app or the rate budget named a time; waiting for it costs no attempt.
    After(Duration),
    /// Later, by the step's own backoff.
    Backoff,
}

/// Whether the app may have acted on the failed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It did nothing: the request never left, or was refused.
    No,
    /// It may have: the answer was lost. An unsafe operation must not be repeated in silence.
    Unknown,
}

/// What happened, and apart from that whether trying again helps and whether something may have been done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{failure}")]
pub struct OperationError {
    pub failure: Failure,
    pub retry: Retry,
    pub done: Done,
}

impl OperationError {
    /// An error that trying again does not mend, and after which nothing has been done.
    pub fn refused(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::from_failure(Failure::new(kind, message))
    }

    /// The same for a failure that is at hand.
    pub fn from_failure(failure: Failure) -> Self {
        Self { failure, retry: Retry::Never, done: Done::No }
    }
}
