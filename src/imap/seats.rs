//! How many connections an account has.

use crate::model::AccountId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts connections by account. Clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Seats(Arc<Mutex<HashMap<AccountId, u32>>>);

/// One connection of an account, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    account: AccountId,
}

impl Seats {
    /// A seat for one more connection; `None` if the account has `most`.
    pub(super) fn take(&self, account: AccountId, most: u32) -> Option<Seat> {
        let mut taken = self.taken();
        let count = taken.entry(account).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat {
            seats: self.clone(),
            account,
        })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<AccountId, u32>> {
        // The counts are whole between two calls, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        if let Some(count) = taken.get_mut(&self.account) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.account);
            }
        }
    }
}
