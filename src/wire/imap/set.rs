//! Sequence sets (RFC 3501 §9): sets of UIDs or sequence numbers, as ranges.
//!
//! `1:4294967295` is one range. Nothing here counts through numbers: what a set
//! selects of an ordered list is found by binary search, range by range.

use std::fmt::Write as _;
use std::ops::Range;

/// What `*` is in a [`Set`]: no message has the number zero.
pub const STAR: u32 = 0;

/// A set as a client wrote it. `*` stands as [`STAR`], the ends of a range in
/// any order. Never empty when it comes from a client; as many ranges at most
/// as a command line has room for, some 30,000.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set(pub Vec<(u32, u32)>);

/// Which messages a command means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those in the set.
    Set(Set),
    /// `$`: those the last SEARCH saved (RFC 5182).
    Saved,
}

impl Set {
    /// Whether `*` stands in it.
    #[must_use]
    pub fn has_star(&self) -> bool {
        self.0.iter().any(|&(from, to)| from == STAR || to == STAR)
    }

    /// Puts `largest` in the place of `*`: the UID of the last message, or the
    /// number of messages. In an empty mailbox (`largest` 0) `*` is nobody.
    #[must_use]
    pub fn resolve(&self, largest: u32) -> Ranges {
        let end = |n: u32| if n == STAR { largest } else { n };
        let ranges = self.0.iter().map(|&(a, b)| (end(a), end(b)));
        let mut ranges: Vec<_> = ranges
            .map(|(a, b)| (a.min(b), a.max(b)))
            .filter(|&(low, _)| low != 0)
            .collect();
        ranges.sort_unstable();
        ranges.dedup_by(|next, before| {
            let joined = next.0 <= before.1.saturating_add(1);
            if joined {
                before.1 = before.1.max(next.1);
            }
            joined
        });
        Ranges(ranges)
    }
}

/// A set without `*`: ranges with both ends, in order, apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// The ranges, both ends included.
    #[must_use]
    pub fn as_slice(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// Whether the number is in it; a binary search.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        let at = self.0.partition_point(|&(_, high)| high < number);
        self.0.get(at).is_some_and(|&(low, _)| low <= number)
    }

    /// The largest number in it; `None` if it is empty.
    #[must_use]
    pub fn largest(&self) -> Option<u32> {
        self.0.last().map(|&(_, high)| high)
    }

    /// Those of `rows` whose number is in the set, as ranges of positions.
    /// `rows` are in the order of their numbers; the work is one binary search
    /// for each end of a range, however many numbers the set spans.
    pub fn select<'a, T>(
        &'a self,
        rows: &'a [T],
        number: impl Fn(&T) -> u32 + 'a,
    ) -> impl Iterator<Item = Range<usize>> + 'a {
        // Nothing beyond the last row: `1:2,4:5,…` ends the search early.
        let last = rows.last().map_or(0, &number);
        let mut from = 0;
        let within = move |range: &&(u32, u32)| range.0 <= last;
        self.0.iter().take_while(within).map(move |&(low, high)| {
            let rest = rows.get(from..).unwrap_or_default();
            let start = from + rest.partition_point(|row| number(row) < low);
            let end = from + rest.partition_point(|row| number(row) <= high);
            from = end;
            start..end
        })
    }

    /// The set as sequence numbers of a mailbox of `count` messages, as ranges
    /// of positions (from 0). Numbers beyond `count` are left out; a driver
    /// that is asked for one answers BAD (RFC 3501 §9, `seq-number`).
    pub fn positions(&self, count: usize) -> impl Iterator<Item = Range<usize>> {
        let place = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let ranges = self
            .0
            .iter()
            .map(move |&(low, high)| (place(low) - 1).min(count)..place(high).min(count));
        ranges.filter(|range| !range.is_empty())
    }
}

/// Numbers in their order as a set, each run as one range: `1:3,7`. Nothing for
/// no numbers; the order is kept, so that two lists can stand side by side (COPYUID).
#[must_use]
pub fn compress(numbers: &[u32]) -> String {
    let mut text = String::new();
    for run in numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        if let [first, .., last] = run {
            let _ = write!(text, "{first}:{last},");
        } else if let [only] = run {
            let _ = write!(text, "{only},");
        }
    }
    text.pop();
    text
}

#[cfg(test)]
mod tests {
    use super::{STAR, Set, compress};
    use proptest::collection::{btree_set, vec};
    use proptest::proptest;
    use std::cell::Cell;

    #[test]
    fn a_star_is_the_last_message_on_either_side_of_the_colon() {
        let set = Set(vec![(STAR, 4), (5, 7)]);
        assert_eq!(set.resolve(10).as_slice(), [(4, 10)]);
        // RFC 3501 §6.4.8: 559:* always includes the last message.
        assert_eq!(Set(vec![(559, STAR)]).resolve(3).as_slice(), [(3, 559)]);
        assert!(Set(vec![(STAR, STAR)]).resolve(0).as_slice().is_empty());
    }

    #[test]
    fn a_set_of_all_numbers_costs_no_more_than_its_ranges() {
        let rows: Vec<u32> = (1..=100_000).map(|n| n * 7).collect();
        let looked = Cell::new(0);
        let all = Set(vec![(1, u32::MAX), (3, 9)]).resolve(700_000);
        let number = |row: &u32| {
            looked.set(looked.get() + 1);
            *row
        };
        let found: Vec<_> = all
            .select(&rows, number)
            .map(|r| (r.start, r.end))
            .collect();
        assert_eq!(found, [(0, 100_000)]);
        assert!(looked.get() < 50, "{} looks", looked.get());
    }

    #[test]
    fn runs_are_written_as_ranges_and_the_order_is_kept() {
        assert_eq!(compress(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
        assert_eq!(compress(&[5, 4, u32::MAX]), "5,4,4294967295");
        assert_eq!(compress(&[]), "");
    }

    proptest! {
        #[test]
        fn a_set_selects_what_counting_would(
            ranges in vec((0_u32..40, 0_u32..40), 1..8),
            rows in btree_set(1_u32..40, 0..30),
        ) {
            let rows: Vec<u32> = rows.into_iter().collect();
            let largest = rows.last().copied().unwrap_or_default();
            let resolved = Set(ranges.clone()).resolve(largest);
            let end = |n: u32| if n == STAR { largest } else { n };
            let counted = |n: u32| ranges.iter().any(|&(a, b)| {
                let (low, high) = (end(a).min(end(b)), end(a).max(end(b)));
                low != 0 && low <= n && n <= high
            });
            let wanted: Vec<u32> = rows.iter().copied().filter(|n| counted(*n)).collect();
            let found: Vec<u32> = resolved
                .select(&rows, |n| *n)
                .flat_map(|range| rows[range].to_vec())
                .collect();
            assert_eq!(found, wanted);
            for n in 1..45 {
                assert_eq!(resolved.contains(n), counted(n));
            }
            let places: Vec<usize> = resolved.positions(20).flatten().collect();
            let wanted = (1..=20).filter(|n| resolved.contains(*n));
            let wanted: Vec<usize> = wanted.map(|n| n as usize - 1).collect();
            assert_eq!(places, wanted);
        }
    }
}
