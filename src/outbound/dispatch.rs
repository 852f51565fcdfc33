//! Dispatch: the routes of an accepted message are chosen, and what must leave
//! is queued. One commit per message: until it is durable, the job stays due.

use crate::access::{accounts, link};
use crate::folders;
use crate::model::{
    Account, AccountId, Actor, Address, ContactId, Event, EventKind, Flags, GrantId, Head, Lane,
    MessageId, Recipient, RecipientKind, Route, State, System,
};
use crate::outbound::conversation::{close_to_clear, is_closed, root_of, thread_id};
use crate::outbound::{Outbound, Settings};
use crate::policy::{self, Delivery, Person, Protection, Wishes};
use crate::queue::{self, Leased};
use crate::route::{self, portal};
use crate::store::records::{Contact, Ended, Ending, Grant, MailboxGrant, Message, Thread, Work};
use crate::store::{Change, Error, Held, Store, Table, Tx};
use jiff::{SignedDuration, Timestamp};

/// One message with all that its routes depend on.
struct Case {
    message: Held<Message>,
    head: Head,
    /// Who sent it.
    account: Account,
    /// Whose name it bears, where that is somebody else.
    author: Option<Account>,
    to: Vec<Addressee>,
}

/// A recipient of it.
struct Addressee {
    recipient: Held<Recipient>,
    address: Address,
    /// The account behind the address, if there is one. One that was switched
    /// off since acceptance is still filed for: what was local then must not
    /// leave now.
    account: Option<Account>,
}

/// A change that is put together for one message.
struct Plan<'a> {
    store: &'a Store,
    settings: &'a Settings,
    case: &'a Case,
    now: Timestamp,
    tx: Tx,
    /// In which views the message is filed.
    shown: Vec<(AccountId, ContactId)>,
    /// What becomes of the recipients.
    moved: Vec<folders::Moved<'a>>,
}

impl Outbound {
    /// Chooses the routes of a message and finishes its job.
    ///
    /// # Errors
    /// [`Error::Conflict`] if a conversation changed meanwhile, or the lease was
    /// lost; the store's own. Then nothing has changed.
    pub(super) async fn dispatch(&self, job: &Leased, id: MessageId) -> Result<(), Error> {
        let store = &self.store;
        let settings = self.settings.current();
        let Some(case) = read(store, id).await? else {
            // Purged before it was dispatched: nothing is left to send.
            let mut tx = Tx::new();
            queue::done(&mut tx, job);
            return store.commit(tx).await.map(drop);
        };
        let protection = still(store, &settings, &case).await?;
        let mut plan = Plan {
            store,
            settings: &settings,
            case: &case,
            now: store.clock().now(),
            tx: Tx::new(),
            shown: Vec::new(),
            moved: Vec::new(),
        };
        let deliveries = policy::decide(&case.people(), protection);
        for (addressee, delivery) in case.to.iter().zip(deliveries) {
            plan.deliver(addressee, delivery).await?;
        }
        let mut tx = plan.tx;
        folders::track(store, &mut tx, id, &plan.moved).await?;
        let mut message = case.message.record.clone();
        message.dispatched = true;
        if protection == Protection::Protected && !message.protected {
            message.protected = true;
            close_to_clear(store, &mut tx, &case.head);
        }
        tx.replace(&case.message, &message);
        tx.change(Change::Message(id));
        queue::done(&mut tx, job);
        store.commit(tx).await.map(drop)
    }
}

/// `None` if the message, or its content, has been destroyed.
async fn read(store: &Store, id: MessageId) -> Result<Option<Case>, Error> {
    let Some(message) = store.hold(&Message::at(id)).await? else {
        return Ok(None);
    };
    let Some(content) = store.open_content(message.record.content).await? else {
        // A purge says so in the message; else it was damaged and set aside.
        return match message.record.purged {
            Some(_) => Ok(None),
            None => Err(Error::Damaged(Table::Content)),
        };
    };
    let head = content.open_head(&message.record.head)?;
    let sender = message.record.account;
    let sender = sender.ok_or(Error::Damaged(Table::Message))?;
    let account = store.get(&Account::at(sender)).await?;
    let account = account.ok_or(Error::Damaged(Table::Account))?;
    let from = head.from.as_ref().map(|m| &m.address);
    let author = match from.filter(|from| from.folded() != account.address.folded()) {
        Some(other) => accounts::find(store, other).await?,
        None => None,
    };
    let mut to = Vec::with_capacity(head.envelope.len());
    for (n, address) in (0..).zip(&head.envelope) {
        let recipient = store.hold(&Recipient::at(id, n)).await?;
        to.push(Addressee {
            recipient: recipient.ok_or(Error::Damaged(Table::Recipient))?,
            address: address.clone(),
            account: accounts::find(store, address).await?,
        });
    }
    Ok(Some(Case {
        message,
        head,
        account,
        author,
        to,
    }))
}

/// The protection that holds now. What was accepted as protected stays so.
async fn still(store: &Store, settings: &Settings, case: &Case) -> Result<Protection, Error> {
    if case.message.record.protected {
        return Ok(Protection::Protected);
    }
    let author = case.author.as_ref().map(|a| a.policy);
    let wishes = Wishes {
        protected_before: is_closed(store, &case.head).await?,
        account: author.map_or(case.account.policy, |a| a.max(case.account.policy)),
        ..Wishes::default()
    };
    let (rules, people) = (&settings.rules, case.people());
    Ok(policy::still(Protection::Clear, rules, &people, wishes))
}

