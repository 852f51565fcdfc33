//! SEARCH (RFC 3501 §6.4.4): asks as little of each message as decides it. Its
//! row first, then its card, and its octets only where a text must be looked
//! for in them.

mod key;

use crate::mailbox::cards::{Cards, open};
use crate::mailbox::snapshot::Snapshot;
use crate::mime::search::Place;
use crate::mime::structure::Card;
use crate::store::{ContentReader, Error, Row, Store, apart};
use crate::wire::imap::command::Key;
use futures_util::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use key::{Needs, Prepared};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;

/// Messages looked at in one go: a few milliseconds of work.
const STEP: u32 = 256;
/// Searches through octets, and orderings of many messages, that run at once, for
/// everybody: others' mail goes on beside them.
const AT_ONCE: usize = 2;
/// Judgements, of one message by one key, that are made where they are asked
/// for: some ten milliseconds. More of them are made apart.
const EASY: u64 = 50_000;
/// Octets that one search compares at most, each text that it looks for counted
/// for itself. A mailbox of 100,000 letters has less.
const MOST: u64 = 4 * 1024 * 1024 * 1024;

/// Why a search found nothing out.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// There is too much to read.
    #[error("the search would read more than a search may")]
    Large,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Finds messages. Cloning it is cheap.
#[derive(Clone, Debug)]
pub(super) struct Searcher {
    store: Store,
    cards: Cards,
    reading: Arc<Semaphore>,
}

/// What is known of a message so far.
struct Known<'a> {
    place: u32,
    row: &'a Row,
    card: Option<&'a Card>,
    octets: Option<Octets<'a>>,
}

/// The octets of a message that a search looks at.
#[derive(Default)]
struct Octets<'a> {
    header: Vec<u8>,
    body: Vec<(Place<'a>, Vec<u8>)>,
    text: Vec<(Place<'a>, Vec<u8>)>,
}

impl Searcher {
    pub(super) fn new(store: Store, cards: Cards) -> Self {
        Self {
            store,
            cards,
            reading: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// The places of the messages for which `key` holds. `saved` is what `$`
    /// stands for.
    pub(super) async fn find(
        &self,
        snapshot: &Arc<Snapshot>,
        key: &Key,
        saved: &[u32],
    ) -> Result<Vec<u32>, SearchError> {
        let now = self.store.clock().now();
        let saved: Arc<[u32]> = saved.into();
        let prepared = Arc::new(Prepared::new(key, snapshot, (&saved, now)));
        let spent = Arc::new(AtomicU64::new(0));
        let judgements = prepared.keys().saturating_mul(snapshot.exists().into());
        if prepared.needs() < Needs::Octets && judgements <= EASY {
            let all = 1..=snapshot.exists();
            return self.through(snapshot, all, (&prepared, &spent)).await;
        }
        let starts = (1..=snapshot.exists()).step_by(STEP as usize);
        let steps = starts.map(|first| {
            let last = first.saturating_add(STEP - 1).min(snapshot.exists());
            self.step_apart((Arc::clone(snapshot), first, last), &prepared, &spent)
        });
        let found = futures_util::stream::iter(steps).buffered(AT_ONCE);
        let found: Vec<Vec<u32>> = found.try_collect().await?;
        Ok(found.concat())
    }

    /// Where the sessions of others are not held up.
    async fn step_apart(
        &self,
        (snapshot, first, last): (Arc<Snapshot>, u32, u32),
        prepared: &Arc<Prepared>,
        spent: &Arc<AtomicU64>,
    ) -> Result<Vec<u32>, SearchError> {
        let (me, prepared, spent) = (self.clone(), Arc::clone(prepared), Arc::clone(spent));
        let step = async move {
            Ok(me
                .through(&snapshot, first..=last, (&prepared, &spent))
                .await)
        };
        self.beside(step).await?
    }

    /// Runs what keeps a core busy, beside the sessions, and only so many at once.
    pub(super) async fn beside<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let permit = Arc::clone(&self.reading).acquire_owned().await;
        apart(async move {
            let _permit = permit;
            work.await
        })
        .await
    }

    /// The places found. What is compared for it is added to `spent`.
    async fn through(
        &self,
        snapshot: &Snapshot,
        places: std::ops::RangeInclusive<u32>,
        (prepared, spent): (&Prepared, &AtomicU64),
    ) -> Result<Vec<u32>, SearchError> {
        let (mut found, mut open_yet) = (Vec::new(), Vec::new());
        for place in places {
            let Some(row) = snapshot.at(place) else { break };
            match prepared.judge(&known(place, row)) {
                Some(true) => found.push(place),
                Some(false) => {}
                None => open_yet.push((place, row)),
            }
        }
        let ids: Vec<_> = open_yet.iter().map(|(_, row)| row.message).collect();
        let cards = self.cards.many(&ids).await?;
        for ((place, row), card) in open_yet.into_iter().zip(cards) {
            // What cannot be read any more is not found by its words.
            let Some(card) = card else { continue };
            let mut known = known(place, row);
            known.card = Some(&card);
            let mut verdict = prepared.judge(&known);
            if verdict.is_none()
                && let Some(content) = open(&self.store, row.message).await?
            {
                let read = read(&content, &card, prepared).await?;
                let cost = read.length().saturating_mul(prepared.texts());
                let before = spent.fetch_add(cost, Ordering::Relaxed);
                if before.saturating_add(cost) > MOST {
                    return Err(SearchError::Large);
                }
                known.octets = Some(read);
                verdict = prepared.judge(&known);
            }
            if verdict == Some(true) {
                found.push(place);
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

fn known(place: u32, row: &Row) -> Known<'_> {
    Known {
        place,
        row,
        card: None,
        octets: None,
    }
}

impl Octets<'_> {
    fn length(&self) -> u64 {
        let pieces = self.body.iter().chain(&self.text);
        let length: usize = pieces.map(|(_, octets)| octets.len()).sum();
        (length + self.header.len()) as u64
    }
}

/// Reads what the search wants of a message.
async fn read<'a>(
    content: &ContentReader,
    card: &'a Card,
    prepared: &Prepared,
) -> Result<Octets<'a>, Error> {
    let mut octets = Octets::default();
    if prepared.looks_at_header()
        && let Some(section) = card.sections.first()
    {
        octets.header = range(content, section.header.clone()).await?;
    }
    if prepared.looks_at_body() {
        for place in crate::mime::search::in_body(&card.sections) {
            let piece = range(content, place.range.clone()).await?;
            octets.body.push((place, piece));
        }
    }
    if prepared.looks_at_text() {
        for place in crate::mime::search::in_text(&card.sections) {
            let piece = range(content, place.range.clone()).await?;
            octets.text.push((place, piece));
        }
    }
    Ok(octets)
}

/// A range of a message, as far as it goes.
pub(super) async fn range(
    content: &ContentReader,
    range: std::ops::Range<u64>,
) -> Result<Vec<u8>, Error> {
    let mut octets = Vec::new();
    while let Some(left) = range.end.checked_sub(range.start + octets.len() as u64) {
        let limit = usize::try_from(left).unwrap_or(usize::MAX);
        let piece = content
            .read(range.start + octets.len() as u64, limit)
            .await?;
        if piece.is_empty() {
            break;
        }
        octets.extend_from_slice(&piece);
    }
    Ok(octets)
}

/// Days since 1970 of a moment in UTC, as INTERNALDATE shows it.
fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400)
}
