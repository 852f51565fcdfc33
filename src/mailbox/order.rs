//! SORT and THREAD (RFC 5256): messages in an order, or in conversations.

mod references;

use crate::mailbox::{Mailboxes, Snapshot};
use crate::mime::search::base_subject;
use crate::mime::structure::Card;
use crate::store::{Error, Row};
use crate::wire::imap::answer::Node;
use crate::wire::imap::command::{Criterion, SortBy, Threading};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// Messages that are put in order where it is asked for: a few thousand
/// comparisons, a millisecond or two. More of them would hold up the sessions
/// that the same thread serves.
const EASY: usize = 500;

/// A message that is to be put in order. One that was destroyed has no card,
/// and stands as one without a header.
struct Item<'a> {
    place: u32,
    row: &'a Row,
    card: Option<Arc<Card>>,
}

impl Item<'_> {
    /// When it was sent, or else when it came (RFC 5256 §2.2), in seconds.
    fn sent(&self) -> i64 {
        let sent = self.card.as_ref().and_then(|card| card.words.sent);
        sent.map_or_else(|| self.row.filed.as_second(), |sent| sent.at)
    }

    fn words(&self, of: impl Fn(&Card) -> &str) -> &str {
        self.card.as_deref().map_or("", of)
    }

    /// Its subject without what replies add, and whether they had added.
    fn subject(&self) -> (&str, bool) {
        base_subject(self.words(|card| &card.words.subject))
    }

    fn compare(&self, other: &Self, by: SortBy) -> Ordering {
        match by {
            SortBy::Arrival => self.row.filed.cmp(&other.row.filed),
            SortBy::Date => self.sent().cmp(&other.sent()),
            SortBy::Size => {
                let size = |item: &Self| item.card.as_ref().map_or(0, |card| card.size);
                size(self).cmp(&size(other))
            }
            SortBy::Subject => self.subject().0.cmp(other.subject().0),
            SortBy::From => self.compare_words(other, |card| &card.words.first_from),
            SortBy::To => self.compare_words(other, |card| &card.words.first_to),
            SortBy::Cc => self.compare_words(other, |card| &card.words.first_cc),
        }
    }

    fn compare_words(&self, other: &Self, of: impl Fn(&Card) -> &str) -> Ordering {
        self.words(&of).cmp(other.words(&of))
    }
}

impl Mailboxes {
    /// Places in the order that was asked for; equals in the order of places.
    ///
    /// # Errors
    /// The store's own.
    pub async fn sort(
        &self,
        snapshot: &Arc<Snapshot>,
        places: Vec<u32>,
        by: &[Criterion],
    ) -> Result<Vec<u32>, Error> {
        // One that comes again has nothing left to decide.
        let mut criteria: Vec<Criterion> = Vec::new();
        for criterion in by {
            if criteria.iter().all(|before| before.by != criterion.by) {
                criteria.push(*criterion);
            }
        }
        let (me, snapshot, count) = (self.clone(), Arc::clone(snapshot), places.len());
        let work = async move {
            let items = me.items(&snapshot, &places).await?;
            Ok(sorted(items, &criteria))
        };
        self.order(count, work).await
    }

    /// Conversations: where they begin, and their messages, each with its place
    /// as its number.
    ///
    /// # Errors
    /// The store's own.
    pub async fn thread(
        &self,
        snapshot: &Arc<Snapshot>,
        places: Vec<u32>,
        algorithm: Threading,
    ) -> Result<(Vec<usize>, Vec<Node>), Error> {
        let (me, snapshot, count) = (self.clone(), Arc::clone(snapshot), places.len());
        let work = async move {
            let mut items = me.items(&snapshot, &places).await?;
            items.sort_by_key(|item| (item.sent(), item.place));
            Ok(match algorithm {
                Threading::OrderedSubject => by_subject(&items),
                Threading::References => references::thread(&items),
            })
        };
        self.order(count, work).await
    }

    /// Puts so many messages in order: few where it is asked for, more where
    /// searches run.
    async fn order<T, F>(&self, count: usize, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        if count <= EASY {
            return work.await;
        }
        self.0.searcher.beside(work).await
    }

    async fn items<'a>(
        &self,
        snapshot: &'a Snapshot,
        places: &[u32],
    ) -> Result<Vec<Item<'a>>, Error> {
        let rows = places.iter().filter_map(|p| Some((*p, snapshot.at(*p)?)));
        let rows: Vec<(u32, &Row)> = rows.collect();
        let ids: Vec<_> = rows.iter().map(|(_, row)| row.message).collect();
        let cards = self.cards(&ids).await?;
        let items = rows.into_iter().zip(cards);
        Ok(items
            .map(|((place, row), card)| Item { place, row, card })
            .collect())
    }
}

fn sorted(mut items: Vec<Item<'_>>, by: &[Criterion]) -> Vec<u32> {
    items.sort_by(|one, other| {
        let each = by.iter().map(|criterion| {
            let order = one.compare(other, criterion.by);
            if criterion.reverse {
                order.reverse()
            } else {
                order
            }
        });
        each.fold(Ordering::Equal, Ordering::then)
            .then(one.place.cmp(&other.place))
    });
    items.into_iter().map(|item| item.place).collect()
}

/// ORDEREDSUBJECT: one conversation a subject; the first message holds all
/// others.
fn by_subject(items: &[Item<'_>]) -> (Vec<usize>, Vec<Node>) {
    let mut nodes: Vec<Node> = items
        .iter()
        .map(|item| Node {
            number: item.place,
            answers: Vec::new(),
        })
        .collect();
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut roots = Vec::new();
    for (at, item) in items.iter().enumerate() {
        match first.get(item.subject().0) {
            Some(root) => {
                if let Some(node) = nodes.get_mut(*root) {
                    node.answers.push(at);
                }
            }
            None => {
                first.insert(item.subject().0, at);
                roots.push(at);
            }
        }
    }
    (roots, nodes)
}
