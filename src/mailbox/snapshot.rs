//! A folder as a session sees it, and what is new between two sights of it.
//!
//! A snapshot never changes. Sequence numbers are places in it (RFC 3501
//! §2.3.1.2), so they stay as they are until the session takes a newer one.

use crate::model::MailboxId;
use crate::store::Row;
use crate::wire::imap::set::Set;
use std::ops::Range;

/// A folder at one moment, rows in the order of UIDs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The folder.
    pub folder: MailboxId,
    /// RFC 3501 §2.3.1.1.
    pub uidvalidity: u32,
    /// The UID that the next message will have.
    pub uidnext: u32,
    /// RFC 7162 §3.1.2.1; one for a folder in which nothing happened yet.
    pub highest_modseq: u64,
    /// Its messages.
    pub rows: Vec<Row>,
}

/// What a session must be told to see the newer of two snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// What went: places in the older snapshot from the last to the first, each
    /// with its UID. Said in this order, every number is right when it is said.
    pub gone: Vec<(u32, u32)>,
    /// How many there are now, if messages came.
    pub exists: Option<u32>,
    /// Places in the newer snapshot whose flags are others than before.
    pub flags: Vec<u32>,
}

impl Snapshot {
    /// How many messages it has.
    #[must_use]
    pub fn exists(&self) -> u32 {
        number(self.rows.len())
    }

    /// The row at a place, counted from one.
    #[must_use]
    pub fn at(&self, place: u32) -> Option<&Row> {
        let index = usize::try_from(place).ok()?.checked_sub(1)?;
        self.rows.get(index)
    }

    /// The place of a UID, counted from one.
    #[must_use]
    pub fn place(&self, uid: u32) -> Option<u32> {
        let index = self.rows.binary_search_by_key(&uid, |row| row.uid).ok()?;
        Some(number(index + 1))
    }

    /// The largest UID, zero if it is empty.
    #[must_use]
    pub fn last_uid(&self) -> u32 {
        self.rows.last().map_or(0, |row| row.uid)
    }

    /// The places of what a set names: UIDs, or places themselves. What is not
    /// there is left out.
    #[must_use]
    pub fn select(&self, set: &Set, by_uid: bool) -> Vec<u32> {
        let indices = |range: Range<usize>| range.map(|index| number(index + 1));
        if by_uid {
            let ranges = set.resolve(self.last_uid());
            ranges
                .select(&self.rows, |row| row.uid)
                .flat_map(indices)
                .collect()
        } else {
            let ranges = set.resolve(self.exists());
            ranges
                .positions(self.rows.len())
                .flat_map(indices)
                .collect()
        }
    }

    /// What is new in `newer`, a later snapshot of the same folder.
    #[must_use]
    pub fn news(&self, newer: &Self) -> News {
        let mut news = News::default();
        let mut after = newer.rows.iter().enumerate().peekable();
        for (index, old) in self.rows.iter().enumerate() {
            while after.next_if(|(_, row)| row.uid < old.uid).is_some() {}
            match after.next_if(|(_, row)| row.uid == old.uid) {
                Some((place, row)) if row.modseq != old.modseq => {
                    news.flags.push(number(place + 1));
                }
                Some(_) => {}
                None => news.gone.push((number(index + 1), old.uid)),
            }
        }
        news.gone.reverse();
        if newer.last_uid() > self.last_uid() {
            news.exists = Some(newer.exists());
        }
        news
    }
}

impl News {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.exists.is_none() && self.flags.is_empty()
    }
}

/// UIDs are 32 bits wide, so no folder has more rows.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Flags, MessageId};
    use jiff::Timestamp;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn row(uid: u32, modseq: u64) -> Row {
        Row {
            uid,
            modseq,
            filed: Timestamp::UNIX_EPOCH,
            message: MessageId::from_octets([0; 16]),
            flags: Flags::default(),
        }
    }

    fn snapshot(rows: &BTreeMap<u32, u64>) -> Snapshot {
        Snapshot {
            folder: MailboxId::from_octets([1; 16]),
            uidvalidity: 1,
            uidnext: rows.keys().last().map_or(1, |uid| uid + 1),
            highest_modseq: 1,
            rows: rows
                .iter()
                .map(|(uid, modseq)| row(*uid, *modseq))
                .collect(),
        }
    }

    #[test]
    fn a_star_is_the_largest_number_and_a_range_has_no_direction() {
        let rows = [(3, 1), (5, 1), (9, 1)].into();
        let folder = snapshot(&rows);
        let select = |ranges: &[(u32, u32)], by_uid| folder.select(&Set(ranges.to_vec()), by_uid);
        assert_eq!(select(&[(0, 4)], true), [2, 3]);
        assert_eq!(select(&[(20, 0)], true), [3], "RFC 3501 §6.4.8");
        assert_eq!(select(&[(0, 0)], false), [3]);
        assert_eq!(select(&[(2, 1), (2, 9)], false), [1, 2, 3]);
        assert_eq!(select(&[(6, 8)], true), Vec::<u32>::new());
        let empty = snapshot(&BTreeMap::new());
        let all = Set(vec![(1, 0)]);
        assert_eq!(empty.select(&all, false), Vec::<u32>::new());
        assert_eq!(empty.select(&all, true), Vec::<u32>::new());
    }

    proptest! {
        /// A client that keeps a list and does what it is told has the newer
        /// snapshot's list in the end.
        #[test]
        fn who_follows_the_news_ends_with_the_newer_folder(
            old in prop::collection::btree_map(1u32..40, 1u64..3, 0..20),
            gone in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
            came in 0u32..4,
            touched in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let mut now = old.clone();
            for index in gone {
                if !now.is_empty() {
                    let uid = *index.get(&now.keys().copied().collect::<Vec<_>>());
                    now.remove(&uid);
                }
            }
            for index in touched {
                if !now.is_empty() {
                    let uid = *index.get(&now.keys().copied().collect::<Vec<_>>());
                    now.insert(uid, 9);
                }
            }
            now.extend((100..100 + came).map(|uid| (uid, 1)));
            let (before, after) = (snapshot(&old), snapshot(&now));
            let news = before.news(&after);

            let mut list: Vec<u32> = old.keys().copied().collect();
            for (place, uid) in &news.gone {
                prop_assert_eq!(list.remove(*place as usize - 1), *uid);
            }
            prop_assert_eq!(news.exists, (came > 0).then(|| after.exists()));
            let shown: Vec<u32> = now.keys().copied().filter(|uid| *uid < 100).collect();
            prop_assert_eq!(list, shown);
            for (uid, modseq) in now {
                let told = news.flags.contains(&after.place(uid).unwrap());
                let other = old.get(&uid).is_some_and(|before| *before != modseq);
                prop_assert_eq!(told, other);
            }
        }
    }
}
