//! What became of a sent message, as mail programs show it: one keyword on the
//! office's own copies of it (requirements C6.3).
//!
//! Every change of a recipient's state goes through [`track`], so that the
//! keyword is part of the same commit and IDLE tells of it. A copy is one that
//! was filed with such a keyword, wherever it was moved or copied since, and
//! whatever stands in somebody's Sent or "Awaiting release".

use crate::folders::AWAITING;
use crate::model::{Flags, Keyword, MailboxId, MessageId, Recipient, State, System};
use crate::store::records::{MailFolder, Message};
use crate::store::{Error, FlagChange, Held, Store, Tx};

/// A recipient as it was read, and what becomes of it.
pub type Moved<'a> = (&'a Held<Recipient>, Recipient);

/// How far a message has come. Of several recipients the least counts: whoever
/// failed comes first; whoever is done with, of whom nothing more will be heard,
/// counts only if all are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Failed,
    Held,
    Queued,
    Expired,
    Noticed,
    Opened,
    Downloaded,
    Replied,
    Relayed,
    Delivered,
    Recalled,
}

impl Mark {
    const ALL: [Self; 11] = [
        Self::Failed,
        Self::Held,
        Self::Queued,
        Self::Expired,
        Self::Noticed,
        Self::Opened,
        Self::Downloaded,
        Self::Replied,
        Self::Relayed,
        Self::Delivered,
        Self::Recalled,
    ];

    const fn of(state: State) -> Self {
        match state {
            State::Failed | State::NoticeBounced | State::Overdue => Self::Failed,
            State::Held => Self::Held,
            State::Queued => Self::Queued,
            State::Expired => Self::Expired,
            State::NoticeAccepted => Self::Noticed,
            State::Opened => Self::Opened,
            State::Downloaded => Self::Downloaded,
            State::Replied => Self::Replied,
            State::Relayed | State::Processed => Self::Relayed,
            State::Delivered | State::Dispatched => Self::Delivered,
            State::Recalled => Self::Recalled,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Failed => "Sealpost-Failed",
            Self::Held => "Sealpost-Held",
            Self::Queued => "Sealpost-Queued",
            Self::Expired => "Sealpost-Expired",
            Self::Noticed => "Sealpost-Noticed",
            Self::Opened => "Sealpost-Opened",
            Self::Downloaded => "Sealpost-Downloaded",
            Self::Replied => "Sealpost-Replied",
            Self::Relayed => "Sealpost-Relayed",
            Self::Delivered => "Sealpost-Delivered",
            Self::Recalled => "Sealpost-Recalled",
        }
    }

    /// The one among an entry's flags.
    fn among(flags: &Flags) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|mark| flags.has_keyword(mark.word()))
    }

    /// Puts it in the place of any other. An entry that is full of its owner's
    /// keywords goes without.
    fn put(self, flags: &mut Flags) {
        for other in Self::ALL {
            let is_other = |own: &Keyword| own.as_str().eq_ignore_ascii_case(other.word());
            flags.keywords.retain(|own| !is_other(own));
        }
        if let Some(keyword) = Keyword::new(self.word()) {
            flags.insert(keyword);
        }
    }
}

/// The flags of a copy that is filed for the office, of a message all of whose
/// recipients are in this state.
#[must_use]
pub fn tracked(system: System, state: State) -> Flags {
    let mut flags = Flags::from(system);
    Mark::of(state).put(&mut flags);
    flags
}

/// Flags that a mail program gives the copy, with what the copy shows already: no
/// program knows better what became of the message.
#[must_use]
pub fn still_tracked(mut given: Flags, before: &Flags) -> Flags {
    if let Some(mark) = Mark::among(before) {
        mark.put(&mut given);
    }
    given
}

