//! Judgement: what needs no network is said while the writer still sees the
//! message.

use crate::access::accounts;
use crate::contacts;
use crate::mime::is_readable;
use crate::mime::normalise::Facts as Header;
use crate::model::{
    Account, Actor, Address, ContactId, Envelope, Event, EventKind, Head, Mailbox, MessageId,
    RecipientKind, Reply, Standing,
};
use crate::outbound::conversation::is_closed;
use crate::outbound::intake::Arrived;
use crate::outbound::{Outbound, Sender, Settings, unsaved};
use crate::policy::{self, Admission, Answers, Facts, Person, Protection, Unknown, Wishes};
use crate::release;
use crate::store::records::{Contact, ContactStatus, Hold, Submitted, Throttle};
use crate::store::{Error, Held, Label, Table, Tx};
use jiff::SignedDuration;
use std::collections::HashSet;
use std::sync::Arc;

/// One message from one account: what is known of it before its first octet,
/// and the settings that count for it to its end.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) outbound: Outbound,
    pub(super) settings: Arc<Settings>,
    pub(super) sender: Sender,
    pub(super) envelope: Envelope,
    pub(super) id: MessageId,
    /// Who of those who share the address is meant, if the writer chose.
    pub(super) meant: Option<ContactId>,
    /// What makes it the same message when it comes again, where not its octets do.
    pub(super) once: Option<[u8; 32]>,
}

/// A message that is taken, with all that its records need.
pub(super) struct Judged {
    pub(super) arrived: Arrived,
    pub(super) head: Head,
    pub(super) named: Vec<Named>,
    pub(super) protection: Protection,
    /// Whose release it waits for, if it is held.
    pub(super) held_for: Option<Account>,
    /// How long it can be read, if its writer said so.
    pub(super) lasts: Option<SignedDuration>,
    /// How many new addresses the account has written to by now.
    pub(super) counted: Option<Throttle>,
    /// Who wrote it and whose name it bears, as the judgement rests on them.
    pub(super) rests: Vec<Held<Account>>,
}

/// A recipient.
pub(super) struct Named {
    pub(super) person: Person,
    pub(super) kind: RecipientKind,
    /// Who it is, if the office has written to them before.
    pub(super) contact: Option<ContactId>,
    /// Whether it is somebody outside of whom the directory knows nothing; looked
    /// up only where that makes a difference.
    unlisted: bool,
    switched_off: bool,
}

/// Who a message is from and to.
struct Case {
    /// Who signed in, as it stands now.
    account: Account,
    /// The active account that From belongs to.
    author: Option<Account>,
    /// The providers in whose name the account may write, if not in every one's.
    writes_for: Vec<Address>,
    head: Head,
    named: Vec<Named>,
    /// Where outside addresses stand that the header names and the envelope
    /// does not have.
    only_named: Vec<RecipientKind>,
    /// Where answers to what bears another's name would go.
    answers: Answers,
    rests: Vec<Held<Account>>,
}

impl Submission {
    pub(super) async fn judge(&self, arrived: Arrived) -> Result<Reply, Reply> {
        let failed = |error: Error| unsaved(&error);
        let key = self.resend_key(&arrived);
        if self.first(key).await.map_err(failed)?.is_some() {
            let first = self.resent(key).await.map_err(failed)?;
            return self.answer(first).await.map_err(failed);
        }
        let judged = self.weigh(arrived).await?;
        let reference = match self.keep(judged, key).await {
            Err(Error::Conflict) => self.overtaken(key).await?,
            kept => kept.map_err(failed)?,
        };
        self.answer(reference).await.map_err(failed)
    }

    /// Judges a message that did not come before.
    pub(super) async fn weigh(&self, arrived: Arrived) -> Result<Judged, Reply> {
        let failed = |error: Error| unsaved(&error);
        let case = self.case(&arrived).await.map_err(failed)?;
        let protection = self.protection(&arrived.facts, &case).await;
        let protection = protection.map_err(failed)?;
        let held_for = self.admit(&arrived, &case, protection)?;
        self.has_room_to_hold(held_for.as_ref()).await?;
        let lasts = lasting(&arrived.facts)?;
        let counted = self.count_new(&case.named).await?;
        Ok(Judged {
            arrived,
            head: case.head,
            named: case.named,
            protection,
            held_for,
            lasts,
            counted,
            rests: case.rests,
        })
    }

