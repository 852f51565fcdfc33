//! What a recipient can do: follow a link, prove the mailbox with a code,
//! read, download, answer, sign out. No markup; the doors show what these
//! verbs return.
//!
//! *Architecture invariant:* without a session, only [`Visit::request_code`],
//! [`Visit::verify`] and [`Visit::ask_again`] change anything, and the door
//! calls them for a POST alone.

pub mod view;

pub use view::{
    Admission, Asked, Caller, Closed, CodePage, Entry, File, FileLine, Front, InboxLine, Landing,
    Letter, Listing, Mark, Owner, Reader, Sent, SentLine, Stale, Verified, Which,
};

use crate::model::{Address, GrantId, Secret, Token};
use crate::store::{self, Store};
use jiff::SignedDuration;

/// Why a verb could not be done. The door shows a calm page; the log has said
/// what happened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] store::Error),
    /// A message could not be composed or read.
    #[error("a message could not be built or read: {0}")]
    Message(&'static str),
}

/// What the configuration says about visits.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long a session may lie idle: 5 to 60 minutes.
    pub idle: SignedDuration,
    /// Largest file of an answer, in octets.
    pub max_file: u64,
    /// Largest answer with all its files, in octets before encoding.
    pub max_reply: u64,
    /// Endings of files that are taken, in lower case without the dot.
    pub file_types: Vec<String>,
    /// The clinic's host name, for Message-IDs.
    pub hostname: String,
    /// Where a content-free alert goes when an answer arrives.
    pub notify: Option<Address>,
}

/// The recipient's desk. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Visit {
    store: Store,
    rules: std::sync::Arc<Rules>,
}

#[expect(
    clippy::unused_async,
    clippy::todo,
    unused_variables,
    reason = "signatures first; the bodies follow"
)]
impl Visit {
    /// The desk over a store.
    #[must_use]
    pub fn new(store: Store, rules: Rules) -> Self {
        Self {
            store,
            rules: std::sync::Arc::new(rules),
        }
    }

    /// The rules it works by: the door shows limits and sets the refresh.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    // Before a session.

