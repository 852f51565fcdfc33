//! One message as its reader sees it. A reader sees what the office wrote to
//! this mailbox and what this mailbox answered, and of other recipients nothing.

use crate::access::{accounts, link};
use crate::folders;
use crate::model::{Actor, Address, Event, EventKind, GrantId, Lane, Mailbox, Recipient, State};
use crate::queue;
use crate::reading::{self, sender};
use crate::store::records::{Draft, Grant, MailboxReply, Message, Work};
use crate::store::{self, Change, Tx};
use crate::visit::view::{Caller, Letter, Reader, Unseen, Which};
use crate::visit::{Error, Visit};
use link::LinkState;

/// Addresses looked at for the office side of a message.
const MAX_SHOWN: usize = 50;
/// How often a change of state is tried anew after a lost race.
const ATTEMPTS: usize = 8;

/// A message that its reader may read, opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) which: Which,
    /// Whom it is about, where several read at the mailbox.
    pub(super) about: Option<String>,
    pub(super) grant: Option<Grant>,
    pub(super) mail: reading::Opened,
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
        let mail = &opened.mail;
        let head = &mail.head;
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
            date: mail.date(),
            expires,
            text: mail.text().await?,
            framed: mail.is_framed(),
            files: mail.files(),
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
        Ok(opened.mail.body().await?)
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
        let mail = reading::open(&self.store, id).await?;
        Ok(mail.map(|mail| Opened {
            which,
            about: contact.and_then(|contact| reader.people.about(contact)),
            grant,
            mail,
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
        let head = &opened.mail.head;
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
