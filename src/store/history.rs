//! What happened: the sequence of changes, for who follows it, and what is gone
//! from a folder, for mail programs that were away. Both would grow for ever, so
//! old changes are forgotten and old expunges are put together; whoever comes
//! later than that is told so, or is told more than it asked for.

use crate::model::MailboxId;
use crate::store::backing::{Backing, Batch, Pair, Span, Write};
use crate::store::mailbox::{Change, VANISHED, change_counter, drawn, undrawn};
use crate::store::{Error, Store, Table};

/// The form of what is gone with many expunges: ranges of UIDs.
const TOGETHER: u8 = 2;
/// Changes forgotten in one commit, so that others' commits wait for little.
const STEP: u64 = 1000;
/// Commits of them in one call: a store that never forgot needs several calls.
const COMMITS: usize = 100;
/// Ranges in one record at most: four in a hundred of the longest value there is.
/// A folder of which more is left apart keeps its records as they are.
const RANGES: usize = 16_384;

impl Store {
    /// The number of the newest change; 0 before the first.
    ///
    /// # Errors
    /// [`Error::Io`] if the store cannot be read.
    pub async fn newest_change(&self) -> Result<u64, Error> {
        self.counter(&change_counter()).await
    }

    /// Changes after a number, oldest first, at most `limit`. `None` if some
    /// after it are forgotten: whoever follows must look at everything anew.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a change does not open.
    pub async fn changes(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Option<Vec<(u64, Change)>>, Error> {
        let prefix = Table::Change.key(&[]);
        let span = Span {
            prefix: prefix.clone(),
            beyond: Some(change_key(after)),
            backward: false,
            limit,
        };
        let pairs = self.inner.engine.range(span).await?;
        // Asked afterwards: what was forgotten while we read is seen here.
        if self.counter(&forgotten_key()).await? > after {
            return Ok(None);
        }
        let read = |(key, value): &Pair| {
            let (_, plain) = self.inner.vault.open(&prefix, value)?;
            let change = postcard::from_bytes(&plain).map_err(|_| Error::Damaged(Table::Change))?;
            Ok((drawn(key), change))
        };
        pairs.iter().map(read).collect::<Result<_, _>>().map(Some)
    }

    /// Forgets all changes but the newest `keep`; very many with several calls.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Full`]; what was forgotten stays so.
    pub async fn forget_changes(&self, keep: u64) -> Result<(), Error> {
        let end = self.newest_change().await?.saturating_sub(keep);
        for _ in 0..COMMITS {
            let gone = self.counter(&forgotten_key()).await?;
            let last = end.min(gone.saturating_add(STEP));
            if last <= gone {
                break;
            }
            let mut batch = Batch::default();
            batch.put(forgotten_key(), last.to_be_bytes().to_vec());
            let old = (gone + 1..=last).map(|number| Write::Delete(change_key(number)));
            batch.write.extend(old);
            self.inner.engine.commit(batch).await?;
        }
        Ok(())
    }

    /// The UIDs that are gone from a folder since a mod-sequence, each once, in
    /// their order (RFC 7162 §3.2.6). None is ever forgotten, but of what is gone
    /// for long it is not known when it went: then these are more.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a record of them does not open.
    pub async fn vanished(&self, folder: MailboxId, after: u64) -> Result<Vec<u32>, Error> {
        let prefix = Table::Vanished.key(&[folder.octets()]);
        let mut beyond = Some(vanished_key(folder, undrawn(after)));
        let mut gone = Vec::new();
        loop {
            let page = self.page(&prefix, &mut beyond).await?;
            if page.is_empty() {
                gone.sort_unstable();
                gone.dedup();
                return Ok(gone);
            }
            for (_, value) in page {
                let ranges = self.gone(&prefix, &value)?;
                gone.extend(ranges.into_iter().flat_map(|(first, last)| first..=last));
            }
        }
    }

    /// Puts together what is gone from a folder, if there are more than `most`
    /// records of it: all but the newer half of `most` become one. Clients that
    /// knew the folder before hear of all of these UIDs, as they may (RFC 7162
    /// §3.2.6 lets a server name more of them than went since).
    ///
    /// # Errors
    /// [`Error::Damaged`] if a record does not open, [`Error::Io`].
    pub async fn join_vanished(&self, folder: MailboxId, most: usize) -> Result<(), Error> {
        let prefix = Table::Vanished.key(&[folder.octets()]);
        let mut beyond = None;
        let mut records = self.page(&prefix, &mut beyond).await?;
        if records.len() <= most {
            return Ok(());
        }
        records.truncate(records.len() - most / 2);
        let mut gone = Vec::new();
        for (_, value) in &records {
            gone.extend(self.gone(&prefix, value)?);
        }
        let gone = joined(gone);
        let Some((last, _)) = records.pop() else {
            return Ok(());
        };
        if gone.len() > RANGES {
            return Ok(());
        }
        let mut batch = Batch::default();
        batch.put(last, self.sealed(TOGETHER, &prefix, &gone)?);
        let old = records.into_iter().map(|(key, _)| Write::Delete(key));
        batch.write.extend(old);
        self.inner.engine.commit(batch).await.map(drop)
    }

    /// The ranges of UIDs in a sealed value.
    fn gone(&self, prefix: &[u8], value: &[u8]) -> Result<Vec<(u32, u32)>, Error> {
        let (version, plain) = self.inner.vault.open(prefix, value)?;
        let gone = match version {
            VANISHED => postcard::from_bytes::<Vec<u32>>(&plain)
                .map(|uids| uids.into_iter().map(|uid| (uid, uid)).collect()),
            TOGETHER => postcard::from_bytes(&plain),
            _ => return Err(Error::Newer),
        };
        gone.map_err(|_| Error::Damaged(Table::Vanished))
    }
}

/// The same UIDs in as few ranges as there can be.
fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (first, last) in ranges {
        match joined.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

fn change_key(number: u64) -> Vec<u8> {
    Table::Change.key(&[&number.to_be_bytes()])
}

fn vanished_key(folder: MailboxId, number: u64) -> Vec<u8> {
    Table::Vanished.key(&[folder.octets(), &number.to_be_bytes()])
}

/// Where it stands up to which number changes are forgotten.
fn forgotten_key() -> Vec<u8> {
    Table::Counter.key(&[b"forgotten"])
}
