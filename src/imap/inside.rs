//! Somebody who has signed in: what each command says and does.

use crate::imap::connection::{End, Line};
use crate::imap::seats::Seat;
use crate::mailbox::{AppendError, Appending, ChangeError, Mailboxes, Snapshot, View};
use crate::model::Account;
use crate::store::Error;
use crate::wire::imap::command::Append;
use crate::wire::imap::set::Which;
use crate::wire::imap::{Answer, Code, Command, Enabled, Event, Session, answer};
use std::sync::Arc;

/// What a client hears whose folder somebody else deleted (RFC 2180 §3.3).
pub(super) const DELETED: &str = "The mailbox that was selected has been deleted.";

/// A session behind the door.
pub(super) struct Inside {
    pub(super) mailboxes: Mailboxes,
    pub(super) account: Account,
    pub(super) append_limit: u64,
    _seat: Seat,
    pub(super) selected: Option<Selected>,
    appending: Option<Appending>,
}

/// The folder that is selected.
pub(super) struct Selected {
    pub(super) view: View,
    /// What the client knows.
    pub(super) shown: Arc<Snapshot>,
    /// Nothing may change.
    pub(super) read_only: bool,
    /// The UIDs that `$` stands for (RFC 5182).
    pub(super) saved: Vec<u32>,
    /// The client has heard the highest mod-sequence since it counts them.
    pub(super) counted: bool,
}

/// How a command ends: by the machine's own words, or by these.
pub(super) type Ended = Result<Option<Answer>, Trouble>;

/// Why a command was not done.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The client hears this.
    Said(Answer),
    /// The connection is of no more use.
    End(End),
}

impl From<Answer> for Trouble {
    fn from(answer: Answer) -> Self {
        Self::Said(answer)
    }
}

impl From<End> for Trouble {
    fn from(end: End) -> Self {
        Self::End(end)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        tracing::error!(event = "imap.failed", reason = %error, "A mail program's command could not be done.");
        Self::Said(match error {
            Error::Full => {
                Answer::no("There is no room left. Tell your administrator.").with(Code::OverQuota)
            }
            _ => Answer::no("The mailbox cannot be used just now. Try again in a minute.")
                .with(Code::Unavailable),
        })
    }
}

impl From<ChangeError> for Trouble {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Gone => Self::Said(
                Answer::no("One of the messages is no longer there.").with(Code::ExpungeIssued),
            ),
            ChangeError::Many => {
                let text = format!("Nothing was copied: {error}. Copy them in parts.");
                Self::Said(Answer::no(text).with(Code::Limit))
            }
            ChangeError::Keywords => {
                Self::Said(Answer::no("A message has room for 64 keywords.").with(Code::Limit))
            }
            ChangeError::Held
            | ChangeError::Kept
            | ChangeError::NotHeld
            | ChangeError::Release(_) => {
                Self::Said(Answer::no(error.to_string()).with(Code::Cannot))
            }
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<AppendError> for Trouble {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Full => Error::Full.into(),
            AppendError::Kept => Self::Said(Answer::no(error.to_string()).with(Code::Cannot)),
            AppendError::Store(error) => error.into(),
        }
    }
}

impl Inside {
    pub(super) async fn new(
        mailboxes: Mailboxes,
        account: Account,
        (seat, append_limit): (Seat, u64),
    ) -> Result<Self, Error> {
        mailboxes.prepare(&account).await?;
        Ok(Self {
            mailboxes,
            account,
            append_limit,
            _seat: seat,
            selected: None,
            appending: None,
        })
    }

    /// Waits until the selected folder is another; `false` if it is followed no
    /// more.
    pub(super) async fn news(&mut self) -> bool {
        match &mut self.selected {
            Some(selected) => selected.view.changed().await,
            None => std::future::pending().await,
        }
    }

    /// Does a command and answers it.
    pub(super) async fn command(
        &mut self,
        session: &mut Session,
        line: &mut Line,
        command: Command,
    ) -> Result<(), End> {
        let tells_all = !keeps_numbers(&command);
        let is_over = matches!(command, Command::Close { .. } | Command::Select(_));
        if !is_over && self.selected.as_ref().is_some_and(|s| s.view.is_over()) {
            session.bye(None, DELETED);
            return Ok(());
        }
        let ended = Box::pin(self.run(session, line, command)).await;
        if !is_over {
            self.tell(session, tells_all);
        }
        settle(session, ended)
    }

