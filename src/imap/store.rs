//! STORE, COPY, MOVE, EXPUNGE.

use crate::imap::inside::{Ended, Inside, Selected, Trouble, index, no_folder_to_put};
use crate::mailbox::{Flagging, Row};
use crate::wire::imap::command::{Store, Transfer};
use crate::wire::imap::set::Which;
use crate::wire::imap::{Answer, Code, Session, answer};
use std::sync::Arc;

impl Inside {
    pub(super) async fn store(&mut self, session: &mut Session, store: Store) -> Ended {
        let places = self.places(&store.set, store.uid)?;
        let mailboxes = self.mailboxes.clone();
        let selected = self.changeable()?;
        let shown = Arc::clone(&selected.shown);
        let rows: Vec<(u32, &Row)> = places
            .iter()
            .filter_map(|place| Some((*place, shown.at(*place)?)))
            .collect();
        let uids: Vec<u32> = rows.iter().map(|(_, row)| row.uid).collect();
        let flagging = Flagging {
            mode: store.mode,
            flags: &store.flags,
            unchanged_since: store.unchanged_since,
        };
        let modified = mailboxes.flag(&selected.view, &uids, &flagging).await?;
        let newest = selected.view.newest();
        let gone = uids.iter().any(|uid| newest.place(*uid).is_none());
        // What was not done is told as somebody else's change.
        let done: Vec<u32> = uids
            .into_iter()
            .filter(|uid| modified.binary_search(uid).is_err())
            .collect();
        selected.take_rows(&done);
        let enabled = session.enabled();
        let condstore = enabled.condstore || store.unchanged_since.is_some();
        let out = session.out();
        for (place, before) in &rows {
            let now = newest.place(before.uid).and_then(|place| newest.at(place));
            let Some(now) = now.filter(|now| done.binary_search(&now.uid).is_ok()) else {
                continue;
            };
            // RFC 3501 §6.4.6: silent is what the client expects; what somebody
            // else changed besides is said.
            let says = !store.silent || !flagging.leads(&before.flags, &now.flags);
            if !says && !condstore {
                continue;
            }
            let mut line = answer::Row::begin(out, index(*place));
            // RFC 7162 §3.2.4.
            if store.uid || enabled.qresync {
                line.uid(out, now.uid);
            }
            if says {
                line.flags(out, &now.flags);
            }
            if condstore {
                line.modseq(out, now.modseq);
            }
            answer::Row::end(out);
        }
        if modified.is_empty() {
            return Ok(gone.then(some_gone));
        }
        let numbers = if store.uid {
            modified
        } else {
            let places = modified.iter().filter_map(|uid| shown.place(*uid));
            places.collect()
        };
        let text = "Somebody else changed some of the messages.";
        Ok(Some(Answer::ok(text).with(Code::Modified(numbers))))
    }

    pub(super) async fn transfer(
        &mut self,
        session: &mut Session,
        transfer: Transfer,
        moves: bool,
    ) -> Ended {
        let target = self
            .mailboxes
            .find(&self.account, &transfer.mailbox)
            .await?;
        let target = target.ok_or_else(no_folder_to_put)?;
        let places = self.places(&transfer.set, transfer.uid)?;
        let mailboxes = self.mailboxes.clone();
        let selected = if moves {
            self.changeable()?
        } else {
            self.selected()?
        };
        let rows = places.iter().filter_map(|place| selected.shown.at(*place));
        let rows: Vec<Row> = rows.cloned().collect();
        if moves && mailboxes.is_release(&target) && !rows.is_empty() {
            mailboxes.release(&selected.view, &rows).await?;
            return Ok(Some(Answer::ok(
                "MOVE completed. What was moved is released.",
            )));
        }
        let done = mailboxes.transfer(&selected.view, (&rows, &target), moves);
        let (from, to) = done.await?;
        let gone = (from.len() < rows.len()).then(some_gone);
        if from.is_empty() {
            return Ok(gone);
        }
        let code = Code::CopyUid {
            uid_validity: target.uidvalidity,
            from,
            to,
        };
        if !moves {
            return Ok(Some(Answer::ok("COPY completed.").with(code)));
        }
        // RFC 6851 §4.3: said before the messages are said to be gone.
        answer::ok(session.out(), &code, "Moved.");
        Ok(gone)
    }

    pub(super) async fn expunge(&mut self, session: &Session, which: Option<Which>) -> Ended {
        let uids = match &which {
            None => None,
            Some(which) => {
                let places = self.places(which, true)?;
                let selected = self.selected()?;
                let rows = places.iter().filter_map(|place| selected.shown.at(*place));
                Some(rows.map(|row| row.uid).collect::<Vec<u32>>())
            }
        };
        let mailboxes = self.mailboxes.clone();
        let selected = self.changeable()?;
        mailboxes.expunge(&selected.view, uids.as_deref()).await?;
        if !session.enabled().qresync {
            return Ok(None);
        }
        // RFC 7162 §3.2.7, §3.2.9. The client is told all of it before.
        let code = Code::HighestModSeq(selected.view.newest().highest_modseq);
        Ok(Some(Answer::ok("EXPUNGE completed.").with(code)))
    }

    /// The selected folder, if it may be changed.
    fn changeable(&mut self) -> Result<&mut Selected, Trouble> {
        let selected = self.selected()?;
        if selected.read_only {
            let refused = Answer::no("The mailbox was opened for reading only.");
            return Err(refused.with(Code::ReadOnly).into());
        }
        Ok(selected)
    }
}

/// Somebody else expunged what the client still shows; the rest was done.
fn some_gone() -> Answer {
    Answer::no("Some of the messages are no longer there.").with(Code::ExpungeIssued)
}

impl Selected {
    /// Takes over what is now known of these rows, so that the client is not
    /// told again what it did itself. Numbers stay as they are.
    pub(super) fn take_rows(&mut self, uids: &[u32]) {
        let newest = self.view.newest();
        let news = self.shown.news(&newest);
        if news.gone.is_empty() && news.exists.is_none() {
            // They come in their order, as the places did from which they were taken.
            let ours = |place: &u32| {
                let uid = newest.at(*place).map(|row| row.uid);
                uid.is_some_and(|uid| uids.binary_search(&uid).is_ok())
            };
            if news.flags.len() <= uids.len() && news.flags.iter().all(ours) {
                self.shown = newest;
                return;
            }
        }
        let mut shown = (*self.shown).clone();
        for uid in uids {
            let slot = shown.rows.binary_search_by_key(uid, |row| row.uid);
            let slot = slot.ok().and_then(|index| shown.rows.get_mut(index));
            let now = newest.place(*uid).and_then(|place| newest.at(place));
            if let (Some(slot), Some(now)) = (slot, now) {
                *slot = now.clone();
            }
        }
        self.shown = Arc::new(shown);
    }
}
