//! Somebody who is signed in, before a page of the office: who they are, what they
//! typed, and the desk in their name.

use crate::access::office::{Refused, Signed, Worth};
use crate::desk::contacts::Asker;
use crate::desk::{self, Cause, Desk};
use crate::model::{Account, Actor, Address, Role, Secret};
use crate::office::Office;
use crate::office::calm::Calm;
use crate::office::enter::Problem;
use crate::office::guard::{Stop, refused, show};
use crate::office::inside::closing;
use crate::office::page::{Page, Tab};
use crate::office::visitor::{Visitor, framed};
use crate::web::form::{self, Unread};
use crate::web::site::same;
use askama::Template;
use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// A form as it arrives: names may come more than once.
pub(super) type Sent = form::Sent<Vec<(String, String)>>;

/// What a page ends with besides itself.
pub(super) enum Out {
    /// A calm page.
    Stop(Stop),
    /// Another page.
    Elsewhere(Box<Response>),
}

impl<E: Into<Stop>> From<E> for Out {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}

impl IntoResponse for Out {
    fn into_response(self) -> Response {
        match self {
            Self::Stop(stop) => stop.into_response(),
            Self::Elsewhere(response) => *response,
        }
    }
}

/// Fields by name, as they were typed or asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed(Vec<(String, String)>);

impl Typed {
    /// The first field of this name; empty if there is none.
    pub(super) fn one(&self, name: &str) -> &str {
        let mut fields = self.0.iter();
        let found = fields.find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// Writes another value where the first field of this name has its own.
    pub(super) fn put(&mut self, name: &str, value: String) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, held)) => *held = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// All fields of this name.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let fields = self.0.iter().filter(|(known, _)| known == name);
        fields.map(|(_, value)| value.clone()).collect()
    }

    /// Whether a box of this name was ticked, or a button pressed.
    pub(super) fn has(&self, name: &str) -> bool {
        !self.one(name).is_empty()
    }
}

/// Somebody who is signed in.
pub(super) struct Seat {
    pub(super) office: Office,
    pub(super) visitor: Arc<Visitor>,
    pub(super) signed: Signed,
    /// The desk in their name.
    pub(super) desk: Desk,
    /// What stands behind the `?`.
    pub(super) asked: Typed,
}

/// Somebody who works with patients: staff or a provider.
pub(super) struct Keeper(pub(super) Seat);

/// Somebody who runs the gateway.
pub(super) struct Chief(pub(super) Seat);

impl FromRequestParts<Office> for Seat {
    type Rejection = Out;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, Out> {
        let visitor = parts.extensions.get::<Arc<Visitor>>().cloned();
        let visitor = visitor.ok_or_else(|| Stop::fault("a request that the guard did not see"))?;
        let signed = match office.signed(&visitor).await? {
            Ok(signed) => signed,
            Err(elsewhere) => return Err(Out::Elsewhere(Box::new(elsewhere))),
        };
        let asked = Query::try_from_uri(&parts.uri);
        let asked = asked.map_or_else(|_| Vec::new(), |Query(pairs)| pairs);
        let actor = Actor::Account(signed.account.id);
        Ok(Self {
            desk: office.0.desk.used_by(actor),
            office: office.clone(),
            visitor,
            signed,
            asked: Typed(asked),
        })
    }
}

impl FromRequestParts<Office> for Keeper {
    type Rejection = Out;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, Out> {
        let seat = Seat::from_request_parts(parts, office).await?;
        match seat.signed.account.role {
            Role::Staff | Role::Provider => Ok(Self(seat)),
            Role::Admin => Err(seat.missing().into()),
        }
    }
}

impl FromRequestParts<Office> for Chief {
    type Rejection = Out;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, Out> {
        let seat = Seat::from_request_parts(parts, office).await?;
        match seat.signed.account.role {
            Role::Admin => Ok(Self(seat)),
            // Who may not come in is not told what there is.
            Role::Staff | Role::Provider => Err(seat.missing().into()),
        }
    }
}

