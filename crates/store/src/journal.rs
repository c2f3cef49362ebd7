use crate::{Ack, Error, Refusal, RunCommit};

/// Why the journal did not write a commit.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// This commit alone was refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The transaction failed; whether it was written is known only to the database.
    #[error(transparent)]
    Store(#[from] Error),
    /// The journal was closed before it took the commit.
    #[error("the journal is closed")]
    Closed,
}

/// Takes the commits of many runs and writes them in groups. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {}

impl Journal {
    /// Returns once the commit is durable.
    pub async fn commit(&self, _commit: RunCommit) -> Result<Ack, JournalError> {
        unimplemented!()
    }

    /// Writes what was taken and ends; later commits are refused as `Closed`.
    pub async fn close(&self) {
        unimplemented!()
    }
}
