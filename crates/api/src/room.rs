//! Room for what has come to the addresses of workflows: however many send at the same time, what this node holds of it in memory,
//! until it is durable, has a limit.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;

/// Bytes in memory that requests take up at the same time.
const MOST: usize = 256 * 1024 * 1024;
/// Room is given in pieces of so many bytes. The smallest request takes one: it has headers too.
const PIECE: usize = 4 * 1024;
/// A body is there as it came, as a value, and as it is written.
const COPIES: usize = 3;
/// Bytes that a value takes in memory, however short it is: `[0,0,0]` becomes forty times as large.
const VALUE: usize = 80;
/// Who finds no room waits for so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Room in memory.
pub struct Room {
    pieces: Arc<Semaphore>,
    /// All of them.
    most: u32,
}

/// A place for one request; free again when all its clones are gone.
pub type Place = Arc<OwnedSemaphorePermit>;

impl Default for Room {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Room {
    fn of(bytes: usize) -> Self {
        let most = u32::try_from(bytes / PIECE).unwrap_or(u32::MAX);
        Self { pieces: Arc::new(Semaphore::new(most as usize)), most }
    }

    /// A place for a body that has come: who sends slowly takes no room from others. The largest takes the whole room.
    pub async fn take(&self, body: &[u8]) -> Result<Place, Error> {
        let pieces = u32::try_from(weight(body).div_ceil(PIECE)).unwrap_or(u32::MAX).clamp(1, self.most);
        match tokio::time::timeout(PATIENCE, self.pieces.clone().acquire_many_owned(pieces)).await {
            Ok(Ok(place)) => Ok(Arc::new(place)),
            _ => Err(Error::Unavailable("more comes at once than this node can hold: send it again")),
        }
    }
}

/// About so many bytes a body takes in memory while it is taken in.
fn weight(body: &[u8]) -> usize {
    let values = body.iter().filter(|byte| **byte == b',').count();
    COPIES * body.len() + VALUE * values
}

#[cfg(test)]
mod tests {
    use futures::poll;

    use super::*;

    #[tokio::test]
    async fn who_finds_no_room_waits_until_all_who_hold_a_place_have_let_go() {
        let room = Room::of(4 * PIECE);
        let first = room.take(&vec![b'x'; PIECE + 1]).await.unwrap();
        let still_at_work = first.clone();
        let mut second = Box::pin(room.take(b""));
        assert!(poll!(&mut second).is_pending());
        drop(first);
        assert!(poll!(&mut second).is_pending());
        drop(still_at_work);
        second.await.unwrap();
    }

    #[tokio::test]
    async fn a_body_of_many_values_takes_more_and_none_takes_more_than_there_is() {
        assert_eq!((weight(b"[0,0,0,0]"), weight(b"\"aaaaaaa\"")), (3 * 9 + 4 * VALUE - VALUE, 3 * 9));
        let room = Room::of(4 * PIECE);
        room.take(&vec![b','; 100 * PIECE]).await.unwrap();
    }
}
