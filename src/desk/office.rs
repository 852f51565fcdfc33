//! What somebody of the office sees on its pages. Unlike an administrator's
//! views, these hold contents: an account sees what its mailbox shows.

use crate::desk::tasks::{Stands, stands};
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::model::{Account, Role, TaskId};
use crate::store::records::{Grant, Message, OpenTask, Task};
use jiff::Timestamp;

/// How many open tasks are looked at: an office with more has lost sight of them.
const MOST: usize = 1000;

/// What is to be done today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Who has asked to have a message sent again, the oldest first.
    pub asked: Vec<Asked>,
}

/// Somebody who has asked to have a message sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The task.
    pub task: TaskId,
    /// Since when it is open.
    pub since: Timestamp,
    /// Who asks.
    pub address: String,
    /// The message's subject; `None` if its content is gone.
    pub subject: Option<String>,
    /// When the message was written.
    pub written: Timestamp,
    /// How the message stands with them now.
    pub stands: Stands,
}

impl Desk {
    /// What this account has to do today. Administrators have no mailbox, and see
    /// nobody's mail.
    ///
    /// # Errors
    /// The store's own.
    pub async fn today(&self, account: &Account) -> Result<Today, Refused> {
        let mut today = Today::default();
        if account.role == Role::Admin {
            return Ok(today);
        }
        let now = self.store.clock().now();
        for open in self.store.range::<OpenTask>(&[], None, MOST).await? {
            let task = self.store.get(&Task::at(open.task)).await?;
            let grant = self.store.get(&Grant::at(open.grant)).await?;
            // A task that was closed between the reads is simply not listed.
            let Some((task, grant)) = task.zip(grant) else {
                continue;
            };
            let message = self.store.get(&Message::at(grant.message)).await?;
            let Some(message) = message else { continue };
            if !folders::sees(&self.store, account.id, message.id).await? {
                continue;
            }
            let head = self.head(&message).await?;
            today.asked.push(Asked {
                task: task.id,
                since: task.created,
                address: grant.address.as_str().to_owned(),
                subject: head.map(|head| head.subject),
                written: message.accepted,
                stands: stands(&grant, now),
            });
        }
        today.asked.sort_by_key(|asked| asked.since);
        Ok(today)
    }
}
