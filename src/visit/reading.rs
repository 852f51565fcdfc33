//! One message as its reader sees it. A reader sees what the office wrote to
//! this mailbox and what this mailbox answered, and of other recipients nothing.

use crate::access::{accounts, link};
use crate::folders;
use crate::mime::clean::{self, MAX_HTML, MAX_PICTURES, Picture};
use crate::mime::decode::{self, Decoder};
use crate::model::message::PartRole;
use crate::model::{
    Actor, Address, Event, EventKind, GrantId, Head, Lane, Mailbox, Part, Recipient, State,
};
use crate::queue;
use crate::store::records::{Draft, Grant, MailboxReply, Message, Work};
use crate::store::{self, Change, ContentReader, Tx};
use crate::visit::view::{Caller, File, Letter, Reader, Unseen, Which};
use crate::visit::{Error, Visit};
use jiff::Timestamp;
use link::LinkState;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The longest text shown on a page, in octets as stored; the rest stays in
/// the message.
const MAX_TEXT: u64 = 1024 * 1024;
/// Addresses looked at for the office side of a message.
const MAX_SHOWN: usize = 50;
/// How often a change of state is tried anew after a lost race.
const ATTEMPTS: usize = 8;

/// How many HTML parts are cleaned at a time. The worst takes half a second of a
/// core and seventy times its memory (decision 0017): away from the connections,
/// and as many at a time as bound it to 140 MiB.
pub(super) const CLEANERS: usize = 2;

fn cleaned(html: &str, pictures: &[(String, Vec<u8>)]) -> String {
    let pictures = pictures.iter();
    let pictures: Vec<_> = pictures
        .map(|(id, octets)| Picture { id, octets })
        .collect();
    clean::clean(html, &pictures).html
}

/// Does work away from the connections. The turn ends with the work: whoever
/// asks and goes away does not make room for more.
async fn in_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let failed = Error::Message("its HTML could not be cleaned");
    let Ok(turn) = Arc::clone(turns).acquire_owned().await else {
        return Err(failed);
    };
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    done.await.map_err(|_| failed)
}

/// A message that its reader may read, opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) which: Which,
    /// Whom it is about, where several read at the mailbox.
    pub(super) about: Option<String>,
    pub(super) grant: Option<Grant>,
    pub(super) message: Message,
    pub(super) head: Head,
    pub(super) content: ContentReader,
}