    /// What the writer hears of a message that is safe: whose release it waits
    /// for, if it does.
    async fn answer(&self, reference: MessageId) -> Result<Reply, Error> {
        let store = &self.outbound.store;
        let Some(hold) = store.get(&Hold::at(reference)).await? else {
            return Ok(accepted(reference));
        };
        let provider = store.get(&Account::at(hold.provider)).await?;
        let provider = provider.ok_or(Error::Damaged(Table::Account))?;
        let reply = Reply::new(250, (2, 0, 0), "held").with("provider", provider.shown());
        Ok(reply.with("reference", reference.to_string()))
    }

    /// Whether there is room for one more that waits, if this one is to.
    async fn has_room_to_hold(&self, held_for: Option<&Account>) -> Result<(), Reply> {
        if held_for.is_none() {
            return Ok(());
        }
        let (store, writer) = (&self.outbound.store, self.sender.account.id);
        match release::is_full(store, writer).await {
            Ok(false) => Ok(()),
            Ok(true) => {
                tracing::warn!(event = "submission.many-holds", account = %writer, "An account has very many messages that wait for release; more are refused until some are released or given back.");
                let most = i64::try_from(release::MOST).unwrap_or(i64::MAX);
                Err(Reply::new(450, (4, 7, 1), "refuse-many-holds").count("limit", most))
            }
            Err(error) => Err(unsaved(&error)),
        }
    }

    /// A refusal is written down too: who asks "did it go?" finds the answer.
    pub(super) async fn note_refusal(&self, reply: &Reply) {
        let actor = Actor::Account(self.sender.account.id);
        let mut tx = Tx::new();
        tx.audit(
            Event::new(actor, EventKind::Submit, self.id)
                .from(self.sender.network)
                .failed(reply.text),
        );
        // The writer has the reason in any case; the store may be what failed.
        let _ = self.outbound.store.commit(tx).await;
        tracing::info!(event = "submission.refused", id = %self.id, reason = reply.text, "A message was refused in the dialogue.");
    }

    /// Reads the account anew: it may have been switched off, or given another
    /// role, since this session signed in.
    async fn case(&self, arrived: &Arrived) -> Result<Case, Error> {
        let store = &self.outbound.store;
        let from = &arrived.facts.from.address;
        let held = store.hold(&Account::at(self.sender.account.id)).await?;
        let held = held.ok_or(Error::Damaged(Table::Account))?;
        let account = held.record.clone();
        let is_own = from.folded() == account.address.folded();
        let other = match is_own {
            true => None,
            false => accounts::hold(store, from).await?,
        };
        let author = match is_own {
            true => Some(account.clone()),
            false => other.as_ref().map(|other| other.record.clone()),
        };
        let head = head_of(arrived, &self.envelope);
        let named = self.name_recipients(&arrived.facts, &head).await?;
        let only_named = self.only_named(&arrived.facts, &head).await?;
        Ok(Case {
            writes_for: self.writes_for(&account).await?,
            account,
            author: author.filter(|a| a.standing == Standing::Active),
            head,
            named,
            only_named,
            answers: match is_own {
                true => Answers::Here,
                false => self.answers(&arrived.facts).await?,
            },
            rests: [held].into_iter().chain(other).collect(),
        })
    }

    /// The addresses of the providers to whom an account is limited, those in
    /// office.
    async fn writes_for(&self, account: &Account) -> Result<Vec<Address>, Error> {
        let mut addresses = Vec::new();
        for id in &account.writes_for {
            let provider = self.outbound.store.get(&Account::at(*id)).await?;
            let provider = provider.filter(Account::may_send);
            addresses.extend(provider.map(|provider| provider.address));
        }
        Ok(addresses)
    }

    /// Outside addresses in To and Cc that the envelope does not have, two at
    /// most: more make no difference.
    async fn only_named(&self, header: &Header, head: &Head) -> Result<Vec<RecipientKind>, Error> {
        let to = header.to.iter().map(|m| (m, RecipientKind::To));
        let cc = header.cc.iter().map(|m| (m, RecipientKind::Cc));
        let mut seen: HashSet<String> = head.envelope.iter().map(Address::folded).collect();
        let mut found = Vec::new();
        for (mailbox, kind) in to.chain(cc) {
            let is_new = seen.insert(mailbox.address.folded());
            if is_new
                && accounts::find(&self.outbound.store, &mailbox.address)
                    .await?
                    .is_none()
            {
                found.push(kind);
            }
            if found.len() == 2 {
                break;
            }
        }
        Ok(found)
    }

