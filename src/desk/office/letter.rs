//! One message: what it says, the notice as it was sent, and what has become of it.

use crate::desk::messages::PortalView;
use crate::desk::office::{Back, File, Sight, Told, Viewer};
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::mime::decode::{self, Decoder};
use crate::mime::header;
use crate::mime::index::Indexer;
use crate::model::{
    Account, Direction, Mailbox, MessageId, Recipient, RecipientKind, Route, State, System,
};
use crate::policy;
use crate::reading::{self, Download, Opened};
use crate::store::Error;
use crate::store::records::{Grant, Hold, Message};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// The keyword of an answer that needs none.
pub(super) const CLOSED: &str = "Closed";

/// A message as the office sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its id.
    pub id: MessageId,
    /// Which way it travels.
    pub direction: Direction,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// What it says; `None` once that is destroyed.
    pub content: Option<Content>,
    /// Whom an answer is from, in the directory's words; `None` if it does not know.
    pub regards: Option<String>,
    /// To whom it goes, and what has become of it.
    pub to: Vec<Addressee>,
    /// What it waits for, if it does.
    pub waiting: Option<Waiting>,
    /// Why the viewer sees it.
    pub sight: Sight,
    /// What the viewer may do.
    pub can: Can,
    /// Until when it can be made readable, if the viewer may change that.
    pub days: Option<Days>,
    /// The answer to it that waits for a release.
    pub answer: Option<MessageId>,
    /// How it can be sent again, if it is a draft of the viewer's that came back.
    pub back: Option<Back>,
    /// Who did what with it.
    pub told: Told,
}

/// The days until which a message can be made readable, in the clinic's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first: its time is never made shorter.
    pub first: Date,
    /// The last: its content is kept no longer.
    pub last: Date,
    /// The clinic's usual time from now.
    pub usual: SignedDuration,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Who it is from: name and address.
    pub from: String,
    /// To whom it is written: names and addresses of To and Cc.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Whom it regards, if its writer said so.
    pub regarding: Option<String>,
    /// When it was sent.
    pub date: Timestamp,
    /// Its text.
    pub text: Option<String>,
    /// Whether it has HTML, from [`Desk::letter_body`].
    pub framed: bool,
    /// The plain texts of a message with HTML, which some mail programs show in its
    /// place.
    pub plain: Option<String>,
    /// Whether the end of its text or of its HTML is too far away to be shown.
    pub cut: bool,
    /// Its files, with the pictures within its text.
    pub files: Vec<File>,
}

/// What a held message waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whether the viewer wrote it, and may take it back.
    pub own: bool,
    /// Whose release: the name, else the address.
    pub provider: String,
    /// When it goes back to who wrote it.
    pub expires: Timestamp,
}

/// What the viewer may do with a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Can {
    /// Take it back, or send its notice again.
    pub change: bool,
    /// Close an answer that needs none, or a draft that came back.
    pub close: bool,
    /// Answer what came in.
    pub answer: bool,
}

/// One recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// The place in the message.
    pub n: u16,
    /// The address; `None` once the content is destroyed and no grant has it.
    pub address: Option<String>,
    /// The directory's name for them.
    pub name: Option<String>,
    /// Their telephone.
    pub phone: Option<String>,
    /// Where they stand in the message.
    pub kind: RecipientKind,
    /// How it reaches them, once that is decided.
    pub route: Option<Route>,
    /// What has become of it.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// The rest of the story, on the portal route.
    pub portal: Option<PortalView>,
    /// The notice as it was sent, on the portal route.
    pub notice: Option<Notice>,
}

/// A notice as it was sent; the secret of its link is unreadable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Its From field.
    pub from: String,
    /// Its To field.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