impl Visit {
    /// A message; marks it opened if the request counts. `None`: not this
    /// reader's, or no longer available.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn message(
        &self,
        reader: &Reader,
        which: Which,
        caller: &Caller,
    ) -> Result<Option<Letter>, Error> {
        let Some(opened) = self.open(reader, which).await? else {
            return Ok(None);
        };
        if let Some(grant) = opened
            .grant
            .as_ref()
            .filter(|grant| caller.counts && grant.opened.is_none())
        {
            let event = Event::new(Actor::Recipient, EventKind::Open, grant.id).noted(caller.agent);
            let event = event.from(self.store.network_key(caller.ip));
            self.note(grant.id, State::Opened, Some(event)).await?;
        }
        let framed = opened.parts(PartRole::Html).next().is_some();
        let head = &opened.head;
        let (expires, replied, draft) = match &opened.grant {
            Some(grant) => {
                let draft = self.store.get(&Draft::at(reader.mailbox, grant.id)).await?;
                (
                    Some(grant.expires),
                    grant.replied,
                    draft.map(|draft| draft.text),
                )
            }
            None => (None, None, None),
        };
        Ok(Some(Letter {
            which,
            from: sender(head).unwrap_or_else(|| self.rules().letterhead.clinic.clone()),
            to: labels(self.shown_recipients(reader, &opened).await?),
            subject: head.subject.clone(),
            about: opened.about.clone(),
            date: date(&opened.message, head),
            expires,
            text: opened.text().await?,
            framed,
            files: files(head),
            replied,
            draft,
        }))
    }

    /// The cleaned HTML of a framed message: a fragment, safe under the body's
    /// own policy. `None` if there is none to show.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn body(&self, reader: &Reader, which: Which) -> Result<Option<String>, Error> {
        let Some(opened) = self.open(reader, which).await? else {
            return Ok(None);
        };
        let Some(html) = opened.html().await? else {
            return Ok(None);
        };
        let pictures = opened.pictures().await?;
        let work = move || cleaned(&html, &pictures);
        Ok(Some(in_turn(&self.cleaners, work).await?))
    }

    /// Why a message is not shown to this reader.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn unseen(&self, reader: &Reader, which: Which) -> Result<Unseen, Error> {
        let Which::Received(grant) = which else {
            return Ok(Unseen::Gone);
        };
        let grant = self.store.get(&Grant::at(grant)).await?;
        let Some(grant) = grant.filter(|grant| grant.mailbox == reader.mailbox) else {
            return Ok(Unseen::Gone);
        };
        Ok(if grant.recalled.is_some() {
            Unseen::Withdrawn
        } else if self.shows(reader, grant.contact).await? {
            Unseen::Gone
        } else {
            Unseen::Private
        })
    }

    /// The message, if the reader may read it now.
    pub(super) async fn open(
        &self,
        reader: &Reader,
        which: Which,
    ) -> Result<Option<Opened>, Error> {
        let (grant, id, contact) = match which {
            Which::Received(grant) => {
                let now = self.store.clock().now();
                let grant = self.store.get(&Grant::at(grant)).await?;
                let grant = grant.filter(|g| {
                    g.mailbox == reader.mailbox && link::state(g, now) == LinkState::Open
                });
                let Some(grant) = grant else { return Ok(None) };
                if !self.shows(reader, grant.contact).await? {
                    return Ok(None);
                }
                let (id, contact) = (grant.message, Some(grant.contact));
                (Some(grant), id, contact)
            }
            Which::Sent(answer) => {
                let own = self
                    .store
                    .get(&MailboxReply::at(reader.mailbox, answer))
                    .await?;
                let Some(own) = own else { return Ok(None) };
                if !self.shows_sent(reader, &own).await? {
                    return Ok(None);
                }
                (None, own.message, self.writer(&own).await?)
            }
        };
        let Some(message) = self.store.get(&Message::at(id)).await? else {
            return Ok(None);
        };
        let Some(content) = self.store.open_content(message.content).await? else {
            return Ok(None);
        };
        let head = content.open_head(&message.head)?;
        Ok(Some(Opened {
            which,
            about: contact.and_then(|contact| reader.people.about(contact)),
            grant,
            message,
            head,
            content,
        }))
    }

    /// Moves a grant and its recipient on to a state, if they are not further
    /// already, with the event that led there.
    pub(super) async fn note(
        &self,
        grant: GrantId,
        state: State,
        event: Option<Event>,
    ) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let now = self.store.clock().now();
            let Some(held) = self.store.hold(&Grant::at(grant)).await? else {
                return Ok(());
            };
            let mut next = held.record.clone();
            next.opened.get_or_insert(now);
            if state == State::Replied {
                next.replied = Some(now);
            }
            let mut tx = Tx::new();
            if next != held.record {
                tx.replace(&held, &next);
            }
            if held.record.opened.is_none() {
                self.receipt(&mut tx, &next).await?;
            }
            let recipient = self
                .store
                .hold(&Recipient::at(next.message, next.n))
                .await?;
            if let Some(held) = recipient.filter(|held| rank(held.record.state) < rank(state)) {
                let mut moved = held.record.clone();
                moved.state = state;
                moved.since = now;
                folders::track(&self.store, &mut tx, next.message, &[(&held, moved)]).await?;
                tx.change(Change::Message(next.message));
            }
            if let Some(event) = event.clone() {
                tx.audit(event);
            }
            match self.store.commit(tx).await {
                Err(store::Error::Conflict) => {}
                done => return done.map(drop).map_err(Error::from),
            }
        }
        Err(store::Error::Conflict.into())
    }

    /// Has the writer told, who asked to hear when it is read. The report is a job
    /// of its own: nothing that goes wrong with it may keep a patient from reading.
    async fn receipt(&self, tx: &mut Tx, grant: &Grant) -> Result<(), Error> {
        let message = self.store.get(&Message::at(grant.message)).await?;
        if message.is_some_and(|message| message.receipt) {
            let (message, n) = (grant.message, grant.n);
            let now = self.store.clock().now();
            queue::push(tx, now, Lane::Success, Work::Displayed { message, n });
        }
        Ok(())
    }

    /// Whom the message went to, as this reader may know: of its To and Cc
    /// fields, the office side and the reader. Of a clinic that writes to
    /// several people at once, nobody learns who the others are.
    pub(super) async fn shown_recipients(
        &self,
        reader: &Reader,
        opened: &Opened,
    ) -> Result<(Vec<Mailbox>, Vec<Mailbox>), Error> {
        let head = &opened.head;
        let (mut to, mut cc) = (Vec::new(), Vec::new());
        let all = head.to.iter().map(|mailbox| (true, mailbox));
        let all = all.chain(head.cc.iter().map(|mailbox| (false, mailbox)));
        let mut named = false;
        for (first, mailbox) in all.take(MAX_SHOWN) {
            let own = is_same(&mailbox.address, &reader.address);
            named |= own;
            if own || self.is_office(mailbox).await? {
                let shown = if first { &mut to } else { &mut cc };
                shown.push(mailbox.clone());
            }
        }
        // A blind copy stands in no field; its reader is a recipient all the same.
        if opened.grant.is_some() && !named {
            to.push(Mailbox {
                name: None,
                address: reader.address.clone(),
            });
        }
        Ok((to, cc))
    }

    async fn is_office(&self, mailbox: &Mailbox) -> Result<bool, Error> {
        Ok(accounts::find(&self.store, &mailbox.address)
            .await?
            .is_some())
    }
}

