//! The bound on octets that are on their way in, over all sessions, and each
//! account's share of it: whoever has one password, or a program that runs
//! wild, cannot keep the others from sending.

use crate::model::{AccountId, Reply};
use crate::wire::smtp::replies;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The bound is counted in pieces of this many octets, and a message whose size
/// was not announced takes them one by one.
const PIECE: u64 = 64 * 1024;

/// One account has at most the room divided by this. By default that is one of
/// the largest messages and some letters besides, and three others like it
/// still have room.
const SHARES: u32 = 4;

/// The octets that may be on their way in. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    pieces: u32,
    taken: Arc<Mutex<Taken>>,
}

/// What is taken now.
#[derive(Debug, Default)]
struct Taken {
    pieces: u32,
    accounts: HashMap<AccountId, u32>,
}

/// A message that is about to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coming {
    /// Whose it is.
    pub(super) account: AccountId,
    /// How large it was said to be.
    pub(super) announced: Option<u64>,
    /// How large any message may be.
    pub(super) largest: u64,
}

/// What one message holds; given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    taken: Arc<Mutex<Taken>>,
    account: AccountId,
    /// The most that its account may hold.
    most: u32,
    pieces: u32,
    received: u64,
}

/// Why there is no room now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The account holds its share.
    Account,
    /// All of the room is taken.
    InAll,
}

impl From<Full> for Reply {
    fn from(full: Full) -> Self {
        match full {
            Full::Account => replies::ACCOUNT_IN_FLIGHT,
            Full::InAll => replies::IN_FLIGHT,
        }
    }
}

impl InFlight {
    /// Room for `octets`, at least for one piece.
    pub(super) fn new(octets: u64) -> Self {
        Self {
            pieces: u32::try_from(octets / PIECE).unwrap_or(u32::MAX).max(1),
            taken: Arc::default(),
        }
    }

    /// Room for a message, all of what it announced.
    pub(super) fn begin(&self, coming: Coming) -> Result<Share, Full> {
        // The largest message has room in every share, or it never came in.
        let most = pieces(coming.largest)
            .max(self.pieces / SHARES)
            .clamp(1, self.pieces);
        let mut share = Share {
            taken: Arc::clone(&self.taken),
            account: coming.account,
            most,
            pieces: 0,
            received: 0,
        };
        let announced = pieces(coming.announced.unwrap_or_default());
        self.take(&mut share, announced.clamp(1, most))?;
        Ok(share)
    }

    /// Counts octets that have come.
    pub(super) fn grow(&self, share: &mut Share, octets: usize) -> Result<(), Full> {
        share.received = share.received.saturating_add(octets as u64);
        // A message that holds all its account may have stands alone, and is
        // bounded by the largest message.
        while share.received > u64::from(share.pieces) * PIECE && share.pieces < share.most {
            self.take(share, 1)?;
        }
        Ok(())
    }

    fn take(&self, share: &mut Share, wanted: u32) -> Result<(), Full> {
        let mut taken = lock(&self.taken);
        let own = taken.accounts.get(&share.account).copied();
        let own = own.unwrap_or_default().saturating_add(wanted);
        if own > share.most {
            return Err(Full::Account);
        }
        let all = taken.pieces.saturating_add(wanted);
        if all > self.pieces {
            return Err(Full::InAll);
        }
        taken.pieces = all;
        taken.accounts.insert(share.account, own);
        share.pieces += wanted;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.pieces = taken.pieces.saturating_sub(self.pieces);
        if let Some(own) = taken.accounts.get_mut(&self.account) {
            *own = own.saturating_sub(self.pieces);
            if *own == 0 {
                taken.accounts.remove(&self.account);
            }
        }
    }
}

fn pieces(octets: u64) -> u32 {
    u32::try_from(octets.div_ceil(PIECE)).unwrap_or(u32::MAX)
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    // The counts are whole between two statements, whoever panicked.
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Coming, Full, InFlight, PIECE};
    use crate::model::AccountId;
    use jiff::Timestamp;

    fn accounts() -> [AccountId; 2] {
        [(); 2].map(|()| AccountId::new(Timestamp::UNIX_EPOCH))
    }

    fn coming(account: AccountId, pieces: Option<u64>, largest: u64) -> Coming {
        Coming {
            account,
            announced: pieces.map(|n| n * PIECE),
            largest: largest * PIECE,
        }
    }

    fn octets(pieces: u64) -> usize {
        usize::try_from(pieces * PIECE).unwrap()
    }

    #[test]
    fn what_is_announced_is_kept_free_and_the_rest_grows_until_the_room_is_full() {
        let room = InFlight::new(4 * PIECE);
        let [jane, paul] = accounts();
        let announced = room.begin(coming(jane, Some(2), 4)).unwrap();
        let mut other = room.begin(coming(paul, None, 4)).unwrap();
        room.grow(&mut other, octets(2)).unwrap();
        let full = room.begin(coming(paul, None, 4));
        assert_eq!(full.unwrap_err(), Full::InAll);
        assert_eq!(room.grow(&mut other, 1), Err(Full::InAll));
        drop(other);
        assert!(room.begin(coming(paul, Some(2), 4)).is_ok());
        drop(announced);
        let mut alone = room.begin(coming(jane, Some(100), 4)).unwrap();
        room.grow(&mut alone, octets(5)).unwrap();
        drop(alone);
        assert!(super::lock(&room.taken).accounts.is_empty());
    }

    #[test]
    fn one_account_has_a_quarter_and_another_still_gets_in() {
        let room = InFlight::new(16 * PIECE);
        let [jane, paul] = accounts();
        let mut held = room.begin(coming(jane, Some(1), 2)).unwrap();
        let _more = room.begin(coming(jane, Some(2), 2)).unwrap();
        let full = room.begin(coming(jane, Some(2), 2));
        assert_eq!(full.unwrap_err(), Full::Account);
        room.grow(&mut held, octets(2)).unwrap();
        assert_eq!(room.grow(&mut held, 1), Err(Full::Account));
        assert!(room.begin(coming(paul, Some(2), 2)).is_ok());
    }

    #[test]
    fn the_largest_message_has_room_although_it_is_more_than_a_quarter() {
        let room = InFlight::new(4 * PIECE);
        let [jane, paul] = accounts();
        let largest = room.begin(coming(jane, Some(3), 3)).unwrap();
        assert!(room.begin(coming(jane, None, 3)).is_err());
        assert!(room.begin(coming(paul, None, 3)).is_ok());
        drop(largest);
    }
}
