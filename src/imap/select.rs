//! SELECT, EXAMINE, CLOSE, UNSELECT.

use crate::imap::inside::{Ended, Inside, Selected, index, no_folder};
use crate::mailbox::{ChangeError, Snapshot};
use crate::model::{Keyword, System};
use crate::wire::imap::command::{QResync, Select};
use crate::wire::imap::{Code, Session, answer};
use std::collections::BTreeMap;

/// Keywords named in FLAGS at most; more may be set.
const NAMED: usize = 100;

impl Inside {
    pub(super) async fn select(&mut self, session: &mut Session, select: Select) -> Ended {
        self.selected = None;
        let folder = self.mailboxes.find(&self.account, &select.mailbox).await?;
        let folder = folder.ok_or_else(no_folder)?;
        self.mailboxes.catch_up().await?;
        let mut view = self.mailboxes.open(&self.account, &folder).await?;
        let shown = view.seen();
        let selected = Selected {
            view,
            shown,
            read_only: select.read_only,
            saved: Vec::new(),
            counted: session.enabled().condstore,
        };
        describe(session, &selected.shown, select.read_only);
        self.say_selected(session, &folder).await?;
        if let Some(known) = select
            .qresync
            .filter(|known| known.uid_validity == selected.shown.uidvalidity)
        {
            self.resync(session, &selected, &known).await?;
        }
        self.selected = Some(selected);
        Ok(None)
    }

    pub(super) async fn close(&mut self, expunge: bool) -> Ended {
        if let Some(selected) = self.selected.take()
            && expunge
            && !selected.read_only
        {
            match self.mailboxes.expunge(&selected.view, None).await {
                // RFC 3501 §6.4.2 knows no refusal: what is held stays.
                Ok(()) | Err(ChangeError::Held) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// What changed since the client was here last (RFC 7162 §3.2.5).
    async fn resync(
        &self,
        session: &mut Session,
        selected: &Selected,
        known: &QResync,
    ) -> Result<(), crate::imap::inside::Trouble> {
        let mut gone = self
            .mailboxes
            .vanished(&selected.view, known.modseq)
            .await?;
        let shown = &selected.shown;
        if let Some(set) = &known.known {
            let ranges = set.resolve(shown.uidnext.saturating_sub(1));
            gone.retain(|uid| ranges.contains(*uid));
        }
        // What is shown still is told of when it goes.
        gone.retain(|uid| shown.place(*uid).is_none());
        let out = session.out();
        answer::vanished(out, true, &gone);
        for (place, row) in (1..).zip(&shown.rows) {
            if row.modseq > known.modseq {
                let mut line = answer::Row::begin(out, place);
                line.uid(out, row.uid);
                line.flags(out, &row.flags);
                line.modseq(out, row.modseq);
                answer::Row::end(out);
            }
        }
        Ok(())
    }
}

/// What SELECT says of a folder (RFC 3501 §6.3.1, RFC 9051 §6.3.2).
fn describe(session: &mut Session, shown: &Snapshot, read_only: bool) {
    let each = shown.rows.iter().flat_map(|row| &row.flags.keywords);
    let keywords: BTreeMap<&str, &Keyword> = each.map(|k| (k.as_str(), k)).collect();
    let keywords: Vec<Keyword> = keywords.into_values().take(NAMED).cloned().collect();
    let unseen = shown
        .rows
        .iter()
        .position(|row| !row.flags.system.contains(System::SEEN));
    let dialect = session.enabled().dialect;
    let out = session.out();
    answer::flags(out, &keywords);
    let permanent = Code::PermanentFlags((!read_only).then_some(keywords));
    answer::ok(out, &permanent, "These flags are kept.");
    answer::exists(out, index(shown.exists()));
    answer::recent(out, dialect);
    if let Some(first) = unseen.filter(|_| !dialect.is_rev2()) {
        let first = u32::try_from(first + 1).unwrap_or(u32::MAX);
        answer::ok(out, &Code::Unseen(first), "The first that was not read.");
    }
    answer::ok(
        out,
        &Code::UidValidity(shown.uidvalidity),
        "UIDs are valid.",
    );
    answer::ok(out, &Code::UidNext(shown.uidnext), "The next UID.");
    let highest = Code::HighestModSeq(shown.highest_modseq);
    answer::ok(out, &highest, "Changes are counted.");
}
