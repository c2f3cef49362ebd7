//! A database that does not answer any more, and does not say that it is gone.

use std::future::Future;
use std::time::Duration;

use crate::{Backend, Error, Store};

impl Store {
    /// How long a claim, a commit or a lease may take before the connection is taken for dead: longer than waiting for a
    /// free connection, and far longer than any of these takes.
    pub const PATIENCE: Duration = Duration::from_secs(15);

    /// What the database answers within [`Store::PATIENCE`].
    ///
    /// A firewall that has forgotten a connection, or a machine that lost its power, leaves the other end waiting for
    /// an answer that never comes, for hours. Whoever keeps a node going must not wait with it. What was asked may have
    /// been done all the same, as after every connection that breaks.
    ///
    /// # Errors
    /// [`Error::Silent`], on PostgreSQL: SQLite always answers, and keeps its own time.
    pub async fn in_time<T>(&self, asked: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.within(Self::PATIENCE, asked).await
    }

    /// The same with another patience, for what may be large.
    pub async fn within<T>(
        &self,
        patience: Duration,
        asked: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        if self.backend() == Backend::Sqlite {
            return asked.await;
        }
        let silent = Error::Silent { seconds: patience.as_secs() };
        tokio::time::timeout(patience, asked).await.unwrap_or(Err(silent))
    }
}
