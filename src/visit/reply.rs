//! An answer, or a message that answers none: taken in pieces, judged, sealed as it comes, and handed to every
//! office account of the conversation. What is refused leaves nothing behind;
//! what is answered "sent" is durable.

use crate::access::link;
use crate::chart;
use crate::folders;
use crate::mime::write::ReplyMail;
use crate::model::{
    Account, Actor, ContactId, Direction, Event, EventKind, Flags, GrantId, Head, Mailbox,
    MessageId, Standing, State, System,
};
use crate::outbound;
use crate::store::records::{Draft, Ended, Ending, MailboxReply, Message, Thread, ThreadId};
use crate::store::{self, Change, Key, Tx};
use crate::upload::{Files, LONGEST_TEXT, Piece, Said};
use crate::visit::body::Body;
use crate::visit::refusal::OUT_OF_ORDER;
use crate::visit::view::{Caller, Reader, Sent, Which};
use crate::visit::{Error, Refusal, Rules, Visit, mail};
use jiff::{SignedDuration, Timestamp};
use link::LinkState;
use std::sync::Arc;

/// Answers of one mailbox in 24 hours: more than a conversation needs, and at
/// 50 MB each not enough to fill a disk before somebody wonders.
const MANY_ANSWERS: usize = 20;
/// Before a subject that is answered (RFC 5322 §3.6.5). It is the same in
/// every language, since mail programs look for it.
const RE: &str = "Re: ";

/// An answer being written: text first, then its files, each in pieces.
/// Dropped without [`ReplyIntake::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct ReplyIntake {
    pub(super) visit: Visit,
    rules: Arc<Rules>,
    pub(super) reader: Reader,
    pub(super) answer: Answer,
    body: Option<Body>,
    files: Files,
    /// What is said in it, if the same form sent twice is to be one answer.
    pub(super) said: Option<Said>,
    /// Why it is not taken, unless it was taken before.
    refused: Option<Refusal>,
}

/// What is known before the first octet.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) id: MessageId,
    /// What is answered, and under which grant; `None` for a new message.
    pub(super) answered: Option<(GrantId, MessageId)>,
    /// Who writes, as the office knows them.
    pub(super) contact: Option<ContactId>,
    pub(super) at: Timestamp,
    pub(super) thread: ThreadId,
    /// The active accounts of the conversation: those who will find it.
    pub(super) accounts: Vec<Account>,
    /// The head of the answer, its parts still missing.
    pub(super) head: Head,
}

impl Visit {
    /// Begins an answer. `None`: the message cannot be answered any more.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn begin_reply(
        &self,
        reader: &Reader,
        grant: GrantId,
    ) -> Result<Option<ReplyIntake>, Error> {
        let Some(opened) = self.open(reader, Which::Received(grant)).await? else {
            return Ok(None);
        };
        let rules = self.rules();
        let at = self.store.clock().now();
        let id = MessageId::new(at);
        let root = opened
            .mail
            .head
            .references
            .first()
            .unwrap_or(&opened.mail.head.message_id);
        let thread = outbound::thread_id(&self.store, &reader.address, root);
        let accounts = self.accounts_of(thread, &opened.mail.message).await?;
        let head = Head {
            subject: subject(&opened.mail.head.subject),
            from: Some(Mailbox {
                name: None,
                address: reader.address.clone(),
            }),
            to: office_side(&opened.mail.head, &accounts),
            cc: Vec::new(),
            envelope: accounts
                .iter()
                .map(|account| account.address.clone())
                .collect(),
            message_id: format!("{id}@{}", rules.letterhead.hostname),
            references: references(&opened.mail.head),
            date: Some(at),
            parts: Vec::new(),
            regarding: None,
        };
        let answer = Answer {
            id,
            answered: Some((grant, opened.mail.message.id)),
            contact: opened.grant.map(|grant| grant.contact),
            at,
            thread,
            accounts,
            head,
        };
        Ok(Some(self.take_in(reader, rules, answer)))
    }

    /// Takes in what this reader writes.
    pub(super) fn take_in(
        &self,
        reader: &Reader,
        rules: Arc<Rules>,
        answer: Answer,
    ) -> ReplyIntake {
        ReplyIntake {
            visit: self.clone(),
            files: Files::new(rules.uploads.clone()),
            rules,
            reader: reader.clone(),
            answer,
            body: None,
            said: None,
            refused: None,
        }
    }

    /// The active accounts of a conversation.
    async fn accounts_of(
        &self,
        thread: ThreadId,
        message: &Message,
    ) -> Result<Vec<Account>, Error> {
        let known = self.store.get(&Thread::at(thread)).await?;
        let ids = known.map_or_else(
            || message.account.into_iter().collect(),
            |thread| thread.accounts,
        );
        let mut accounts = Vec::with_capacity(ids.len());
        for id in ids {
            let account = self.store.get(&Account::at(id)).await?;
            accounts.extend(account.filter(|account| account.standing == Standing::Active));
        }
        Ok(accounts)
    }
}