impl Desk {
    /// A message; `None` if there is none that the viewer sees.
    ///
    /// # Errors
    /// The store's own.
    pub async fn letter(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Option<Letter>, Refused> {
        let Some(sight) = self.right(viewer, id).await? else {
            return Ok(None);
        };
        let Some(message) = self.store.get(&Message::at(id)).await? else {
            return Ok(None);
        };
        let opened = reading::open(&self.store, id).await?;
        let waiting = self.waiting(viewer, id).await?;
        let to = self.addressees(&message, opened.as_ref()).await?;
        let mut can = Can::default();
        if sight == Sight::Mailbox {
            can = self.can(viewer.account, &message, opened.as_ref()).await?;
            let alive = to.iter().any(|to| to.portal.as_ref().is_some_and(is_alive));
            can.change &= waiting.is_none() && alive;
        }
        let back = self.back(viewer.account, opened.as_ref()).await?;
        can.close |= back.is_some();
        Ok(Some(Letter {
            id,
            direction: message.direction,
            accepted: message.accepted,
            content: match &opened {
                Some(opened) => Some(content(opened).await?),
                None => None,
            },
            regards: self.regards(&message).await?,
            days: can.change.then(|| self.days(&message, &to)),
            answer: self.answering(viewer.account, &message).await?,
            back,
            told: self.told(&message, opened.as_ref()).await?,
            to,
            waiting,
            sight,
            can,
        }))
    }

    /// Whom it went to, in the order of its envelope.
    async fn addressees(
        &self,
        message: &Message,
        opened: Option<&Opened>,
    ) -> Result<Vec<Addressee>, Error> {
        let mut to = Vec::new();
        for n in 0..message.recipients {
            if let Some(recipient) = self.store.get(&Recipient::at(message.id, n)).await? {
                to.push(self.addressee(recipient, opened).await?);
            }
        }
        Ok(to)
    }

    /// The cleaned HTML of a message: a fragment, safe under the body's own policy.
    /// `None` if there is none that the viewer sees.
    ///
    /// # Errors
    /// The store's own; a [`Refused::Wish`] if it cannot be cleaned.
    pub async fn letter_body(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Option<String>, Refused> {
        match self.seen(viewer, id).await? {
            Some(opened) => Ok(opened.body().await?),
            None => Ok(None),
        }
    }

    /// A file of a message. `None` if there is none that the viewer sees.
    ///
    /// # Errors
    /// The store's own.
    pub async fn letter_file(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
        n: u16,
    ) -> Result<Option<Download>, Refused> {
        let opened = self.seen(viewer, id).await?;
        Ok(opened.and_then(|opened| opened.file(n)))
    }

    /// All files of a message in one archive, the pictures within its text too. `None`
    /// if there are not two that the viewer sees.
    ///
    /// # Errors
    /// The store's own.
    pub async fn letter_files(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Option<Download>, Refused> {
        let opened = self.seen(viewer, id).await?;
        Ok(opened.and_then(Opened::all_carried))
    }

    /// What an account may do with a message that its mailbox shows; whether any of
    /// it can still be changed, its recipients say.
    async fn can(
        &self,
        account: &Account,
        message: &Message,
        opened: Option<&Opened>,
    ) -> Result<Can, Error> {
        let came = message.direction == Direction::Incoming;
        let from = opened.and_then(|opened| opened.head.from.as_ref());
        let from = from.map(|from| &from.address);
        let written = self.came(message, from).await?.is_some();
        Ok(Can {
            change: message.dispatched
                && message.direction == Direction::Outgoing
                && message.purged.is_none()
                && is_its_own(account, message, opened),
            close: written && self.is_open(account, message.id).await?,
            answer: match opened.filter(|_| came) {
                Some(opened) => !self.writers(opened).await?.is_empty(),
                None => false,
            },
        })
    }

    /// Until when a message can be made readable by all whom it still reaches.
    fn days(&self, message: &Message, to: &[Addressee]) -> Days {
        let settings = self.settings.current();
        let zone = &settings.office.zone;
        let date = |at: Timestamp| at.to_zoned(zone.clone()).date();
        let now = self.store.clock().now();
        let kept = message.accepted.saturating_add(settings.office.retain);
        let alive = to.iter().filter_map(|to| to.portal.as_ref());
        let ends = alive.filter(|portal| is_alive(portal)).map(|p| p.expires);
        Days {
            first: date(ends.min().map_or(now, |end| end.max(now))),
            last: date(kept.unwrap_or(Timestamp::MAX)),
            usual: settings.expires,
        }
    }

    /// The answer that waits, of what the account wrote or releases.
    async fn answering(
        &self,
        account: &Account,
        message: &Message,
    ) -> Result<Option<MessageId>, Refused> {
        if message.direction != Direction::Incoming {
            return Ok(None);
        }
        let waits = self.waits(account).await?;
        let answer = waits.iter().find(|w| w.answers == Some(message.id));
        Ok(answer.map(|wait| wait.message))
    }

    /// Whom an answer is from, in the directory's words.
    async fn regards(&self, message: &Message) -> Result<Option<String>, Error> {
        let Some(grant) = message.answers else {
            return Ok(None);
        };
        match self.store.get(&Grant::at(grant)).await? {
            Some(grant) => Ok(self.person(grant.contact).await?.0),
            None => Ok(None),
        }
    }

    async fn waiting(&self, viewer: &Viewer<'_>, id: MessageId) -> Result<Option<Waiting>, Error> {
        let Some(hold) = self.store.get(&Hold::at(id)).await? else {
            return Ok(None);
        };
        let provider = self.store.get(&Account::at(hold.provider)).await?;
        let called = |a: Account| a.name.unwrap_or_else(|| a.address.as_str().to_owned());
        Ok(Some(Waiting {
            own: hold.writer == viewer.account.id,
            provider: provider.map(called).unwrap_or_default(),
            expires: hold.expires,
        }))
    }

    async fn addressee(
        &self,
        recipient: Recipient,
        opened: Option<&Opened>,
    ) -> Result<Addressee, Error> {
        let grant = match recipient.grant {
            Some(grant) => self.store.get(&Grant::at(grant)).await?,
            None => None,
        };
        let n = usize::from(recipient.n);
        let written = opened.and_then(|opened| opened.head.envelope.get(n));
        let address = written.or(grant.as_ref().map(|grant| &grant.address));
        let (name, phone) = self.person(recipient.contact).await?;
        Ok(Addressee {
            n: recipient.n,
            address: address.map(|address| address.as_str().to_owned()),
            name,
            phone,
            kind: recipient.kind,
            route: recipient.route,
            state: recipient.state,
            since: recipient.since,
            portal: self.portal(&recipient).await?,
            notice: grant.as_ref().and_then(|grant| notice(&grant.notice)),
        })
    }

    /// Whether an answer stands somewhere in the account's mailbox where it is not
    /// closed yet.
    async fn is_open(&self, account: &Account, id: MessageId) -> Result<bool, Error> {
        for (folder, uid, reader) in folders::places(&self.store, account.id, id).await? {
            let row = self.store.row(folder, uid, reader).await?;
            let done = |flags: &crate::model::Flags| {
                flags.has_keyword(CLOSED) && flags.system.contains(System::SEEN)
            };
            if row.is_some_and(|row| !done(&row.flags)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether the account wrote a message, or it bears its name.
pub(super) fn is_its_own(account: &Account, message: &Message, opened: Option<&Opened>) -> bool {
    let from = opened.and_then(|opened| opened.head.from.as_ref());
    policy::may_change(account, message.account, from.map(|from| &from.address))
}

fn is_alive(portal: &PortalView) -> bool {
    portal.recalled.is_none()
}

async fn content(opened: &Opened) -> Result<Content, reading::Error> {
    let head = &opened.head;
    let to = head.to.iter().chain(&head.cc);
    Ok(Content {
        from: head.from.as_ref().map(written).unwrap_or_default(),
        to: to.map(written).collect(),
        subject: head.subject.clone(),
        regarding: head.regarding.clone(),
        date: opened.date(),
        text: opened.text().await?,
        framed: opened.is_framed(),
        plain: opened.plain().await?,
        cut: opened.is_cut().await?,
        files: opened.carried(),
    })
}

/// "Jane Doe <jane@example.com>".
fn written(mailbox: &Mailbox) -> String {
    match &mailbox.name {
        Some(name) => format!("{name} <{}>", mailbox.address.as_str()),
        None => mailbox.address.as_str().to_owned(),
    }
}

/// What a notice said, out of its octets; `None` if there are none. We wrote them
/// ourselves, and few.
fn notice(octets: &[u8]) -> Option<Notice> {
    let end = memchr::memmem::find(octets, b"\r\n\r\n")? + 4;
    let (head, body) = octets.split_at(end);
    let fields = header::fields(head).ok()?;
    let field = |name: &str| {
        let found = fields.iter().find(|field| field.is(name));
        found.map(header::Field::text).unwrap_or_default()
    };
    let mut indexer = Indexer::new(head);
    indexer.write(body).ok()?;
    let parts = indexer.finish().ok()?.parts;
    let part = parts.iter().find(|part| part.kind == "text/plain")?;
    let from = usize::try_from(part.offset).ok()?;
    let length = usize::try_from(part.length).ok()?;
    let stored = octets.get(from..)?.get(..length)?;
    let mut plain = Vec::new();
    let mut decoder = Decoder::new(&part.encoding);
    decoder.write(stored, &mut plain);
    decoder.finish(&mut plain);
    Some(Notice {
        from: field("From"),
        to: field("To"),
        subject: field("Subject"),
        text: decode::text(&plain, part.charset.as_deref()),
    })
}
