//! The narrow seam under the records: get, range, commit.
//!
//! *Architecture invariant:* what stands below this seam sees keys and sealed
//! values. It knows no record, no person and no key but the one that links the
//! audit chain.

use crate::store::Error;
use std::future::Future;

/// A part of a key or a value: octets as they are, or a number that is drawn
/// when the batch is applied, written as eight octets, most significant first.
pub(crate) enum Piece {
    /// Octets as they are.
    Octets(Vec<u8>),
    /// The number drawn from `Batch::counters` at this place.
    Drawn(usize),
}

/// What must hold for a batch to be applied.
pub(crate) enum Expect {
    /// The key is not there.
    Absent,
    /// The key is there, whatever it holds.
    Present,
    /// The key holds exactly this value.
    Equals(Vec<u8>),
}

/// One step of a batch; the steps take effect in their order.
pub(crate) enum Write {
    /// Writes, whatever was there.
    Put(Vec<Piece>, Vec<Piece>),
    /// Deletes, whatever was there.
    Delete(Vec<u8>),
}

/// A change: applied whole or not at all.
#[derive(Default)]
pub(crate) struct Batch {
    /// Counters to draw from, one entry a draw. The first number is 1.
    pub(crate) counters: Vec<Vec<u8>>,
    /// What must hold before anything is written.
    pub(crate) expect: Vec<(Vec<u8>, Expect)>,
    /// What is written.
    pub(crate) write: Vec<Write>,
    /// What is added to hash-chained logs: the log's key and a sealed body.
    pub(crate) append: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whether those who watch the store are woken.
    pub(crate) wake: bool,
}

impl Batch {
    /// Plans a draw and says where its number will stand.
    pub(crate) fn draw(&mut self, counter: Vec<u8>) -> usize {
        self.counters.push(counter);
        self.counters.len() - 1
    }

    /// Plans a plain write.
    pub(crate) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        let (key, value) = (vec![Piece::Octets(key)], vec![Piece::Octets(value)]);
        self.write.push(Write::Put(key, value));
    }
}

/// Keys from one prefix, in one direction.
pub(crate) struct Span {
    /// What every key begins with.
    pub(crate) prefix: Vec<u8>,
    /// Only keys beyond this one, in the direction of reading.
    pub(crate) beyond: Option<Vec<u8>>,
    /// Largest key first.
    pub(crate) backward: bool,
    /// At most so many.
    pub(crate) limit: usize,
}

/// A key and its value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// An ordered key-value engine with atomic, conditional, durable batches.
pub(crate) trait Backing: Send + Sync + 'static {
    /// Reads one value.
    fn get(&self, key: &[u8]) -> impl Future<Output = Result<Option<Vec<u8>>, Error>> + Send;

    /// Reads a span of keys.
    fn range(&self, span: Span) -> impl Future<Output = Result<Vec<Pair>, Error>> + Send;

    /// Applies a batch; durable when it returns. Gives back the numbers drawn.
    fn commit(&self, batch: Batch) -> impl Future<Output = Result<Vec<u64>, Error>> + Send;
}
