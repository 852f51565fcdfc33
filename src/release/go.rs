//! Release: what was held goes, once, as it was held.

use crate::access::accounts;
use crate::folders;
use crate::model::{
    Account, AccountId, Actor, Event, EventKind, Head, Lane, MessageId, Recipient, RecipientKind,
    Standing, State, System,
};
use crate::policy::{self, Claim, Denied, How};
use crate::queue;
use crate::release::{ATTEMPTS, answered, binding, mark_answered, remove, take_out};
use crate::store::records::{Deputy, Handled, Hold, Message, Work};
use crate::store::{Change, Error, Held, Store, Table, Tx};
use jiff::Timestamp;

/// Why a message was neither released nor given back.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It does not wait.
    #[error("it does not wait for a release; it was released, or has gone back to who wrote it")]
    Gone,
    /// The provider has seen another message.
    #[error("it is not the message that was shown; read it again, then release it")]
    Changed,
    /// Whoever asks may not.
    #[error("{}", sentence(*.0))]
    Denied(Denied),
    /// One of its recipients has left since.
    #[error(
        "the account of a recipient has been switched off since; give the message back, so that somebody else is chosen"
    )]
    SwitchedOff,
    /// A mail program does not show to whom it goes besides.
    #[error(
        "the message has a blind copy, which a mail program does not show; release it on the office page"
    )]
    Blind,
    /// What is stored is not what was held.
    #[error(
        "what is stored is not what was held, so nothing was sent; have the gateway's log looked at, and write the message anew"
    )]
    Damaged,
    /// The reason of a rejection will not do.
    #[error("a reason has one to {} characters", super::LONGEST_REASON)]
    Reason,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Who releases or rejects, and by what right. Whoever fills this in has proved
/// the provider; what is asked here is whether that provider may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releaser {
    /// The provider who was proved.
    pub provider: AccountId,
    /// By what right.
    pub how: How,
}

/// A hold with all that the decision reads. None of it may change before the
/// commit.
pub(super) struct Case {
    pub(super) hold: Held<Hold>,
    pub(super) by: Held<Account>,
    provider: Held<Account>,
    deputy: Option<Held<Deputy>>,
}

/// Releases a message: it is dispatched, and stands in Sent of its writer and of
/// the provider. `binding` is that of the message which the provider was shown.
///
/// # Errors
/// [`Refused`]; then nothing has left.
pub async fn release(
    store: &Store,
    (message, binding): (MessageId, [u8; 32]),
    by: &Releaser,
) -> Result<(), Refused> {
    for _ in 1..ATTEMPTS {
        match once(store, (message, binding), by).await {
            Err(Refused::Store(Error::Conflict)) => {}
            done => return done,
        }
    }
    once(store, (message, binding), by).await
}

async fn once(
    store: &Store,
    (id, shown): (MessageId, [u8; 32]),
    by: &Releaser,
) -> Result<(), Refused> {
    let case = Case::read(store, id, by, policy::may_release).await?;
    if case.hold.record.binding != shown {
        return Err(Refused::Changed);
    }
    go(store, &case, by).await
}

/// Lets it go, if all is still as it was read.
pub(super) async fn go(store: &Store, case: &Case, by: &Releaser) -> Result<(), Refused> {
    let hold = &case.hold.record;
    let id = hold.message;
    let Some((message, head)) = unchanged(store, hold).await? else {
        return damaged(store, case, by).await;
    };
    let mut tx = Tx::new();
    case.rests(&mut tx);
    reachable(store, &mut tx, &head).await?;
    tx.still(&message);
    remove(&mut tx, &case.hold);
    let now = store.clock().now();
    for n in 0..message.record.recipients {
        let held = store.hold(&Recipient::at(id, n)).await?;
        let Some(held) = held.filter(|held| held.record.state == State::Held) else {
            return damaged(store, case, by).await;
        };
        // A writer could have it released to somebody whom nobody saw.
        if by.how == How::Move && held.record.kind == RecipientKind::Bcc {
            return Err(Refused::Blind);
        }
        let mut next = held.record.clone();
        next.state = State::Queued;
        next.since = now;
        tx.replace(&held, &next);
    }
    for account in [hold.writer, hold.provider] {
        take_out(store, &mut tx, (folders::awaiting(store, account), id)).await?;
        // The entry is a new one, so that what it shows goes in with it.
        let flags = folders::tracked(System::SEEN, State::Queued);
        tx.file(folders::sent(store, account), id, flags, None);
    }
    queue::push(&mut tx, now, Lane::Dispatch, Work::Dispatch(id));
    tx.change(Change::Message(id));
    tx.put(&Handled {
        message: id,
        released: Some((by.provider, now)),
        recalled: None,
    });
    let note = match by.how {
        How::AtStaffScreen(account) => format!("{} {account}", by.how.word()),
        _ => by.how.word().to_owned(),
    };
    case.audit(&mut tx, &by.how, EventKind::Release, &note);
    store.commit(tx).await?;
    mark(store, &head, hold).await;
    tracing::info!(event = "hold.released", id = %id, how = by.how.word(), "A held message was released and is on its way.");
    Ok(())
}