    /// What the link leads to. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn landing(&self, link: &Token) -> Result<Landing, Error> {
        todo!()
    }

    /// The value that the forms on the link's pages carry: stateless, good for
    /// this hour and the next.
    #[must_use]
    pub fn form(&self, link: &Token) -> Secret {
        todo!()
    }

    /// Whether a form's value belongs to the link and is recent.
    #[must_use]
    pub fn form_fits(&self, link: &Token, value: &str) -> bool {
        todo!()
    }

    /// What the code page shows; `Err(Landing)` inside if there is nothing to
    /// ask a code for. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn code_page(&self, link: &Token) -> Result<Result<CodePage, Landing>, Error> {
        todo!()
    }

    /// "Send me a code".
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`].
    pub async fn request_code(&self, link: &Token, caller: &Caller) -> Result<Asked, Error> {
        todo!()
    }

    /// Tries a code as it was typed; `private` keeps the session on this device.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn verify(
        &self,
        link: &Token,
        typed: &Secret,
        private: bool,
        caller: &Caller,
    ) -> Result<Verified, Error> {
        todo!()
    }

    /// "Ask the office to send it again": at most one open task for a message.
    /// Returns the page to show: [`Landing::Expired`] or
    /// [`Landing::Withdrawn`] with `asked` set, or whatever else the link leads to.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn ask_again(&self, link: &Token, caller: &Caller) -> Result<Landing, Error> {
        todo!()
    }

    // The session.

    /// What the session cookie is worth; if the request counts, the idle time
    /// starts anew.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn reader(&self, cookie: &Token, caller: &Caller) -> Result<Admission, Error> {
        todo!()
    }

    /// The message the link names, if it is this reader's: then one click is
    /// enough. A link of another mailbox gives `None`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn own(&self, reader: &Reader, link: &Token) -> Result<Option<GrantId>, Error> {
        todo!()
    }

    /// Ends the session for good.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn sign_out(&self, reader: &Reader, caller: &Caller) -> Result<(), Error> {
        todo!()
    }

    // Reading.

    /// The mailbox's messages from this clinic, newest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn inbox(
        &self,
        reader: &Reader,
        before: Option<Which>,
    ) -> Result<Listing<InboxLine>, Error> {
        todo!()
    }

    /// The mailbox's own answers, newest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn sent(
        &self,
        reader: &Reader,
        before: Option<Which>,
    ) -> Result<Listing<SentLine>, Error> {
        todo!()
    }

    /// All files of the messages that can be read and of the own answers,
    /// newest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn files(&self, reader: &Reader) -> Result<Vec<FileLine>, Error> {
        todo!()
    }

    /// A message; marks it opened if the request counts. `None`: not this
    /// reader's, or no longer available.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`].
    pub async fn message(
        &self,
        reader: &Reader,
        which: Which,
        caller: &Caller,
    ) -> Result<Option<Letter>, Error> {
        todo!()
    }

    /// The cleaned HTML of a framed message: a fragment, safe under the body's
    /// own policy.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`].
    pub async fn body(&self, reader: &Reader, which: Which) -> Result<Option<String>, Error> {
        todo!()
    }

    /// A file; marks it downloaded if the request counts.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`].
    pub async fn file(
        &self,
        reader: &Reader,
        which: Which,
        n: u16,
        caller: &Caller,
    ) -> Result<Option<Download>, Error> {
        todo!()
    }

    // Answering.

    /// Begins an answer. `None`: the message cannot be answered any more.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn begin_reply(
        &self,
        reader: &Reader,
        grant: GrantId,
    ) -> Result<Option<ReplyIntake>, Error> {
        todo!()
    }

    /// Keeps a text that could not be sent, sealed, for the next session; cut
    /// off at a bound. Quietly does nothing if the message is not the owner's.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn keep_draft(&self, owner: Owner, grant: GrantId, text: &str) -> Result<(), Error> {
        todo!()
    }

    /// Drops the kept text of a message ("discard").
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn drop_draft(&self, owner: Owner, grant: GrantId) -> Result<(), Error> {
        todo!()
    }
}

/// A file on its way to the reader.
#[derive(Debug)]
pub struct Download {
    /// What it is.
    pub file: File,
}

#[expect(
    clippy::unused_async,
    clippy::todo,
    reason = "signatures first; the bodies follow"
)]
impl Download {
    /// The next octets, decoded, at most a few tens of KiB; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`]: the response must break off, so
    /// that nobody takes half a file for a whole one.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        todo!()
    }
}

/// Why an answer was not taken. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Neither a text nor a file.
    #[error("the answer is empty")]
    Empty,
    /// The text is longer than 100 000 characters.
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
        /// The bound in octets.
        limit: u64,
    },
    /// More files than allowed.
    #[error("more than {limit} files")]
    ManyFiles {
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
    /// The disk is nearly full: try later.
    #[error("no space left")]
    NoRoom,
    /// The message can no longer be answered.
    #[error("the message is no longer available")]
    Closed,
    /// Something failed on our side.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// An answer being written: text first, then its files, each in pieces.
/// Dropped without [`ReplyIntake::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct ReplyIntake {}

#[expect(
    clippy::unused_async,
    clippy::todo,
    unused_variables,
    reason = "signatures first; the bodies follow"
)]
impl ReplyIntake {
    /// The text. Call it once, before any file.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn text(&mut self, text: &str) -> Result<(), Refusal> {
        todo!()
    }

    /// Begins a file under the name the browser gave. Skip files whose name is
    /// empty and which have no octets: a form sends one where none was chosen.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn begin_file(&mut self, name: &str) -> Result<(), Refusal> {
        todo!()
    }

    /// More octets of the file.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), Refusal> {
        todo!()
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn end_file(&mut self) -> Result<(), Refusal> {
        todo!()
    }

    /// Hands the answer to the office; durable when it returns.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn finish(self, caller: &Caller) -> Result<Sent, Refusal> {
        todo!()
    }
}