    /// Whether everybody whom answers or receipts would reach has an account here.
    async fn answers(&self, header: &Header) -> Result<Answers, Error> {
        let Some(answers) = &header.answers else {
            return Ok(Answers::Elsewhere);
        };
        let mut seen = HashSet::new();
        for address in answers.iter().filter(|a| seen.insert(a.folded())) {
            let account = accounts::active(&self.outbound.store, address).await?;
            if account.is_none() {
                return Ok(Answers::Elsewhere);
            }
        }
        Ok(Answers::Here)
    }

    async fn protection(&self, header: &Header, case: &Case) -> Result<Protection, Error> {
        let people: Vec<Person> = case.named.iter().map(|n| n.person.clone()).collect();
        let mut wishes = Wishes {
            secure_tag: header.tagged_secure,
            clear_tag: header.tagged_clear,
            protected_before: false,
            account: case.policy(),
        };
        let rules = &self.settings.rules;
        if policy::protection(rules, &people, wishes) == Protection::Protected {
            return Ok(Protection::Protected);
        }
        // Only now is it worth reading what the message refers to.
        wishes.protected_before = is_closed(&self.outbound.store, &case.head).await?;
        Ok(policy::protection(rules, &people, wishes))
    }

    /// Whose release the message waits for; `None` if it goes at once.
    fn admit(
        &self,
        arrived: &Arrived,
        case: &Case,
        protection: Protection,
    ) -> Result<Option<Account>, Reply> {
        // Nobody outside has a certificate on file yet: all count, also those
        // whom the header alone names. The writer believes to reach them, and
        // one message sent in several transactions would pass as several.
        let outside = case.named.iter().filter(|n| !n.person.local);
        let outside: Vec<RecipientKind> = outside
            .map(|n| n.kind)
            .chain(case.only_named.iter().copied())
            .collect();
        let each = case.head.envelope.iter().zip(&case.named);
        let switched_off = each.filter(|(_, n)| n.switched_off).map(|(a, _)| a).next();
        let each = case.head.envelope.iter().zip(&case.named);
        let unlisted = each.filter(|(_, n)| n.unlisted).map(|(a, _)| a).next();
        let header = &arrived.facts;
        let facts = Facts {
            account: &case.account,
            from: &header.from.address,
            author: case.author.as_ref(),
            writes_for: &case.writes_for,
            sender: header.sender.as_ref().map(|m| &m.address),
            answers: case.answers,
            has_subject: is_readable(&header.subject),
            has_text: arrived.index.has_text,
            automatic: header.automatic.is_some() || self.envelope.sender.is_none(),
            protection,
            outside: &outside,
            switched_off,
            unlisted,
        };
        match policy::admit(&facts, &self.settings.rules) {
            Admission::Take => Ok(None),
            // Only what bears a provider's name is held, and that is the author.
            Admission::Hold => Ok(case.author.clone()),
            Admission::Refuse(reply) => Err(reply),
        }
    }

    async fn name_recipients(&self, header: &Header, head: &Head) -> Result<Vec<Named>, Error> {
        let store = &self.outbound.store;
        // SE13: who writes to the address in From writes to itself.
        let own = header.from.address.folded();
        let mut named = Vec::with_capacity(head.envelope.len());
        for address in &head.envelope {
            let account = accounts::find(store, address).await?;
            let kind = kind_of(address, header);
            let name = shown_name(address, head);
            let contact = match self.meant {
                Some(meant) => Some(meant),
                None => contacts::addressed(store, address, name).await?,
            };
            let unlisted = account.is_none() && self.is_unlisted(contact).await?;
            named.push(Named {
                person: Person {
                    domain: address.domain().to_owned(),
                    local: account.is_some(),
                    itself: kind == RecipientKind::To && address.folded() == own,
                },
                kind,
                contact,
                unlisted,
                switched_off: account.is_some_and(|a| a.standing == Standing::Disabled),
            });
        }
        Ok(named)
    }

    /// Whether nobody has entered this contact in the directory.
    async fn is_unlisted(&self, contact: Option<ContactId>) -> Result<bool, Error> {
        if self.settings.rules.unknown == Unknown::Take {
            return Ok(false);
        }
        let Some(id) = contact else { return Ok(true) };
        let contact = self.outbound.store.get(&Contact::at(id)).await?;
        Ok(contact.is_none_or(|contact| contact.status == ContactStatus::Stub))
    }

