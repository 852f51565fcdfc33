//! What the office is asked to do.

use crate::access::link::{self, LinkState};
use crate::access::passcode::LOCK;
use crate::desk::{Desk, Refused, wish};
use crate::model::{Event, EventKind, GrantId, TaskId};
use crate::store::records::{Grant, OpenTask, Task};
use crate::store::{Error, Tx};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many open tasks one list shows at most: an office with more has lost
/// sight of them long since.
const MAX_LISTED: usize = 1000;

/// An open task: a reader has asked to have a message sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    /// Its id.
    pub id: String,
    /// Since when it is open.
    pub since: Timestamp,
    /// The message it is about.
    pub message: String,
    /// Who asks, masked unless addresses were asked for.
    pub address: String,
    /// How the message stands with them now.
    pub stands: Stands,
}

/// How a message stands with its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stands {
    /// It can be read.
    Open,
    /// Its time is over.
    Expired,
    /// A hundred wrong codes have closed it.
    Locked,
    /// The office took it back.
    Withdrawn,
    /// Its content is destroyed.
    Destroyed,
}

impl Desk {
    /// The open tasks, the oldest first.
    ///
    /// # Errors
    /// The store's own.
    pub async fn tasks(&self, addresses: bool) -> Result<Vec<TaskView>, Refused> {
        self.disclose("tasks", addresses).await?;
        let now = self.store.clock().now();
        let open = self.store.range::<OpenTask>(&[], None, MAX_LISTED).await?;
        let mut views = Vec::new();
        for open in open {
            let task = self.store.get(&Task::at(open.task)).await?;
            let grant = self.store.get(&Grant::at(open.grant)).await?;
            // A task that was closed between the reads is simply not listed.
            let Some((task, grant)) = task.zip(grant) else {
                continue;
            };
            views.push(TaskView {
                id: task.id.to_string(),
                since: task.created,
                message: grant.message.to_string(),
                address: match addresses {
                    true => grant.address.as_str().to_owned(),
                    false => grant.address.masked(),
                },
                stands: stands(&grant, now),
            });
        }
        views.sort_by_key(|view| view.since);
        Ok(views)
    }

    /// Closes a task. Its reader may ask again later.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such task, or it is closed already.
    pub async fn finish_task(&self, id: TaskId) -> Result<(), Refused> {
        let task = self.store.get(&Task::at(id)).await?;
        let task = task.ok_or_else(|| {
            wish(format!(
                "there is no task {id}; `sealpost task list` shows what is open"
            ))
        })?;
        if let Some(at) = task.done {
            let at = self.written(at);
            return Err(wish(format!("the task {id} was closed on {at}")));
        }
        let mut tx = Tx::new();
        self.close_task(&mut tx, task.grant).await?;
        self.store.commit(tx).await?;
        Ok(())
    }

    /// Closes the open task of a grant in the caller's commit; returns whether
    /// there was one.
    pub(super) async fn close_task(&self, tx: &mut Tx, grant: GrantId) -> Result<bool, Error> {
        let Some(open) = self.store.hold(&OpenTask::at(grant)).await? else {
            return Ok(false);
        };
        tx.remove(&open);
        if let Some(held) = self.store.hold(&Task::at(open.record.task)).await? {
            let mut task = held.record.clone();
            task.done = Some(self.store.clock().now());
            tx.replace(&held, &task);
        }
        let event = Event::new(self.actor, EventKind::Task, open.record.task);
        tx.audit(event.noted("closed"));
        Ok(true)
    }
}

pub(super) fn stands(grant: &Grant, now: Timestamp) -> Stands {
    match link::state(grant, now) {
        LinkState::Withdrawn => Stands::Withdrawn,
        LinkState::Purged => Stands::Destroyed,
        LinkState::Expired => Stands::Expired,
        LinkState::Open if grant.failures >= LOCK => Stands::Locked,
        LinkState::Open => Stands::Open,
    }
}
