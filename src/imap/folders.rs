//! LIST and STATUS, and what is done with folders themselves.

use crate::imap::connection::Line;
use crate::imap::inside::{Ended, Inside, Trouble, no_folder};
use crate::mailbox::{Folder, Name, Refused, Special as Use};
use crate::model::System;
use crate::wire::imap::answer::Listed;
use crate::wire::imap::command::{List, Special, StatusItem};
use crate::wire::imap::{Answer, Code, DELIMITER, Session, answer};

/// How much may wait to be sent.
const MUCH: usize = 32 * 1024;

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        let text = refused.to_string();
        let said = |code| Self::Said(Answer::no(text.clone()).with(code));
        match refused {
            Refused::Exists => said(Code::AlreadyExists),
            Refused::Unknown => said(Code::NonExistent),
            Refused::Fixed | Refused::Name => said(Code::Cannot),
            Refused::Children => said(Code::HasChildren),
            Refused::Many => said(Code::Limit),
            Refused::Use => said(Code::UseAttr),
            Refused::Store(error) => error.into(),
        }
    }
}

impl Inside {
    pub(super) async fn list(
        &mut self,
        session: &mut Session,
        line: &mut Line,
        list: &List,
    ) -> Ended {
        let dialect = session.enabled().dialect;
        // RFC 3501 §6.3.8: the empty pattern asks for the delimiter alone.
        if !list.lsub && list.patterns.iter().all(String::is_empty) {
            answer::list(session.out(), dialect, false, &Listed::default());
            return Ok(None);
        }
        for found in self.mailboxes.list(&self.account, list).await? {
            let folder = found.folder.as_ref();
            let listed = Listed {
                name: &found.name,
                // RFC 3501 §6.3.9: LSUB names it for what is below it alone.
                no_select: folder.is_none_or(|f| list.lsub && !f.subscribed),
                children: (!list.lsub).then_some(found.children),
                subscribed: (list.returns.subscribed || list.select.subscribed)
                    && folder.is_some_and(|f| f.subscribed),
                special: folder.and_then(|f| f.special).map(special),
                subscribed_within: found.within,
                ..Listed::default()
            };
            answer::list(session.out(), dialect, list.lsub, &listed);
            if let Some(folder) = folder.filter(|_| !list.returns.status.is_empty()) {
                self.say_status(session, folder, &list.returns.status)
                    .await?;
            }
            if session.out().len() > MUCH {
                line.flush(session).await?;
            }
        }
        Ok(None)
    }

    pub(super) async fn status(
        &mut self,
        session: &mut Session,
        mailbox: &str,
        items: &[StatusItem],
    ) -> Ended {
        let folder = self.mailboxes.find(&self.account, mailbox).await?;
        let folder = folder.ok_or_else(no_folder)?;
        self.say_status(session, &folder, items).await?;
        Ok(None)
    }

    async fn say_status(
        &self,
        session: &mut Session,
        folder: &Folder,
        items: &[StatusItem],
    ) -> Result<(), Trouble> {
        let view = self.mailboxes.open(&self.account, folder).await?;
        let now = view.newest();
        let count = |flag: System, has: bool| {
            let rows = now.rows.iter();
            let counted = rows.filter(|row| row.flags.system.contains(flag) == has);
            counted.count() as u64
        };
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let value = match item {
                StatusItem::Messages => now.exists().into(),
                StatusItem::Recent => 0,
                StatusItem::UidNext => now.uidnext.into(),
                StatusItem::UidValidity => now.uidvalidity.into(),
                StatusItem::Unseen => count(System::SEEN, false),
                StatusItem::Deleted => count(System::DELETED, true),
                StatusItem::HighestModSeq => now.highest_modseq,
                StatusItem::AppendLimit => self.append_limit,
                StatusItem::Size => {
                    let ids: Vec<_> = now.rows.iter().map(|row| row.message).collect();
                    let cards = self.mailboxes.cards(&ids).await?;
                    cards.iter().flatten().map(|card| card.size).sum()
                }
            };
            values.push((*item, value));
        }
        let dialect = session.enabled().dialect;
        answer::status(session.out(), dialect, &folder.name, &values);
        Ok(())
    }

    pub(super) async fn create(
        &mut self,
        session: &mut Session,
        name: &str,
        special: Option<Special>,
    ) -> Ended {
        let special = special.map(usage);
        self.mailboxes.create(&self.account, name, special).await?;
        self.say_kept(session, name, name).await?;
        Ok(None)
    }

    /// Says under which name a folder is kept, if that is another than the
    /// client said: in `inbox/later`, say, INBOX is in capitals. `old` is the
    /// name by which the client knows it (RFC 9051 §6.3.4, §6.3.6).
    async fn say_kept(&self, session: &mut Session, said: &str, old: &str) -> Result<(), Trouble> {
        if !session.enabled().dialect.is_rev2() {
            return Ok(());
        }
        let name = said.strip_suffix(DELIMITER).unwrap_or(said);
        let kept = self.mailboxes.find(&self.account, name).await?;
        if let Some(folder) = kept.filter(|folder| folder.name != said) {
            self.say_listed(session, &folder, Some(old)).await?;
        }
        Ok(())
    }

    /// What SELECT says of its mailbox (RFC 9051 §6.3.2).
    pub(super) async fn say_selected(
        &self,
        session: &mut Session,
        folder: &Folder,
    ) -> Result<(), Trouble> {
        if session.enabled().dialect.is_rev2() {
            self.say_listed(session, folder, None).await?;
        }
        Ok(())
    }

    /// One folder that nobody listed, with all that is known of it.
    async fn say_listed(
        &self,
        session: &mut Session,
        folder: &Folder,
        old: Option<&str>,
    ) -> Result<(), Trouble> {
        let list = List {
            patterns: vec![folder.name.clone()],
            ..List::default()
        };
        let names = self.mailboxes.list(&self.account, &list).await?;
        let has_children = |name: &Name| name.name == folder.name && name.children;
        let listed = Listed {
            name: &folder.name,
            children: Some(names.iter().any(has_children)),
            subscribed: folder.subscribed,
            special: folder.special.map(special),
            old_name: old,
            ..Listed::default()
        };
        let dialect = session.enabled().dialect;
        answer::list(session.out(), dialect, false, &listed);
        Ok(())
    }

    pub(super) async fn delete(&mut self, name: &str) -> Ended {
        self.mailboxes.delete(&self.account, name).await?;
        // Who deleted it needs not be told; for the others see `command`.
        self.selected = self.selected.take().filter(|s| !s.view.is_over());
        Ok(None)
    }

    pub(super) async fn rename(&mut self, session: &mut Session, from: &str, to: &str) -> Ended {
        self.mailboxes.rename(&self.account, from, to).await?;
        self.say_kept(session, to, from).await?;
        Ok(None)
    }

    pub(super) async fn subscribe(&mut self, name: &str, subscribed: bool) -> Ended {
        let done = self
            .mailboxes
            .subscribe(&self.account, name, subscribed)
            .await;
        done?;
        Ok(None)
    }
}

const fn special(of: Use) -> Special {
    match of {
        Use::Archive => Special::Archive,
        Use::Drafts => Special::Drafts,
        Use::Junk => Special::Junk,
        Use::Sent => Special::Sent,
        Use::Trash => Special::Trash,
    }
}

const fn usage(special: Special) -> Use {
    match special {
        Special::Archive => Use::Archive,
        Special::Drafts => Use::Drafts,
        Special::Junk => Use::Junk,
        Special::Sent => Use::Sent,
        Special::Trash => Use::Trash,
    }
}
