//! What IMAP says of a message's form, worked out once. A card is sealed under
//! the message's own key, so that it goes when the content goes.

use crate::model::MessageId;
use crate::store::content::{ContentRecord, open_beside, seal_beside};
use crate::store::records::Card;
use crate::store::{ContentReader, Error, Store, Table, apart};
use zeroize::Zeroizing;

/// Parts the key of cards from that of heads and of the content itself.
const LABEL: &[u8] = b"card";

impl ContentReader {
    /// Seals a card under this content's key, for [`Card::sealed`].
    ///
    /// # Errors
    /// [`Error::Sealed`] if sealing fails, which it does not on a sound machine.
    pub fn seal_card(&self, card: &[u8]) -> Result<Vec<u8>, Error> {
        let (key, id) = self.key();
        seal_beside(key, id, LABEL, card)
    }

    /// Opens what [`ContentReader::seal_card`] sealed.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it does not open, [`Error::Newer`] if a newer
    /// version wrote it.
    pub fn open_card(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (key, id) = self.key();
        open_beside(key, id, (LABEL, Table::Card), sealed)
    }
}

impl Store {
    /// The cards of messages, in their order; `None` where there is none, or
    /// none that opens: it can be worked out again as long as there is content.
    ///
    /// # Errors
    /// [`Error::Io`] if the store cannot be read.
    pub async fn cards(
        &self,
        messages: Vec<MessageId>,
    ) -> Result<Vec<Option<Zeroizing<Vec<u8>>>>, Error> {
        let store = self.clone();
        let read = async move {
            let mut cards = Vec::with_capacity(messages.len());
            for message in messages {
                cards.push(match store.read_card(message).await {
                    Err(Error::Damaged(_) | Error::Newer | Error::Sealed) => None,
                    read => read?,
                });
            }
            Ok(cards)
        };
        apart(read).await
    }

    async fn read_card(&self, message: MessageId) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let Some(card) = self.get(&Card::at(message)).await? else {
            return Ok(None);
        };
        let Some(record) = self.get(&ContentRecord::at(card.content)).await? else {
            return Ok(None);
        };
        let ring = self.inner.ring.read().await;
        let key = ring.unwrap(record.id, record.kek, &record.wrapped)?;
        open_beside(&key, record.id, (LABEL, Table::Card), &card.sealed).map(Some)
    }
}
