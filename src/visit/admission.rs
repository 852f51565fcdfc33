//! The session: what its cookie is worth, its end, and the texts it leaves.

use crate::access::session::{ABSOLUTE, SessionState};
use crate::access::{link, session};
use crate::model::{Actor, Event, EventKind, GrantId, Secret, Token};
use crate::store::Tx;
use crate::store::records::{Draft, Grant, Session};
use crate::visit::people::People;
use crate::visit::view::{Admission, Caller, Owner, Reader, Stale};
use crate::visit::{Error, Visit};
use link::LinkState;
use std::sync::Arc;

/// The longest text that is kept or sent, in characters: some thirty pages.
pub const LONGEST_TEXT: usize = 100_000;

impl Visit {
    /// What the session cookie is worth; if the request counts, the idle time
    /// starts anew.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn reader(&self, cookie: &Token, caller: &Caller) -> Result<Admission, Error> {
        let idle = self.rules().idle;
        let Some((mut session, state)) = session::find(&self.store, cookie, idle).await? else {
            return Ok(Admission::Out);
        };
        if state != SessionState::Live {
            let form = Secret::new(&session.form);
            return Ok(Admission::Stale(Stale {
                mailbox: session.mailbox,
                form,
            }));
        }
        let people = People::of(&self.store, &session.address).await?;
        if session.front && people.granted().next().is_none() {
            // The right to sign in was taken back: out at once.
            return Ok(Admission::Out);
        }
        if caller.counts {
            session::touch(&self.store, &mut session).await?;
        }
        Ok(Admission::In(Reader {
            token: session.token,
            mailbox: session.mailbox,
            masked: session.address.masked(),
            form: Secret::new(&session.form),
            idle_ends: session::ends(&session, idle),
            ends: session
                .started
                .saturating_add(ABSOLUTE)
                .unwrap_or(jiff::Timestamp::MAX),
            address: session.address,
            people: Arc::new(people),
        }))
    }

    /// The message the link names, if it is this reader's and can be read:
    /// then one click is enough. A link of another mailbox gives `None`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn own(&self, reader: &Reader, link: &Token) -> Result<Option<GrantId>, Error> {
        let found = link::find(&self.store, link).await?;
        Ok(found
            .filter(|(grant, state)| grant.mailbox == reader.mailbox && *state == LinkState::Open)
            .map(|(grant, _)| grant.id))
    }

    /// Ends the session for good.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn sign_out(&self, reader: &Reader, caller: &Caller) -> Result<(), Error> {
        let mut tx = Tx::new();
        tx.delete(&Session::at(reader.token));
        let event = Event::new(Actor::Recipient, EventKind::SignOut, "");
        tx.audit(
            event
                .from(self.store.network_key(caller.ip))
                .noted(caller.agent),
        );
        self.store.commit(tx).await?;
        Ok(())
    }

    /// Ends the session of this cookie, if there is one: the browser has just
    /// been given another (OWASP ASVS 7.2.4).
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn replace(&self, cookie: &Token) -> Result<(), Error> {
        let mut tx = Tx::new();
        tx.delete(&Session::at(self.store.token_key(cookie)));
        self.store.commit(tx).await?;
        Ok(())
    }

    /// Keeps a text that could not be sent, sealed, for the next session; cut
    /// off at a bound. Quietly does nothing if the message is not the owner's.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn keep_draft(&self, owner: Owner, grant: GrantId, text: &str) -> Result<(), Error> {
        let known = self.store.get(&Grant::at(grant)).await?;
        if known.is_none_or(|grant| grant.mailbox != owner.0) || text.trim().is_empty() {
            return Ok(());
        }
        let mut tx = Tx::new();
        tx.put(&Draft {
            mailbox: owner.0,
            grant,
            text: text.chars().take(LONGEST_TEXT).collect(),
            at: self.store.clock().now(),
            subject: String::new(),
        });
        self.store.commit(tx).await?;
        Ok(())
    }

    /// Drops the kept text of a message ("discard").
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn drop_draft(&self, owner: Owner, grant: GrantId) -> Result<(), Error> {
        let mut tx = Tx::new();
        tx.delete(&Draft::at(owner.0, grant));
        self.store.commit(tx).await?;
        Ok(())
    }
}
