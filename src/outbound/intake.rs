//! Acceptance: a message is sealed as it arrives and judged when its last
//! octet is here. Nothing of it is kept in clear, and nothing of it is held in
//! memory but its header and a bounded look at its text.

use crate::contacts;
use crate::folders;
use crate::mime::header::Block;
use crate::mime::index::{Index, Indexer};
use crate::mime::normalise::{Facts as Header, Stamp, normalise};
use crate::mime::{Fault, is_readable};
use crate::model::{
    Account, Actor, Address, Direction, Envelope, Event, EventKind, Head, Lane, MessageId,
    Recipient, RecipientKind, Reply, State,
};
use crate::outbound::dispatch::root_of;
use crate::outbound::{Outbound, Sender, Settings, unsaved};
use crate::policy::{self, Admission, Facts, Person, Protection};
use crate::queue;
use crate::store::records::{Ended, Ending, Message, Submitted, Thread, Throttle, Work};
use crate::store::{Change, ContentWriter, Error, Finished, Label, Tx};
use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A client's resend after a lost `250` is answered with the first reference
/// for this long (foundations §4).
const RESEND: SignedDuration = SignedDuration::from_hours(48);

/// The window in which new outside recipients are counted.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A message on its way in. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub struct Intake {
    outbound: Outbound,
    settings: Arc<Settings>,
    sender: Sender,
    envelope: Envelope,
    id: MessageId,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The header is not complete yet.
    Header(Block),
    /// The body arrives and is sealed.
    Body(Box<Body>),
    /// The message will be refused; what still arrives is thrown away.
    Refused(Reply),
}

struct Body {
    content: ContentWriter,
    indexer: Indexer,
    digest: digest::Context,
    header: Header,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body(…)")
    }
}

/// A whole message, judged by nobody yet.
struct Arrived {
    content: Finished,
    index: Index,
    digest: [u8; 32],
    header: Header,
}

/// A recipient with all that the judgement and the records need.
struct Named {
    person: Person,
    kind: RecipientKind,
    new: bool,
    contact: Option<crate::model::ContactId>,
}

impl Intake {
    pub(super) fn new(outbound: Outbound, sender: Sender, envelope: Envelope) -> Self {
        let id = MessageId::new(outbound.store.clock().now());
        let settings = outbound.settings.current();
        Self {
            outbound,
            settings,
            sender,
            envelope,
            id,
            stage: Stage::Header(Block::default()),
        }
    }

