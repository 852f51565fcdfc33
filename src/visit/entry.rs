//! Before a session: the link's page, asking for a code, trying it, asking the
//! office to send again.

use crate::access::passcode::{self, BETWEEN, LOCK, Press, Try};
use crate::access::{codes, form, link, session};
use crate::model::{Actor, Event, EventKind, Lane, Secret, TaskId, Token};
use crate::queue;
use crate::store::records::{Grant, OpenTask, Request, Task, TaskKind, Work};
use crate::store::{self, Tx};
use crate::visit::front::from;
use crate::visit::mail::{self, Whom};
use crate::visit::view::{Asked, Caller, Closed, CodePage, Entry, Front, Landing, Verified};
use crate::visit::{Error, Visit};
use link::LinkState;

/// A link's grant if it can be read, else the page that says why not.
enum Door {
    Open(Box<Grant>),
    Shut(Landing),
}

impl Visit {
    /// What the link leads to. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn landing(&self, link: &Token) -> Result<Landing, Error> {
        Ok(match self.door(link).await? {
            Door::Open(grant) => Landing::Open(front(&grant)),
            Door::Shut(landing) => landing,
        })
    }

    /// The value that the forms on the link's pages carry: stateless, good for
    /// this hour and the next.
    #[must_use]
    pub fn form(&self, link: &Token) -> Secret {
        form::value(&self.store, link)
    }

    /// Whether a form's value belongs to the link and is recent.
    #[must_use]
    pub fn form_fits(&self, link: &Token, value: &str) -> bool {
        form::fits(&self.store, link, value)
    }

    /// What the code page shows; `Err(Landing)` inside if there is nothing to
    /// ask a code for. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn code_page(&self, link: &Token) -> Result<Result<CodePage, Landing>, Error> {
        Ok(match self.door(link).await? {
            Door::Open(grant) => Ok(self.page(&grant).await?),
            Door::Shut(landing) => Err(landing),
        })
    }

    /// "Send me a code".
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`].
    pub async fn request_code(&self, link: &Token, caller: &Caller) -> Result<Asked, Error> {
        let grant = match self.door(link).await? {
            Door::Open(grant) => grant,
            Door::Shut(landing) => return Ok(Asked::Closed(landing)),
        };
        let rules = self.rules();
        let now = self.store.clock().now();
        let letterhead = &rules.letterhead;
        let pressed = codes::press(
            &self.store,
            grant.id,
            &from(caller),
            |tx, request, serial, code| {
                let parcel = mail::code(
                    &self.store,
                    letterhead,
                    Whom::of(&grant),
                    (&request.reference, serial, code),
                )?;
                queue::push(tx, now, Lane::Code, Work::Deliver(parcel));
                Ok::<(), Error>(())
            },
        )
        .await?;
        let mut page = code_page(&grant, Some(&pressed.request), now);
        Ok(match pressed.press {
            Press::Code => Asked::Sent(page),
            Press::Joined { again } => {
                page.again = Some(again);
                Asked::Joined(page)
            }
            Press::TooMany { again } => {
                page.again = Some(again);
                Asked::TooMany(page)
            }
            Press::Locked => Asked::Locked(self.closed(&grant).await?),
        })
    }

    /// Tries a code as it was typed; `private` keeps the session on this device.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn verify(
        &self,
        link: &Token,
        typed: &Secret,
        private: bool,
        caller: &Caller,
    ) -> Result<Verified, Error> {
        let grant = match self.door(link).await? {
            Door::Open(grant) => grant,
            Door::Shut(landing) => return Ok(Verified::Closed(landing)),
        };
        let enter =
            |tx: &mut Tx| session::begin(&self.store, tx, (grant.mailbox, &grant.address), private);
        let (verdict, entered) =
            codes::attempt(&self.store, grant.id, &from(caller), typed, enter).await?;
        if let Some((session, known)) = entered {
            return Ok(Verified::In(Entry {
                session,
                known,
                private,
                grant: grant.id,
            }));
        }
        Ok(match verdict {
            Try::Locked => Verified::Locked(self.closed(&grant).await?),
            Try::Wait(until) => Verified::Wait {
                until,
                page: self.page(&grant).await?,
            },
            // A right code always comes with a session, above.
            Try::Right => Verified::Wrong {
                left: 0,
                page: self.page(&grant).await?,
            },
            Try::Wrong { left } => Verified::Wrong {
                left,
                page: self.page(&grant).await?,
            },
        })
    }

    /// "Ask the office to send it again": at most one open task for a message.
    /// Returns the page to show, with `asked` set; whatever else the link leads
    /// to if there is nothing to ask for.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn ask_again(&self, link: &Token, caller: &Caller) -> Result<Landing, Error> {
        let Some((grant, state)) = link::find(&self.store, link).await? else {
            return Ok(Landing::Unknown);
        };
        if state == LinkState::Open && grant.failures < LOCK {
            return Ok(Landing::Open(front(&grant)));
        }
        if self.store.get(&OpenTask::at(grant.id)).await?.is_none() {
            self.open_task(&grant, caller).await?;
        }
        let closed = Closed {
            language: grant.language,
            asked: true,
        };
        Ok(match state {
            LinkState::Open => Landing::Locked(closed),
            LinkState::Withdrawn => Landing::Withdrawn(closed),
            LinkState::Expired | LinkState::Purged => Landing::Expired(closed),
        })
    }

    async fn open_task(&self, grant: &Grant, caller: &Caller) -> Result<(), Error> {
        let now = self.store.clock().now();
        let task = Task {
            id: TaskId::new(now),
            kind: TaskKind::SendAgain,
            grant: grant.id,
            created: now,
            done: None,
        };
        let mut tx = Tx::new();
        tx.insert(&OpenTask {
            grant: grant.id,
            task: task.id,
        });
        tx.insert(&task);
        let event = Event::new(Actor::Visitor, EventKind::AskAgain, grant.id);
        tx.audit(
            event
                .from(self.store.network_key(caller.ip))
                .noted(caller.agent),
        );
        mail::alert(&self.store, &self.rules(), &mut tx).await?;
        match self.store.commit(tx).await {
            // Somebody else asked at the same moment: it is asked.
            Ok(_) | Err(store::Error::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn door(&self, link: &Token) -> Result<Door, Error> {
        let Some((grant, state)) = link::find(&self.store, link).await? else {
            return Ok(Door::Shut(Landing::Unknown));
        };
        Ok(match state {
            LinkState::Open => Door::Open(Box::new(grant)),
            LinkState::Withdrawn => Door::Shut(Landing::Withdrawn(self.closed(&grant).await?)),
            LinkState::Expired | LinkState::Purged => {
                Door::Shut(Landing::Expired(self.closed(&grant).await?))
            }
        })
    }

    async fn closed(&self, grant: &Grant) -> Result<Closed, Error> {
        let asked = self.store.get(&OpenTask::at(grant.id)).await?.is_some();
        Ok(Closed {
            language: grant.language,
            asked,
        })
    }

    async fn page(&self, grant: &Grant) -> Result<CodePage, Error> {
        let request = codes::look(&self.store, grant.id).await?;
        Ok(code_page(grant, request.as_ref(), self.store.clock().now()))
    }
}

fn code_page(grant: &Grant, request: Option<&Request>, now: jiff::Timestamp) -> CodePage {
    let newest = request.and_then(|request| request.codes.last());
    let spaced = request.and_then(|request| request.pressed?.checked_add(BETWEEN).ok());
    CodePage {
        masked: grant.address.masked(),
        language: grant.language,
        // A reference nobody was mailed would only confuse.
        reference: request
            .filter(|_| newest.is_some())
            .map(|request| request.reference.clone()),
        mail: newest.map(|code| (code.mail.clone(), code.created)),
        valid: newest.map(passcode::ends),
        again: spaced.filter(|again| *again > now),
    }
}

fn front(grant: &Grant) -> Front {
    Front {
        masked: grant.address.masked(),
        language: grant.language,
        expires: grant.expires,
    }
}
