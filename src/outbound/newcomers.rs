//! How many addresses an account writes to for the first time: a stolen
//! password must not spread mail in the clinic's name.
//!
//! The count lives here, so that messages arriving side by side share it; each
//! message's own commit writes it down, so that a restart keeps it. Counts that
//! commit in another order than they were made can be short by the few
//! messages that were in flight when the process was killed.

use crate::model::AccountId;
use crate::store::records::Throttle;
use crate::store::{Error, Label, Store};
use jiff::SignedDuration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The window in which they are counted.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The counts, one for each account that has sent since the start.
#[derive(Clone, Debug, Default)]
pub(super) struct Newcomers(Arc<Mutex<HashMap<AccountId, Throttle>>>);

impl Newcomers {
    /// Counts `new` more for an account; the record to write down, or `None` if
    /// that is more than `most` within the hour, and nothing was counted.
    pub(super) async fn count(
        &self,
        store: &Store,
        account: AccountId,
        new: u32,
        most: u32,
    ) -> Result<Option<Throttle>, Error> {
        let key = store.mac(Label::Index, &[b"new-recipients", account.octets()]);
        let kept = if self.knows(account) {
            None
        } else {
            store.get(&Throttle::at(key)).await?
        };
        let now = store.clock().now();
        let fresh = Throttle {
            key,
            count: 0,
            since: now,
            until: None,
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts
            .entry(account)
            .or_insert_with(|| kept.unwrap_or_else(|| fresh.clone()));
        if now.duration_since(count.since) >= HOUR {
            *count = fresh;
        }
        let next = count.count.saturating_add(new);
        if next > most {
            return Ok(None);
        }
        count.count = next;
        Ok(Some(count.clone()))
    }

    fn knows(&self, account: AccountId) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.contains_key(&account)
    }
}
