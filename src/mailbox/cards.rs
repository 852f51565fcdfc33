//! What IMAP says of messages, at hand: cards are kept in memory as long as
//! there is room, in the store sealed under the message's own key, and worked
//! out from the message itself where neither has them.

use crate::mime::structure::{Card, card};
use crate::model::MessageId;
use crate::store::records::{Card as Kept, Message};
use crate::store::{ContentReader, Error, Store, Tx};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Octets of cards in one half of the memory: 10,000 letters take about twelve
/// million, and the folders that are looked at shall fit.
const HALF: usize = 16 * 1024 * 1024;
/// Messages read whole at once: each can be as long as a message may be.
const READING: usize = 2;
/// Cards looked up in one step.
const STEP: usize = 512;
/// Octets read at a time: what the store gives.
const PIECE: usize = 64 * 1024;

/// The cards. Cloning it is cheap; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Cards {
    store: Store,
    kept: Arc<Mutex<Halves>>,
    reading: Arc<Semaphore>,
}

/// When the young half is full it becomes the old one: what was looked at since
/// then is young again, and the rest is forgotten with the next turn.
#[derive(Debug, Default)]
struct Halves {
    young: HashMap<MessageId, Arc<Card>>,
    old: HashMap<MessageId, Arc<Card>>,
    octets: usize,
}

impl Cards {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            kept: Arc::default(),
            reading: Arc::new(Semaphore::new(READING)),
        }
    }

    /// The card of a message; `None` if its content was destroyed or cannot be
    /// read any more.
    pub(super) async fn get(&self, message: MessageId) -> Result<Option<Arc<Card>>, Error> {
        if let Some(card) = self.known(message) {
            return Ok(Some(card));
        }
        let found = self.many(&[message]).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// The cards of messages, in their order.
    pub(super) async fn many(
        &self,
        messages: &[MessageId],
    ) -> Result<Vec<Option<Arc<Card>>>, Error> {
        let mut found: Vec<_> = messages.iter().map(|id| self.known(*id)).collect();
        let missing: Vec<(usize, MessageId)> = found
            .iter()
            .zip(messages)
            .enumerate()
            .filter(|(_, (card, _))| card.is_none())
            .map(|(index, (_, id))| (index, *id))
            .collect();
        for part in missing.chunks(STEP) {
            let ids: Vec<_> = part.iter().map(|(_, id)| *id).collect();
            let stored = self.store.cards(ids).await?;
            let mut tx = Tx::new();
            for ((index, id), sealed) in part.iter().zip(stored) {
                let card = match sealed.and_then(|octets| Card::from_octets(&octets)) {
                    Some(card) => Some(card),
                    None => self.make(&mut tx, *id).await?,
                };
                let card = card.map(|card| self.keep(*id, card));
                if let Some(slot) = found.get_mut(*index) {
                    *slot = card;
                }
            }
            if !tx.is_empty() {
                // A card that is not kept is made again; nobody waits for it.
                let store = self.store.clone();
                tokio::spawn(async move { store.commit(tx).await });
            }
        }
        Ok(found)
    }

    /// Reads a message and works its card out.
    async fn make(&self, tx: &mut Tx, id: MessageId) -> Result<Option<Card>, Error> {
        let Some(content) = open(&self.store, id).await? else {
            return Ok(None);
        };
        let reading = self.reading.acquire().await;
        let octets = match whole(&content).await {
            Err(Error::Damaged(_) | Error::Sealed) => return Ok(None),
            octets => octets?,
        };
        let made = tokio::task::spawn_blocking(move || card(&octets)).await;
        drop(reading);
        let made = made.map_err(|_| Error::Io("a message could not be taken apart".to_owned()))?;
        tx.put(&Kept {
            message: id,
            content: content.id(),
            sealed: content.seal_card(&made.to_octets())?,
        });
        Ok(Some(made))
    }

    fn known(&self, id: MessageId) -> Option<Arc<Card>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(card) = kept.young.get(&id) {
            return Some(Arc::clone(card));
        }
        let card = kept.old.remove(&id)?;
        kept.insert(id, Arc::clone(&card));
        Some(card)
    }

    fn keep(&self, id: MessageId, card: Card) -> Arc<Card> {
        let card = Arc::new(card);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(id, Arc::clone(&card));
        card
    }
}

impl Halves {
    fn insert(&mut self, id: MessageId, card: Arc<Card>) {
        self.octets += weight(&card);
        self.young.insert(id, card);
        if self.octets > HALF {
            self.old = std::mem::take(&mut self.young);
            self.octets = 0;
        }
    }
}

/// About how many octets a card takes in memory.
fn weight(card: &Card) -> usize {
    let words = &card.words;
    let texts = [
        &words.from,
        &words.to,
        &words.cc,
        &words.bcc,
        &words.subject,
        &words.message_id,
        &words.in_reply_to,
        &words.references,
        &words.date,
    ];
    let texts: usize = texts.iter().map(|text| text.len()).sum();
    let header = card.header.as_ref().map_or(0, |header| header.len());
    let forms = header + card.envelope.len() + card.body.len() + card.body_structure.len();
    size_of::<Card>() + texts + forms + card.sections.len() * 160
}

/// The content of a message; `None` if it was destroyed.
pub(super) async fn open(store: &Store, id: MessageId) -> Result<Option<ContentReader>, Error> {
    match store.get(&Message::at(id)).await? {
        Some(message) if message.purged.is_none() => {
            match store.open_content(message.content).await {
                Err(Error::Damaged(_) | Error::Sealed) => Ok(None),
                content => content,
            }
        }
        _ => Ok(None),
    }
}

async fn whole(content: &ContentReader) -> Result<Vec<u8>, Error> {
    let mut octets = Vec::with_capacity(usize::try_from(content.length()).unwrap_or_default());
    loop {
        let piece = content.read(octets.len() as u64, PIECE).await?;
        if piece.is_empty() {
            return Ok(octets);
        }
        octets.extend_from_slice(&piece);
    }
}
