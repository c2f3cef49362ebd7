//! What becomes of a new run while its key has no place free.

use serde::{Deserialize, Serialize};

/// The workflow's word for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnLimit {
    /// It waits for its turn, in the order of the events.
    #[default]
    Queue,
    /// There is no run: the event is kept with the outcome `dropped`.
    Drop,
    /// The oldest runs of the key that are not over are ended for it.
    CancelPrevious,
}
