//! Upkeep: verifying, rolling keys, giving space back.

use crate::store::backing::{Backing, Span};
use crate::store::content::ContentRecord;
use crate::store::{AuditReport, Compacted, Error, Held, Record, Store, Table, Tx};
use jiff::Timestamp;

/// Records looked at in one step.
const STEP: usize = 256;
/// Damaged records above which the store turns read-only when verified.
const MANY: u64 = super::FEW as u64;

/// How the records of one table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableCount {
    /// The table.
    pub table: Table,
    /// Records that open.
    pub good: u64,
    /// Records that do not.
    pub damaged: u64,
}

/// How content is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContentCount {
    /// Objects read to their end.
    pub good: u64,
    /// Objects that could not be read.
    pub damaged: u64,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Every table that has records.
    pub tables: Vec<TableCount>,
    /// Content, each object read whole.
    pub content: ContentCount,
    /// The audit trail.
    pub audit: AuditReport,
}

impl Verified {
    /// Whether everything is in order.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.tables.iter().all(|table| table.damaged == 0)
            && self.content.damaged == 0
            && self.audit.first_bad.is_none()
    }
}

/// Where it is noted under which key something was purged last.
pub(super) fn purged_key() -> Vec<u8> {
    Table::Meta.key(&[b"purged"])
}

impl Store {
    /// Reads everything and counts what is damaged; changes nothing, but turns
    /// the store read-only if many records are.
    ///
    /// # Errors
    /// [`Error::Io`] if the store cannot be read at all.
    pub async fn verify(&self) -> Result<Verified, Error> {
        let mut tables = Vec::new();
        for table in Table::ALL {
            let count = self.verify_table(table).await?;
            if count.good + count.damaged > 0 {
                tables.push(count);
            }
        }
        let (content, audit) = (self.verify_content().await?, self.verify_audit().await?);
        if tables.iter().map(|t| t.damaged).sum::<u64>() > MANY {
            self.inner.engine.fail("many records are damaged");
        }
        Ok(Verified {
            tables,
            content,
            audit,
        })
    }

    /// Makes a new key-encryption key, wraps every content key under it, and
    /// destroys the old ones: what was purged before can then be opened by
    /// nobody, also from an old copy of the data folder. Gives the number of
    /// objects wrapped anew.
    ///
    /// # Errors
    /// Any [`Error`] of reading or writing. The old key then stays, and the next
    /// roll destroys it.
    pub async fn roll_keys(&self) -> Result<u64, Error> {
        // One roll at a time: each destroys the keys before its own.
        let _alone = self.inner.rolling.lock().await;
        let current = {
            // Whoever holds the ring for reading is between wrapping a key and
            // committing it; we wait, so that none is missed below.
            let mut ring = self.inner.ring.write().await;
            ring.add(self.inner.clock.now())?;
            ring.current()
        };
        let mut wrapped = 0;
        while let count @ 1.. = self.rewrap(current).await? {
            wrapped += count;
        }
        self.inner.ring.write().await.keep_from(current)?;
        Ok(wrapped)
    }

    /// Since when a key exists that a purged object's key was wrapped under; a
    /// copy of the folder and that key would still open the object. `None`
    /// if nothing was purged since the last roll. What was noted survives a
    /// restart.
    ///
    /// # Errors
    /// [`Error::Io`] if the store cannot be read.
    pub async fn unrolled(&self) -> Result<Option<Timestamp>, Error> {
        let ring = self.inner.ring.read().await;
        let noted = self.inner.engine.get(&purged_key()).await?;
        let under = noted.and_then(|octets| octets.try_into().ok());
        let under = under.map_or(0, u32::from_be_bytes);
        let wanted = ring.has_older() || under >= ring.current();
        Ok(ring.oldest().filter(|_| wanted))
    }

    /// Whether an earlier roll was cut short and an old key still exists.
    pub async fn has_old_keys(&self) -> bool {
        self.inner.ring.read().await.has_older()
    }

    /// Copies what is live into a fresh folder and takes it into use; what was
    /// deleted gives its space back. Reads go on, commits wait.
    ///
    /// # Errors
    /// [`Error::Full`] if the copy would not fit; nothing has changed then.
    pub async fn compact(&self) -> Result<Compacted, Error> {
        self.inner.engine.compact().await
    }

