//! What came back from a release without being sent: a draft of its writer, to be
//! changed and sent again.

use crate::contacts;
use crate::desk::office::{Blank, Sight, Viewer, Wish};
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::model::{Account, AccountId, ContactId, Direction, Head, MessageId, System};
use crate::reading::{self, Opened};
use crate::release;
use crate::store::records::{GivenBack, Message};
use crate::store::{Error, Tx};
use jiff::Timestamp;
use mail_parser::decoders::html::html_to_text;

/// Drafts that are looked at, the newest first: nobody writes more at a time.
const LOOKED: usize = 200;
/// Tries against others who change the same folder.
const ATTEMPTS: usize = 5;

/// A draft that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The message.
    pub message: MessageId,
    /// Its subject.
    pub subject: String,
    /// To whom it was to go, as it names them.
    pub to: String,
    /// When it came back.
    pub at: Timestamp,
    /// With what words, if somebody gave it back.
    pub words: Option<Words>,
}

/// With what words a message was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Who gave it back.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The words.
    pub reason: String,
}

/// How a draft that came back can be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// Whom of the directory it is for; `None` if nobody there has the address.
    pub contact: Option<ContactId>,
    /// Whether it was for more than one.
    pub several: bool,
    /// With what words it came back.
    pub words: Option<Words>,
}

/// Whether a message is a draft of this account that came back. What a mail program
/// put in has no recipients of its own.
pub(super) fn is_back(account: &Account, message: &Message, head: &Head) -> bool {
    message.direction == Direction::Stored
        && message.account == Some(account.id)
        && !head.envelope.is_empty()
}

impl Desk {
    /// What came back to an account and is not done with, the newest first; whether
    /// there may be more.
    pub(super) async fn returned(&self, account: &Account) -> Result<(Vec<Returned>, bool), Error> {
        let drafts = folders::drafts(&self.store, account.id);
        let rows = self.store.latest_rows(drafts, None, (None, LOOKED)).await?;
        let mut returned = Vec::new();
        for row in &rows {
            if row.flags.system.contains(System::DELETED) {
                continue;
            }
            let Some(message) = self.store.get(&Message::at(row.message)).await? else {
                continue;
            };
            let Some(head) = self.head(&message).await? else {
                continue;
            };
            if is_back(account, &message, &head) {
                let to = head.to.iter().map(|to| to.label().to_owned());
                returned.push(Returned {
                    message: message.id,
                    to: to.collect::<Vec<String>>().join(", "),
                    subject: head.subject,
                    at: row.filed,
                    words: self.words(message.id).await?,
                });
            }
        }
        Ok((returned, rows.len() == LOOKED))
    }

    /// How a draft can be sent again, if it is one that came back.
    pub(super) async fn back(
        &self,
        account: &Account,
        opened: Option<&Opened>,
    ) -> Result<Option<Back>, Error> {
        let Some(opened) = opened.filter(|o| is_back(account, &o.message, &o.head)) else {
            return Ok(None);
        };
        if self
            .drafted(account.id, opened.message.id)
            .await?
            .is_empty()
        {
            return Ok(None);
        }
        let meant = self.meant(&opened.head).await?;
        Ok(Some(Back {
            contact: meant.map(|(contact, _)| contact),
            several: opened.head.envelope.len() > 1,
            words: self.words(opened.message.id).await?,
        }))
    }

    /// What a draft that came back says, as a form holds it; `None` if it is none of
    /// the viewer's.
    ///
    /// # Errors
    /// The store's own.
    pub async fn draft(&self, viewer: &Viewer<'_>, id: MessageId) -> Result<Option<Wish>, Refused> {
        let Some(opened) = self.own_draft(viewer, id).await? else {
            return Ok(None);
        };
        // A form holds plain text.
        let text = match (opened.plain().await?, opened.body().await?) {
            (Some(plain), _) => Some(plain),
            (None, Some(html)) => Some(html_to_text(&html)),
            (None, None) => opened.text().await?,
        };
        let from = opened.head.from.as_ref();
        let files = opened.files();
        Ok(Some(Wish {
            from: from
                .map(|from| from.address.as_str().to_owned())
                .unwrap_or_default(),
            subject: opened.head.subject.clone(),
            text: text.unwrap_or_default().trim_end().to_owned(),
            picked: files
                .iter()
                .map(|file| format!("{id}/{}", file.n))
                .collect(),
            draft: Some(id),
            ..Wish::default()
        }))
    }

