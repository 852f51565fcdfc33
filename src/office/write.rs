//! Writing: to somebody of the directory, or in answer to what came in. What was
//! typed stays on the page whatever is refused; files alone a browser forgets.

use crate::access::office::Signed;
use crate::desk::contacts::{Asker, ContactView, Wanted};
use crate::desk::office::{Unsent, Wish};
use crate::model::{Composing, ContactId, Role, WorkId};
use crate::office::Office;
use crate::office::contacts::day;
use crate::office::enter::{Who, taken};
use crate::office::guard::{Stop, show};
use crate::office::inside::closing;
use crate::office::message::{missing, to, viewer};
use crate::office::page::Tab;
use crate::office::visitor::Visitor;
use crate::office::write_views::{FindView, WriteView, problem};
use crate::upload::Fault;
use crate::web::download::shown;
use crate::web::form::Sent;
use crate::web::site::query;
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use jiff::Timestamp;
use serde::Deserialize;
use std::io;

/// People in one list: who is not among them is looked for with one more word.
const FOUND: usize = 25;
/// A search.
#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    form: String,
    #[serde(default)]
    words: String,
}

/// `GET /write`: to whom. A page that knows sends here with `?to=CONTACT`.
pub(super) async fn start(
    State(office): State<Office>,
    Extension(visitor): Who,
    request: Request,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if let Some(id) = query(&request, "to").and_then(|id| id.parse::<ContactId>().ok()) {
        return Ok(to(&format!("/write/{id}")));
    }
    office.find_page(&visitor, &signed, ("", None))
}

