//! What waits for a provider's release: held with its acceptance, released,
//! given back. Each end of the wait is one commit that removes the one record
//! [`Hold`], so that of two exactly one wins (decision 0028).
//!
//! ```text
//!  outbound: accept ─▶ hold ─┬─ release ─▶ queue: dispatch
//!                            └─ reject, withdraw, time over ─▶ Drafts of who wrote it
//! ```
//!
//! *Architecture invariant:* what is released is what was held: the octets as
//! stored, and the recipients.

mod answered;
mod back;
mod binding;
mod go;
mod letters;

pub use answered::{answer_waits, answered, mark_answered, unmark_answered};
pub use back::{LONGEST_REASON, expire, reject, withdraw};
pub use binding::Binding;
pub use go::{Refused, Releaser, release};

use crate::folders;
use crate::model::{
    Account, AccountId, Actor, Address, Event, EventKind, MailboxId, MessageId, NetworkKey, Office,
    State, System,
};
use crate::store::records::{AccountHold, Ended, Ending, Hold, Part};
use crate::store::{Error, Record, Store, Tx};
use jiff::{SignedDuration, Timestamp};

/// Open holds of one writer at most. A provider who finds five hundred in the
/// folder has lost sight of them; a stolen password fills no more than this.
pub const MOST: usize = 500;
/// How often a change is tried while others change the same records: a second
/// release, an account that is switched off.
const ATTEMPTS: usize = 8;
/// Holds read in one step.
const PAGE: usize = 256;

/// What the configuration says about what is held.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a message waits: one hour to 30 days.
    pub lasts: SignedDuration,
    /// Whether a provider releases by moving it into the folder "Release".
    pub by_move: bool,
    /// Where a content-free alert goes when a message waits.
    pub notify: Option<Address>,
    /// How the gateway writes to the office.
    pub office: Office,
}

/// A message that is to be held.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// The message.
    pub message: MessageId,
    /// Who wrote it, and from which network.
    pub writer: (&'a Account, NetworkKey),
    /// The provider whose name it bears.
    pub provider: &'a Account,
    /// What a release binds.
    pub binding: [u8; 32],
    /// By what a resend is known.
    pub submitted: [u8; 32],
}

/// Holds a message, with the commit that accepts it: it stands in "Awaiting
/// release" of its writer and of the provider, who is told inside.
///
/// # Errors
/// The store's own.
pub async fn hold(
    store: &Store,
    tx: &mut Tx,
    settings: &Settings,
    new: &New<'_>,
) -> Result<(), Error> {
    let created = store.clock().now();
    let (writer, network) = new.writer;
    let expires = created.saturating_add(settings.lasts);
    let hold = Hold {
        message: new.message,
        writer: writer.id,
        provider: new.provider.id,
        binding: new.binding,
        submitted: new.submitted,
        created,
        expires: expires.unwrap_or(Timestamp::MAX),
    };
    tx.insert(&hold);
    for found in hold.found_by() {
        tx.insert(&found);
    }
    tx.put(&Ending {
        at: hold.expires,
        what: Ended::Hold(hold.message),
    });
    let mine = folders::awaiting(store, hold.writer);
    let flags = |system| folders::tracked(system, State::Held);
    tx.file(mine, hold.message, flags(System::SEEN), None);
    let theirs = folders::awaiting(store, hold.provider);
    tx.file(theirs, hold.message, flags(System::default()), None);
    letters::waits(store, tx, settings, (&hold, writer, new.provider)).await?;
    let event = Event::new(Actor::Account(hold.writer), EventKind::Hold, hold.message);
    tx.audit(event.from(network));
    Ok(())
}

/// Whether a writer has as many open holds as one may have. Several messages at
/// once may come a few above the bound; it is a bound for the disk and for the
/// provider's patience, not a promise.
///
/// # Errors
/// The store's own.
pub async fn is_full(store: &Store, writer: AccountId) -> Result<bool, Error> {
    Ok(found(store, (writer, Part::Writer), MOST).await?.len() >= MOST)
}

/// What is held of an account, the oldest first, at most `limit`.
///
/// # Errors
/// The store's own.
pub async fn held(store: &Store, of: (AccountId, Part), limit: usize) -> Result<Vec<Hold>, Error> {
    let mut holds = Vec::new();
    for found in found(store, of, limit).await? {
        // One that ends between the two reads is simply not listed.
        holds.extend(store.get(&Hold::at(found.message)).await?);
    }
    Ok(holds)
}

/// All that is held, the oldest first, at most `limit`.
///
/// # Errors
/// The store's own.
pub async fn all(store: &Store, limit: usize) -> Result<Vec<Hold>, Error> {
    let mut holds: Vec<Hold> = Vec::new();
    while holds.len() < limit {
        let after = holds.last().map(Hold::key);
        let page = PAGE.min(limit - holds.len());
        let page: Vec<Hold> = store.range(&[], after.as_ref(), page).await?;
        if page.is_empty() {
            break;
        }
        holds.extend(page);
    }
    Ok(holds)
}

async fn found(
    store: &Store,
    (account, part): (AccountId, Part),
    limit: usize,
) -> Result<Vec<AccountHold>, Error> {
    let prefix: [&[u8]; 2] = [account.octets(), &[part as u8]];
    store.range(&prefix, None, limit).await
}

/// Takes the hold away, with all that finds it.
fn remove(tx: &mut Tx, held: &crate::store::Held<Hold>) {
    let hold = &held.record;
    tx.remove(held);
    for found in hold.found_by() {
        tx.delete(&found.key());
    }
    tx.delete(&Ending::at(hold.expires, Ended::Hold(hold.message)));
}

/// Takes the message out of a folder, wherever it stands there. The commit fails
/// if it is not there any more.
async fn take_out(
    store: &Store,
    tx: &mut Tx,
    (folder, message): (MailboxId, MessageId),
) -> Result<(), Error> {
    let placed = store.placed(message).await?;
    let here = placed.iter().filter(|(place, _)| *place == folder);
    let gone: Vec<_> = here.map(|(_, uid)| (*uid, message)).collect();
    tx.vanish(folder, &gone);
    Ok(())
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) mod samples {
    use crate::model::{Address, Language, Mailbox, Office};
    use crate::release::Settings;
    use jiff::SignedDuration;
    use jiff::tz::TimeZone;

    /// Two days to release, no alert, no release by a move.
    pub(crate) fn settings() -> Settings {
        Settings {
            lasts: SignedDuration::from_hours(48),
            by_move: false,
            notify: None,
            office: Office {
                hostname: "mail.clinic.example".into(),
                from: Mailbox {
                    name: None,
                    address: Address::parse("secure-mail@clinic.example").unwrap(),
                },
                language: Language::English,
                zone: TimeZone::get("America/Los_Angeles").unwrap(),
                retain: SignedDuration::from_hours(90 * 24),
                pages: None,
            },
        }
    }
}
