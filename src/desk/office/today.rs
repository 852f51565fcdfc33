//! What is to be done today.

use crate::desk::holds::Mine;
use crate::desk::office::letter::is_its_own;
use crate::desk::office::{Begun, Lately, Returned};
use crate::desk::tasks::{Stands, stands};
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::model::{
    Account, AccountId, Address, ContactId, Direction, MailboxId, MessageId, Recipient, Role,
    State, TaskId,
};
use crate::reading;
use crate::release;
use crate::store::records::{Grant, Message, OpenTask, Task};
use crate::store::{Error, Record, Row};
use jiff::{SignedDuration, Timestamp};

/// Lines of one list: an office with more has lost sight of them, and is told that
/// there are more.
const MOST: usize = 200;
/// Open tasks of the whole clinic that are read at once.
const TASKS: usize = 256;
/// Unread mail that is looked at for what patients wrote, the newest first: each is
/// opened.
const MOST_UNREAD: usize = 2_000;
/// Sent messages that are looked at for what went wrong, the newest first: what a
/// busy office sends in the time for which it is shown.
const MOST_SENT: usize = 10_000;
/// How long something that went wrong is shown: later nobody acts on it.
const WRONG_LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is to be done today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Unread answers, the newest first.
    pub replies: Vec<Line>,
    /// What waits for a release, the account's own to release first.
    pub waits: Vec<Waits>,
    /// Whom a message, or its notice, did not reach; the newest first.
    pub failed: Vec<Trouble>,
    /// Who has not opened a message for days; the newest first.
    pub unopened: Vec<Trouble>,
    /// Who has asked to have a message sent again, the oldest first.
    pub asked: Vec<Asked>,
    /// What came back to the account without being sent, the newest first.
    pub returned: Vec<Returned>,
    /// What it has begun to write and not sent, the newest first.
    pub begun: Vec<Begun>,
    /// What it sent last, the newest first; nothing to do.
    pub lately: Vec<Lately>,
    /// Whether one of the lists is not whole.
    pub more: bool,
}

/// An unread answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The answer.
    pub message: MessageId,
    /// Who wrote it: the directory's name, else the address.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// When it came.
    pub at: Timestamp,
    /// Whether it stands in the clinic's shared mailbox.
    pub shared: bool,
    /// Whether an answer to it waits for a release.
    pub waits: bool,
}

/// A message that waits for a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// The message.
    pub message: MessageId,
    /// What it answers.
    pub answers: Option<MessageId>,
    /// What the account is to it.
    pub part: Mine,
    /// To whom it goes, as it names them; `None` if it cannot be read.
    pub to: Option<String>,
    /// The other side: who wrote it, or who is to release it.
    pub whom: String,
    /// Its subject; `None` if it cannot be read.
    pub subject: Option<String>,
    /// Since when it waits.
    pub since: Timestamp,
    /// When it goes back to who wrote it.
    pub expires: Timestamp,
}

/// A recipient of whom somebody should think.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The message.
    pub message: MessageId,
    /// Who: the directory's name, else the address.
    pub who: String,
    /// Their telephone.
    pub phone: Option<String>,
    /// The message's subject; `None` if its content is gone.
    pub subject: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

/// Somebody who has asked to have a message sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The task.
    pub task: TaskId,
    /// The message.
    pub message: MessageId,
    /// Since when it is open.
    pub since: Timestamp,
    /// Who asks.
    pub address: String,
    /// Whom of the directory the message is for.
    pub contact: ContactId,
    /// What the directory calls them.
    pub name: Option<String>,
    /// Their telephone.
    pub phone: Option<String>,
    /// The message's subject; `None` if its content is gone.
    pub subject: Option<String>,
    /// When the message was written.
    pub written: Timestamp,
    /// How the message stands with them now.
    pub stands: Stands,
    /// Whether the account may send it again or close the task.
    pub own: bool,
}

impl Today {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let rest = Self {
            lately: Vec::new(),
            ..self.clone()
        };
        rest == Self::default()
    }
}