impl Seat {
    /// What a form held; its value must be the session's.
    pub(super) fn typed(&self, sent: Sent) -> Result<Typed, Out> {
        let typed = form::taken(sent).map_err(|unread| {
            Stop::from(match unread {
                Unread::Large => Calm::Large,
                Unread::Malformed => Calm::Malformed,
            })
        })?;
        let typed = Typed(typed);
        self.own(typed.one("form"))?;
        Ok(typed)
    }

    /// Whether a form's value is the session's.
    pub(super) fn own(&self, form: &str) -> Result<(), Out> {
        match same(self.signed.form.expose(), form) {
            true => Ok(()),
            false => Err(Stop::from(Calm::Stale { path: "/today" }).into()),
        }
    }

    /// Who asks the directory.
    pub(super) fn asker(&self) -> Asker {
        Asker::Account(Box::new(self.signed.account.clone()))
    }

    pub(super) const fn account(&self) -> &Account {
        &self.signed.account
    }

    pub(super) const fn address(&self) -> &Address {
        &self.signed.account.address
    }

    /// The frame of a page.
    pub(super) fn page(&self, tab: Tab) -> Page<'_> {
        self.office.inside(&self.visitor, &self.signed, Some(tab))
    }

    /// A page that closes itself with the session.
    pub(super) fn show(&self, view: &impl Template) -> Result<Response, Out> {
        self.answer(StatusCode::OK, view)
    }

    /// A form with something to mend.
    pub(super) fn again(&self, view: &impl Template) -> Result<Response, Out> {
        self.answer(StatusCode::UNPROCESSABLE_ENTITY, view)
    }

    fn answer(&self, status: StatusCode, view: &impl Template) -> Result<Response, Out> {
        let response = show(status, view)?;
        Ok(closing(&self.office, response, &self.signed))
    }

    /// There is nothing here for them.
    pub(super) fn missing(&self) -> Stop {
        self.stop(Calm::Missing)
    }

    pub(super) fn stop(&self, calm: Calm) -> Stop {
        Stop::inside(calm, framed(&self.signed, None))
    }

    /// What the desk refuses, where no field is to blame.
    pub(super) fn refused(&self, refused: desk::Refused) -> Stop {
        match refused {
            desk::Refused::Store(error) => error.into(),
            desk::Refused::Known(Cause::Unknown, _) => self.missing(),
            desk::Refused::Wish(_) | desk::Refused::Known(..) | desk::Refused::Problems(_) => {
                self.stop(Calm::Refused)
            }
        }
    }

    /// Whether they are who signed in: their own password and a code, for what
    /// must not be done at a screen that somebody left open.
    pub(super) async fn proves(&self, typed: &Typed) -> Result<Result<(), Problem>, Out> {
        let (password, code) = (typed.one("current"), typed.one("code"));
        if password.is_empty() || code.is_empty() {
            return Ok(Err(Problem::Empty));
        }
        let who = self.address().as_str();
        let (password, code) = (Secret::new(password), Secret::new(code));
        let entrance = &self.office.0.entrance;
        let caller = self.visitor.caller();
        match entrance.prove((who, &password), &code, &caller).await {
            Ok(_) => Ok(Ok(())),
            Err(Refused::Over) => Ok(Err(Problem::Wrong)),
            Err(why) => {
                refused(&self.visitor, why);
                Ok(Err(Problem::of(why)?))
            }
        }
    }

    /// Whether the session still lives, after something that may have ended it.
    pub(super) async fn lives(&self) -> Result<bool, Out> {
        let worth = self.office.worth(&self.visitor).await?;
        Ok(matches!(worth, Worth::In(_)))
    }
}

/// On to another page.
pub(super) fn go(path: &str) -> Response {
    Redirect::to(path).into_response()
}
