//! Files that patients have sent, to be sent on: what stands in the account's
//! folders of these patients (WM6).

use crate::desk::office::back::is_back;
use crate::desk::office::{Person, Viewer};
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::model::{Direction, MessageId};
use crate::reading::{self, File, Opened};
use crate::store::Error;
use jiff::Timestamp;

/// Most files in the list, the newest: more are found in the mail program.
const MOST: usize = 30;
/// Messages that are looked at for them, of each patient.
const LOOKED: usize = 100;
/// Files of text that are shown at once: each is read.
const READ: usize = 10;
/// Characters of a text that are shown, enough to know it by.
const SHOWN: usize = 1_500;
/// Kinds of pictures that every browser shows and none runs.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// A file that somebody has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The message it came with.
    pub message: MessageId,
    /// When.
    pub at: Timestamp,
    /// Whose it is, in the directory's words; `None` if that is not known.
    pub owner: Option<String>,
    /// The file.
    pub file: File,
    /// What is shown of it in place.
    pub preview: Preview,
}

/// What is shown of a file in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// Nothing.
    Nothing,
    /// The picture.
    Picture,
    /// The beginning of its text.
    Text(String),
}

impl Kept {
    /// What a form says for it.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.message, self.file.n)
    }
}

impl Desk {
    /// The files that these people have sent to the viewer, those of `first` before
    /// the others: of what is answered, or of a draft that came back.
    ///
    /// # Errors
    /// The store's own.
    pub(super) async fn kept(
        &self,
        viewer: &Viewer<'_>,
        people: &[Person],
        first: Option<MessageId>,
    ) -> Result<Vec<Kept>, Refused> {
        let account = viewer.account.id;
        let mut messages: Vec<MessageId> = Vec::new();
        for person in people {
            let view = folders::view(&self.store, account, person.id);
            let rows = self.store.rows(view, None).await?.rows;
            messages.extend(rows.iter().rev().take(LOOKED).map(|row| row.message));
        }
        // An id begins with its time.
        messages.sort_unstable_by(|one, other| other.cmp(one));
        messages.dedup();
        if let Some(first) = first {
            messages.retain(|id| *id != first);
            messages.insert(0, first);
        }
        let (mut kept, mut read) = (Vec::new(), 0);
        for id in messages {
            let opened = reading::open(&self.store, id).await?;
            let carries = |opened: &Opened| {
                opened.message.direction == Direction::Incoming
                    || is_back(viewer.account, &opened.message, &opened.head)
            };
            let Some(opened) = opened.filter(carries) else {
                continue;
            };
            let owner = self.owner(&opened).await?;
            for file in opened.files() {
                kept.push(Kept {
                    message: id,
                    at: opened.date(),
                    owner: owner.clone(),
                    preview: preview(&opened, &file, &mut read).await?,
                    file,
                });
            }
            if kept.len() >= MOST {
                break;
            }
        }
        kept.truncate(MOST);
        Ok(kept)
    }

    /// Whose files these are: who wrote the message, or is meant by it.
    async fn owner(&self, opened: &Opened) -> Result<Option<String>, Error> {
        let from = opened.head.from.as_ref().map(|from| &from.address);
        let came = self.came(&opened.message, from).await?;
        match came.and_then(|came| came.contact) {
            Some(contact) => Ok(self.person(contact).await?.0),
            None => Ok(None),
        }
    }
}

/// What can be seen of a file in place; `read`: the texts that were read for it.
async fn preview(opened: &Opened, file: &File, read: &mut usize) -> Result<Preview, Refused> {
    Ok(match &*file.kind {
        kind if PICTURES.contains(&kind) => Preview::Picture,
        "text/plain" if *read < READ => {
            *read += 1;
            let text = opened.beginning(file.n, SHOWN).await?;
            text.map_or(Preview::Nothing, Preview::Text)
        }
        _ => Preview::Nothing,
    })
}
