//! A new message: its form, and its way in.

use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::guard::{Stop, show};
use crate::portal::link::taken;
use crate::portal::page::Tab;
use crate::portal::reply::{
    Again, Fields, MAX_DRAIN, Why, fields, limits, problem, send_in, status,
};
use crate::portal::session::outside;
use crate::portal::views::{NewFields, ReplyView};
use crate::portal::visitor::{Visitor, signed};
use crate::visit::{Admission, NewMessage, Reader, Refusal};
use crate::web::form::{Pressed, Sent};
use crate::web::multipart::Multipart;
use crate::web::site::same;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

type Who = Extension<Arc<Visitor>>;

/// What was typed, to be shown again.
#[derive(Default)]
struct Typed {
    person: String,
    to: String,
    subject: String,
}

/// `GET /new`.
pub(super) async fn form(
    State(portal): State<Portal>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    match portal.reader(&visitor).await? {
        Ok(reader) => portal.new_page(&visitor, &reader, None).await,
        Err(outside) => Ok(outside),
    }
}

/// `POST /new/discard`: drops what was kept.
pub(super) async fn discard(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    form: Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(form)?.form;
    let reader = match portal.sender(&visitor, &form).await? {
        Ok(reader) => reader,
        Err(outside) => return Ok(outside),
    };
    portal.0.visit.drop_new(&reader).await?;
    Ok(Redirect::to("/new").into_response())
}

/// `POST /new`.
pub(super) async fn send(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    request: Request,
) -> Result<Response, Stop> {
    let admission = portal.admission(&visitor).await?;
    if matches!(admission, Admission::Out) {
        return Ok(outside(&visitor));
    }
    let (head, body) = request.into_parts();
    let form = Multipart::new(&head.headers, body, portal.0.clock.clone());
    let mut form = form.ok_or_else(|| Stop::from(Calm::Malformed))?;
    let written = portal.write(&visitor, &admission, &mut form).await;
    form.drain(MAX_DRAIN).await;
    written
}

impl Portal {
    async fn write(
        &self,
        visitor: &Visitor,
        admission: &Admission,
        form: &mut Multipart,
    ) -> Result<Response, Stop> {
        let (owner, expected) = match admission {
            Admission::In(reader) => (reader.owner(), &reader.form),
            Admission::Stale(stale) => (stale.owner(), &stale.form),
            Admission::Out => return Ok(outside(visitor)),
        };
        let fields = fields(form).await?;
        if !same(expected.expose(), &fields.form) {
            return Err(Stop::from(Calm::Stale {
                path: "/new".to_owned(),
            }));
        }
        let Admission::In(reader) = admission else {
            let visit = &self.0.visit;
            let written = (fields.subject.as_str(), fields.text.as_str());
            visit.keep_new(owner, &fields.person, written).await?;
            return Ok(Redirect::to("/locked?kept=1").into_response());
        };
        self.write_in(visitor, reader, fields, form).await
    }

    async fn write_in(
        &self,
        visitor: &Visitor,
        reader: &Reader,
        mut fields: Fields,
        form: &mut Multipart,
    ) -> Result<Response, Stop> {
        let typed = Typed {
            person: std::mem::take(&mut fields.person),
            to: std::mem::take(&mut fields.to),
            subject: std::mem::take(&mut fields.subject),
        };
        let new = NewMessage {
            for_whom: &typed.person,
            to: &typed.to,
            subject: &typed.subject,
        };
        let intake = self.0.visit.begin_new(reader, &new).await;
        let held = match send_in(intake.map_err(Why::from), fields, form, visitor).await {
            Ok(sent) => {
                let path = format!("/sent/{}?done=1", sent.message);
                return Ok(Redirect::to(&path).into_response());
            }
            Err(held) => held,
        };
        let refusal = match held.why {
            Why::Stop(stop) => return Err(stop),
            Why::Refused(Refusal::Closed) => return Err(closed(reader)),
            Why::Refused(refusal) => refusal,
        };
        let status = status(&refusal);
        let again = Again {
            refusal,
            text: held.text,
            files: held.files,
        };
        let page = self.new_page(visitor, reader, Some((again, typed))).await;
        page.map(|mut page| {
            *page.status_mut() = status;
            page
        })
    }

    async fn new_page(
        &self,
        visitor: &Visitor,
        reader: &Reader,
        again: Option<(Again, Typed)>,
    ) -> Result<Response, Stop> {
        let Some(new) = self.0.visit.new_page(reader).await? else {
            return Err(closed(reader));
        };
        let page = self.inside(visitor, reader, Some(Tab::Sent));
        let rules = self.0.visit.rules();
        let limits = limits(&page, &rules);
        let problem = again.as_ref().map(|(again, _)| problem(&page, again));
        let drafted = again.is_none() && new.draft.is_some();
        let (text, typed) = match (again, new.draft.clone()) {
            (Some((again, typed)), _) => (again.text, typed),
            (None, Some((subject, text))) => {
                let typed = Typed {
                    subject,
                    ..Typed::default()
                };
                (text, typed)
            }
            (None, None) => (String::new(), Typed::default()),
        };
        let view = ReplyView {
            path: "/new".to_owned(),
            new: Some(NewFields {
                page: &new,
                person: &typed.person,
                to: &typed.to,
            }),
            subject: &typed.subject,
            form: reader.form.expose(),
            text: &text,
            drafted,
            problem,
            limits,
            kinds: &rules.file_types,
            page,
        };
        // No refresh here: it would take what is being typed.
        show(StatusCode::OK, &view)
    }
}

/// The page for whoever may not write from here, or no longer.
fn closed(reader: &Reader) -> Stop {
    Stop::inside(Calm::Unwritten, signed(reader, None))
}
