//! Answers: the form, and its files on their way in, piece by piece.

use crate::model::GrantId;
use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::guard::{Stop, show};
use crate::portal::link::taken;
use crate::portal::page::{Page, Tab, path};
use crate::portal::session::outside;
use crate::portal::views::{Problem, ReplyView};
use crate::portal::visitor::{Visitor, signed};
use crate::upload::Fault;
use crate::visit::{self, Admission, Reader, Refusal, ReplyIntake, Sent, Which};
use crate::web::form::{self as forms, Pressed};
use crate::web::multipart::{self, Multipart};
use crate::web::site::same;
use crate::web::upload::{MAX_DRAIN, MAX_FIELD, MAX_TEXT, field, limits, next_file, said};
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// Longest subject taken in, in octets: more than the desk takes in characters, so
/// that it is handed back to be shortened.
const MAX_SUBJECT: usize = 2_000;

type Who = Extension<Arc<Visitor>>;

/// `GET /message/{grant}/reply`.
pub(super) async fn form(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let reader = match portal.reader(&visitor).await? {
        Ok(reader) => reader,
        Err(outside) => return Ok(outside),
    };
    let grant = grant(&id, &reader)?;
    portal.reply_page(&visitor, &reader, (grant, None)).await
}

/// `POST /message/{grant}/discard`: drops the text that was kept.
pub(super) async fn discard(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    form: forms::Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(form)?.form;
    let reader = match portal.sender(&visitor, &form).await? {
        Ok(reader) => reader,
        Err(outside) => return Ok(outside),
    };
    let grant = grant(&id, &reader)?;
    portal.0.visit.drop_draft(reader.owner(), grant).await?;
    Ok(Redirect::to(&format!("/message/{grant}/reply")).into_response())
}

/// `POST /message/{grant}/reply`.
pub(super) async fn send(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Stop> {
    let admission = portal.admission(&visitor).await?;
    if matches!(admission, Admission::Out) {
        return Ok(outside(&visitor));
    }
    let (head, body) = request.into_parts();
    let form = Multipart::new(&head.headers, body, portal.0.clock.clone());
    let mut form = form.ok_or_else(|| Stop::from(Calm::Malformed))?;
    let answered = portal.answer(&visitor, (&id, &admission), &mut form).await;
    form.drain(MAX_DRAIN).await;
    answered
}

/// Why an answer did not go through, and the text as far as it had come.
pub(super) struct Held {
    pub(super) why: Why,
    pub(super) text: String,
    pub(super) files: bool,
}

pub(super) enum Why {
    Refused(Refusal),
    Stop(Stop),
}

impl From<multipart::Error> for Why {
    fn from(error: multipart::Error) -> Self {
        Self::Stop(Stop::from(match error {
            multipart::Error::Malformed | multipart::Error::Broken => Calm::Malformed,
            multipart::Error::Slow => Calm::Slow,
        }))
    }
}

impl From<Refusal> for Why {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Failed(error) => Self::Stop(Stop::from(error)),
            refusal => Self::Refused(refusal),
        }
    }
}

impl From<visit::Error> for Why {
    fn from(error: visit::Error) -> Self {
        Self::Stop(Stop::from(error))
    }
}

impl Portal {
    async fn answer(
        &self,
        visitor: &Visitor,
        (id, admission): (&str, &Admission),
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
                path: format!("/message/{}/reply", only_id(id)),
            }));
        }
        let Admission::In(reader) = admission else {
            // The session is over, but it was theirs: the text is kept for
            // after the next code.
            let grant: GrantId = id.parse().map_err(|_| Stop::from(Calm::Missing))?;
            self.0.visit.keep_draft(owner, grant, &fields.text).await?;
            return Ok(Redirect::to("/locked?kept=1").into_response());
        };
        let grant = grant(id, reader)?;
        match self.take(visitor, reader, (grant, fields), form).await {
            Ok(sent) => Ok(Redirect::to(&format!("/sent/{}?done=1", sent.message)).into_response()),
            Err(held) => self.held(visitor, reader, (grant, held)).await,
        }
    }

    /// Hands the answer to the desk as it arrives.
    async fn take(
        &self,
        visitor: &Visitor,
        reader: &Reader,
        (grant, fields): (GrantId, Fields),
        form: &mut Multipart,
    ) -> Result<Sent, Held> {
        let intake = match self.0.visit.begin_reply(reader, grant).await {
            Ok(intake) => intake.ok_or(Why::Refused(Refusal::Closed)),
            Err(error) => Err(error.into()),
        };
        send_in(intake, fields, form, visitor).await
    }

    /// The form again, with what was wrong and what was typed.
    async fn held(
        &self,
        visitor: &Visitor,
        reader: &Reader,
        (grant, held): (GrantId, Held),
    ) -> Result<Response, Stop> {
        let refusal = match held.why {
            Why::Stop(stop) => return Err(stop),
            Why::Refused(Refusal::Closed) => {
                let which = Which::Received(grant);
                return Err(self.lost(reader, which, Calm::Gone).await);
            }
            Why::Refused(refusal) => refusal,
        };
        let status = status(&refusal);
        let again = Again {
            refusal,
            text: held.text,
            files: held.files,
        };
        let mut response = self
            .reply_page(visitor, reader, (grant, Some(again)))
            .await?;
        *response.status_mut() = status;
        Ok(response)
    }

    async fn reply_page(
        &self,
        visitor: &Visitor,
        reader: &Reader,
        (grant, again): (GrantId, Option<Again>),
    ) -> Result<Response, Stop> {
        let which = Which::Received(grant);
        let letter = self.0.visit.message(reader, which, &visitor.caller).await?;
        let Some(letter) = letter else {
            return Err(self.lost(reader, which, Calm::Gone).await);
        };
        let page = self.inside(visitor, reader, Some(Tab::Inbox));
        let rules = self.0.visit.rules();
        let limits = limits(&page, &rules.uploads);
        let drafted = again.is_none() && letter.draft.is_some();
        let problem = again.as_ref().map(|a| problem(&page, a));
        let text = again.map(|a| a.text).or(letter.draft).unwrap_or_default();
        let view = ReplyView {
            path: path(which),
            new: None,
            subject: &letter.subject,
            form: reader.form.expose(),
            text: &text,
            drafted,
            problem,
            limits,
            kinds: &rules.uploads.kinds,
            page,
        };
        // No refresh here: it would take what is being typed. What is sent too
        // late is kept as a draft.
        show(StatusCode::OK, &view)
    }
}