impl Desk {
    /// What this account has to do today. Administrators have no mailbox, and see
    /// nobody's mail.
    ///
    /// # Errors
    /// The store's own.
    pub async fn today(&self, account: &Account) -> Result<Today, Refused> {
        if account.role == Role::Admin {
            return Ok(Today::default());
        }
        let store = &self.store;
        let mut today = Today::default();
        let own = (folders::inbox(store, account.id), None);
        for place in [own, (folders::shared(store), Some(account.id))] {
            self.replies(&mut today, place).await?;
        }
        today.replies.sort_by_key(|line| std::cmp::Reverse(line.at));
        today.waits = self.waits(account).await?;
        for line in &mut today.replies {
            line.waits = today.waits.iter().any(|w| w.answers == Some(line.message));
        }
        self.troubles(&mut today, account).await?;
        self.asked(&mut today, account).await?;
        let (returned, more) = self.returned(account).await?;
        today.returned = returned;
        today.begun = self.begun(account.id).await?;
        today.more |= more;
        let above = |id| {
            let mut troubles = today.failed.iter().chain(&today.unopened);
            troubles.any(|trouble| trouble.message == id)
        };
        let mut lately = self.lately(account).await?;
        lately.retain(|sent| !above(sent.message));
        today.lately = lately;
        Ok(today)
    }

    /// Unread answers in a folder.
    async fn replies(
        &self,
        today: &mut Today,
        (folder, reader): (MailboxId, Option<AccountId>),
    ) -> Result<(), Error> {
        let rows = self.store.rows(folder, reader).await?.rows;
        let unread = |row: &&Row| folders::is_unread(row);
        for (looked, row) in rows.iter().rev().filter(unread).enumerate() {
            if looked == MOST_UNREAD || today.replies.len() == MOST {
                today.more = true;
                break;
            }
            // One that stands in both mailboxes is one answer.
            if !today.replies.iter().any(|line| line.message == row.message) {
                let line = self.reply(row, reader.is_some()).await?;
                today.replies.extend(line);
            }
        }
        Ok(())
    }

    /// A row that a patient wrote. The gateway's own letters, and what came from
    /// elsewhere, are read in the mail program.
    async fn reply(&self, row: &Row, shared: bool) -> Result<Option<Line>, Error> {
        let message = self.store.get(&Message::at(row.message)).await?;
        let Some(message) = message else {
            return Ok(None);
        };
        let Some(head) = self.head(&message).await? else {
            return Ok(None);
        };
        let from = head.from.as_ref().map(|from| &from.address);
        let Some(came) = self.came(&message, from).await? else {
            return Ok(None);
        };
        let name = match came.contact {
            Some(contact) => self.person(contact).await?.0,
            None => None,
        };
        let from = name.or_else(|| reading::sender(&head));
        Ok(Some(Line {
            message: row.message,
            from: from.unwrap_or_default(),
            subject: head.subject,
            at: row.filed,
            shared,
            waits: false,
        }))
    }

    pub(super) async fn waits(&self, account: &Account) -> Result<Vec<Waits>, Refused> {
        let mut waits = Vec::new();
        for view in self.holds(account).await? {
            let (Ok(message), Some(part)) = (view.id.parse::<MessageId>(), view.part) else {
                continue;
            };
            let record = self.store.get(&Message::at(message)).await?;
            let head = match &record {
                Some(record) => self.head(record).await?,
                None => None,
            };
            let whom = if part == Mine::Written {
                view.provider
            } else {
                view.writer
            };
            let answers = match &head {
                Some(head) => release::answered(&self.store, head).await?,
                None => None,
            };
            waits.push(Waits {
                message,
                answers,
                part,
                whom: whom
                    .name
                    .unwrap_or_else(|| whom.address.as_str().to_owned()),
                to: head
                    .as_ref()
                    .and_then(|head| head.to.first())
                    .map(|to| to.label().to_owned()),
                subject: head.map(|head| head.subject),
                since: view.created,
                expires: view.expires,
            });
        }
        waits.sort_by_key(|wait| match wait.part {
            Mine::ToRelease => 0,
            Mine::AsDeputy => 1,
            Mine::Written => 2,
        });
        Ok(waits)
    }

