//! The store: typed records and sealed content over one narrow seam.
//!
//! A flow reads records, collects what it wants to change in a [`Tx`], and
//! commits it: all of it or nothing, and durable when `commit` returns.

pub mod records;

use crate::model::{
    AccountId, Address, AddressKey, Clock, ContentId, Event, Head, MailboxId, MessageId,
    NetworkKey, Token, TokenKey,
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::marker::PhantomData;
use std::net::IpAddr;

/// A table: the first octet of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is named after its record")]
pub enum Table {
    Meta = 0,
    Counter = 1,
    Content = 2,
    Chunk = 3,
    Message = 10,
    Recipient = 11,
    Thread = 12,
    Grant = 13,
    MailboxGrant = 14,
    MailboxReply = 15,
    Link = 16,
    Request = 17,
    Session = 18,
    Draft = 19,
    Contact = 20,
    ContactAddress = 21,
    Account = 22,
    AccountAddress = 23,
    AppPassword = 24,
    CodeTally = 25,
    Browser = 26,
    MailFolder = 30,
    Entry = 31,
    Flags = 32,
    Vanished = 33,
    Job = 40,
    Due = 41,
    Throttle = 42,
    Task = 43,
    OpenTask = 44,
    Submitted = 45,
    Named = 46,
    Ending = 47,
    Quarantined = 48,
    Change = 49,
    Audit = 50,
}

/// A typed key.
#[derive(Debug)]
pub struct Key<R> {
    octets: Vec<u8>,
    record: PhantomData<fn() -> R>,
}

impl<R> Key<R> {
    /// Table and pieces, one after the other.
    #[must_use]
    pub fn of(table: Table, pieces: &[&[u8]]) -> Self {
        let mut octets = vec![table as u8];
        for piece in pieces {
            octets.extend_from_slice(piece);
        }
        Self {
            octets,
            record: PhantomData,
        }
    }
    /// The key's octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

/// A kind of record: its table, its key, its version.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its table.
    const TABLE: Table;
    /// The version of its written form.
    const VERSION: u8;
    /// Its key.
    fn key(&self) -> Key<Self>
    where
        Self: Sized;
}

/// A record as it was read: committing a change to it fails with
/// [`Error::Conflict`] if somebody else changed it in between.
#[derive(Clone, Debug)]
pub struct Held<R> {
    /// The record.
    pub record: R,
    raw: Vec<u8>,
}

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "stub")]
pub enum Error {
    #[error("somebody else changed the record first")]
    Conflict,
    #[error("a record is damaged")]
    Damaged,
    #[error("a record was written by a newer version")]
    Newer,
    #[error("the key does not open the record")]
    Sealed,
    #[error("no space left")]
    Full,
    #[error("{0}")]
    Io(String),
}

/// The store. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Store {
    clock: Clock,
}

#[expect(
    clippy::unused_async,
    clippy::todo,
    missing_docs,
    unused_variables,
    reason = "stub"
)]
impl Store {
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
    /// Reads one record.
    pub async fn get<R: Record>(&self, key: &Key<R>) -> Result<Option<R>, Error> {
        todo!()
    }
    /// Reads one record to change it.
    pub async fn hold<R: Record>(&self, key: &Key<R>) -> Result<Option<Held<R>>, Error> {
        todo!()
    }
    /// Records whose key (after the table octet) begins with `prefix`, after the key `after` if given, in key order, at most `limit`.
    pub async fn range<R: Record>(
        &self,
        prefix: &[&[u8]],
        after: Option<&Key<R>>,
        limit: usize,
    ) -> Result<Vec<R>, Error> {
        todo!()
    }
    /// The same, newest (largest key) first, before the key `before` if given.
    pub async fn range_back<R: Record>(
        &self,
        prefix: &[&[u8]],
        before: Option<&Key<R>>,
        limit: usize,
    ) -> Result<Vec<R>, Error> {
        todo!()
    }
    /// All or nothing; durable when it returns.
    pub async fn commit(&self, tx: Tx) -> Result<Receipt, Error> {
        todo!()
    }
    /// Begins a content object: sealed as it is written.
    pub fn write_content(&self) -> ContentWriter {
        todo!()
    }
    /// Opens a content object; `None` if purged.
    pub async fn open_content(&self, id: ContentId) -> Result<Option<ContentReader>, Error> {
        todo!()
    }
    pub fn address_key(&self, address: &Address) -> AddressKey {
        todo!()
    }
    pub fn token_key(&self, token: &Token) -> TokenKey {
        todo!()
    }
    /// The hashed /24 or /64 of an address.
    pub fn network_key(&self, ip: IpAddr) -> NetworkKey {
        todo!()
    }
    /// HMAC-SHA-256 of the pieces (length-prefixed) under the sub-key `label`: codes, form tokens, throttle keys, indexes.
    pub fn mac(&self, label: Label, pieces: &[&[u8]]) -> [u8; 32] {
        todo!()
    }
    /// Whether free space is above the bound.
    pub fn has_room(&self) -> bool {
        todo!()
    }
    /// Wakes when something was committed that changes (`Tx::change`) or queues (`Due` put).
    pub fn watch(&self) -> tokio::sync::watch::Receiver<u64> {
        todo!()
    }
}

