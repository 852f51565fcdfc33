//! One group: batches that wait together, judged one after the other, written
//! as one.

use crate::store::backing::{Batch, Expect, Piece, Write};
use crate::store::sled::mark::number_key;
use crate::store::sled::{Chain, MAX_VALUE, PIECE, broken, piece_key, read};
use crate::store::{Error, Table, audit};
use ::sled::{Db, IVec};
use std::collections::HashMap;

/// Numbers remembered between groups; above this the memory is emptied and
/// filled again from the store.
const REMEMBERED: usize = 65_536;

/// What the committer remembers between groups, so that a hot counter is not
/// read each time. Only the committer writes these keys.
#[derive(Default)]
pub(super) struct Memory {
    counters: HashMap<Vec<u8>, u64>,
    heads: HashMap<Vec<u8>, audit::Link>,
}

/// The batches taken so far, as one change over the store.
pub(super) struct Group<'a> {
    db: &'a Db,
    chain: &'a Chain,
    memory: &'a mut Memory,
    changed: HashMap<Vec<u8>, Option<Vec<u8>>>,
    octets: usize,
}

impl<'a> Group<'a> {
    pub(super) fn new(db: &'a Db, chain: &'a Chain, memory: &'a mut Memory) -> Self {
        if memory.counters.len() > REMEMBERED {
            memory.counters.clear();
        }
        Self {
            db,
            chain,
            memory,
            changed: HashMap::new(),
            octets: 0,
        }
    }

    /// Octets to be written so far.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// Judges a batch against the store and the batches before it. If what it
    /// expects does not hold it leaves no trace.
    pub(super) fn take(&mut self, batch: &Batch) -> Result<Vec<u64>, Error> {
        for (key, expect) in &batch.expect {
            if !self.holds(key, expect)? {
                return Err(Error::Conflict);
            }
        }
        self.recall(batch)?;
        let numbers: Vec<u64> = batch.counters.iter().map(|c| self.draw(c)).collect();
        for write in &batch.write {
            match write {
                Write::Put(key, value) => self.put(fill(key, &numbers), fill(value, &numbers)),
                Write::Delete(key) => {
                    self.octets += key.len();
                    self.changed.insert(key.clone(), None);
                }
            }
        }
        for (log, body) in &batch.append {
            self.append(log, body);
        }
        Ok(numbers)
    }

    /// Gives the group its number: see `mark`.
    pub(super) fn number(&mut self) -> Result<u64, Error> {
        let key = number_key();
        self.recall_counter(&key)?;
        Ok(self.draw(&key))
    }

    /// The whole group as one batch of sled's.
    pub(super) fn into_batch(self) -> Result<::sled::Batch, Error> {
        let mut batch = ::sled::Batch::default();
        for (key, value) in self.changed {
            let before = pieces_of(self.db, &key)?;
            let after = match value {
                Some(value) => insert(&mut batch, &key, &value),
                None => {
                    batch.remove(key.as_slice());
                    0
                }
            };
            for n in after..before {
                batch.remove(piece_key(&key, n));
            }
        }
        Ok(batch)
    }

    fn holds(&self, key: &[u8], expect: &Expect) -> Result<bool, Error> {
        let Some(changed) = self.changed.get(key) else {
            let there = || self.db.contains_key(key).map_err(|e| broken(&e));
            return match expect {
                Expect::Absent => there().map(|there| !there),
                Expect::Present => there(),
                Expect::Equals(value) => Ok(read(self.db, key)?.as_ref() == Some(value)),
            };
        };
        Ok(match expect {
            Expect::Absent => changed.is_none(),
            Expect::Present => changed.is_some(),
            Expect::Equals(value) => changed.as_ref() == Some(value),
        })
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.octets += key.len() + value.len();
        self.changed.insert(key, Some(value));
    }

    /// Reads whatever can fail before anything is changed.
    fn recall(&mut self, batch: &Batch) -> Result<(), Error> {
        for counter in &batch.counters {
            self.recall_counter(counter)?;
        }
        for (log, _) in &batch.append {
            if !self.memory.heads.contains_key(log) {
                let head = read(self.db, &audit::head_key(log))?;
                let head = head.map_or_else(audit::Link::first, |v| audit::Link::read(&v));
                self.memory.heads.insert(log.clone(), head);
            }
        }
        Ok(())
    }

    fn recall_counter(&mut self, counter: &[u8]) -> Result<(), Error> {
        if !self.memory.counters.contains_key(counter) {
            let last = read(self.db, counter)?.map_or(0, |v| number(&v));
            self.memory.counters.insert(counter.to_vec(), last);
        }
        Ok(())
    }

    fn draw(&mut self, counter: &[u8]) -> u64 {
        let last = self.memory.counters.entry(counter.to_vec()).or_default();
        *last += 1;
        let drawn = *last;
        self.put(counter.to_vec(), drawn.to_be_bytes().to_vec());
        drawn
    }

    fn append(&mut self, log: &[u8], body: &[u8]) {
        let chain = self.chain;
        let head = self
            .memory
            .heads
            .entry(log.to_vec())
            .or_insert_with(audit::Link::first);
        *head = head.next(chain, body);
        let head = head.clone();
        let mut value = body.to_vec();
        value.extend_from_slice(&head.link);
        self.put(audit::entry_key(log, head.sequence), value);
        self.put(audit::head_key(log), head.written());
    }
}

/// Whether a value of this size can be kept.
pub(super) fn fits(batch: &Batch) -> bool {
    batch.write.iter().all(|write| match write {
        Write::Put(_, value) => value.iter().map(length).sum::<usize>() <= MAX_VALUE,
        Write::Delete(_) => true,
    })
}

fn length(piece: &Piece) -> usize {
    match piece {
        Piece::Octets(octets) => octets.len(),
        Piece::Drawn(_) => 8,
    }
}

fn fill(pieces: &[Piece], numbers: &[u64]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(pieces.iter().map(length).sum());
    for piece in pieces {
        match piece {
            Piece::Octets(part) => octets.extend_from_slice(part),
            Piece::Drawn(n) => {
                let drawn = numbers.get(*n).copied().unwrap_or_default();
                octets.extend_from_slice(&drawn.to_be_bytes());
            }
        }
    }
    octets
}

/// A number as a counter's value holds it.
pub(super) fn number(value: &[u8]) -> u64 {
    value.try_into().map_or(0, u64::from_be_bytes)
}

/// How many further pieces the stored value has.
fn pieces_of(db: &Db, key: &[u8]) -> Result<u8, Error> {
    if Table::of(key).is_some_and(Table::is_short) {
        return Ok(0);
    }
    let stored = db.get(key).map_err(|e| broken(&e))?;
    Ok(stored.and_then(|v| v.first().copied()).unwrap_or(0))
}

/// Writes a value, cut into pieces if it is long; says how many follow the first.
fn insert(batch: &mut ::sled::Batch, key: &[u8], value: &[u8]) -> u8 {
    let mut pieces = value.chunks(PIECE);
    let first = pieces.next().unwrap_or_default();
    let mut count = 0;
    for piece in pieces {
        batch.insert(piece_key(key, count), piece);
        count += 1;
    }
    let mut stored = Vec::with_capacity(1 + first.len());
    stored.push(count);
    stored.extend_from_slice(first);
    batch.insert(key, IVec::from(stored));
    count
}
