//! Why an answer is not taken, in terms the reader can act on.

use crate::store;
use crate::upload::Fault;
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
    /// A file is not taken.
    #[error(transparent)]
    File(Fault),
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

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Order => OUT_OF_ORDER.into(),
            fault => Self::File(fault),
        }
    }
}

/// The door called the verbs in another order than it may.
pub(super) const OUT_OF_ORDER: Error = Error::Message("the pieces of an answer came out of order");
