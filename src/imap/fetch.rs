//! FETCH: rows and cards are written into one buffer that is sent in pieces;
//! the octets of messages go from the store to the client as they are read.

use crate::imap::connection::{End, Line};
use crate::imap::inside::{Ended, Inside, Trouble, index};
use crate::mailbox::{Flagging, Octets, Opened, Piece, Row, Snapshot};
use crate::mime::structure::{self, Card};
use crate::model::{Flags, System};
use crate::store::Error;
use crate::wire::imap::command::{Fetch, Item, Section, StoreMode, Wanted};
use crate::wire::imap::{Answer, Code, Enabled, Session, answer};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How much may wait to be sent.
const MUCH: usize = 32 * 1024;
/// Messages whose cards are looked up in one step.
const STEP: usize = 256;

/// What is written for each message.
struct Asked<'a> {
    items: &'a [Item],
    /// UIDs whose `\Seen` this FETCH has set: their flags are said too.
    newly_seen: &'a BTreeSet<u32>,
    cards: bool,
    sections: bool,
}

/// Why something that was asked for was not sent.
#[derive(Clone, Copy, Debug, Default)]
struct Missing {
    /// A message is no longer there.
    gone: bool,
    /// A part cannot be decoded.
    encoded: bool,
}

impl Missing {
    fn answer(self) -> Option<Answer> {
        if self.gone {
            let text = "Some of the messages are no longer there.";
            return Some(Answer::no(text).with(Code::ExpungeIssued));
        }
        let text = "A part is in an encoding that is not known here; fetch it by BODY.";
        self.encoded
            .then(|| Answer::no(text).with(Code::UnknownCte))
    }
}

impl Asked<'_> {
    fn sections(&self) -> impl Iterator<Item = &Section> + Clone {
        self.items.iter().filter_map(|item| match item {
            Item::Section(section) => Some(section),
            _ => None,
        })
    }
}

impl Inside {
    pub(super) async fn fetch(
        &mut self,
        session: &mut Session,
        line: &mut Line,
        fetch: Fetch,
    ) -> Ended {
        let mut places = self.places(&fetch.set, fetch.uid)?;
        if fetch.vanished
            && let Some(since) = fetch.changed_since
        {
            self.say_vanished(session, &fetch, since).await?;
        }
        let shown = Arc::clone(&self.selected()?.shown);
        if let Some(since) = fetch.changed_since {
            places.retain(|place| shown.at(*place).is_some_and(|row| row.modseq > since));
        }
        let newly_seen = self.mark_seen(&fetch, &places).await?;
        let shown = Arc::clone(&self.selected()?.shown);
        let asked = Asked {
            items: &fetch.items,
            newly_seen: &newly_seen,
            cards: fetch.items.iter().any(needs_card),
            sections: fetch.items.iter().any(|i| matches!(i, Item::Section(_))),
        };
        let mut missing = Missing::default();
        for part in places.chunks(STEP) {
            self.fetch_some(session, line, (&shown, part), (&asked, &mut missing))
                .await?;
        }
        Ok(missing.answer())
    }