    /// Counts outside recipients that this office has never written to.
    async fn count_new(&self, named: &[Named]) -> Result<Option<Throttle>, Reply> {
        let new = named
            .iter()
            .filter(|n| n.contact.is_none() && !n.person.local);
        let new = u32::try_from(new.count()).unwrap_or(u32::MAX);
        if new == 0 {
            return Ok(None);
        }
        let (outbound, account) = (&self.outbound, self.sender.account.id);
        let most = self.settings.new_recipients;
        let counted = outbound
            .newcomers
            .count(&outbound.store, account, new, most)
            .await
            .map_err(|error| unsaved(&error))?;
        if counted.is_some() {
            return Ok(counted);
        }
        tracing::warn!(event = "submission.many-new-recipients", account = %account, "An account writes to many new addresses; its mail to new ones is refused until the hour is over.");
        Err(if new > most {
            // No hour is long enough for this one.
            Reply::new(550, (5, 7, 1), "refuse-new-recipients")
        } else {
            Reply::new(450, (4, 7, 1), "refuse-new-recipients")
        })
    }

    /// What was in the way of a commit: the same message, which came twice at once,
    /// and the other was first; or an account was changed at this moment, and the
    /// writer tries again and is judged anew.
    pub(super) async fn overtaken(&self, key: [u8; 32]) -> Result<MessageId, Reply> {
        let failed = |error: Error| unsaved(&error);
        // What was in the way may not even be applied; after a commit it is.
        let settled = self.outbound.store.commit(Tx::new()).await;
        settled.map_err(failed)?;
        if self.first(key).await.map_err(failed)?.is_some() {
            return self.resent(key).await.map_err(failed);
        }
        tracing::info!(event = "submission.overtaken", id = %self.id, "An account changed while its message was judged; its sender was asked to try again.");
        Err(Reply::new(451, (4, 3, 0), "refuse-store"))
    }

    /// The reference to give a second try. What was found may have been
    /// applied and not be durable yet, or not even applied; our own commit
    /// returns after it is both.
    async fn resent(&self, key: [u8; 32]) -> Result<MessageId, Error> {
        let actor = Actor::Account(self.sender.account.id);
        let event = Event::new(actor, EventKind::Submit, self.id);
        let mut tx = Tx::new();
        tx.audit(event.from(self.sender.network).failed("resent"));
        self.outbound.store.commit(tx).await?;
        let first = self.first(key).await?.ok_or(Error::Conflict)?;
        tracing::info!(event = "submission.resent", id = %first, "A message came again and was given its first reference.");
        Ok(first)
    }

    /// The same message as it was kept before, if this is a second try.
    async fn first(&self, key: [u8; 32]) -> Result<Option<MessageId>, Error> {
        let store = &self.outbound.store;
        let known = store.get(&Submitted::at(key)).await?;
        let now = store.clock().now();
        Ok(known
            .filter(|s| now.duration_since(s.at) < Submitted::LASTS)
            .map(|s| s.message))
    }

    fn resend_key(&self, arrived: &Arrived) -> [u8; 32] {
        let (store, account) = (&self.outbound.store, self.sender.account.id);
        if let Some(once) = &self.once {
            return store.mac(Label::Index, &[b"written", account.octets(), once]);
        }
        let id = arrived.facts.message_id.as_bytes();
        let pieces = [
            b"submitted",
            account.octets().as_slice(),
            id,
            &arrived.digest,
        ];
        store.mac(Label::Index, &pieces)
    }
}

impl Case {
    /// The safer of the policies of who sends and of whose name it bears.
    fn policy(&self) -> crate::model::AccountPolicy {
        let author = self.author.as_ref().map(|a| a.policy);
        author.map_or(self.account.policy, |a| a.max(self.account.policy))
    }
}

fn lasting(header: &Header) -> Result<Option<SignedDuration>, Reply> {
    let Some(wish) = &header.expires else {
        return Ok(None);
    };
    let lasts = policy::lasting(wish);
    lasts
        .map(Some)
        .ok_or_else(|| Reply::new(554, (5, 6, 0), "refuse-expires"))
}

fn head_of(arrived: &Arrived, envelope: &Envelope) -> Head {
    let header = &arrived.facts;
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
    let among = |list: &[Mailbox]| list.iter().any(|m| m.address.folded() == folded);
    match (among(&header.to), among(&header.cc)) {
        (true, _) => RecipientKind::To,
        (false, true) => RecipientKind::Cc,
        (false, false) => RecipientKind::Bcc,
    }
}

/// The name the writer gave an address.
pub(super) fn shown_name<'a>(address: &Address, head: &'a Head) -> Option<&'a str> {
    let folded = address.folded();
    let everybody = head.to.iter().chain(&head.cc);
    everybody
        .filter(|m| m.address.folded() == folded)
        .find_map(|m| m.name.as_deref())
}

fn accepted(reference: MessageId) -> Reply {
    Reply::new(250, (2, 0, 0), "accepted").with("reference", reference.to_string())
}
