//! Who did what with a message that went out: who wrote it in somebody else's name,
//! who released it, who took it back. The audit trail says so.

use crate::desk::Desk;
use crate::model::{Account, AccountId, Actor, Direction, EventKind, MessageId};
use crate::reading::Opened;
use crate::store::records::Message;
use crate::store::{Audited, Error};
use jiff::{SignedDuration, Timestamp};

/// Events that are looked at: those of some days in a busy clinic. What is older,
/// the page for the audit trail finds.
const LOOKED: usize = 1_000;
/// Events read at once.
const STEP: usize = 500;
/// How far before its message an event is looked for: a clock that was set back
/// leaves later entries of an earlier time.
const SLACK: SignedDuration = SignedDuration::from_hours(24);

/// Who did what with a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Who wrote it, if it bears somebody else's name.
    pub writer: Option<String>,
    /// Who released it, and when.
    pub released: Option<(String, Timestamp)>,
    /// Who took it back, the last time.
    pub recalled: Option<String>,
}

/// Who it was, by their ids.
#[derive(Default)]
struct Found {
    released: Option<(AccountId, Timestamp)>,
    recalled: Option<AccountId>,
}

impl Desk {
    /// Who did what; the trail is read only if there is something to find. `goes`: it
    /// waits for nobody's release; `recalled`: somebody took it back.
    pub(super) async fn told(
        &self,
        message: &Message,
        opened: Option<&Opened>,
        (goes, recalled): (bool, bool),
    ) -> Result<Told, Error> {
        let mut told = Told::default();
        let from = opened.and_then(|opened| opened.head.from.as_ref());
        if let (Some(id), Some(from)) = (message.account, from) {
            let writer = self.store.get(&Account::at(id)).await?;
            let other = writer.filter(|writer| writer.address != from.address);
            told.writer = other.map(|writer| writer.shown().to_owned());
        }
        let goes = goes && message.direction == Direction::Outgoing;
        let released = told.writer.is_some() && goes;
        if !released && !recalled {
            return Ok(told);
        }
        let found = self.found(message, (released, recalled)).await?;
        if let Some((id, at)) = found.released {
            told.released = self.name(id).await?.map(|name| (name, at));
        }
        if let Some(id) = found.recalled {
            told.recalled = self.name(id).await?;
        }
        Ok(told)
    }

    async fn found(
        &self,
        message: &Message,
        (released, recalled): (bool, bool),
    ) -> Result<Found, Error> {
        let since = message.accepted.saturating_sub(SLACK);
        let since = since.unwrap_or(message.accepted);
        let (mut found, mut before, mut looked) = (Found::default(), None, 0);
        while looked < LOOKED {
            let page = match self.store.audit_before(before, STEP).await {
                Ok(page) => page,
                // A trail with a hole is a matter for `sealpost store verify`; the
                // message is shown all the same.
                Err(Error::Damaged(_) | Error::Newer | Error::Sealed) => break,
                Err(error) => return Err(error),
            };
            let last = page.last().map(|audited| (audited.sequence, audited.at));
            for audited in &page {
                found.take(audited, message.id);
            }
            let done =
                (!released || found.released.is_some()) && (!recalled || found.recalled.is_some());
            let Some((sequence, at)) = last else { break };
            if done || at < since || page.len() < STEP {
                break;
            }
            before = Some(sequence);
            looked += STEP;
        }
        Ok(found)
    }

    async fn name(&self, id: AccountId) -> Result<Option<String>, Error> {
        let account = self.store.get(&Account::at(id)).await?;
        Ok(account.map(|account| account.shown().to_owned()))
    }
}

impl Found {
    /// Takes in an event; the newest comes first.
    fn take(&mut self, audited: &Audited, id: MessageId) {
        let event = &audited.event;
        let Actor::Account(who) = event.actor else {
            return;
        };
        if !event.success {
            return;
        }
        let id = id.to_string();
        match event.kind {
            EventKind::Release if event.object == id => {
                self.released.get_or_insert((who, audited.at));
            }
            // A recall is of one recipient: "message/0".
            EventKind::Recall if event.object.split('/').next() == Some(id.as_str()) => {
                self.recalled.get_or_insert(who);
            }
            _ => {}
        }
    }
}