impl Case {
    fn people(&self) -> Vec<Person> {
        let from = self.head.from.as_ref().map(|from| from.address.folded());
        let each = self.to.iter().map(|to| Person {
            domain: to.address.domain().to_owned(),
            local: to.account.is_some(),
            itself: to.recipient.record.kind == RecipientKind::To
                && Some(to.address.folded()) == from,
        });
        each.collect()
    }

    /// The office side, which an answer reaches: who sent it, whose name it
    /// bears, and who was openly written to. A blind copy stays blind.
    fn office(&self) -> impl Iterator<Item = &Account> {
        let open = |to: &&Addressee| to.recipient.record.kind != RecipientKind::Bcc;
        let named = self.to.iter().filter(open);
        let named = named.filter_map(|to| to.account.as_ref());
        // Who sent it comes first.
        [&self.account].into_iter().chain(&self.author).chain(named)
    }
}

impl<'a> Plan<'a> {
    /// Puts one recipient's delivery into the change.
    async fn deliver(&mut self, to: &'a Addressee, delivery: Delivery) -> Result<(), Error> {
        let mut recipient = to.recipient.record.clone();
        recipient.route = Some(delivery.route);
        recipient.since = self.now;
        let word = match delivery.route {
            Route::Local => {
                recipient.state = State::Delivered;
                if recipient.notify.success() {
                    let (message, n) = (recipient.message, recipient.n);
                    let work = Work::Tell { message, n };
                    queue::push(&mut self.tx, self.now, Lane::Success, work);
                }
                "local"
            }
            Route::Portal => {
                recipient.grant = Some(self.grant(&recipient, &to.address).await?);
                "portal"
            }
            Route::Clear => {
                let (message, sender) = (&self.case.message.record, &self.case.account.address);
                let parcel = route::clear::prepare(message, &recipient, sender, &to.address);
                let work = Work::Deliver(parcel);
                queue::push(&mut self.tx, self.now, Lane::Clear, work);
                "clear"
            }
        };
        if let Some(account) = &to.account
            && (delivery.route == Route::Local || delivery.file_too)
        {
            let inbox = folders::inbox(self.store, account.id);
            let unread = Flags::default();
            self.tx.file(inbox, recipient.message, unread, None);
        }
        if delivery.route != Route::Local {
            self.join(&to.address).await?;
            self.show(&recipient).await?;
        }
        let object = format!("{}/{}", recipient.message, recipient.n);
        let event = Event::new(Actor::Gateway, EventKind::Route, object);
        self.tx.audit(event.noted(word));
        self.moved.push((&to.recipient, recipient));
        Ok(())
    }

    /// Gives the recipient the right to read, and queues the notice of it.
    async fn grant(&mut self, recipient: &Recipient, address: &Address) -> Result<GrantId, Error> {
        let (store, settings, now) = (self.store, self.settings, self.now);
        let contact = store.get(&Contact::at(recipient.contact)).await?;
        let known = contact.and_then(|c| c.language);
        let lasts = self.case.message.record.lasts;
        let lasts = lasts.map_or(settings.expires, SignedDuration::from_secs);
        let mut grant = Grant {
            id: GrantId::new(now),
            message: recipient.message,
            n: recipient.n,
            mailbox: store.address_key(address),
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
            extended: None,
            reminded: None,
        };
        let token = link::make(store, &mut self.tx, grant.id);
        let occasion = portal::Occasion {
            cause: portal::Cause::Given,
            grant: &grant,
            sender: self.case.head.from.as_ref(),
            known,
        };
        let notice = portal::prepare(store, &settings.voice, &occasion, &token);
        grant.notice = notice.kept;
        self.tx.put(&MailboxGrant {
            mailbox: grant.mailbox,
            grant: grant.id,
        });
        self.tx.put(&Ending {
            at: grant.expires,
            what: Ended::Grant(grant.id),
        });
        self.tx.insert(&grant);
        let work = Work::Deliver(notice.parcel);
        queue::push(&mut self.tx, now, Lane::Notice, work);
        Ok(grant.id)
    }

    /// Files the message in the office's views of a contact: whoever will find
    /// the answer there finds what was written, too. Unread it is in INBOX alone.
    async fn show(&mut self, recipient: &Recipient) -> Result<(), Error> {
        let case = self.case;
        // A blind copy stays blind: only who sent it knows of it.
        let blind = recipient.kind == RecipientKind::Bcc;
        for account in case.office().take(if blind { 1 } else { usize::MAX }) {
            let shown = (account.id, recipient.contact);
            if self.shown.contains(&shown) {
                continue;
            }
            self.shown.push(shown);
            let (store, tx) = (self.store, &mut self.tx);
            let view = folders::of_contact(store, tx, account.id, recipient.contact).await?;
            let accepted = Some(case.message.record.accepted);
            tx.file(view, recipient.message, System::SEEN.into(), accepted);
        }
        Ok(())
    }

    /// Notes who of the office takes part in the conversation.
    async fn join(&mut self, outside: &Address) -> Result<(), Error> {
        let id = thread_id(self.store, outside, root_of(&self.case.head));
        let held = self.store.hold(&Thread::at(id)).await?;
        let known = held.as_ref().map(|h| h.record.accounts.clone());
        let mut thread = Thread {
            id,
            accounts: known.unwrap_or_default(),
        };
        for account in self.case.office() {
            if !thread.accounts.contains(&account.id) {
                thread.accounts.push(account.id);
            }
        }
        match held {
            Some(held) if held.record == thread => {}
            Some(held) => self.tx.replace(&held, &thread),
            None => self.tx.insert(&thread),
        }
        Ok(())
    }
}