/// An answer to be mended.
pub(super) struct Again {
    pub(super) refusal: Refusal,
    pub(super) text: String,
    pub(super) files: bool,
}

/// The status of a page that shows an answer again.
pub(super) const fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::File(Fault::Large { .. } | Fault::LargeAll { .. }) => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        Refusal::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Hands text and files to the desk as they arrive.
pub(super) async fn send_in(
    intake: Result<ReplyIntake, Why>,
    fields: Fields,
    form: &mut Multipart,
    visitor: &Visitor,
) -> Result<Sent, Held> {
    let Fields {
        text,
        first_file,
        once,
        ..
    } = fields;
    let mut files = false;
    let taken = async {
        let mut intake = intake?;
        intake.once(&once);
        intake.text(&text).await?;
        let mut next = first_file;
        while let Some(name) = next {
            files |= !name.is_empty();
            add_file(&mut intake, &name, form).await?;
            next = next_file(form).await?;
        }
        Ok(intake.finish(&visitor.caller).await?)
    };
    let taken = taken.await;
    taken.map_err(|why| Held { why, text, files })
}

/// What is wrong, at which field, and what to do.
pub(super) fn problem(page: &Page<'_>, again: &Again) -> Problem {
    let (field, text) = match &again.refusal {
        Refusal::Empty | Refusal::Closed | Refusal::Failed(_) => {
            ("text", page.t("portal-reply-empty"))
        }
        Refusal::LongText { limit } => ("text", page.count("portal-reply-long", limit)),
        Refusal::NoSubject => ("subject", page.t("portal-new-no-subject")),
        Refusal::LongSubject { limit } => ("subject", page.count("portal-new-long-subject", limit)),
        Refusal::Unchosen => ("person", page.t("portal-new-unchosen")),
        Refusal::NoRoom => ("text", page.t("portal-reply-no-room")),
        Refusal::ManyAnswers { limit } => ("text", page.count("portal-reply-many-answers", limit)),
        Refusal::File(fault) => ("files", said(page, fault)),
    };
    Problem {
        field,
        text,
        files_lost: again.files,
        kind_refused: matches!(again.refusal, Refusal::File(Fault::Kind { .. })),
    }
}

/// The fields before the first file, in the order of our own form.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) form: String,
    pub(super) text: String,
    /// What the form is known by if it is sent twice.
    pub(super) once: String,
    /// Of a new message: for whom it is written, to whom, and about what.
    pub(super) person: String,
    pub(super) to: String,
    pub(super) subject: String,
    /// The name of the first file, whose octets come next.
    pub(super) first_file: Option<String>,
}

/// Reads them.
pub(super) async fn fields(form: &mut Multipart) -> Result<Fields, Stop> {
    read(form).await.map_err(|why| match why {
        Why::Stop(stop) => stop,
        Why::Refused(_) => Stop::from(Calm::Malformed),
    })
}

async fn read(form: &mut Multipart) -> Result<Fields, Why> {
    let mut fields = Fields::default();
    while let Some(part) = form.part().await? {
        match (part.name.as_str(), part.file) {
            (_, Some(name)) => {
                fields.first_file = Some(name);
                break;
            }
            ("form", None) => fields.form = field(form, MAX_FIELD).await?,
            ("once", None) => fields.once = field(form, MAX_FIELD).await?,
            ("text", None) => fields.text = field(form, MAX_TEXT).await?,
            ("person", None) => fields.person = field(form, MAX_FIELD).await?,
            ("to", None) => fields.to = field(form, MAX_FIELD).await?,
            ("subject", None) => fields.subject = field(form, MAX_SUBJECT).await?,
            _ => {}
        }
    }
    Ok(fields)
}

/// Takes one file in. A form sends one without name and octets where none was
/// chosen: that is no file.
async fn add_file(intake: &mut ReplyIntake, name: &str, form: &mut Multipart) -> Result<(), Why> {
    let Some(first) = form.chunk().await? else {
        if name.is_empty() {
            return Ok(());
        }
        intake.begin_file(name).await?;
        intake.end_file().await?;
        return Ok(());
    };
    intake.begin_file(name).await?;
    intake.write(&first).await?;
    while let Some(chunk) = form.chunk().await? {
        intake.write(&chunk).await?;
    }
    Ok(intake.end_file().await?)
}

/// The message in a path.
fn grant(id: &str, reader: &Reader) -> Result<GrantId, Stop> {
    id.parse().map_err(|_| gone(reader))
}

/// Of a path only what can be an id goes into a link.
fn only_id(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn gone(reader: &Reader) -> Stop {
    Stop::inside(Calm::Gone, signed(reader, None))
}
