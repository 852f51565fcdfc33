//! Dispatch: the routes of an accepted message are chosen, and what must leave
//! is queued. One commit per message: until it is durable, the job stays due.

use crate::access::link;
use crate::contacts;
use crate::folders;
use crate::model::{
    Account, Actor, Address, Event, EventKind, GrantId, Head, Lane, MessageId, Recipient, Route,
    State,
};
use crate::outbound::{Outbound, Settings};
use crate::policy::{self, Delivery, Person, Protection};
use crate::queue::{self, Leased};
use crate::route::{self, portal};
use crate::store::records::{Ended, Ending, Grant, MailboxGrant, Message, Thread, Work};
use crate::store::{Change, Error, Held, Table, Tx};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// How many messages are dispatched side by side: enough to share one durable
/// write, few enough that a burst leaves room for acceptance.
const SIDE_BY_SIDE: usize = 32;

/// How long a message may be in dispatch before another worker takes it.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Pause after the store failed; what was accepted stays queued.
const RETRY: SignedDuration = SignedDuration::from_secs(15);

/// One message with all that its routes depend on.
struct Case {
    message: Held<Message>,
    head: Head,
    recipients: Vec<Held<Recipient>>,
    account: Account,
    /// The account behind each recipient's address, where there is one.
    local: Vec<Option<Account>>,
    /// The conversation with each recipient, as far as it exists.
    threads: Vec<Option<Thread>>,
}

impl Outbound {
    /// Dispatches accepted messages until `stop` says so. What is in hand is
    /// finished first.
    pub async fn work(&self, mut stop: tokio::sync::watch::Receiver<bool>) {
        let mut changed = self.store.watch();
        while !*stop.borrow() {
            let taken = queue::take(&self.store, &[Lane::Dispatch], SIDE_BY_SIDE, LEASE).await;
            let idle_until = match taken {
                Ok(jobs) if jobs.is_empty() => queue::next_due(&self.store, &[Lane::Dispatch])
                    .await
                    .unwrap_or(None),
                Ok(jobs) => {
                    futures_util::future::join_all(
                        jobs.into_iter().map(|job| self.dispatch_or_defer(job)),
                    )
                    .await;
                    continue;
                }
                Err(error) => {
                    tracing::error!(event = "dispatch.stalled", reason = %error, "The queue could not be read; accepted mail waits.");
                    self.store.clock().now().checked_add(RETRY).ok()
                }
            };
            let due = idle_until.unwrap_or(Timestamp::MAX);
            tokio::select! {
                _ = changed.changed() => {}
                _ = stop.changed() => {}
                () = self.store.clock().sleep_until(due) => {}
            }
        }
    }

    async fn dispatch_or_defer(&self, job: Leased) {
        let Work::Dispatch(message) = job.job().work else {
            return;
        };
        let Err(error) = self.dispatch(&job, message).await else {
            return;
        };
        tracing::error!(event = "dispatch.failed", message = %message, reason = %error, "The routes of a message could not be chosen; it is tried again.");
        let mut tx = Tx::new();
        let due = self
            .store
            .clock()
            .now()
            .saturating_add(RETRY)
            .unwrap_or(Timestamp::MAX);
        queue::defer(&mut tx, &job, due, None);
        // If this fails too, the lease ends and the message is taken again.
        let _ = self.store.commit(tx).await;
    }

    async fn dispatch(&self, job: &Leased, id: MessageId) -> Result<(), Error> {
        let settings = self.settings.current();
        let Some(case) = self.read(id).await? else {
            // Purged before it was dispatched: nothing is left to send.
            let mut tx = Tx::new();
            queue::done(&mut tx, job);
            return self.store.commit(tx).await.map(drop);
        };
        let people = case.people();
        let accepted = if case.message.record.protected {
            Protection::Protected
        } else {
            Protection::Clear
        };
        let protection = policy::still(accepted, &people);
        let deliveries = policy::decide(&people, protection);
        let mut tx = Tx::new();
        for (n, delivery) in deliveries.into_iter().enumerate() {
            self.deliver(&mut tx, &settings, &case, n, delivery).await?;
        }
        self.remember_threads(&mut tx, &case, protection);
        let mut message = case.message.record.clone();
        message.dispatched = true;
        message.protected |= protection == Protection::Protected;
        tx.replace(&case.message, &message);
        tx.change(Change::Message(id));
        queue::done(&mut tx, job);
        self.store.commit(tx).await.map(drop)
    }

    async fn read(&self, id: MessageId) -> Result<Option<Case>, Error> {
        let store = &self.store;
        let Some(message) = store.hold(&Message::at(id)).await? else {
            return Ok(None);
        };
        let Some(content) = store.open_content(message.record.content).await? else {
            return Ok(None);
        };
        let head = content.open_head(&message.record.head)?;
        let sender = message
            .record
            .account
            .ok_or(Error::Damaged(Table::Message))?;
        let account = store
            .get(&Account::at(sender))
            .await?
            .ok_or(Error::Damaged(Table::Account))?;
        let root = root_of(&head).to_owned();
        let mut case = Case {
            message,
            head,
            recipients: Vec::new(),
            account,
            local: Vec::new(),
            threads: Vec::new(),
        };
        for (n, address) in case.head.envelope.clone().iter().enumerate() {
            let n = u16::try_from(n).map_err(|_| Error::Damaged(Table::Message))?;
            let recipient = store
                .hold(&Recipient::at(id, n))
                .await?
                .ok_or(Error::Damaged(Table::Recipient))?;
            case.recipients.push(recipient);
            case.local
                .push(crate::access::accounts::active(store, address).await?);
            case.threads
                .push(store.get(&Thread::at(self.thread(address, &root))).await?);
        }
        Ok(Some(case))
    }