    async fn run(&mut self, session: &mut Session, line: &mut Line, command: Command) -> Ended {
        match command {
            Command::Noop => {
                self.mailboxes.catch_up().await?;
                Ok(None)
            }
            Command::Namespace => self.namespace(session).await,
            Command::Select(select) => self.select(session, select).await,
            Command::Close { expunge } => self.close(expunge).await,
            Command::Fetch(fetch) => self.fetch(session, line, fetch).await,
            Command::Search(search) => self.search(session, search).await,
            Command::Sort { by, search } => self.sort(session, &by, search).await,
            Command::Thread { algorithm, search } => self.thread(session, algorithm, search).await,
            Command::List(list) => self.list(session, line, &list).await,
            command => self.change(session, command).await,
        }
    }

    /// What changes folders and messages, and STATUS.
    async fn change(&mut self, session: &mut Session, command: Command) -> Ended {
        match command {
            Command::Status { mailbox, items } => self.status(session, &mailbox, &items).await,
            Command::Create { mailbox, special } => self.create(session, &mailbox, special).await,
            Command::Delete(mailbox) => self.delete(&mailbox).await,
            Command::Rename { from, to } => self.rename(session, &from, &to).await,
            Command::Subscribe(mailbox) => self.subscribe(&mailbox, true).await,
            Command::Unsubscribe(mailbox) => self.subscribe(&mailbox, false).await,
            Command::Store(store) => self.store(session, store).await,
            Command::Copy(transfer) => self.transfer(session, transfer, false).await,
            Command::Move(transfer) => self.transfer(session, transfer, true).await,
            Command::Expunge(which) => self.expunge(session, which).await,
            // The rest was done before it came here.
            _ => Ok(None),
        }
    }

    async fn namespace(&mut self, session: &mut Session) -> Ended {
        let prefix = format!("{}/", crate::mailbox::SHARED);
        let shared = format!("{prefix}INBOX");
        let shared = self.mailboxes.find(&self.account, &shared).await?;
        let prefix = shared.is_some().then_some(prefix.as_str());
        let dialect = session.enabled().dialect;
        answer::namespace(session.out(), dialect, prefix);
        Ok(None)
    }

    /// What is no command.
    pub(super) async fn event(&mut self, session: &mut Session, event: Event) -> Result<(), End> {
        match event {
            Event::Append(append) => {
                let begun = self.begin(append).await;
                settle(session, begun)
            }
            Event::Octets(octets) => {
                let Some(appending) = &mut self.appending else {
                    return Ok(());
                };
                if let Err(error) = appending.write(&octets).await {
                    self.appending = None;
                    return settle(session, Err(error.into()));
                }
                Ok(())
            }
            Event::AppendEnd => {
                let ended = self.append_end().await;
                self.tell(session, true);
                settle(session, ended)
            }
            Event::Abort => {
                self.appending = None;
                Ok(())
            }
            Event::Idle => {
                self.tell(session, true);
                Ok(())
            }
            Event::Done => {
                self.tell(session, true);
                session.accept();
                Ok(())
            }
            Event::SignIn(_) | Event::Command(_) => Err(End::Closed),
        }
    }

    async fn begin(&mut self, append: Append) -> Ended {
        let Append {
            mailbox,
            flags,
            date,
            ..
        } = append;
        let folder = self.mailboxes.find(&self.account, &mailbox).await?;
        let Some(folder) = folder else {
            return Err(no_folder_to_put().into());
        };
        let begun = self
            .mailboxes
            .append(&self.account, folder, (flags, date))?;
        self.appending = Some(begun);
        Ok(None)
    }

    async fn append_end(&mut self) -> Ended {
        let Some(appending) = self.appending.take() else {
            return Err(Answer::no("The message was lost on its way. Try again.").into());
        };
        let uidvalidity = appending.uidvalidity();
        let Some(uid) = Box::pin(appending.finish()).await? else {
            let waits = "APPEND completed. The message waits for release, where it stands already.";
            return Ok(Some(Answer::ok(waits)));
        };
        let code = Code::AppendUid(uidvalidity, uid);
        Ok(Some(Answer::ok("APPEND completed.").with(code)))
    }

