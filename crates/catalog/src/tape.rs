//! Who listens to what goes over the wire while something is done. What sends tells the tape; what wants to know puts one
//! on around it.

use std::sync::Arc;

use highline_model::Heard;

use crate::Connection;

tokio::task_local! {
    static RUNNING: Arc<Tape>;
}

/// A listener, and what it needs to be told.
pub struct Tape {
    /// Whose secrets are masked.
    pub connection: Arc<Connection>,
    /// So many bytes of a body are told of.
    pub most_bytes: usize,
    /// Only what brought no good answer is of interest.
    pub faults_only: bool,
    pub listener: Box<dyn Fn(Heard) + Send + Sync>,
}

impl Tape {
    /// Does something and hears of each exchange by then. It must send its requests from the task in which it was begun, as
    /// all operations do.
    pub async fn around<F: Future>(self: Arc<Self>, doing: F) -> F::Output {
        RUNNING.scope(self, doing).await
    }

    /// The tape that is on, if one is.
    pub fn running() -> Option<Arc<Self>> {
        RUNNING.try_with(Arc::clone).ok()
    }
}