    /// Puts one recipient's delivery into the change.
    async fn deliver(
        &self,
        tx: &mut Tx,
        settings: &Arc<Settings>,
        case: &Case,
        n: usize,
        delivery: Delivery,
    ) -> Result<(), Error> {
        let (Some(held), Some(address)) = (case.recipients.get(n), case.head.envelope.get(n))
        else {
            return Err(Error::Damaged(Table::Message));
        };
        let mut recipient = held.record.clone();
        recipient.route = Some(delivery.route);
        recipient.since = self.store.clock().now();
        match delivery.route {
            Route::Local => recipient.state = State::Delivered,
            Route::Portal => {
                recipient.grant = Some(self.grant(tx, settings, case, &recipient, address).await?)
            }
            Route::Clear => {
                let parcel = route::clear::prepare(
                    &case.message.record,
                    &recipient,
                    &case.account.address,
                    address,
                );
                queue::push(tx, recipient.since, Lane::Clear, Work::Deliver(parcel));
            }
        }
        if let (true, Some(account)) = (
            delivery.route == Route::Local || delivery.file_too,
            case.local.get(n).and_then(Option::as_ref),
        ) {
            let inbox = folders::inbox(&self.store, tx, account.id).await?;
            tx.file(inbox, case.message.record.id, false);
        }
        let word = match delivery.route {
            Route::Local => "local",
            Route::Portal => "portal",
            Route::Clear => "clear",
        };
        let object = format!("{}/{}", recipient.message, recipient.n);
        tx.audit(Event::new(Actor::Gateway, EventKind::Route, object).noted(word));
        tx.replace(held, &recipient);
        Ok(())
    }

    /// Gives the recipient the right to read, and queues the notice of it.
    async fn grant(
        &self,
        tx: &mut Tx,
        settings: &Arc<Settings>,
        case: &Case,
        recipient: &Recipient,
        address: &Address,
    ) -> Result<GrantId, Error> {
        let now = self.store.clock().now();
        let contact = contacts::find(&self.store, address).await?;
        let known = contact.as_ref().and_then(|c| c.language);
        let lasts = settings.expires;
        let mut grant = Grant {
            id: GrantId::new(now),
            message: recipient.message,
            n: recipient.n,
            mailbox: self.store.address_key(address),
            address: address.clone(),
            contact: recipient.contact,
            created: now,
            lasts: lasts.as_secs(),
            expires: now.saturating_add(lasts).unwrap_or(Timestamp::MAX),
            noticed: None,
            recalled: None,
            opened: None,
            replied: None,
            purged: None,
            failures: 0,
            notice: Vec::new(),
            language: known.unwrap_or(settings.voice.language),
        };
        let token = link::make(&self.store, tx, grant.id);
        let sender = case.head.from.as_ref();
        let notice = portal::prepare(
            &self.store,
            &settings.voice,
            &portal::Occasion {
                grant: &grant,
                sender,
                known,
            },
            &token,
        );
        grant.notice = notice.kept;
        tx.put(&MailboxGrant {
            mailbox: grant.mailbox,
            grant: grant.id,
        });
        tx.put(&Ending {
            at: grant.expires,
            what: Ended::Grant(grant.id),
        });
        tx.put(&grant);
        queue::push(tx, now, Lane::Notice, Work::Deliver(notice.parcel));
        Ok(grant.id)
    }

    /// Notes who takes part in each conversation, and whether it is protected.
    fn remember_threads(&self, tx: &mut Tx, case: &Case, protection: Protection) {
        let root = root_of(&case.head);
        let protected = protection == Protection::Protected;
        for (address, thread) in case.head.envelope.iter().zip(&case.threads) {
            let mut next = thread.clone().unwrap_or_else(|| Thread {
                id: self.thread(address, root),
                accounts: Vec::new(),
                protected: false,
            });
            if !next.accounts.contains(&case.account.id) {
                next.accounts.push(case.account.id);
            }
            next.protected |= protected;
            if thread.as_ref() != Some(&next) {
                tx.put(&next);
            }
        }
    }
}

impl Case {
    fn people(&self) -> Vec<Person> {
        let own = self.account.address.folded();
        let each = self
            .head
            .envelope
            .iter()
            .zip(self.local.iter().zip(&self.threads));
        each.map(|(address, (local, thread))| Person {
            domain: address.domain().to_owned(),
            local: local.is_some(),
            itself: address.folded() == own,
            protected_thread: thread.as_ref().is_some_and(|t| t.protected),
        })
        .collect()
    }
}

/// The Message-ID with which the conversation began.
pub(super) fn root_of(head: &Head) -> &str {
    head.references.first().unwrap_or(&head.message_id)
}