    /// Tells what is new in the selected folder. Where the numbers of messages
    /// must stay as they are, only what leaves them alone.
    pub(super) fn tell(&mut self, session: &mut Session, may_renumber: bool) {
        let Some(selected) = &mut self.selected else {
            return;
        };
        let all = selected.tell(session, may_renumber);
        if session.enabled().condstore && !(all && selected.counted) {
            // RFC 7162 §3.1: the first command that counts. §3.2: and where
            // something is held back, the client may have heard of a later
            // number; it must come back with one from before.
            selected.counted = true;
            let highest = Code::HighestModSeq(selected.shown.highest_modseq);
            answer::ok(session.out(), &highest, "You know all up to this change.");
        }
    }

    /// The folder that is selected. The machine lets no command through that
    /// needs one without it.
    pub(super) fn selected(&mut self) -> Result<&mut Selected, Trouble> {
        let none = || Answer::bad("No mailbox is selected.").into();
        self.selected.as_mut().ok_or_else(none)
    }

    /// The places a command means, in the snapshot that the client knows.
    pub(super) fn places(&mut self, which: &Which, by_uid: bool) -> Result<Vec<u32>, Trouble> {
        let selected = self.selected()?;
        let exists = selected.shown.exists();
        Ok(match which {
            // RFC 3501 §9, seq-number.
            Which::Set(set) if !by_uid && set.resolve(exists).largest() > Some(exists) => {
                return Err(Answer::bad("There are not so many messages.").into());
            }
            Which::Set(set) => selected.shown.select(set, by_uid),
            Which::Saved => {
                let places = selected.saved.iter();
                places
                    .filter_map(|uid| selected.shown.place(*uid))
                    .collect()
            }
        })
    }
}

impl Selected {
    /// Whether all was told.
    fn tell(&mut self, session: &mut Session, may_renumber: bool) -> bool {
        let newest = self.view.seen();
        if Arc::ptr_eq(&newest, &self.shown) {
            return true;
        }
        let news = self.shown.news(&newest);
        if !may_renumber && !news.gone.is_empty() {
            return false;
        }
        let Enabled {
            qresync,
            condstore,
            dialect,
        } = session.enabled();
        let out = session.out();
        if qresync {
            let mut gone: Vec<u32> = news.gone.iter().map(|(_, uid)| *uid).collect();
            gone.reverse();
            answer::vanished(out, false, &gone);
        } else {
            for (place, _) in &news.gone {
                answer::expunge(out, index(*place));
            }
        }
        if let Some(count) = news.exists {
            answer::exists(out, index(count));
            answer::recent(out, dialect);
        }
        for place in &news.flags {
            let Some(row) = newest.at(*place) else {
                continue;
            };
            let mut line = answer::Row::begin(out, index(*place));
            // RFC 9051 §7.5.2: a FETCH that nobody asked for says the UID.
            if qresync || dialect.is_rev2() {
                line.uid(out, row.uid);
            }
            line.flags(out, &row.flags);
            if condstore {
                line.modseq(out, row.modseq);
            }
            answer::Row::end(out);
        }
        self.saved.retain(|uid| newest.place(*uid).is_some());
        self.shown = newest;
        true
    }
}

/// Whether the numbers of messages must stay while this is answered
/// (RFC 3501 §7.4.1, RFC 5256 §3, RFC 7162 §3.2.10.2).
fn keeps_numbers(command: &Command) -> bool {
    match command {
        Command::Fetch(fetch) => !fetch.uid,
        Command::Store(store) => !store.uid,
        Command::Search(search) | Command::Sort { search, .. } | Command::Thread { search, .. } => {
            !search.uid || search.key.has_numbers()
        }
        _ => false,
    }
}

fn settle(session: &mut Session, ended: Ended) -> Result<(), End> {
    match ended {
        Ok(None) => session.accept(),
        Ok(Some(answer)) | Err(Trouble::Said(answer)) => session.answer(answer),
        Err(Trouble::End(end)) => return Err(end),
    }
    Ok(())
}

/// A place as the writer wants it.
pub(super) fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

pub(super) fn no_folder() -> Answer {
    Answer::no("There is no such mailbox.").with(Code::NonExistent)
}

pub(super) fn no_folder_to_put() -> Answer {
    Answer::no("There is no such mailbox; make it first.").with(Code::TryCreate)
}