    /// Wraps all that is not under the key `current`; how many were.
    async fn rewrap(&self, current: u32) -> Result<u64, Error> {
        let (mut count, mut after) = (0, None);
        loop {
            let records: Vec<ContentRecord> = self.range(&[], after.as_ref(), STEP).await?;
            let Some(last) = records.last() else {
                return Ok(count);
            };
            after = Some(last.key());
            let mut tx = Tx::new();
            for record in records.iter().filter(|r| r.kek != current) {
                let Some(held) = self.hold(&record.key()).await? else {
                    continue;
                };
                match self.wrapped_anew(&held).await {
                    Ok(fresh) => {
                        tx.replace(&held, &fresh);
                        count += 1;
                    }
                    // Its key is gone already: nothing can open it, and it must
                    // not keep the old key of all others alive.
                    Err(Error::Sealed) => {
                        tracing::error!(
                            event = "store.damaged",
                            "A content's key cannot be opened; it stays as it is."
                        )
                    }
                    Err(other) => return Err(other),
                }
            }
            match self.commit(tx).await {
                // A purge came between: the next pass takes the rest.
                Ok(_) | Err(Error::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
    }

    async fn wrapped_anew(&self, held: &Held<ContentRecord>) -> Result<ContentRecord, Error> {
        let mut record = held.record.clone();
        let ring = self.inner.ring.read().await;
        let key = ring.unwrap(record.id, record.kek, &record.wrapped)?;
        (record.kek, record.wrapped) = ring.wrap(record.id, &key)?;
        Ok(record)
    }

    async fn verify_table(&self, table: Table) -> Result<TableCount, Error> {
        let mut count = TableCount {
            table,
            good: 0,
            damaged: 0,
        };
        let mut beyond = None;
        loop {
            let span = Span {
                prefix: table.key(&[]),
                beyond,
                backward: false,
                limit: STEP,
            };
            let pairs = self.inner.engine.range(span).await?;
            for (key, value) in &pairs {
                if self.opens(table, key, value) {
                    count.good += 1;
                } else {
                    count.damaged += 1;
                }
            }
            let Some((last, _)) = pairs.into_iter().next_back() else {
                return Ok(count);
            };
            beyond = Some(last);
        }
    }

    /// Whether a value opens in its place. Chunks are read with their content,
    /// audit entries with their chain; what is kept in clear has nothing to open.
    fn opens(&self, table: Table, key: &[u8], value: &[u8]) -> bool {
        let vault = &self.inner.vault;
        // The numbers at the end of keys and values are drawn after the sealing.
        let folder = key.get(..17).unwrap_or_default();
        let numbered = |value| <[u8]>::split_last_chunk::<8>(value).map(|(sealed, _)| sealed);
        match table {
            Table::Meta
            | Table::Counter
            | Table::Chunk
            | Table::Overflow
            | Table::Audit
            | Table::Placed => true,
            Table::Entry => numbered(value).is_some_and(|v| vault.open(folder, v).is_ok()),
            Table::Flags => numbered(value).is_some_and(|v| vault.open(key, v).is_ok()),
            Table::Vanished => vault.open(folder, value).is_ok(),
            Table::Change => vault.open(&table.key(&[]), value).is_ok(),
            _ => vault.open(key, value).is_ok(),
        }
    }

    async fn verify_content(&self) -> Result<ContentCount, Error> {
        let (mut count, mut after) = (ContentCount::default(), None);
        loop {
            let records: Vec<ContentRecord> = self.range(&[], after.as_ref(), STEP).await?;
            let Some(last) = records.last() else {
                return Ok(count);
            };
            after = Some(last.key());
            for record in &records {
                match self.reads(record).await {
                    Ok(()) => count.good += 1,
                    Err(Error::Io(why)) => return Err(Error::Io(why)),
                    Err(_) => count.damaged += 1,
                }
            }
        }
    }

    async fn reads(&self, record: &ContentRecord) -> Result<(), Error> {
        // Purged since it was listed: nothing is left to be damaged.
        let Some(content) = self.open_content(record.id).await? else {
            return Ok(());
        };
        let mut offset = 0;
        while offset < content.length() {
            offset += content.read(offset, usize::MAX).await?.len() as u64;
        }
        Ok(())
    }
}
