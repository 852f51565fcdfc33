//! What is still to be written into the chart's folder, and which folder that is.

use crate::model::{ContactId, MessageId};
use crate::store::{Key, Record, Table};
use serde::{Deserialize, Serialize};

/// A patient's file that is not in the chart's folder yet. While there is one,
/// the message's content is kept, however old it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charting {
    /// The answer it came with.
    pub message: MessageId,
    /// Its place among the answer's parts.
    pub part: u16,
    /// Whose it is, if the office knows them.
    pub contact: Option<ContactId>,
    /// The inode number of the whole and synced file, once there is one. By it a
    /// gateway that was killed sees whether the file already has its name.
    pub inode: Option<u64>,
}

/// The folder that files are written to, once the first was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartRoot {
    /// Its path.
    pub path: String,
}

/// Something that the clinic's own program is told: ids, and no person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// What happened.
    pub kind: NewsKind,
    /// To which message.
    pub message: MessageId,
    /// Who has to do with it, if the office knows them.
    pub contact: Option<ContactId>,
    /// To which of its parts, if to one.
    pub part: Option<u16>,
}

/// What the clinic's own program is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NewsKind {
    /// A patient has answered.
    Reply,
    /// A patient's file lies in the chart's folder.
    File,
}

impl NewsKind {
    /// Its name in the event.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::File => "file",
        }
    }
}

impl Charting {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(message: MessageId, part: u16) -> Key<Self> {
        let pieces = [message.octets().as_slice(), &part.to_be_bytes()];
        Key::of(Table::Charting, &pieces)
    }
}

impl Record for Charting {
    const TABLE: Table = Table::Charting;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.message, self.part)
    }
}

impl ChartRoot {
    /// The key under which this record is kept: there is one.
    #[must_use]
    pub fn place() -> Key<Self> {
        Key::of(Table::ChartRoot, &[])
    }
}

impl Record for ChartRoot {
    const TABLE: Table = Table::ChartRoot;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::place()
    }
}
