//! Puts on record what was refused, behind the answer: how long a refusal takes
//! must not tell whether there was anything to note, and so whether a name exists.

use crate::model::Event;
use crate::store::{Store, Tx};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Events that may wait to be written. With more of them the disk does not keep
/// up, and whoever is refused waits too: nothing is left out of the record.
const WAITING: u32 = 64;

/// The way into the audit trail for whoever was refused. Cloning it is cheap.
#[derive(Clone, Debug)]
pub(super) struct Notes {
    store: Store,
    room: Arc<Semaphore>,
}

impl Notes {
    pub(super) fn new(store: Store) -> Self {
        let room = Arc::new(Semaphore::new(WAITING as usize));
        Self { store, room }
    }

    /// Has the event written soon; returns before it is.
    pub(super) async fn put(&self, event: Event) {
        let Ok(place) = Arc::clone(&self.room).acquire_owned().await else {
            return;
        };
        let store = self.store.clone();
        tokio::spawn(async move {
            let mut tx = Tx::new();
            tx.audit(event);
            if let Err(error) = store.commit(tx).await {
                tracing::error!(event = "auth.unnoted", %error, "A refused sign-in could not be put on record.");
            }
            // Whoever waits for the last note may then close the store.
            drop(store);
            drop(place);
        });
    }

    /// Waits until all that was put is written.
    #[cfg(test)]
    pub(super) async fn written(&self) {
        let all = self.room.acquire_many(WAITING).await;
        drop(all.unwrap());
    }
}