/// Writes into the caller's commit what becomes of recipients of one message, and
/// shows it on the office's copies. The commit fails if one of the recipients, one
/// of those who stay as they are, or the flags of a copy were changed meanwhile;
/// then it is to be made anew. A copy that cannot be read keeps what it shows: it
/// may not hold up what has happened.
///
/// # Errors
/// The store's own.
pub async fn track(
    store: &Store,
    tx: &mut Tx,
    message: MessageId,
    moved: &[Moved<'_>],
) -> Result<(), Error> {
    for (held, next) in moved {
        tx.replace(held, next);
    }
    let seen = match look(store, message, moved).await {
        Ok(seen) => seen,
        Err(Error::Damaged(_) | Error::Newer | Error::Sealed) => return Ok(()),
        Err(error) => return Err(error),
    };
    for other in &seen.others {
        tx.still(other);
    }
    for copies in seen.copies {
        tx.flag(copies);
    }
    Ok(())
}

/// The copies with what they shall show, and what that rests on.
#[derive(Default)]
struct Seen {
    copies: Vec<FlagChange>,
    others: Vec<Held<Recipient>>,
}

async fn look(store: &Store, id: MessageId, moved: &[Moved<'_>]) -> Result<Seen, Error> {
    let mut copies = copies(store, id).await?;
    let Some(message) = store.get(&Message::at(id)).await? else {
        return Ok(Seen::default());
    };
    if copies.is_empty() {
        return Ok(Seen::default());
    }
    let mut others = Vec::new();
    for n in 0..message.recipients {
        if moved.iter().all(|(_, next)| next.n != n) {
            others.extend(store.hold(&Recipient::at(id, n)).await?);
        }
    }
    let after = moved.iter().map(|(_, next)| next.state);
    let after = after.chain(others.iter().map(|other| other.record.state));
    if let Some(mark) = after.map(Mark::of).min() {
        for copies in &mut copies {
            copies.update(|row| {
                let mut flags = row.flags.clone();
                mark.put(&mut flags);
                flags
            });
        }
    }
    Ok(Seen { copies, others })
}

/// The office's copies of a message, folder by folder.
async fn copies(store: &Store, id: MessageId) -> Result<Vec<FlagChange>, Error> {
    let placed = store.placed(id).await?;
    let mut found = Vec::new();
    for places in placed.chunk_by(|one, other| one.0 == other.0) {
        let Some((folder, _)) = places.first() else {
            continue;
        };
        let uids: Vec<u32> = places.iter().map(|(_, uid)| *uid).collect();
        let all = is_of_what_was_sent(store, *folder).await?;
        let mut rows = store.hold_rows(*folder, &uids, None).await?;
        rows.retain(|row| row.message == id && (all || Mark::among(&row.flags).is_some()));
        if rows.rows().next().is_some() {
            found.push(rows);
        }
    }
    Ok(found)
}

/// Whether a folder is somebody's Sent, or "Awaiting release". A client cannot
/// make one of these names.
async fn is_of_what_was_sent(store: &Store, folder: MailboxId) -> Result<bool, Error> {
    let folder = store.get(&MailFolder::at(folder)).await?;
    Ok(folder.is_some_and(|f| {
        f.account.is_some() && f.contact.is_none() && (f.name == "Sent" || f.name == AWAITING)
    }))
}

#[cfg(test)]
mod tests {
    use super::{Mark, still_tracked, tracked};
    use crate::model::{Flags, Keyword, State, System};

    #[test]
    fn a_copy_shows_one_state_and_keeps_what_its_owner_put_on_it() {
        let mut flags = tracked(System::SEEN, State::Queued);
        flags.insert(Keyword::new("$Forwarded").unwrap());
        Mark::of(State::NoticeAccepted).put(&mut flags);
        assert!(flags.has_keyword("Sealpost-Noticed") && flags.has_keyword("$forwarded"));
        assert!(!flags.has_keyword("Sealpost-Queued"));
        assert!(flags.system.contains(System::SEEN));
    }

    #[test]
    fn a_programs_own_flags_do_not_take_away_what_became_of_the_message() {
        let before = tracked(System::SEEN, State::Opened);
        let mut given = Flags::from(System::FLAGGED);
        given.insert(Keyword::new("Sealpost-Queued").unwrap());
        let kept = still_tracked(given, &before);
        assert!(kept.has_keyword("Sealpost-Opened") && !kept.has_keyword("Sealpost-Queued"));
        let untold = still_tracked(Flags::default(), &Flags::default());
        assert_eq!(untold, Flags::default());
    }

    #[test]
    fn of_several_recipients_the_least_far_counts_and_a_failure_before_all() {
        let least = |states: &[State]| states.iter().map(|s| Mark::of(*s)).min().unwrap();
        assert_eq!(least(&[State::Opened, State::Queued]), Mark::Queued);
        assert_eq!(least(&[State::Queued, State::NoticeBounced]), Mark::Failed);
        assert_eq!(least(&[State::Delivered, State::Opened]), Mark::Opened);
        assert_eq!(least(&[State::Recalled, State::Replied]), Mark::Replied);
        assert_eq!(least(&[State::Recalled, State::Recalled]), Mark::Recalled);
        for mark in Mark::ALL {
            assert!(Keyword::new(mark.word()).is_some(), "{mark:?}");
        }
    }
}
