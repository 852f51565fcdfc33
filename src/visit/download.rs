//! What a reader takes away: one file, all files of a message as one archive,
//! or the message itself as a mail program opens it. Each comes piece by piece;
//! none is ever held whole.

use crate::mime::copy::{self, Copy};
use crate::model::{Actor, Event, EventKind, Mailbox, State};
use crate::reading::Download;
use crate::store::records::Grant;
use crate::visit::reading::Opened;
use crate::visit::view::{Caller, Reader, Which};
use crate::visit::{Error, Visit};

impl Visit {
    /// A file; marks it downloaded if the request counts. `None`: not this
    /// reader's, no such file, or no longer available.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn file(
        &self,
        reader: &Reader,
        which: Which,
        n: u16,
        caller: &Caller,
    ) -> Result<Option<Download>, Error> {
        let Some(opened) = self.open(reader, which).await? else {
            return Ok(None);
        };
        let grant = opened.grant;
        let Some(file) = opened.mail.file(n) else {
            return Ok(None);
        };
        self.taken(grant.as_ref(), &n.to_string(), caller).await?;
        Ok(Some(file))
    }

    /// All files of a message in one ZIP archive; marks them downloaded if the
    /// request counts. `None`: not this reader's, fewer than two files, or no
    /// longer available.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn all_files(
        &self,
        reader: &Reader,
        which: Which,
        caller: &Caller,
    ) -> Result<Option<Download>, Error> {
        let Some(opened) = self.open(reader, which).await? else {
            return Ok(None);
        };
        let grant = opened.grant;
        let Some(files) = opened.mail.all_files() else {
            return Ok(None);
        };
        self.taken(grant.as_ref(), "files", caller).await?;
        Ok(Some(files))
    }

    /// A message as mail programs open it: what its reader may see of its
    /// header, and its body as it came. Marks it downloaded if the request
    /// counts. `None`: not this reader's, or no longer available.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`].
    pub async fn copy(
        &self,
        reader: &Reader,
        which: Which,
        caller: &Caller,
    ) -> Result<Option<Download>, Error> {
        let Some(opened) = self.open(reader, which).await? else {
            return Ok(None);
        };
        let stored = opened.mail.header().await?;
        let at = u64::try_from(stored.len()).unwrap_or(u64::MAX);
        let head = self.head_for(reader, &opened, &stored).await?;
        let grant = opened.grant.as_ref();
        self.taken(grant, "message", caller).await?;
        Ok(Some(opened.mail.copy(head, at)))
    }

    async fn head_for(
        &self,
        reader: &Reader,
        opened: &Opened,
        stored: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let head = &opened.mail.head;
        let (to, cc) = self.shown_recipients(reader, opened).await?;
        let letterhead = &self.rules().letterhead;
        let office = Mailbox {
            name: Some(letterhead.clinic.clone()),
            address: letterhead.from.clone(),
        };
        let copied = Copy {
            from: head.from.as_ref().unwrap_or(&office),
            to: &to,
            cc: &cc,
            subject: &head.subject,
            date: opened.mail.date(),
            message_id: &head.message_id,
        };
        copy::head(&copied, stored).map_err(|_| Error::Message("a stored header cannot be read"))
    }

    /// Notes that something of a received message was taken away.
    async fn taken(&self, grant: Option<&Grant>, what: &str, caller: &Caller) -> Result<(), Error> {
        let Some(grant) = grant.filter(|_| caller.counts) else {
            return Ok(());
        };
        let event = Event::new(
            Actor::Recipient,
            EventKind::Download,
            format!("{}/{what}", grant.id),
        );
        let event = event
            .from(self.store.network_key(caller.ip))
            .noted(caller.agent);
        self.note(grant.id, State::Downloaded, Some(event)).await
    }
}
