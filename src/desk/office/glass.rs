//! Messages that were opened in an emergency: each for one session, with a reason
//! that is on record before anything is shown.

use crate::desk::office::Viewer;
use crate::desk::{Desk, Refused};
use crate::mime::one_line;
use crate::model::{Actor, Direction, Event, EventKind, MessageId, TokenKey};
use crate::policy::{self, Denied};
use crate::store::Tx;
use crate::store::records::Message;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Openings that are remembered: emergencies of one day, and far more. Past it the
/// oldest asks for a reason again, as all do after a restart.
const MOST: usize = 1000;

/// What was opened, by session. Clones share it.
#[derive(Clone, Default)]
pub struct Glass(Arc<Mutex<VecDeque<(TokenKey, MessageId)>>>);

impl std::fmt::Debug for Glass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Glass(…)")
    }
}

impl Glass {
    /// Whether a session has opened a message.
    pub(super) fn is_open(&self, session: TokenKey, id: MessageId) -> bool {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.contains(&(session, id))
    }

    fn open(&self, session: TokenKey, id: MessageId) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST {
            open.pop_front();
        }
        open.push_back((session, id));
    }
}

/// What came of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It is open in this session.
    Open,
    /// The reason is too short or too long.
    Reason,
    /// There is nothing to open, or the account may not.
    Nothing,
}

impl Desk {
    /// Opens a message that the viewer does not see, for this session. A provider
    /// alone, with a reason of 10 to 200 characters, which is on record for good.
    ///
    /// # Errors
    /// The store's own; then it is not open.
    pub async fn break_glass(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
        reason: &str,
    ) -> Result<Opening, Refused> {
        let reason = one_line(reason);
        match policy::may_open(viewer.account, &reason) {
            Ok(()) => {}
            Err(Denied::Reason) => return Ok(Opening::Reason),
            Err(_) => return Ok(Opening::Nothing),
        }
        if self.right(viewer, id).await?.is_some() {
            return Ok(Opening::Open);
        }
        let message = self.store.get(&Message::at(id)).await?;
        // What lies in somebody's folder and travels nowhere, such as a draft, is
        // no message yet.
        let travels = message.filter(|m| m.direction != Direction::Stored);
        let Some(message) = travels else {
            return Ok(Opening::Nothing);
        };
        let mut tx = Tx::new();
        let event = Event::new(Actor::Account(viewer.account.id), EventKind::BreakGlass, id);
        tx.audit(event.noted(&reason));
        // A message that answers none says nowhere in clear whose it is; the
        // accounting of disclosures of its writer must have it all the same.
        if message.direction == Direction::Incoming && message.answers.is_none() {
            let head = self.head(&message).await?;
            let from = head.and_then(|head| head.from);
            let came = self.came(&message, from.as_ref().map(|from| &from.address));
            if let Some(contact) = came.await?.and_then(|came| came.contact) {
                let event = Event::new(
                    Actor::Account(viewer.account.id),
                    EventKind::Disclose,
                    contact,
                );
                tx.audit(event.noted("break-glass"));
            }
        }
        self.store.commit(tx).await?;
        self.glass.open(viewer.session, id);
        Ok(Opening::Open)
    }
}