impl ReplyIntake {
    /// Whether the mailbox may send another answer today. Several at once may
    /// come a few above the bound; it is a bound for the disk, not a promise.
    async fn has_turn(&self) -> Result<(), Refusal> {
        let day = SignedDuration::from_hours(24);
        // An id begins with its time: what follows this one is of the last day.
        let since = self.now().saturating_sub(day).unwrap_or(Timestamp::MIN);
        let mailbox = self.reader.mailbox;
        let since = MailboxReply::at(mailbox, MessageId::new(since));
        let store = &self.visit.store;
        let sent: Vec<MailboxReply> = store
            .range(&[mailbox.octets()], Some(&since), MANY_ANSWERS)
            .await?;
        if sent.len() < MANY_ANSWERS {
            return Ok(());
        }
        Err(Refusal::ManyAnswers {
            limit: MANY_ANSWERS,
        })
    }

    /// The text. Call it once, before any file.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn text(&mut self, text: &str) -> Result<(), Refusal> {
        if text.chars().count() > LONGEST_TEXT {
            return Err(Refusal::LongText {
                limit: LONGEST_TEXT,
            });
        }
        if self.body.is_some() {
            return Err(
                Error::Message("the text of an answer came twice, or after its files").into(),
            );
        }
        if !self.visit.store.has_room() {
            return Err(Refusal::NoRoom);
        }
        match self.has_turn().await {
            // The second press of the last one allowed is told of the first.
            Err(refusal) if self.said.is_some() => self.refused = Some(refusal),
            turn => turn?,
        }
        if !self.files.count(text.len()) {
            return Err(Refusal::LongText {
                limit: usize::try_from(self.rules.uploads.all).unwrap_or(LONGEST_TEXT),
            });
        }
        if let Some(said) = &mut self.said {
            said.piece(text.as_bytes());
        }
        let head = &self.answer.head;
        let from = head
            .from
            .as_ref()
            .ok_or(Error::Message("an answer has no writer"))?;
        let mail = ReplyMail {
            from,
            to: &head.to,
            subject: &head.subject,
            in_reply_to: head.references.last().map(String::as_str),
            references: &head.references,
            message_id: &head.message_id,
            date: self.answer.at,
            text,
        };
        self.body = Some(Body::begin(&self.visit.store, &mail).await?);
        Ok(())
    }

    /// Begins a file under the name the browser gave. A file without name and
    /// octets is passed over: a form sends one where none was chosen.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn begin_file(&mut self, name: &str) -> Result<(), Refusal> {
        if self.body.is_none() {
            self.text("").await?;
        }
        if let Some(said) = &mut self.said {
            said.piece(name.as_bytes());
        }
        Ok(self.files.begin(name)?)
    }

    /// More octets of the file.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), Refusal> {
        if let Some(said) = &mut self.said {
            said.update(octets);
        }
        let piece = self.files.write(octets)?;
        self.piece(piece).await
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn end_file(&mut self) -> Result<(), Refusal> {
        match self.files.end()? {
            Some(piece) => self.piece(piece).await,
            None => Ok(()),
        }
    }

    async fn piece(&mut self, piece: Piece) -> Result<(), Refusal> {
        let body = self.body.as_mut().ok_or(OUT_OF_ORDER)?;
        if let Some((name, media_type)) = &piece.begins {
            body.file(name, media_type).await?;
        }
        body.write(&piece.octets).await
    }

    /// Hands the answer to the office; durable when it returns.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn finish(mut self, caller: &Caller) -> Result<Sent, Refusal> {
        let body = self
            .body
            .take()
            .filter(|body| body.has_text || self.files.whole() > 0);
        let body = body
            .filter(|_| !self.files.is_within())
            .ok_or(Refusal::Empty)?;
        self.may_still().await?;
        let once = self.once_key();
        if let Some(first) = self.first(once).await? {
            return Ok(first);
        }
        if let Some(refusal) = self.refused.take() {
            return Err(refusal);
        }
        let sent = match self.keep(body, once, caller).await {
            // The other press was faster, and has marked what it answers.
            Err(Refusal::Failed(Error::Store(store::Error::Conflict))) => self.faster(once).await?,
            kept => kept?,
        };
        let Some((grant, _)) = self.answer.answered else {
            return Ok(sent);
        };
        if let Err(error) = self.visit.note(grant, State::Replied, None).await {
            // The answer is safe; only its mark on the first message is missing.
            tracing::warn!(event = "reply.unmarked", grant = %grant, reason = %error, "An answer was kept, but the message it answers could not be marked.");
        }
        Ok(sent)
    }

    /// The office may have taken the message back while this was written, or the
    /// right to write.
    async fn may_still(&self) -> Result<(), Refusal> {
        let Some((grant, _)) = self.answer.answered else {
            let contact = self.answer.contact;
            return self.visit.may_write(&self.reader, contact).await;
        };
        let still = self
            .visit
            .open(&self.reader, Which::Received(grant))
            .await?;
        let grant = still.and_then(|opened| opened.grant);
        match grant.filter(|grant| link::state(grant, self.now()) == LinkState::Open) {
            Some(_) => Ok(()),
            None => Err(Refusal::Closed),
        }
    }

    /// One commit: the content, the message, its place in every office mailbox
    /// and in the reader's own list, the alert, the audit event. Nothing in it can lose
    /// a race but against the same form, sent twice.
    async fn keep(
        &self,
        body: Body,
        once: Option<[u8; 32]>,
        caller: &Caller,
    ) -> Result<Sent, Refusal> {
        let Answer {
            id,
            answered,
            thread,
            ..
        } = self.answer;
        let store = &self.visit.store;
        let now = self.now();
        let done = body.finish().await?;
        let head = Head {
            parts: done.parts,
            ..self.answer.head.clone()
        };
        let mut tx = Tx::new();
        if let Some(key) = once {
            self.add_once(&mut tx, key, now).await?;
        }
        let answer = Message::settled(id, Direction::Incoming, now, (&done.content, &head));
        tx.insert(&Message {
            thread,
            digest: done.digest,
            answers: answered.map(|(grant, _)| grant),
            ..answer
        });
        tx.attach(done.content);
        outbound::close_to_clear(store, &mut tx, &head);
        tx.insert(&MailboxReply {
            mailbox: self.reader.mailbox,
            message: id,
            contact: self.answer.contact,
        });
        self.file_in_office(&mut tx).await?;
        if let Ok(at) = now.checked_add(self.rules.retain) {
            tx.put(&Ending {
                at,
                what: Ended::Content(id),
            });
        }
        let news = chart::Answered {
            message: id,
            contact: self.answer.contact,
            parts: &head.parts,
        };
        chart::follow(&mut tx, now, self.rules.chart, &news);
        if let Some(draft) = self.draft() {
            tx.delete(&draft);
        }
        tx.change(Change::Message(id));
        self.note(&mut tx, caller);
        mail::wrote(store, &self.rules, &mut tx, id).await?;
        store.commit(tx).await?;
        Ok(Sent {
            message: id,
            at: now,
        })
    }

    /// Puts it on record, and tells who looks at what it answers.
    fn note(&self, tx: &mut Tx, caller: &Caller) {
        let event = Event::new(Actor::Recipient, EventKind::Reply, self.answer.id);
        let event = event.from(self.visit.store.network_key(caller.ip));
        match self.answer.answered {
            Some((_, answered)) => {
                tx.change(Change::Message(answered));
                tx.audit(event.noted(caller.agent));
            }
            None => {
                self.begin_thread(tx);
                tx.audit(event.noted(&self.news()));
            }
        }
    }

    /// The word for a message that answers none, with whose it is: nothing else on
    /// record would say it to an auditor.
    fn news(&self) -> String {
        let whose = self.answer.contact.map(|contact| format!(" {contact}"));
        format!("new-message{}", whose.unwrap_or_default())
    }

    /// Where this would have been kept if it could not have been sent.
    fn draft(&self) -> Option<Key<Draft>> {
        let grant = match self.answer.answered {
            Some((grant, _)) => Some(grant),
            None => self.answer.contact.map(Draft::new_of),
        };
        grant.map(|grant| Draft::at(self.reader.mailbox, grant))
    }

    /// Notes who of the office takes part in a conversation that begins here.
    fn begin_thread(&self, tx: &mut Tx) {
        let accounts = self.answer.accounts.iter().map(|account| account.id);
        let thread = Thread {
            id: self.answer.thread,
            accounts: accounts.collect(),
        };
        if !thread.accounts.is_empty() {
            tx.insert(&thread);
        }
    }

    /// Files the answer where the office reads: unread in INBOX, and in the view of
    /// who wrote it.
    async fn file_in_office(&self, tx: &mut Tx) -> Result<(), Refusal> {
        let store = &self.visit.store;
        for account in &self.answer.accounts {
            let inbox = folders::inbox(store, account.id);
            tx.file(inbox, self.answer.id, Flags::default(), None);
            if let Some(contact) = self.answer.contact {
                let view = folders::of_contact(store, tx, account.id, contact).await?;
                tx.file(view, self.answer.id, System::SEEN.into(), None);
            }
        }
        if self.answer.accounts.is_empty() {
            // Nobody of the conversation is still there: the whole clinic is.
            let shared = folders::shared(store);
            tx.file(shared, self.answer.id, Flags::default(), None);
        }
        Ok(())
    }

    pub(super) fn now(&self) -> Timestamp {
        self.visit.store.clock().now()
    }
}

fn subject(answered: &str) -> String {
    let is_answer = answered
        .get(..RE.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(RE));
    if is_answer {
        answered.to_owned()
    } else {
        format!("{RE}{answered}")
    }
}

/// The thread's Message-IDs, the answered one last (RFC 5322 §3.6.4).
fn references(answered: &Head) -> Vec<String> {
    let mut references = answered.references.clone();
    references.retain(|id| *id != answered.message_id);
    references.push(answered.message_id.clone());
    references
}

/// Whom the answer is addressed to: the writer under the name that stood
/// there, then the conversation's other accounts.
fn office_side(answered: &Head, accounts: &[Account]) -> Vec<Mailbox> {
    let mut to: Vec<Mailbox> = answered.from.iter().cloned().collect();
    for account in accounts {
        if !to
            .iter()
            .any(|m| m.address.folded() == account.address.folded())
        {
            to.push(Mailbox {
                name: None,
                address: account.address.clone(),
            });
        }
    }
    to
}