    /// What is needed to send a draft again that came back: the page for a contact,
    /// with the draft's own files. If the draft is gone, it is the contact's page.
    ///
    /// # Errors
    /// The store's own.
    pub async fn blank_again(
        &self,
        viewer: &Viewer<'_>,
        contact: ContactId,
        draft: MessageId,
    ) -> Result<Option<Blank>, Refused> {
        let Some(mut blank) = self.blank(viewer, contact).await? else {
            return Ok(None);
        };
        let Some(opened) = self.own_draft(viewer, draft).await? else {
            return Ok(Some(blank));
        };
        // Of several at one mailbox nobody is taken for the one who was meant.
        if !matches!(self.meant(&opened.head).await?, Some((_, true))) {
            for person in &mut blank.people {
                person.meant = false;
            }
        }
        blank.files = self.kept(viewer, &blank.people, Some(draft)).await?;
        blank.words = self.words(draft).await?;
        Ok(Some(blank))
    }

    /// What a draft answers, if the viewer sees it.
    pub(super) async fn answered_by(
        &self,
        viewer: &Viewer<'_>,
        head: &Head,
    ) -> Result<Option<MessageId>, Error> {
        let Some(id) = release::answered(&self.store, head).await? else {
            return Ok(None);
        };
        Ok(self.answerable(viewer, id).await?.map(|_| id))
    }

    /// A draft that came back to the viewer.
    pub(super) async fn own_draft(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Option<Opened>, Error> {
        if self.right(viewer, id).await? != Some(Sight::Mailbox) {
            return Ok(None);
        }
        let opened = reading::open(&self.store, id).await?;
        let opened = opened.filter(|o| is_back(viewer.account, &o.message, &o.head));
        match opened {
            Some(_) if self.drafted(viewer.account.id, id).await?.is_empty() => Ok(None),
            opened => Ok(opened),
        }
    }

    /// Where a message stands in an account's Drafts.
    async fn drafted(&self, account: AccountId, id: MessageId) -> Result<Vec<u32>, Error> {
        let drafts = folders::drafts(&self.store, account);
        let placed = self.store.placed(id).await?;
        let there = placed.into_iter().filter(|(folder, _)| *folder == drafts);
        Ok(there.map(|(_, uid)| uid).collect())
    }

    /// Moves a draft that came back to Trash, as a mail program does with a draft
    /// that is sent. Whether there was one.
    pub(super) async fn put_away(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<bool, Refused> {
        let account = viewer.account.id;
        let drafts = folders::drafts(&self.store, account);
        for _ in 0..ATTEMPTS {
            if self.own_draft(viewer, id).await?.is_none() {
                return Ok(false);
            }
            let mut rows = Vec::new();
            for uid in self.drafted(account, id).await? {
                rows.extend(self.store.row(drafts, uid, None).await?);
            }
            let mut tx = Tx::new();
            let trash = folders::trash(&self.store, account);
            if !folders::copy(&self.store, &mut tx, trash, &rows).await? {
                return Err(Error::Conflict.into());
            }
            let gone: Vec<_> = rows.iter().map(|row| (row.uid, row.message)).collect();
            tx.vanish(drafts, &gone);
            if self.store.try_commit(tx).await?.is_some() {
                return Ok(true);
            }
        }
        Err(Error::Conflict.into())
    }

    /// With what words a draft came back.
    async fn words(&self, id: MessageId) -> Result<Option<Words>, Error> {
        let Some(back) = self.store.get(&GivenBack::at(id)).await? else {
            return Ok(None);
        };
        let by = self.store.get(&Account::at(back.by)).await?;
        Ok(Some(Words {
            by: by.map(|by| by.shown().to_owned()).unwrap_or_default(),
            at: back.at,
            reason: back.reason,
        }))
    }

    /// For whom of the directory a draft is, and whether that is sure: whoever is
    /// alone at the address, or alone has the name there that the draft writes.
    async fn meant(&self, head: &Head) -> Result<Option<(ContactId, bool)>, Error> {
        let Some(address) = head.envelope.first() else {
            return Ok(None);
        };
        let sharing = contacts::sharing(&self.store, address).await?;
        let written = head.to.iter().find(|to| to.address == *address);
        let name = written.and_then(|to| to.name.as_deref());
        let mut named = sharing
            .iter()
            .filter(|contact| name.is_some() && contact.full_name().as_deref() == name);
        match (named.next(), named.next()) {
            (Some(one), None) => Ok(Some((one.id, true))),
            _ => Ok(sharing.first().map(|one| (one.id, sharing.len() == 1))),
        }
    }
}