impl Opened {
    pub(super) fn parts(&self, role: PartRole) -> impl Iterator<Item = &Part> {
        self.head.parts.iter().filter(move |part| part.role == role)
    }

    /// The text parts one under the other.
    async fn text(&self) -> Result<Option<String>, Error> {
        let mut joined: Option<String> = None;
        let mut left = MAX_TEXT;
        for part in self.parts(PartRole::Text) {
            let text = self.read(part, &mut left).await?;
            let all = joined.get_or_insert_default();
            if !all.is_empty() {
                all.push_str("\n\n");
            }
            all.push_str(&text);
        }
        Ok(joined)
    }

    /// HTML and the texts that stand beside it, such as a letter above its
    /// signature, in the order of the message; `None` if there is no HTML.
    async fn html(&self) -> Result<Option<String>, Error> {
        if self.parts(PartRole::Html).next().is_none() {
            return Ok(None);
        }
        let mut all = String::new();
        let mut left = u64::try_from(MAX_HTML).unwrap_or(u64::MAX);
        for part in &self.head.parts {
            match part.role {
                PartRole::Html => all.push_str(&self.read(part, &mut left).await?),
                PartRole::Text => {
                    let text = self.read(part, &mut left).await?;
                    all.push_str(&clean::text_fragment(&text));
                }
                PartRole::Inline | PartRole::File | PartRole::Alternative => {}
            }
        }
        Ok(Some(all))
    }

    /// A text part, as far as there is room `left`.
    async fn read(&self, part: &Part, left: &mut u64) -> Result<String, Error> {
        let length = part.length.min(*left);
        *left -= length;
        let octets = self.decoded(part, length).await?;
        Ok(decode::text(&octets, part.charset.as_deref()))
    }

    /// The pictures that HTML may show, by their Content-ID, up to a bound.
    async fn pictures(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut pictures = Vec::new();
        let mut left = u64::try_from(MAX_PICTURES).unwrap_or(u64::MAX);
        for part in self
            .head
            .parts
            .iter()
            .filter(|part| part.kind.starts_with("image/"))
        {
            let Some(id) = part.content_id.clone().filter(|_| part.length <= left) else {
                continue;
            };
            left -= part.length;
            pictures.push((id, self.decoded(part, part.length).await?));
        }
        Ok(pictures)
    }

