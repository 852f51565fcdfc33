//! Upkeep of the store.

use crate::desk::{Desk, Refused};
use crate::model::{Event, EventKind};
use crate::store::Tx;
use serde::{Deserialize, Serialize};

/// What compaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompactedView {
    /// Records copied.
    pub records: u64,
    /// Size of the records' folder before, in octets.
    pub before: u64,
    /// Size after.
    pub after: u64,
}

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedView {
    /// Whether everything is in order.
    pub clean: bool,
    /// Each kind of thing that was read.
    pub counts: Vec<CountView>,
    /// The number of the first audit entry that was changed, removed or moved.
    pub audit_broken_at: Option<u64>,
}

/// How many of one kind are in order, and how many are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountView {
    /// What was counted.
    pub kind: String,
    /// In order.
    pub good: u64,
    /// Damaged.
    pub damaged: u64,
}

impl Desk {
    /// Gives back the space of what was deleted. Reads go on, commits wait.
    ///
    /// # Errors
    /// The store's own; nothing has changed then.
    pub async fn compact(&self) -> Result<CompactedView, Refused> {
        let done = self.store.compact().await?;
        self.note("compacted").await?;
        Ok(CompactedView {
            records: done.records,
            before: done.before,
            after: done.after,
        })
    }

    /// Reads everything and says what is damaged.
    ///
    /// # Errors
    /// The store's own, if it cannot be read at all.
    pub async fn verify(&self) -> Result<VerifiedView, Refused> {
        let found = self.store.verify().await?;
        let mut counts: Vec<CountView> = found
            .tables
            .iter()
            .map(|t| CountView {
                kind: format!("{:?}", t.table),
                good: t.good,
                damaged: t.damaged,
            })
            .collect();
        counts.push(CountView {
            kind: "content, read whole".into(),
            good: found.content.good,
            damaged: found.content.damaged,
        });
        counts.push(CountView {
            kind: "audit trail, linked".into(),
            good: found.audit.good,
            damaged: found.audit.first_bad.map_or(0, |_| 1),
        });
        Ok(VerifiedView {
            clean: found.is_clean(),
            counts,
            audit_broken_at: found.audit.first_bad,
        })
    }

    async fn note(&self, what: &str) -> Result<(), Refused> {
        let mut tx = Tx::new();
        tx.audit(Event::new(self.actor, EventKind::Store, "").noted(what));
        self.store.commit(tx).await?;
        Ok(())
    }
}