    async fn fetch_some(
        &self,
        session: &mut Session,
        line: &mut Line,
        (shown, places): (&Snapshot, &[u32]),
        (asked, missing): (&Asked<'_>, &mut Missing),
    ) -> Result<(), Trouble> {
        let rows = places
            .iter()
            .filter_map(|place| Some((*place, shown.at(*place)?)));
        let rows: Vec<(u32, &Row)> = rows.collect();
        let mut cards: Vec<Option<Arc<Card>>> = Vec::new();
        if asked.cards {
            let ids: Vec<_> = rows.iter().map(|(_, row)| row.message).collect();
            cards = self.mailboxes.cards(&ids).await?;
        }
        let mut cards = cards.into_iter();
        for (place, row) in rows {
            let card = cards.next().flatten();
            self.fetch_row(session, line, (place, row, card), (asked, missing))
                .await?;
            if session.out().len() > MUCH {
                line.flush(session).await?;
            }
        }
        Ok(())
    }

    async fn fetch_row(
        &self,
        session: &mut Session,
        line: &mut Line,
        (place, row, mut card): (u32, &Row, Option<Arc<Card>>),
        (asked, missing): (&Asked<'_>, &mut Missing),
    ) -> Result<(), Trouble> {
        let mut octets = self.mailboxes.octets(row.message);
        let mut opened = Opened::Ready;
        if asked.sections {
            opened = octets.open(asked.sections()).await?;
        }
        if opened == Opened::Encoded {
            missing.encoded = true;
            return Ok(());
        }
        let gone = opened == Opened::Gone || (asked.cards && card.is_none());
        if gone && !self.is_left(row).await? {
            missing.gone = true;
            return Ok(());
        }
        if gone {
            // Decision 0025: what has lost its content is seen empty.
            card = Some(Arc::new(structure::card(b"")));
        }
        let mut written = answer::Row::begin(session.out(), index(place));
        self.write_row(session, &mut written, (row, card.as_deref()), asked);
        for section in asked.sections() {
            if gone {
                write_empty(session, &mut written, section);
            } else {
                self.write_section(session, line, &mut written, (&mut octets, section))
                    .await?;
            }
        }
        answer::Row::end(session.out());
        Ok(())
    }

    /// Whether an entry was left behind whose message is destroyed.
    async fn is_left(&self, row: &Row) -> Result<bool, Trouble> {
        match &self.selected {
            Some(selected) => Ok(self.mailboxes.is_left(&selected.view, row).await?),
            None => Ok(false),
        }
    }

    /// Everything but octets.
    fn write_row(
        &self,
        session: &mut Session,
        written: &mut answer::Row,
        (row, card): (&Row, Option<&Card>),
        asked: &Asked<'_>,
    ) {
        let Enabled {
            condstore, qresync, ..
        } = session.enabled();
        let out = session.out();
        let mut flags_said = false;
        for item in asked.items {
            match (item, card) {
                (Item::Uid, _) => written.uid(out, row.uid),
                (Item::Flags, _) => {
                    flags_said = true;
                    written.flags(out, &row.flags);
                }
                (Item::InternalDate, _) => written.internal_date(out, row.filed),
                (Item::ModSeq, _) => written.modseq(out, row.modseq),
                (Item::Size, Some(card)) => written.size(out, card.size),
                (Item::Envelope, Some(card)) => written.rendered(out, item, &card.envelope),
                (Item::Body, Some(card)) => written.rendered(out, item, &card.body),
                (Item::BodyStructure, Some(card)) => {
                    written.rendered(out, item, &card.body_structure);
                }
                _ => {}
            }
        }
        if asked.newly_seen.contains(&row.uid) {
            if !flags_said {
                written.flags(out, &row.flags);
            }
            // RFC 7162 §3.2.4.
            if qresync && !asked.items.contains(&Item::Uid) {
                written.uid(out, row.uid);
            }
            if condstore && !asked.items.contains(&Item::ModSeq) {
                written.modseq(out, row.modseq);
            }
        }
    }

    async fn write_section(
        &self,
        session: &mut Session,
        line: &mut Line,
        written: &mut answer::Row,
        (octets, section): (&mut Octets, &Section),
    ) -> Result<(), Trouble> {
        let piece = octets.section(section).await.map_err(broken)?;
        let Some(mut piece) = piece else {
            written.no_section(session.out(), section);
            return Ok(());
        };
        let length = piece.length();
        let out = session.out();
        if matches!(piece, Piece::Size(_)) {
            written.decoded_size(out, section, length);
        } else if section.wanted == Wanted::Decoded && piece.has_nul() {
            written.section_with_nul(out, section, length);
        } else {
            written.section(out, section, length);
        }
        // A FETCH can ask for a long header in a hundred ways.
        while let Some(read) = octets.next(&mut piece).await.map_err(broken)? {
            session.out().extend_from_slice(&read);
            if session.out().len() > MUCH {
                line.flush(session).await?;
            }
        }
        Ok(())
    }

    /// Sets `\Seen` where octets are fetched without PEEK; gives back the UIDs.
    async fn mark_seen(&mut self, fetch: &Fetch, places: &[u32]) -> Result<BTreeSet<u32>, Trouble> {
        let shows = |item: &Item| matches!(item, Item::Section(section) if !section.peek);
        let mailboxes = self.mailboxes.clone();
        let selected = self.selected()?;
        if selected.read_only || !fetch.items.iter().any(shows) {
            return Ok(BTreeSet::new());
        }
        let rows = places.iter().filter_map(|place| selected.shown.at(*place));
        let unseen = rows.filter(|row| !row.flags.system.contains(System::SEEN));
        let uids: Vec<u32> = unseen.map(|row| row.uid).collect();
        if !uids.is_empty() {
            let flagging = Flagging {
                mode: StoreMode::Add,
                flags: &Flags::from(System::SEEN),
                unchanged_since: None,
            };
            mailboxes.flag(&selected.view, &uids, &flagging).await?;
            selected.take_rows(&uids);
        }
        Ok(uids.into_iter().collect())
    }

    async fn say_vanished(
        &mut self,
        session: &mut Session,
        fetch: &Fetch,
        since: u64,
    ) -> Result<(), Trouble> {
        let crate::wire::imap::set::Which::Set(set) = &fetch.set else {
            return Ok(());
        };
        let mailboxes = self.mailboxes.clone();
        let selected = self.selected()?;
        let mut gone = mailboxes.vanished(&selected.view, since).await?;
        let ranges = set.resolve(selected.shown.uidnext.saturating_sub(1));
        // What is shown still is told of when it goes.
        let shown = &selected.shown;
        gone.retain(|uid| ranges.contains(*uid) && shown.place(*uid).is_none());
        answer::vanished(session.out(), true, &gone);
        Ok(())
    }
}

/// A section of a message without octets.
fn write_empty(session: &mut Session, written: &mut answer::Row, section: &Section) {
    if section.wanted == Wanted::DecodedSize {
        written.decoded_size(session.out(), section, 0);
    } else {
        written.section(session.out(), section, 0);
    }
}

/// Whether an item comes from the card; a section of the header does as a rule.
fn needs_card(item: &Item) -> bool {
    match item {
        Item::Size | Item::Envelope | Item::Body | Item::BodyStructure => true,
        Item::Section(section) => {
            let of_header = matches!(section.wanted, Wanted::Header | Wanted::Fields { .. });
            section.path.is_empty() && of_header
        }
        _ => false,
    }
}

/// The line of a message has begun: no other answer may stand in it.
fn broken(error: Error) -> Trouble {
    tracing::error!(event = "imap.failed", reason = %error, "A message could not be read to its end; the connection is cut.");
    Trouble::End(End::Store)
}
