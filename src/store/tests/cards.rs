//! Cards: kept beside the content, gone with it.

use super::{Bench, put_content};
use crate::model::MessageId;
use crate::store::records::Card;
use crate::store::{Error, Table, Tx};

#[tokio::test]
async fn a_card_opens_as_long_as_its_content_does_and_under_no_other_key() {
    let bench = Bench::new();
    let store = bench.create();
    let (one, other) = (
        put_content(&store, b"one").await,
        put_content(&store, b"other").await,
    );
    let content = store.open_content(one).await.unwrap().unwrap();
    let sealed = content.seal_card(b"canary-of-a-card").unwrap();
    assert!(!sealed.windows(6).any(|w| w == b"canary"));
    assert_eq!(
        content.open_card(&sealed).unwrap().as_slice(),
        b"canary-of-a-card"
    );
    let stranger = store.open_content(other).await.unwrap().unwrap();
    assert_eq!(
        stranger.open_card(&sealed).unwrap_err(),
        Error::Damaged(Table::Card)
    );
    // A head is sealed beside the same content, and is no card.
    assert!(content.open_head(&sealed).is_err());

    let message = MessageId::new(store.clock().now());
    let none = MessageId::new(store.clock().now());
    let mut tx = Tx::new();
    tx.put(&Card {
        message,
        content: one,
        sealed,
    });
    store.commit(tx).await.unwrap();
    store.roll_keys().await.unwrap();
    drop((store, content, stranger));
    let store = bench.open();
    let cards = store.cards(vec![none, message]).await.unwrap();
    assert!(cards[0].is_none());
    assert_eq!(cards[1].as_ref().unwrap().as_slice(), b"canary-of-a-card");
    let mut tx = Tx::new();
    tx.purge(one);
    store.commit(tx).await.unwrap();
    assert!(store.cards(vec![message]).await.unwrap()[0].is_none());
}