    /// Takes the next octets, in any cut. A message that must be refused is
    /// read to its end all the same, and refused there: SMTP has no earlier
    /// place for it (RFC 5321 §4.1.1.4).
    ///
    /// # Errors
    /// 4xx if the store failed; the rest of the message need not be written.
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), Reply> {
        let used = match &mut self.stage {
            Stage::Header(block) => block.write(octets),
            Stage::Body(_) => Ok(0),
            Stage::Refused(_) => return Ok(()),
        };
        let rest = match used {
            Ok(used) => octets.get(used..).unwrap_or_default(),
            Err(fault) => {
                self.stage = Stage::Refused(unreadable(fault));
                return Ok(());
            }
        };
        if let Stage::Header(block) = &self.stage
            && block.is_complete()
        {
            let header = block.octets().to_vec();
            self.begin_body(&header).await?;
        }
        let Stage::Body(body) = &mut self.stage else {
            return Ok(());
        };
        match body.write(rest).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => {
                self.stage = Stage::Refused(unreadable(fault));
                Ok(())
            }
            Err(error) => Err(unsaved(&error)),
        }
    }

    async fn begin_body(&mut self, header: &[u8]) -> Result<(), Reply> {
        let hostname = &self.settings.voice.hostname;
        let now = self.outbound.store.clock().now();
        let stamp = Stamp {
            received: received(hostname, self.id, self.envelope.international, now),
            date: now,
            message_id: format!("{}@{hostname}", self.id),
            secure_tag: self.settings.secure_tag.as_deref().unwrap_or_default(),
            clear_tag: self.settings.clear_tag.as_deref().unwrap_or_default(),
        };
        let normalised = match normalise(header, &stamp) {
            Ok(normalised) => normalised,
            Err(fault) => {
                self.stage = Stage::Refused(unreadable(fault));
                return Ok(());
            }
        };
        let mut digest = digest::Context::new(&digest::SHA256);
        digest.update(normalised.digestable());
        let mut content = self.outbound.store.write_content();
        content
            .write(&normalised.octets)
            .await
            .map_err(|error| unsaved(&error))?;
        let indexer = Indexer::new(&normalised.octets);
        self.stage = Stage::Body(Box::new(Body {
            content,
            indexer,
            digest,
            header: normalised.facts,
        }));
        Ok(())
    }

    /// Judges the message and, if it is taken, makes it durable. Only then
    /// this returns, so the `250` may be said.
    ///
    /// # Errors
    /// The refusal (5xx), or a 4xx if the store failed; then nothing was kept.
    pub async fn finish(mut self) -> Result<Reply, Reply> {
        let stage = std::mem::replace(&mut self.stage, Stage::Header(Block::default()));
        let verdict = match stage {
            Stage::Refused(reply) => Err(reply),
            Stage::Header(_) => Err(unreadable(Fault::Missing("From"))),
            Stage::Body(body) => match body.finish(&self.envelope).await {
                Ok(Ok(arrived)) => self.judge(arrived).await,
                Ok(Err(fault)) => Err(unreadable(fault)),
                Err(error) => Err(unsaved(&error)),
            },
        };
        if let Err(reply) = &verdict {
            self.note_refusal(reply).await;
        }
        verdict
    }

    async fn judge(&self, arrived: Arrived) -> Result<Reply, Reply> {
        if let Some(first) = self.resent(&arrived).await.map_err(|e| unsaved(&e))? {
            return Ok(accepted(first));
        }
        let from = &arrived.header.from.address;
        let author = self.outbound.account_of(from).await?;
        let head = head_of(&arrived, &self.envelope);
        let named = self
            .name_recipients(&arrived.header, &head)
            .await
            .map_err(|e| unsaved(&e))?;
        let protection = self.protection(&arrived.header, &named);
        self.admit(&arrived, author.as_ref(), &named, protection)?;
        let counted = self.count_new(&named).await?;
        let reference = self.keep(arrived, head, &named, protection, counted).await;
        reference.map(accepted).map_err(|error| unsaved(&error))
    }

    fn protection(&self, header: &Header, named: &[Named]) -> Protection {
        let people: Vec<Person> = named.iter().map(|n| n.person.clone()).collect();
        policy::protection(
            &self.settings.rules,
            &people,
            header.tagged_secure,
            header.tagged_clear,
        )
    }

    fn admit(
        &self,
        arrived: &Arrived,
        author: Option<&Account>,
        named: &[Named],
        protection: Protection,
    ) -> Result<(), Reply> {
        // Nobody outside has a certificate on file yet: all count.
        let outside: Vec<RecipientKind> = named
            .iter()
            .filter(|n| !n.person.local)
            .map(|n| n.kind)
            .collect();
        let facts = Facts {
            account: &self.sender.account,
            from: &arrived.header.from.address,
            author,
            has_subject: is_readable(&arrived.header.subject),
            has_text: arrived.index.has_text,
            automatic: arrived.header.automatic.is_some() || self.envelope.sender.is_none(),
            protection,
            outside: &outside,
        };
        match policy::admit(&facts, &self.settings.rules) {
            Admission::Take => Ok(()),
            Admission::Refuse(reply) => Err(reply),
        }
    }

    async fn name_recipients(&self, header: &Header, head: &Head) -> Result<Vec<Named>, Error> {
        let store = &self.outbound.store;
        let own = self.sender.account.address.folded();
        let mut named = Vec::with_capacity(head.envelope.len());
        for address in &head.envelope {
            let local = crate::access::accounts::active(store, address)
                .await?
                .is_some();
            let thread = store
                .get(&Thread::at(self.outbound.thread(address, root_of(head))))
                .await?;
            let contact = contacts::find(store, address).await?.map(|c| c.id);
            named.push(Named {
                person: Person {
                    domain: address.domain().to_owned(),
                    local,
                    itself: address.folded() == own,
                    protected_thread: thread.as_ref().is_some_and(|t| t.protected),
                },
                kind: kind_of(address, header),
                new: contact.is_none() && !local,
                contact,
            });
        }
        Ok(named)
    }

    /// Counts recipients this office has never written to, so that a stolen
    /// password cannot spread mail in the clinic's name.
    async fn count_new(&self, named: &[Named]) -> Result<Option<Throttle>, Reply> {
        let new = u32::try_from(named.iter().filter(|n| n.new).count()).unwrap_or(u32::MAX);
        if new == 0 {
            return Ok(None);
        }
        let store = &self.outbound.store;
        let key = store.mac(
            Label::Index,
            &[b"new-recipients", self.sender.account.id.octets()],
        );
        let now = store.clock().now();
        let known = store
            .get(&Throttle::at(key))
            .await
            .map_err(|e| unsaved(&e))?;
        let current = known.filter(|t| now.duration_since(t.since) < HOUR);
        let mut next = current.unwrap_or(Throttle {
            key,
            count: 0,
            since: now,
            until: None,
        });
        next.count = next.count.saturating_add(new);
        if next.count > self.settings.new_recipients {
            tracing::warn!(event = "submission.many-new-recipients", account = %self.sender.account.id, "An account writes to many new addresses; its mail is refused until the hour is over.");
            return Err(Reply::new(450, (4, 7, 1), "refuse-new-recipients"));
        }
        Ok(Some(next))
    }

    /// The reference of the same message, if this is a client's second try.
    async fn resent(&self, arrived: &Arrived) -> Result<Option<MessageId>, Error> {
        let store = &self.outbound.store;
        let known = store.get(&Submitted::at(self.resend_key(arrived))).await?;
        let now = store.clock().now();
        Ok(known
            .filter(|s| now.duration_since(s.at) < RESEND)
            .map(|s| s.message))
    }

    fn resend_key(&self, arrived: &Arrived) -> [u8; 32] {
        let account = self.sender.account.id;
        let id = arrived.header.message_id.as_bytes();
        self.outbound.store.mac(
            Label::Index,
            &[b"submitted", account.octets(), id, &arrived.digest],
        )
    }

    /// One commit: the content, the message, its recipients, the sender's own
    /// copy, the job, the audit event.
    async fn keep(
        &self,
        arrived: Arrived,
        head: Head,
        named: &[Named],
        protection: Protection,
        counted: Option<Throttle>,
    ) -> Result<MessageId, Error> {
        let store = &self.outbound.store;
        let now = store.clock().now();
        let mut tx = Tx::new();
        let outside = head
            .envelope
            .iter()
            .zip(named)
            .find(|(_, n)| !n.person.local);
        let partner = outside.map_or(&self.sender.account.address, |(address, _)| address);
        let message = Message {
            id: self.id,
            direction: Direction::Outgoing,
            account: Some(self.sender.account.id),
            thread: self.outbound.thread(partner, root_of(&head)),
            accepted: now,
            size: arrived.content.length(),
            content: arrived.content.id(),
            head: arrived.content.seal_head(&head),
            digest: arrived.digest,
            recipients: u16::try_from(named.len()).unwrap_or(u16::MAX),
            protected: protection == Protection::Protected,
            dispatched: false,
            ret: self.envelope.ret,
            envid: self.envelope.envid.clone(),
            answers: None,
            purged: None,
        };
        self.add_recipients(&mut tx, &arrived.header, &head, named);
        let sent = folders::sent(store, &mut tx, self.sender.account.id).await?;
        tx.file(sent, self.id, true);
        tx.put(&Submitted {
            key: self.resend_key(&arrived),
            message: self.id,
            at: now,
        });
        if let Some(throttle) = counted {
            tx.put(&throttle);
        }
        if let Ok(at) = now.checked_add(self.settings.retain) {
            tx.put(&Ending {
                at,
                what: Ended::Content(self.id),
            });
        }
        tx.insert(&message);
        tx.attach(arrived.content);
        queue::push(&mut tx, now, Lane::Dispatch, Work::Dispatch(self.id));
        tx.change(Change::Message(self.id));
        let actor = Actor::Account(self.sender.account.id);
        tx.audit(Event::new(actor, EventKind::Submit, self.id).from(self.sender.network));
        store.commit(tx).await?;
        Ok(self.id)
    }

    fn add_recipients(&self, tx: &mut Tx, header: &Header, head: &Head, named: &[Named]) {
        let store = &self.outbound.store;
        let now = store.clock().now();
        let each = self
            .envelope
            .recipients
            .iter()
            .zip(&head.envelope)
            .zip(named)
            .enumerate();
        for (n, ((wanted, address), named)) in each {
            let contact = named
                .contact
                .unwrap_or_else(|| contacts::stub(store, tx, address, shown_name(address, header)));
            tx.insert(&Recipient {
                message: self.id,
                n: u16::try_from(n).unwrap_or(u16::MAX),
                contact,
                kind: named.kind,
                route: None,
                state: State::Queued,
                since: now,
                grant: None,
                notify: wanted.notify,
                original: wanted.original.clone(),
            });
        }
    }

    /// A refusal is written down too: who asks "did it go?" finds the answer.
    async fn note_refusal(&self, reply: &Reply) {
        let actor = Actor::Account(self.sender.account.id);
        let mut tx = Tx::new();
        tx.audit(
            Event::new(actor, EventKind::Submit, self.id)
                .from(self.sender.network)
                .failed(reply.text),
        );
        // The writer has the reason in any case; the store may be what failed.
        let _ = self.outbound.store.commit(tx).await;
        tracing::info!(event = "submission.refused", message = %self.id, reason = reply.text, "A message was refused in the dialogue.");
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.outbound.receiving.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Body {
    async fn write(&mut self, octets: &[u8]) -> Result<Result<(), Fault>, Error> {
        self.digest.update(octets);
        if let Err(fault) = self.indexer.write(octets) {
            return Ok(Err(fault));
        }
        self.content.write(octets).await.map(Ok)
    }

    /// The whole message; the digest covers its recipients too, since a
    /// release binds both (foundations §4).
    async fn finish(self, envelope: &Envelope) -> Result<Result<Arrived, Fault>, Error> {
        let mut digest = self.digest;
        for recipient in &envelope.recipients {
            digest.update(b"\0");
            digest.update(recipient.address.folded().as_bytes());
        }
        let index = match self.indexer.finish() {
            Ok(index) => index,
            Err(fault) => return Ok(Err(fault)),
        };
        let mut octets = [0; 32];
        octets.copy_from_slice(digest.finish().as_ref());
        let content = self.content.finish().await?;
        Ok(Ok(Arrived {
            content,
            index,
            digest: octets,
            header: self.header,
        }))
    }
}

fn head_of(arrived: &Arrived, envelope: &Envelope) -> Head {
    let header = &arrived.header;
    Head {
        subject: header.subject.clone(),
        from: Some(header.from.clone()),
        to: header.to.clone(),
        cc: header.cc.clone(),
        envelope: envelope
            .recipients
            .iter()
            .map(|r| r.address.clone())
            .collect(),
        message_id: header.message_id.clone(),
        references: header.references.clone(),
        date: Some(header.date),
        parts: arrived.index.parts.clone(),
        regarding: None,
    }
}

/// Where an envelope recipient stands; in neither To nor Cc is a blind copy.
fn kind_of(address: &Address, header: &Header) -> RecipientKind {
    let folded = address.folded();
    let among = |list: &[crate::model::Mailbox]| list.iter().any(|m| m.address.folded() == folded);
    match (among(&header.to), among(&header.cc)) {
        (true, _) => RecipientKind::To,
        (false, true) => RecipientKind::Cc,
        (false, false) => RecipientKind::Bcc,
    }
}

fn shown_name(address: &Address, header: &Header) -> Option<String> {
    let folded = address.folded();
    let everybody = header.to.iter().chain(&header.cc);
    everybody
        .filter(|m| m.address.folded() == folded)
        .find_map(|m| m.name.clone())
}

/// RFC 5321 §4.4. The client's name and address are left out: they say where
/// in the clinic somebody sits, and nobody outside needs that.
fn received(hostname: &str, id: MessageId, international: bool, now: Timestamp) -> String {
    let with = if international {
        "UTF8SMTPSA"
    } else {
        "ESMTPSA"
    };
    let date =
        jiff::fmt::rfc2822::to_string(&now.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default();
    format!("by {hostname} (Sealpost) with {with} id {id}; {date}")
}

fn accepted(reference: MessageId) -> Reply {
    Reply::new(250, (2, 0, 0), "accepted").with("reference", reference.to_string())
}

fn unreadable(fault: Fault) -> Reply {
    match fault {
        Fault::Complex => Reply::new(554, (5, 6, 0), "refuse-too-complex"),
        other => Reply::new(554, (5, 6, 0), "refuse-header").with("what", other.to_string()),
    }
}
