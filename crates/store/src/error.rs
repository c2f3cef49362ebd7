//! What can go wrong between Highline and its database.

use std::sync::Arc;

use highline_model::RunId;

/// A failure of the store. Cheap to clone, because one failed transaction is told to all who waited for it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No connection. `url` has no password in it.
    #[error("cannot reach the database {url}: {reason}")]
    Unreachable { url: String, reason: String },
    /// The database refused a statement, or the connection broke.
    #[error("the database failed: {0}")]
    Database(Arc<sea_orm::DbErr>),
    /// No answer, and no word that the connection is broken. What was asked may have been done.
    #[error("the database has not answered for {seconds} s")]
    Silent { seconds: u64 },
    /// The lease was given to someone else in the meantime; nothing was written.
    #[error("the lease with fence {fence} is no longer held")]
    StaleLease { fence: i64 },
    /// A row that this version cannot read.
    #[error("cannot read {what}: {reason}")]
    Corrupt { what: String, reason: String },
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(Arc::new(error))
    }
}

/// Why one commit of a batch wrote nothing. The other commits of the batch are not touched by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another node or a person has the run now: drop what was done and forget the run.
    #[error("the lease of run {run} with fence {fence} is no longer held")]
    StaleLease { run: RunId, fence: i64 },
    /// The entries do not go on where the log ends: a mistake of the writer.
    #[error("the log of run {run} goes on with {expected}, not with {found}")]
    OutOfOrder { run: RunId, expected: i32, found: i32 },
}