/// Which sub-key a keyed hash uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Indexes over addresses, Message-IDs, digests.
    Index,
    /// One-time codes.
    Codes,
    /// Form tokens and return addresses.
    Tokens,
    /// Handles in logs.
    Logs,
}

/// What a commit gave back: the numbers drawn, in order of the draws.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The numbers drawn.
    pub numbers: Vec<u64>,
}

/// A change to be committed whole.
#[derive(Debug, Default)]
pub struct Tx {}

#[expect(
    clippy::todo,
    missing_docs,
    unused_variables,
    clippy::needless_pass_by_value,
    reason = "stub"
)]
impl Tx {
    pub fn new() -> Self {
        Self::default()
    }
    /// Writes, whatever was there.
    pub fn put<R: Record>(&mut self, record: &R) {
        todo!()
    }
    /// Writes; the commit fails if the key is already there.
    pub fn insert<R: Record>(&mut self, record: &R) {
        todo!()
    }
    /// Writes; the commit fails if the record changed since it was held. The key must not change.
    pub fn replace<R: Record>(&mut self, held: &Held<R>, record: &R) {
        todo!()
    }
    /// Deletes, whatever was there.
    pub fn delete<R: Record>(&mut self, key: &Key<R>) {
        todo!()
    }
    /// Deletes; the commit fails if the record changed since it was held.
    pub fn remove<R: Record>(&mut self, held: &Held<R>) {
        todo!()
    }
    /// Attaches finished content: its record (and small content itself) goes in with this commit.
    pub fn attach(&mut self, content: Finished) {
        todo!()
    }
    /// Drops the content's wrapped key and octets: unreadable at once.
    pub fn purge(&mut self, content: ContentId) {
        todo!()
    }
    /// Files a message in a folder under the next UID and modseq, and notes the change.
    pub fn file(&mut self, folder: MailboxId, message: MessageId, seen: bool) {
        todo!()
    }
    /// Adds to the change sequence.
    pub fn change(&mut self, change: Change) {
        todo!()
    }
    /// Adds to the audit chain.
    pub fn audit(&mut self, event: Event) {
        todo!()
    }
}

/// What changed, for IDLE, other processes and pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "stub")]
pub enum Change {
    Message(MessageId),
    Filed(MailboxId, MessageId),
    Account(AccountId),
}

/// A UID in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "stub")]
pub struct Entry {
    pub folder: MailboxId,
    pub uid: u32,
    pub modseq: u64,
    pub message: MessageId,
    pub filed: Timestamp,
}

/// Content being written. Dropped without `finish` and `attach`, it leaves nothing.
#[derive(Debug)]
pub struct ContentWriter {}
#[expect(
    clippy::unused_async,
    clippy::todo,
    missing_docs,
    unused_variables,
    reason = "stub"
)]
impl ContentWriter {
    pub fn id(&self) -> ContentId {
        todo!()
    }
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), Error> {
        todo!()
    }
    pub async fn finish(self) -> Result<Finished, Error> {
        todo!()
    }
}
/// Finished content, not yet part of the store.
#[derive(Debug)]
pub struct Finished {}
#[expect(clippy::todo, missing_docs, unused_variables, reason = "stub")]
impl Finished {
    pub fn id(&self) -> ContentId {
        todo!()
    }
    pub fn length(&self) -> u64 {
        todo!()
    }
    /// Seals a head under the content's own key.
    pub fn seal_head(&self, head: &Head) -> Vec<u8> {
        todo!()
    }
}
/// Content being read.
#[derive(Debug)]
pub struct ContentReader {}
#[expect(
    clippy::unused_async,
    clippy::todo,
    missing_docs,
    unused_variables,
    reason = "stub"
)]
impl ContentReader {
    pub fn length(&self) -> u64 {
        todo!()
    }
    /// Reads up to 64 KiB from `offset`, at most `limit`; empty at the end.
    pub async fn read(&self, offset: u64, limit: usize) -> Result<Vec<u8>, Error> {
        todo!()
    }
    pub fn open_head(&self, sealed: &[u8]) -> Result<Head, Error> {
        todo!()
    }
}
