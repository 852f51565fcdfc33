//! The password for the front page: chosen, changed and taken away inside.

use crate::model::Secret;
use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::front_views::PasswordView;
use crate::portal::guard::{Stop, show};
use crate::portal::link::taken;
use crate::portal::session::closing;
use crate::portal::visitor::{Visitor, signed};
use crate::visit::{Reader, Unfit};
use crate::web::form::{Pressed, Sent};
use crate::web::site::query;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

type Who = Extension<Arc<Visitor>>;

/// The form.
#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    form: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// What is shown beside the form.
enum Said {
    Nothing,
    Done(&'static str),
    Wrong(&'static str),
}

/// `GET /password`.
pub(super) async fn form(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    request: Request,
) -> Result<Response, Stop> {
    let reader = match portal.reader(&visitor).await? {
        Ok(reader) => reader,
        Err(outside) => return Ok(outside),
    };
    let said = match query(&request, "done") {
        Some("set") => Said::Done("portal-password-set"),
        Some("removed") => Said::Done("portal-password-removed"),
        _ => Said::Nothing,
    };
    portal.password_page(&visitor, &reader, said).await
}

/// `POST /password`.
pub(super) async fn choose(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    sent: Sent<Chosen>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let reader = match portal.sender(&visitor, &typed.form).await? {
        Ok(reader) => reader,
        Err(outside) => return Ok(outside),
    };
    may(&reader)?;
    let (password, again) = (Secret::new(typed.password), Secret::new(typed.again));
    if password.expose() != again.expose() {
        let said = Said::Wrong("portal-password-unlike");
        return portal.password_page(&visitor, &reader, said).await;
    }
    let visit = &portal.0.visit;
    let chosen = visit.choose_password(&reader, &password, &visitor.caller);
    let wrong = match chosen.await? {
        Ok(()) => return Ok(Redirect::to("/password?done=set").into_response()),
        Err(Unfit::Short) => "portal-password-short",
        Err(Unfit::Common) => "portal-password-common",
        Err(Unfit::Busy) => "portal-password-busy",
    };
    let said = Said::Wrong(wrong);
    portal.password_page(&visitor, &reader, said).await
}

/// `POST /password/remove`.
pub(super) async fn remove(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    form: Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(form)?.form;
    let reader = match portal.sender(&visitor, &form).await? {
        Ok(reader) => reader,
        Err(outside) => return Ok(outside),
    };
    may(&reader)?;
    let visit = &portal.0.visit;
    visit.remove_password(&reader, &visitor.caller).await?;
    Ok(Redirect::to("/password?done=removed").into_response())
}

impl Portal {
    async fn password_page(
        &self,
        visitor: &Visitor,
        reader: &Reader,
        said: Said,
    ) -> Result<Response, Stop> {
        may(reader)?;
        let since = self.0.visit.password_since(reader).await?;
        let page = self.inside(visitor, reader, None);
        let now = page.now;
        let (done, problem) = match said {
            Said::Nothing => (None, None),
            Said::Done(id) => (Some(page.t(id)), None),
            Said::Wrong(id) => (None, Some(page.t(id))),
        };
        let status = match problem {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        let view = PasswordView {
            page,
            form: reader.form.expose(),
            since,
            done,
            problem,
        };
        Ok(closing(show(status, &view)?, reader, now))
    }
}

/// Whether there is anything to choose a password for.
fn may(reader: &Reader) -> Result<(), Stop> {
    match reader.is_granted() {
        true => Ok(()),
        false => Err(Stop::inside(Calm::Unwritten, signed(reader, None))),
    }
}