/// `POST /write`: who is looked for. It is a form, so that no name stands in an
/// address that a browser remembers.
pub(super) async fn find(
    State(office): State<Office>,
    Extension(visitor): Who,
    sent: Sent<Search>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let signed = match office.sender(&visitor, &typed.form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if signed.account.role == Role::Admin {
        return Err(missing(&signed));
    }
    let words = typed.words.trim();
    if words.is_empty() {
        return office.find_page(&visitor, &signed, ("", None));
    }
    let asker = Asker::Account(Box::new(signed.account.clone()));
    let wanted = Wanted {
        words: day::in_words(office.page(&visitor).language, words),
        limit: FOUND,
        ..Wanted::default()
    };
    let found = office.0.desk.contacts(&asker, wanted).await?;
    let list = (found.contacts.as_slice(), found.more);
    office.find_page(&visitor, &signed, (words, Some(list)))
}

/// `GET /write/{id}`: to this contact.
pub(super) async fn new(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Stop> {
    let about = contact(&id, query(&request, "draft"));
    office.blank_page(&visitor, about).await
}

/// `POST /write/{id}`.
pub(super) async fn send_new(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Stop> {
    let about = contact(&id, query(&request, "draft"));
    office.pressed(&visitor, about, request).await
}

/// `GET /message/{id}/answer`.
pub(super) async fn answer(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    office.blank_page(&visitor, answered(&id)).await
}

/// `POST /message/{id}/answer`.
pub(super) async fn send_answer(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Stop> {
    office.pressed(&visitor, answered(&id), request).await
}

/// `GET /contacts/{id}/chart/{name}`: a picture of the chart, shown in a page.
pub(super) async fn chart(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id = id.parse().map_err(|_| missing(&signed))?;
    let desk = &office.0.desk;
    let file = desk.chart_file(&viewer(&signed), (id, &name)).await?;
    let mut file = file.ok_or_else(|| missing(&signed))?;
    let first = file.next().await.ok().flatten().unwrap_or_default();
    let rest = stream::try_unfold(file, |mut file| async {
        let next = file.next().await?;
        Ok::<_, io::Error>(next.map(|octets| (Bytes::from(octets), file)))
    });
    shown(first, rest).ok_or_else(|| missing(&signed))
}

fn contact(id: &str, draft: Option<&str>) -> Option<Composing> {
    let draft = draft.and_then(|id| id.parse().ok());
    let id = id.parse().ok()?;
    Some(draft.map_or(Composing::To(id), |draft| Composing::Again(id, draft)))
}

fn answered(id: &str) -> Option<Composing> {
    id.parse().ok().map(Composing::Answer)
}

/// Where something is written.
pub(super) fn path(about: Composing) -> String {
    match about {
        Composing::To(id) => format!("/write/{id}"),
        Composing::Again(id, draft) => format!("/write/{id}?draft={draft}"),
        Composing::Answer(id) => format!("/message/{id}/answer"),
    }
}

/// What the form is filled in with.
pub(super) struct Filled<'a> {
    pub(super) typed: &'a Wish,
    /// When that was kept which it holds, if it was.
    pub(super) seen: Option<Timestamp>,
    /// Something else to the same person that is not finished.
    pub(super) before: Option<WorkId>,
    pub(super) wrong: Option<Wrong>,
}

/// What is wrong with what was typed.
pub(super) struct Wrong {
    pub(super) why: Unsent,
    /// Whether files had been chosen: a browser does not keep them.
    pub(super) files: bool,
}

impl Office {
    fn find_page(
        &self,
        visitor: &Visitor,
        signed: &Signed,
        (words, found): (&str, Option<(&[ContactView], bool)>),
    ) -> Result<Response, Stop> {
        if signed.account.role == Role::Admin {
            return Err(missing(signed));
        }
        let view = FindView {
            page: self.inside(visitor, signed, Some(Tab::Write)),
            form: signed.form.expose(),
            words,
            found,
        };
        Ok(closing(self, show(StatusCode::OK, &view)?, signed))
    }

    async fn blank_page(
        &self,
        visitor: &Visitor,
        about: Option<Composing>,
    ) -> Result<Response, Stop> {
        let signed = match self.signed(visitor).await? {
            Ok(signed) => signed,
            Err(elsewhere) => return Ok(elsewhere),
        };
        let about = about.ok_or_else(|| missing(&signed))?;
        let desk = &self.0.desk;
        let mut typed = match about {
            Composing::Again(_, draft) => {
                let begun = desk.draft(&viewer(&signed), draft).await?;
                begun.ok_or_else(|| missing(&signed))?
            }
            Composing::To(_) | Composing::Answer(_) => Wish::default(),
        };
        typed.once = WorkId::new(self.0.clock.now()).to_string();
        let before = desk.begun_before(signed.account.id, about).await?;
        let filled = Filled {
            typed: &typed,
            seen: None,
            before,
            wrong: None,
        };
        self.write_page(visitor, (&signed, about), filled).await
    }

    /// The page as it is filled in. It does not close itself: that would take what is
    /// being typed. What is sent too late is kept.
    pub(super) async fn write_page(
        &self,
        visitor: &Visitor,
        (signed, about): (&Signed, Composing),
        filled: Filled<'_>,
    ) -> Result<Response, Stop> {
        let (desk, by) = (&self.0.desk, viewer(signed));
        let (blank, letter) = match about {
            Composing::To(id) => (desk.blank(&by, id).await?, None),
            Composing::Again(id, draft) => (desk.blank_again(&by, id, draft).await?, None),
            Composing::Answer(id) => (
                desk.blank_answer(&by, id).await?,
                desk.letter(&by, id).await?,
            ),
        };
        let blank = blank.ok_or_else(|| missing(signed))?;
        let page = self.inside(visitor, signed, Some(Tab::Write));
        let wrong = filled.wrong.as_ref().map(|wrong| &wrong.why);
        let view = WriteView {
            path: &path(about),
            form: signed.form.expose(),
            by: signed.account.id,
            blank: &blank,
            letter: letter.as_ref(),
            typed: filled.typed,
            seen: filled.seen,
            before: filled.before,
            problem: wrong.map(|why| problem(&page, why)),
            files_lost: filled.wrong.as_ref().is_some_and(|wrong| wrong.files),
            each_kind: matches!(wrong, Some(Unsent::File(Fault::Kind { .. }))),
            limits: desk.uploads(),
            page,
        };
        show(wrong.map_or(StatusCode::OK, status), &view)
    }
}

const fn status(why: &Unsent) -> StatusCode {
    match why {
        Unsent::File(Fault::Large { .. } | Fault::LargeAll { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
        Unsent::Reply(reply) if reply.code < 500 => StatusCode::SERVICE_UNAVAILABLE,
        Unsent::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        Unsent::Anew => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