    /// The first octets of a part as stored, decoded.
    async fn decoded(&self, part: &Part, length: u64) -> Result<Vec<u8>, Error> {
        let mut decoder = Decoder::new(&part.encoding);
        let mut out = Vec::new();
        let mut at = 0;
        while at < length {
            let want = usize::try_from(length - at).unwrap_or(usize::MAX);
            let piece = self.content.read(part.offset + at, want).await?;
            if piece.is_empty() {
                break;
            }
            at += u64::try_from(piece.len()).unwrap_or(u64::MAX);
            decoder.write(&piece, &mut out);
        }
        decoder.finish(&mut out);
        Ok(out)
    }
}

/// The files of a message. A part's number is its place among all parts, so
/// that it never changes. Pictures that the text shows are not files, but where
/// there is no HTML to show them they are.
pub(super) fn files(head: &Head) -> Vec<File> {
    let shows = head.parts.iter().any(|part| part.role == PartRole::Html);
    let numbered = head.parts.iter().enumerate();
    numbered
        .filter(|(_, part)| {
            part.role == PartRole::File || (part.role == PartRole::Inline && !shows)
        })
        .filter_map(|(n, part)| Some(file(u16::try_from(n).ok()?, part)))
        .collect()
}

pub(super) fn file(n: u16, part: &Part) -> File {
    File {
        n,
        name: part.name.clone(),
        kind: part.kind.clone(),
        size: size(part),
    }
}

/// The size once decoded. For base64 in lines of 76 characters it is exact to
/// two octets; quoted-printable only says that it is not more.
fn size(part: &Part) -> u64 {
    /// Characters of a full line with its CRLF, and the octets they stand for.
    const LINE: (u64, u64) = (78, 57);
    if part.encoding == "base64" {
        let rest = part.length % LINE.0;
        (part.length / LINE.0) * LINE.1 + rest.saturating_sub(2) * 3 / 4
    } else {
        part.length
    }
}

pub(super) fn sender(head: &Head) -> Option<String> {
    head.from.as_ref().map(|from| from.label().to_owned())
}

/// When a message was sent: what it says itself, unless that lies in the
/// future; a clock that is wrong there must not confuse the reader here.
pub(super) fn date(message: &Message, head: &Head) -> Timestamp {
    head.date
        .filter(|date| *date <= message.accepted)
        .unwrap_or(message.accepted)
}

fn labels((to, cc): (Vec<Mailbox>, Vec<Mailbox>)) -> Vec<String> {
    let all = to.iter().chain(&cc);
    all.map(|mailbox| mailbox.label().to_owned()).collect()
}

fn is_same(one: &Address, other: &Address) -> bool {
    one.folded() == other.folded()
}

/// The order of a recipient's states, as far as a reader moves them on. What
/// the office or time has ended is not moved any more.
const fn rank(state: State) -> u8 {
    match state {
        State::Held
        | State::Queued
        | State::NoticeAccepted
        | State::NoticeBounced
        | State::Failed => 0,
        State::Opened => 1,
        State::Downloaded => 2,
        State::Replied => 3,
        _ => u8::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::in_turn;
    use std::sync::{Arc, mpsc};
    use tokio::sync::{Semaphore, oneshot};

    #[tokio::test]
    async fn whoever_goes_away_while_html_is_cleaned_does_not_free_its_turn() {
        let turns = Arc::new(Semaphore::new(1));
        let (begun, begins) = oneshot::channel();
        let (finish, wait) = mpsc::channel::<()>();
        let work = move || {
            let _ = begun.send(());
            wait.recv().is_ok()
        };
        let asked = Arc::clone(&turns);
        let visit = tokio::spawn(async move { in_turn(&asked, work).await });
        begins.await.unwrap();
        visit.abort();
        assert!(visit.await.unwrap_err().is_cancelled());
        assert_eq!(turns.available_permits(), 0);
        finish.send(()).unwrap();
        assert!(in_turn(&turns, || true).await.unwrap());
    }
}
