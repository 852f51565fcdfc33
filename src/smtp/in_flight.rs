//! The bound on octets that are on their way in, over all sessions.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bound is counted in pieces of this many octets, and a message whose size
/// was not announced takes them one by one.
const PIECE: u64 = 64 * 1024;

/// The octets that may be on their way in. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    room: Arc<Semaphore>,
    pieces: u32,
}

/// The share of one message; given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    permit: OwnedSemaphorePermit,
    received: u64,
    held: u64,
}

impl InFlight {
    /// Room for `octets`, at least for one piece.
    pub(super) fn new(octets: u64) -> Self {
        let pieces = u32::try_from(octets / PIECE).unwrap_or(u32::MAX).max(1);
        Self {
            room: Arc::new(Semaphore::new(pieces as usize)),
            pieces,
        }
    }

    /// Room for a message, all of what it announced; `None` if there is none now.
    pub(super) fn begin(&self, announced: Option<u64>) -> Option<Share> {
        // A single message larger than all the room would never come in; what
        // it may have is bounded by the largest message.
        let wanted = announced
            .unwrap_or_default()
            .div_ceil(PIECE)
            .clamp(1, self.pieces.into());
        let pieces = u32::try_from(wanted).unwrap_or(self.pieces);
        let permit = Arc::clone(&self.room).try_acquire_many_owned(pieces).ok()?;
        Some(Share {
            permit,
            received: 0,
            held: u64::from(pieces) * PIECE,
        })
    }

    /// Counts octets that have come; `false` if the message needs more room
    /// than there is.
    pub(super) fn grow(&self, share: &mut Share, octets: usize) -> bool {
        share.received = share.received.saturating_add(octets as u64);
        while share.received > share.held {
            let everything = share.permit.num_permits() >= self.pieces as usize;
            match Arc::clone(&self.room).try_acquire_owned() {
                Ok(more) => share.permit.merge(more),
                Err(_) if everything => return true,
                Err(_) => return false,
            }
            share.held += PIECE;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{InFlight, PIECE};

    #[test]
    fn what_is_announced_is_kept_free_and_the_rest_grows_until_the_room_is_full() {
        let room = InFlight::new(4 * PIECE);
        let announced = room.begin(Some(2 * PIECE)).unwrap();
        let mut other = room.begin(None).unwrap();
        assert!(room.grow(&mut other, usize::try_from(2 * PIECE).unwrap()));
        assert!(room.begin(None).is_none());
        assert!(!room.grow(&mut other, 1));
        drop(other);
        assert!(room.begin(Some(2 * PIECE)).is_some());
        drop(announced);
        assert!(room.begin(Some(100 * PIECE)).is_some(), "a large one alone");
    }
}