/// Marks what a released answer answers. It is on its way whether that can be done or not.
async fn mark(store: &Store, head: &Head, hold: &Hold) {
    let marked = async {
        match answered(store, head).await? {
            // References are what a mail program wrote: nobody marks what they do not see.
            Some(id) if folders::sees(store, hold.writer, id).await? => {
                mark_answered(store, id, Some(hold.writer)).await
            }
            _ => Ok(()),
        }
    };
    if let Err(error) = marked.await {
        tracing::warn!(event = "hold.unmarked", id = %hold.message, reason = %error, "A held answer was released, but what it answers could not be marked.");
    }
}

/// The message and its head, if what is stored is what was held.
async fn unchanged(store: &Store, hold: &Hold) -> Result<Option<(Held<Message>, Head)>, Error> {
    let Some(message) = store.hold(&Message::at(hold.message)).await? else {
        return Ok(None);
    };
    let stored = match binding::stored(store, &message.record).await {
        Ok(stored) => stored,
        Err(Error::Damaged(_) | Error::Newer | Error::Sealed) => None,
        Err(error) => return Err(error),
    };
    let whole = stored.filter(|(binding, head)| {
        *binding == hold.binding && head.envelope.len() == usize::from(message.record.recipients)
    });
    Ok(whole.map(|(_, head)| (message, head)))
}

/// Whether every recipient here is still in use, which must hold at the commit.
pub(super) async fn reachable(store: &Store, tx: &mut Tx, head: &Head) -> Result<(), Refused> {
    for address in &head.envelope {
        let Some(account) = accounts::hold(store, address).await? else {
            continue;
        };
        if account.record.standing == Standing::Disabled {
            return Err(Refused::SwitchedOff);
        }
        tx.still(&account);
    }
    Ok(())
}

/// Nothing leaves, and that is on record.
async fn damaged(store: &Store, case: &Case, by: &Releaser) -> Result<(), Refused> {
    let id = case.hold.record.message;
    let event = Event::new(Actor::Account(by.provider), EventKind::Release, id);
    let mut tx = Tx::new();
    // Whoever ended the wait meanwhile changed the message too: then it is gone,
    // and nothing is wrong with it.
    tx.still(&case.hold);
    tx.audit(event.failed("damaged"));
    let noted = store.commit(tx).await;
    if noted == Err(Error::Conflict) {
        return Err(Error::Conflict.into());
    }
    tracing::error!(event = "hold.damaged", %id, "A held message is not what was held, or cannot be read; it was not released. `sealpost store verify` says more.");
    noted?;
    Err(Refused::Damaged)
}

impl Case {
    /// The hold, if whoever asks `may` end it so.
    pub(super) async fn read(
        store: &Store,
        message: MessageId,
        by: &Releaser,
        may: fn(&Claim<'_>) -> Result<(), Denied>,
    ) -> Result<Self, Refused> {
        let hold = store.hold(&Hold::at(message)).await?;
        let hold = hold.ok_or(Refused::Gone)?;
        let (provider, writer) = (hold.record.provider, hold.record.writer);
        let deputy = Deputy::at(provider, by.provider);
        let case = Self {
            by: account(store, by.provider).await?,
            provider: account(store, provider).await?,
            deputy: store.hold(&deputy).await?,
            hold,
        };
        let claim = Claim {
            writer,
            provider: &case.provider.record,
            expires: case.hold.record.expires,
            by: &case.by.record,
            how: &by.how,
            deputy_until: case.until(),
            now: store.clock().now(),
        };
        may(&claim).map_err(Refused::Denied)?;
        Ok(case)
    }

    fn until(&self) -> Option<Timestamp> {
        self.deputy.as_ref().map(|deputy| deputy.record.until)
    }

    /// What the decision rests on must hold when it is committed: who is switched
    /// off at this moment releases nothing more.
    pub(super) fn rests(&self, tx: &mut Tx) {
        tx.still(&self.by);
        if self.by.record.id != self.provider.record.id {
            tx.still(&self.provider);
        }
        if let Some(deputy) = &self.deputy {
            tx.still(deputy);
        }
    }

    /// Who did it, and by what right; a break-glass is on record twice.
    pub(super) fn audit(&self, tx: &mut Tx, how: &How, kind: EventKind, note: &str) {
        let (actor, id) = (Actor::Account(self.by.record.id), self.hold.record.message);
        if let How::BreakGlass(reason) = how {
            let reason = crate::mime::one_line(reason);
            tx.audit(Event::new(actor, EventKind::BreakGlass, id).noted(&reason));
        }
        tx.audit(Event::new(actor, kind, id).noted(note));
    }
}

async fn account(store: &Store, id: AccountId) -> Result<Held<Account>, Error> {
    let found = store.hold(&Account::at(id)).await?;
    found.ok_or(Error::Damaged(Table::Account))
}

const fn sentence(denied: Denied) -> &'static str {
    match denied {
        Denied::Over => "the time to release it is over; it goes back to who wrote it",
        Denied::NotAProvider => "only a provider whose account is in use releases",
        Denied::ProviderGone => {
            "the provider in From no longer has an account in use; give it back, so that it is written in another name"
        }
        Denied::Theirs => "it bears another provider's name, who has to release it",
        Denied::NoDeputy => "you do not stand in for the provider in From, or no longer",
        Denied::Reason => "an emergency release needs a reason of 10 to 200 characters",
        Denied::OwnWork => {
            "you wrote it yourself, and somebody else has to look at it; or send it in your own name"
        }
    }
}
