//! The three lists: Inbox, Sent, Files.

use crate::access::link::{self, LinkState};
use crate::store::records::{Grant, MailboxGrant, MailboxReply, Message};
use crate::visit::reading::{self, Opened};
use crate::visit::view::{FileLine, InboxLine, Listing, Mark, Reader, SentLine, Which};
use crate::visit::{Error, Visit};

/// Lines on one page.
const PAGE: usize = 25;
/// Messages and answers whose files are listed: each is opened for it.
const FILED: usize = 100;

impl Visit {
    /// The mailbox's messages from this clinic, newest first. Of those whose
    /// time is over, sender and date alone; of those the office took back,
    /// nothing, since even the sender's name may be what went astray.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn inbox(
        &self,
        reader: &Reader,
        before: Option<Which>,
    ) -> Result<Listing<InboxLine>, Error> {
        let mut before = match before {
            Some(Which::Received(grant)) => Some(MailboxGrant::at(reader.mailbox, grant)),
            _ => None,
        };
        let mailbox = [reader.mailbox.octets().as_slice()];
        let mut lines = Vec::new();
        // What is not shown takes no place on a page, and says nothing by its number.
        while lines.len() <= PAGE {
            let found = self
                .store
                .range_back::<MailboxGrant>(&mailbox, before.as_ref(), PAGE)
                .await?;
            let Some(last) = found.last() else { break };
            before = Some(MailboxGrant::at(reader.mailbox, last.grant));
            for entry in found {
                let grant = self.store.get(&Grant::at(entry.grant)).await?;
                let Some(grant) = grant.filter(|grant| grant.recalled.is_none()) else {
                    continue;
                };
                if self.shows(reader, grant.contact).await? {
                    lines.push(self.inbox_line(reader, grant).await?);
                }
            }
        }
        Ok(listing(lines, |line| line.which))
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
        let mut before = match before {
            Some(Which::Sent(answer)) => Some(MailboxReply::at(reader.mailbox, answer)),
            _ => None,
        };
        let mailbox = [reader.mailbox.octets().as_slice()];
        let mut lines = Vec::new();
        while lines.len() <= PAGE {
            let found = self
                .store
                .range_back::<MailboxReply>(&mailbox, before.as_ref(), PAGE)
                .await?;
            let Some(last) = found.last() else { break };
            before = Some(MailboxReply::at(reader.mailbox, last.message));
            for entry in found {
                if self.shows_sent(reader, &entry).await? {
                    lines.extend(self.sent_line(reader, &entry).await?);
                }
            }
        }
        Ok(listing(lines, |line| line.which))
    }

    /// An own answer in the list; `None` once it is destroyed.
    async fn sent_line(
        &self,
        reader: &Reader,
        entry: &MailboxReply,
    ) -> Result<Option<SentLine>, Error> {
        let which = Which::Sent(entry.message);
        let Some(message) = self.store.get(&Message::at(entry.message)).await? else {
            return Ok(None);
        };
        let opened = self.open(reader, which).await?;
        let head = opened.as_ref().map(|opened| &opened.head);
        let to = head
            .and_then(|head| head.to.first())
            .map(|to| to.label().to_owned());
        Ok(Some(SentLine {
            which,
            to: to.unwrap_or_else(|| self.rules().letterhead.clinic.clone()),
            subject: head.map(|head| head.subject.clone()),
            date: message.accepted,
            about: self.about_sent(reader, entry).await?,
            files: head.map_or(0, |head| reading::files(head).len()),
        }))
    }

    /// All files of the messages that can be read and of the own answers,
    /// newest first, within the newest hundred of each.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn files(&self, reader: &Reader) -> Result<Vec<FileLine>, Error> {
        let mailbox = [reader.mailbox.octets().as_slice()];
        let received = self
            .store
            .range_back::<MailboxGrant>(&mailbox, None, FILED)
            .await?;
        let answers = self
            .store
            .range_back::<MailboxReply>(&mailbox, None, FILED)
            .await?;
        let received = received
            .into_iter()
            .map(|entry| Which::Received(entry.grant));
        let answers = answers.into_iter().map(|entry| Which::Sent(entry.message));
        let mut lines = Vec::new();
        for which in received.chain(answers) {
            if let Some(opened) = self.open(reader, which).await? {
                lines.extend(file_lines(&opened));
            }
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.date));
        Ok(lines)
    }

    async fn inbox_line(&self, reader: &Reader, grant: Grant) -> Result<InboxLine, Error> {
        let which = Which::Received(grant.id);
        let opened = self.open(reader, which).await?;
        let from = match &opened {
            Some(opened) => reading::sender(&opened.head),
            None => self.sender_of(&grant).await?,
        };
        let open =
            link::state(&grant, self.store.clock().now()) == LinkState::Open && opened.is_some();
        let head = opened.as_ref().map(|opened| &opened.head);
        Ok(InboxLine {
            which,
            from: from.unwrap_or_else(|| self.rules().letterhead.clinic.clone()),
            subject: head.map(|head| head.subject.clone()),
            date: opened
                .as_ref()
                .map_or(grant.created, |o| reading::date(&o.message, &o.head)),
            expires: grant.expires,
            about: reader.people.about(grant.contact),
            files: head.map_or(0, |head| reading::files(head).len()),
            mark: mark(&grant, open),
        })
    }

    /// Who wrote a message that can no longer be read, while that is known.
    async fn sender_of(&self, grant: &Grant) -> Result<Option<String>, Error> {
        let Some(message) = self.store.get(&Message::at(grant.message)).await? else {
            return Ok(None);
        };
        let Some(content) = self.store.open_content(message.content).await? else {
            return Ok(None);
        };
        Ok(reading::sender(&content.open_head(&message.head)?))
    }
}

const fn mark(grant: &Grant, open: bool) -> Mark {
    if !open {
        Mark::Gone
    } else if grant.replied.is_some() {
        Mark::Answered
    } else if grant.opened.is_some() {
        Mark::Read
    } else {
        Mark::New
    }
}

/// One page and where the next begins, out of a page and more.
fn listing<T>(mut lines: Vec<T>, which: impl Fn(&T) -> Which) -> Listing<T> {
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Listing {
        next: lines.last().filter(|_| more).map(which),
        lines,
    }
}

fn file_lines(opened: &Opened) -> impl Iterator<Item = FileLine> {
    let from = opened
        .grant
        .as_ref()
        .and_then(|_| reading::sender(&opened.head));
    let date = reading::date(&opened.message, &opened.head);
    let about = opened.about.clone();
    reading::files(&opened.head)
        .into_iter()
        .map(move |file| FileLine {
            which: opened.which,
            from: from.clone(),
            about: about.clone(),
            date,
            file,
        })
}