    /// What failed and what is not opened, of what the account has sent.
    async fn troubles(&self, today: &mut Today, account: &Account) -> Result<(), Error> {
        let now = self.store.clock().now();
        let since = now.saturating_sub(WRONG_LASTS).unwrap_or(now);
        let sent = folders::sent(&self.store, account.id);
        let rows = self
            .store
            .latest_rows(sent, None, (None, MOST_SENT))
            .await?;
        today.more |= rows.len() == MOST_SENT;
        for row in rows.iter().filter(|row| row.filed >= since) {
            if today.failed.len().max(today.unopened.len()) == MOST {
                today.more = true;
                break;
            }
            let message = self.store.get(&Message::at(row.message)).await?;
            let ours = |m: &Message| m.direction == Direction::Outgoing && m.accepted >= since;
            let Some(message) = message.filter(ours) else {
                continue;
            };
            for n in 0..message.recipients {
                let recipient = self.store.get(&Recipient::at(message.id, n)).await?;
                if let Some(recipient) = recipient {
                    self.trouble(today, (&message, &recipient), now).await?;
                }
            }
        }
        Ok(())
    }

    async fn trouble(
        &self,
        today: &mut Today,
        (message, recipient): (&Message, &Recipient),
        now: Timestamp,
    ) -> Result<(), Error> {
        let failed = matches!(recipient.state, State::Failed | State::NoticeBounced);
        let unread = matches!(recipient.state, State::NoticeAccepted | State::Expired);
        if !failed && !unread {
            return Ok(());
        }
        let grant = match recipient.grant {
            Some(grant) => self.store.get(&Grant::at(grant)).await?,
            None => None,
        };
        let since = if failed {
            recipient.since
        } else {
            let waits = self.settings.current().unopened;
            let noticed = grant.as_ref().filter(|grant| grant.opened.is_none());
            let Some(noticed) = noticed.and_then(|grant| grant.noticed) else {
                return Ok(());
            };
            if now.duration_since(noticed) < waits {
                return Ok(());
            }
            noticed
        };
        let head = self.head(message).await?;
        let (name, phone) = self.person(recipient.contact).await?;
        let written = head
            .as_ref()
            .and_then(|head| head.envelope.get(usize::from(recipient.n)));
        let address = written.or(grant.as_ref().map(|grant| &grant.address));
        let who = name.or_else(|| address.map(|a: &Address| a.as_str().to_owned()));
        let list = if failed {
            &mut today.failed
        } else {
            &mut today.unopened
        };
        list.push(Trouble {
            message: message.id,
            who: who.unwrap_or_default(),
            phone,
            subject: head.map(|head| head.subject),
            since,
        });
        Ok(())
    }

    async fn asked(&self, today: &mut Today, account: &Account) -> Result<(), Error> {
        let mut after = None;
        loop {
            let found = self.store.range::<OpenTask>(&[], after.as_ref(), TASKS);
            let found = found.await?;
            let Some(last) = found.last() else { break };
            after = Some(last.key());
            for open in &found {
                today.asked.extend(self.task(account, open).await?);
            }
            if today.asked.len() >= MOST {
                today.more = true;
                break;
            }
        }
        today.asked.sort_by_key(|asked| asked.since);
        Ok(())
    }

    /// A task about a message that the account sees. One that was closed between
    /// the reads is simply not listed.
    async fn task(&self, account: &Account, open: &OpenTask) -> Result<Option<Asked>, Error> {
        let task = self.store.get(&Task::at(open.task)).await?;
        let grant = self.store.get(&Grant::at(open.grant)).await?;
        let Some((task, grant)) = task.zip(grant) else {
            return Ok(None);
        };
        let message = self.store.get(&Message::at(grant.message)).await?;
        let Some(message) = message else {
            return Ok(None);
        };
        if !folders::sees(&self.store, account.id, message.id).await? {
            return Ok(None);
        }
        let opened = reading::open(&self.store, message.id).await?;
        let (name, phone) = self.person(grant.contact).await?;
        Ok(Some(Asked {
            task: task.id,
            message: message.id,
            since: task.created,
            address: grant.address.as_str().to_owned(),
            contact: grant.contact,
            name,
            phone,
            own: is_its_own(account, &message, opened.as_ref()),
            subject: opened.map(|opened| opened.head.subject),
            written: message.accepted,
            stands: stands(&grant, self.store.clock().now()),
        }))
    }
}
