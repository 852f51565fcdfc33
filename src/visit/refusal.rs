//! Why an answer is not taken, in terms the reader can act on.

use crate::store;
use crate::visit::Error;

/// Why an answer was not taken. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Neither a text nor a file.
    #[error("the answer is empty")]
    Empty,
    /// The text is longer than is taken.
    #[error("the text is longer than {limit} characters")]
    LongText {
        /// The bound.
        limit: usize,
    },
    /// A file is larger than allowed.
    #[error("a file is larger than {limit} octets")]
    LargeFile {
        /// Its name as shown.
        name: String,
        /// The bound in octets.
        limit: u64,
    },
    /// All together is larger than allowed.
    #[error("the answer is larger than {limit} octets")]
    LargeReply {
        /// The name of the file that did not fit, as shown.
        name: String,
        /// The bound in octets.
        limit: u64,
    },
    /// More files than allowed.
    #[error("more than {limit} files")]
    ManyFiles {
        /// The name of the first file too many, as shown.
        name: String,
        /// The bound.
        limit: usize,
    },
    /// A kind of file that is not taken.
    #[error("a file of a kind that is not taken")]
    Kind {
        /// Its name as shown.
        name: String,
    },
    /// A file is not what its name says.
    #[error("a file is not what its name says")]
    Mismatch {
        /// Its name as shown.
        name: String,
    },
    /// A picture has more pixels than allowed.
    #[error("a picture has more than {limit} pixels")]
    ManyPixels {
        /// Its name as shown.
        name: String,
        /// The bound.
        limit: u64,
    },
    /// A document would be too large once it is unpacked.
    #[error("a document unpacks to more than {limit} octets, or to more than {parts} parts")]
    Unpacked {
        /// Its name as shown.
        name: String,
        /// The bound in octets.
        limit: u64,
        /// The bound of parts.
        parts: u16,
    },
    /// A picture or a document does not say how large it would be once opened.
    #[error("a file does not say how large it is")]
    Unclear {
        /// Its name as shown.
        name: String,
    },
    /// A file holds nothing.
    #[error("a file is empty")]
    EmptyFile {
        /// Its name as shown.
        name: String,
    },
    /// The mailbox has sent as many answers as a day has room for.
    #[error("more than {limit} answers in a day")]
    ManyAnswers {
        /// The bound.
        limit: usize,
    },
    /// The disk is nearly full: try later.
    #[error("no space left")]
    NoRoom,
    /// The message can no longer be answered.
    #[error("the message is no longer available")]
    Closed,
    /// A new message says nothing of what it is about.
    #[error("the subject is empty")]
    NoSubject,
    /// A subject is longer than is taken.
    #[error("the subject is longer than {limit} characters")]
    LongSubject {
        /// The bound.
        limit: usize,
    },
    /// Several read at the mailbox, and it is not said for whom this is written.
    #[error("it is not said for whom this is written")]
    Unchosen,
    /// Something failed on our side.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Full => Self::NoRoom,
            other => Self::Failed(other.into()),
        }
    }
}
