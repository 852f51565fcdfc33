//! A message of the office on its way out, piece by piece, and why it does not go.

use crate::desk::Refused;
use crate::mime::write::Writing;
use crate::model::{MessageId, Reply};
use crate::outbound::Intake;
use crate::reading;
use crate::store::Error;
use crate::upload::{Fault, Files, Piece, Said};

/// Why something was not sent. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    /// It says nothing of what it is about.
    #[error("the subject is empty")]
    NoSubject,
    /// The subject is longer than [`super::LONGEST_SUBJECT`].
    #[error("the subject is too long")]
    LongSubject,
    /// It says nothing.
    #[error("the text is empty")]
    NoText,
    /// The text is longer than [`super::LONGEST_TEXT`].
    #[error("the text is too long")]
    LongText,
    /// Nobody was chosen whose name it may bear.
    #[error("nobody was chosen whose name it may bear")]
    From,
    /// Nobody was chosen to whom it can go.
    #[error("nobody was chosen to whom it can go")]
    To,
    /// A file that was ticked is not there any more.
    #[error("a file that was ticked is gone")]
    Picked,
    /// A file is not taken.
    #[error(transparent)]
    File(#[from] Fault),
    /// There is no room to keep it.
    #[error("there is too little room to keep it")]
    NoRoom,
    /// Its form was made for an earlier session.
    #[error("whoever sent it has signed in again since the form was made")]
    Anew,
    /// What it answers, the viewer does not see.
    #[error("what it answers is not there")]
    Unseen,
    /// The way out refuses it, in the catalogue's words.
    #[error("the way out refuses it: {}", .0.text)]
    Reply(Reply),
    /// The desk failed.
    #[error(transparent)]
    Desk(#[from] Refused),
}

impl From<Error> for Unsent {
    fn from(error: Error) -> Self {
        Self::Desk(error.into())
    }
}

impl From<reading::Error> for Unsent {
    fn from(error: reading::Error) -> Self {
        Self::Desk(error.into())
    }
}

/// A message on its way out. Dropped without [`crate::desk::Desk::post_letter`], it leaves nothing.
#[derive(Debug)]
pub struct Pen {
    pub(super) intake: Intake,
    pub(super) writing: Writing,
    pub(super) files: Files,
    pub(super) answers: Option<MessageId>,
    /// The draft that it takes the place of.
    pub(super) draft: Option<MessageId>,
    /// What is said in it, so that the same form sent twice is one message.
    pub(super) said: Said,
}

impl Pen {
    /// Begins a file under the name the browser gave.
    ///
    /// # Errors
    /// [`Unsent::File`].
    pub fn begin_file(&mut self, name: &str) -> Result<(), Unsent> {
        self.said.piece(name.as_bytes());
        Ok(self.files.begin(name)?)
    }

    /// More octets of the file.
    ///
    /// # Errors
    /// [`Unsent`].
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), Unsent> {
        self.said.update(octets);
        let piece = self.files.write(octets)?;
        self.piece(piece).await
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Unsent`].
    pub async fn end_file(&mut self) -> Result<(), Unsent> {
        match self.files.end()? {
            Some(piece) => self.piece(piece).await,
            None => Ok(()),
        }
    }

    async fn piece(&mut self, piece: Piece) -> Result<(), Unsent> {
        if let Some((name, media_type)) = &piece.begins {
            let header = self.writing.file(name, media_type);
            self.put(&header).await?;
        }
        self.put(&piece.octets).await
    }

    pub(super) async fn put(&mut self, octets: &[u8]) -> Result<(), Unsent> {
        self.intake.write(octets).await.map_err(Unsent::Reply)
    }
}
