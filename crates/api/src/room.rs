//! Room for what comes to the addresses of workflows: however many send at the same time, what this node holds of it in memory has
//! a limit.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;

/// Bytes of bodies that are held at the same time. Read as JSON, one takes several times as much.
const MOST: usize = 64 * 1024 * 1024;
/// Room is given in pieces of so many bytes. The smallest request takes one: it has headers too.
const PIECE: usize = 4 * 1024;
/// Who finds no room waits for so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Room in memory. Its clones are the same room.
#[derive(Clone)]
pub struct Room(Arc<Semaphore>);

/// A place for one request; free again when all its clones are gone.
pub type Place = Arc<OwnedSemaphorePermit>;

impl Default for Room {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Room {
    fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / PIECE)))
    }

    /// A place for a body of at most so many bytes, which must not be more than the whole room.
    pub async fn take(&self, bytes: usize) -> Result<Place, Error> {
        let pieces = u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX).max(1);
        match tokio::time::timeout(PATIENCE, self.0.clone().acquire_many_owned(pieces)).await {
            Ok(Ok(place)) => Ok(Arc::new(place)),
            _ => Err(Error::Unavailable("more comes at once than this node can hold: send it again")),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::poll;

    use super::*;

    #[tokio::test]
    async fn who_finds_no_room_waits_until_all_who_hold_a_place_have_let_go() {
        let room = Room::of(4 * PIECE);
        let first = room.take(3 * PIECE + 1).await.unwrap();
        let still_at_work = first.clone();
        let mut second = Box::pin(room.take(0));
        assert!(poll!(&mut second).is_pending());
        drop(first);
        assert!(poll!(&mut second).is_pending());
        drop(still_at_work);
        second.await.unwrap();
    }
}
