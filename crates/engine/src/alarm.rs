//! When the scheduler must look next, because of something that this node itself put off.

use std::sync::{Mutex, PoisonError};

use highline_model::Timestamp;
use tokio::sync::Notify;

/// The earliest moment that was set since it was last taken.
#[derive(Default)]
pub(crate) struct Alarm {
    at: Mutex<Option<Timestamp>>,
    changed: Notify,
}

impl Alarm {
    pub fn set(&self, at: Timestamp) {
        let mut earliest = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if earliest.is_none_or(|earliest| at < earliest) {
            *earliest = Some(at);
            self.changed.notify_one();
        }
    }

    /// Waits until a moment has been set that is earlier than those before.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    pub fn take(&self) -> Option<Timestamp> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
