//! The portal's front page: in without a link. Whether an address is known, and
//! whether somebody may sign in there, nothing here tells.

use crate::access::chosen::{Checked, Unfit};
use crate::access::front::{self, Question};
use crate::access::{codes, form};
use crate::model::{Address, Lane, Language, Secret, Token};
use crate::queue;
use crate::store::records::{Asking, Work};
use crate::visit::mail::{self, Whom};
use crate::visit::people::People;
use crate::visit::view::{
    Caller, FrontAsked, FrontCode, FrontEntry, FrontSignIn, FrontTried, Reader,
};
use crate::visit::{Error, Visit};
use jiff::Timestamp;

impl Visit {
    /// The value for forms of the front page, for a browser with this cookie.
    #[must_use]
    pub fn front_form(&self, browser: &Token) -> Secret {
        form::value(&self.store, browser)
    }

    /// Whether a form's value was made for this browser in this hour or the last.
    #[must_use]
    pub fn front_form_fits(&self, browser: &Token, value: &str) -> bool {
        form::fits(&self.store, browser, value)
    }

    /// A code for this address, if somebody may sign in there. What is answered
    /// is the same if not.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`].
    pub async fn front_ask(
        &self,
        browser: &Token,
        address: &Address,
        caller: &Caller,
    ) -> Result<FrontAsked, Error> {
        let people = People::of(&self.store, address).await?;
        let granted = people.granted().next();
        let rules = self.rules();
        let letterhead = &rules.letterhead;
        let language = granted.and_then(|one| one.language);
        let language = language.unwrap_or(letterhead.language);
        let now = self.store.clock().now();
        let question = Question {
            browser,
            address,
            whom: granted.map(|one| one.id),
        };
        let from = from(caller);
        let asked = self
            .front
            .ask(&question, &from, |tx, request, code, leaves| {
                let whom = Whom {
                    grant: request.grant,
                    address,
                    language,
                };
                let code = (request.reference.as_str(), 0, code);
                let parcel = mail::sign_in(&self.store, letterhead, whom, code)?;
                if leaves {
                    queue::push(tx, now, Lane::Code, Work::Deliver(parcel));
                }
                Ok::<(), Error>(())
            });
        Ok(match asked.await? {
            front::Asked::Taken | front::Asked::Joined => FrontAsked::Taken,
            front::Asked::Slow(until) => FrontAsked::Slow(until),
            front::Asked::Resting(until) => FrontAsked::Resting(until),
        })
    }

    /// In with an address and a password: at once where the browser proved the
    /// mailbox before, else with a code besides. What a wrong one hears is the
    /// same where nobody may sign in.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`].
    pub async fn front_sign_in(
        &self,
        browser: &Token,
        (address, password): (&Address, &Secret),
        caller: &Caller,
    ) -> Result<FrontSignIn, Error> {
        let people = People::of(&self.store, address).await?;
        let granted = people.granted().next();
        let whose = (address, people.granted_since());
        let from = from(caller);
        Ok(match self.chosen.check(whose, password, &from).await? {
            Checked::Right => FrontSignIn::Code(self.front_ask(browser, address, caller).await?),
            Checked::Wrong => FrontSignIn::Wrong,
            Checked::Slow(until) => FrontSignIn::Slow(until),
            Checked::Busy => FrontSignIn::Busy,
            Checked::Known => FrontSignIn::In(FrontEntry {
                session: self.chosen.enter(address, &from).await?,
                known: None,
                private: false,
                language: language(granted.and_then(|one| one.language), self),
            }),
        })
    }

    /// When this reader's password was chosen; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn password_since(&self, reader: &Reader) -> Result<Option<Timestamp>, Error> {
        let since = reader.people.granted_since();
        Ok(self.chosen.chosen(reader.mailbox, since).await?)
    }

    /// Keeps a password for the front page; every other session of the mailbox
    /// is over.
    ///
    /// # Errors
    /// [`Error::Store`]; inside, [`Unfit`].
    pub async fn choose_password(
        &self,
        reader: &Reader,
        password: &Secret,
        caller: &Caller,
    ) -> Result<Result<(), Unfit>, Error> {
        let whose = (&reader.address, reader.token);
        Ok(self.chosen.choose(whose, password, &from(caller)).await?)
    }

    /// Takes the password away; every other session of the mailbox is over.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn remove_password(&self, reader: &Reader, caller: &Caller) -> Result<(), Error> {
        let whose = (reader.mailbox, reader.token);
        Ok(self.chosen.remove(whose, &from(caller)).await?)
    }

    /// The address that this browser asked for; `None` if it asked for none.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn front_address(&self, browser: &Token) -> Result<Option<Address>, Error> {
        let asking = self.front.look(browser).await?;
        Ok(asking.map(|asking| asking.address))
    }

    /// What the page for the code shows; `None` if this browser asked for none.
    /// Changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn front_code(&self, browser: &Token) -> Result<Option<FrontCode>, Error> {
        Ok(self.front.look(browser).await?.map(|asking| shown(&asking)))
    }

    /// Tries a code as it was typed; `private` keeps the session on this device.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn front_verify(
        &self,
        browser: &Token,
        (typed, private): (&Secret, bool),
        caller: &Caller,
    ) -> Result<FrontTried, Error> {
        let Some(address) = self.front_address(browser).await? else {
            return Ok(FrontTried::Unasked);
        };
        let people = People::of(&self.store, &address).await?;
        let granted = people.granted().next();
        let tried = (browser, typed);
        let may = (granted.is_some(), private);
        Ok(match self.front.attempt(tried, may, &from(caller)).await? {
            front::Tried::Right(proved) => FrontTried::In(FrontEntry {
                session: proved.session,
                known: Some(proved.known),
                private,
                language: language(granted.and_then(|one| one.language), self),
            }),
            front::Tried::Wrong { left } => FrontTried::Wrong { left },
            front::Tried::Slow(until) => FrontTried::Slow(until),
            front::Tried::Resting(until) => FrontTried::Resting(until),
            front::Tried::Unasked => FrontTried::Unasked,
        })
    }
}

pub(super) fn language(own: Option<Language>, visit: &Visit) -> Language {
    own.unwrap_or(visit.rules().letterhead.language)
}

fn shown(asking: &Asking) -> FrontCode {
    FrontCode {
        masked: asking.address.masked(),
        reference: asking.reference.clone(),
    }
}

pub(super) const fn from(caller: &Caller) -> codes::From<'_> {
    codes::From {
        ip: caller.ip,
        known: caller.known.as_ref(),
        agent: caller.agent,
    }
}
