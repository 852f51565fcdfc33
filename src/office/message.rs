//! One message: what it says, what has become of it, and what is done with it.

use crate::access::office::Signed;
use crate::desk;
use crate::desk::office::{Letter, MAX_REASON, MIN_REASON, Opening, Outcome, Sight, Viewer};
use crate::model::{MessageId, TaskId};
use crate::office::Office;
use crate::office::calm::Calm;
use crate::office::enter::{Who, taken};
use crate::office::guard::{Stop, show};
use crate::office::inside::closing;
use crate::office::mail::{Done, GlassView, LetterView, PaperView, RecallView};
use crate::office::visitor::{Visitor, framed as frame};
use crate::web::body::body as framed;
use crate::web::download::{picture, save};
use crate::web::form::{Pressed, Sent};
use crate::web::headers::PRINT_POLICY;
use crate::web::site::query;
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;

/// A form with a reason.
#[derive(Deserialize)]
pub(super) struct Reason {
    #[serde(default)]
    pub(super) form: String,
    #[serde(default)]
    pub(super) reason: String,
}

/// A form with a day.
#[derive(Deserialize)]
pub(super) struct Until {
    #[serde(default)]
    form: String,
    #[serde(default)]
    until: String,
}

/// What pages say at their top after a form was sent.
const SAID: [(&str, Done); 16] = [
    ("again", said("office-done-again")),
    ("closed", said("office-done-closed")),
    ("dropped", said("office-done-dropped")),
    ("finished", said("office-done-finished")),
    ("held", said("office-done-held")),
    ("kept", said("office-done-kept")),
    ("kept-files", said("office-done-kept-files")),
    ("recalled", said("office-done-recalled")),
    ("released", said("office-done-released")),
    ("returned", said("office-done-returned")),
    ("sent", said("office-done-sent")),
    ("withdrawn", said("office-done-withdrawn")),
    ("day", not("office-done-day")),
    ("gone", not("office-done-gone")),
    ("not", not("office-done-not")),
    ("over", not("office-done-over")),
];

const fn said(says: &'static str) -> Done {
    Done { says, not: false }
}

const fn not(says: &'static str) -> Done {
    Done { says, not: true }
}

/// What was done a moment ago, as the address of the page says.
pub(super) fn done(request: &Request) -> Option<Done> {
    let word = query(request, "done")?;
    let found = SAID.iter().find(|(known, _)| *known == word);
    found.map(|(_, done)| *done)
}

/// Who looks.
pub(super) fn viewer(signed: &Signed) -> Viewer<'_> {
    Viewer {
        account: &signed.account,
        session: signed.token,
    }
}

/// `GET /message/{id}`.
pub(super) async fn message(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let Some(letter) = office.letter(&signed, &id).await? else {
        return office.unseen(&visitor, &signed, &id);
    };
    let view = LetterView {
        page: office.inside(&visitor, &signed, None),
        letter: &letter,
        form: signed.form.expose(),
        done: done(&request),
    };
    Ok(closing(&office, show(StatusCode::OK, &view)?, &signed))
}

/// `GET /message/{id}/body`: the HTML as a document of its own, under its own
/// policy.
pub(super) async fn body(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id = id.parse().map_err(|_| missing(&signed))?;
    let fragment = office.0.desk.letter_body(&viewer(&signed), id).await?;
    let fragment = fragment.ok_or_else(|| missing(&signed))?;
    let page = office.page(&visitor);
    Ok(framed(page.language, &page.t("office-message"), &fragment)?)
}

/// `GET /message/{id}/print`: the message and its notices on paper.
pub(super) async fn print(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let letter = office.letter(&signed, &id).await?;
    let letter = letter.ok_or_else(|| missing(&signed))?;
    let desk = &office.0.desk;
    let fragment = desk.letter_body(&viewer(&signed), letter.id).await?;
    let view = PaperView {
        page: office.page(&visitor),
        letter: &letter,
        fragment: fragment.as_deref(),
    };
    let mut response = show(StatusCode::OK, &view)?;
    let policy = HeaderValue::from_static(PRINT_POLICY);
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    Ok(closing(&office, response, &signed))
}

/// `GET /message/{id}/file/{n}`.
pub(super) async fn file(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (id, n) = id
        .parse()
        .ok()
        .zip(n.parse().ok())
        .ok_or_else(|| missing(&signed))?;
    let file = office.0.desk.letter_file(&viewer(&signed), id, n).await?;
    let file = file.ok_or_else(|| missing(&signed))?;
    let name = file.name.clone().unwrap_or_default();
    Ok(save(&name, file))
}

/// `GET /message/{id}/view/{n}`: a picture, shown in a page.
pub(super) async fn view(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (id, n) = id
        .parse()
        .ok()
        .zip(n.parse().ok())
        .ok_or_else(|| missing(&signed))?;
    let file = office.0.desk.letter_file(&viewer(&signed), id, n).await?;
    let file = file.ok_or_else(|| missing(&signed))?;
    let shown = picture(file).await.map_err(desk::Refused::from)?;
    shown.ok_or_else(|| missing(&signed))
}

/// `GET /message/{id}/files.zip`.
pub(super) async fn files(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id = id.parse().map_err(|_| missing(&signed))?;
    let files = office.0.desk.letter_files(&viewer(&signed), id).await?;
    let files = files.ok_or_else(|| missing(&signed))?;
    let name = files.name.clone();
    let name = name.unwrap_or_else(|| office.page(&visitor).t("office-message"));
    Ok(save(&format!("{name}.zip"), files))
}

/// `POST /message/{id}/open`: an emergency, with a reason.
pub(super) async fn open(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Reason>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let signed = match office.sender(&visitor, &typed.form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let known: MessageId = id.parse().map_err(|_| missing(&signed))?;
    let desk = &office.0.desk;
    match desk
        .break_glass(&viewer(&signed), known, &typed.reason)
        .await?
    {
        Opening::Open => Ok(to(&format!("/message/{known}"))),
        Opening::Nothing => Err(missing(&signed)),
        Opening::Reason => {
            let page = office.inside(&visitor, &signed, None);
            let problem = reason_problem(&page);
            let view = GlassView {
                page,
                path: &format!("/message/{known}"),
                form: signed.form.expose(),
                reason: &typed.reason,
                problem: Some(problem),
            };
            let response = show(StatusCode::UNPROCESSABLE_ENTITY, &view)?;
            Ok(closing(&office, response, &signed))
        }
    }
}

/// `POST /message/{id}/close`: an answer that needs none.
pub(super) async fn close(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(sent)?.form;
    let signed = match office.sender(&visitor, &form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id = id.parse().map_err(|_| missing(&signed))?;
    let done = office.0.desk.close_answer(&viewer(&signed), id).await?;
    after(done, &signed, "/today", "closed")
}

/// `POST /message/{id}/extend`: a new notice, and more time.
pub(super) async fn extend(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Until>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let signed = match office.sender(&visitor, &typed.form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id: MessageId = id.parse().map_err(|_| missing(&signed))?;
    let until = match typed.until.trim() {
        "" => None,
        day => match office.usable(&signed, id, day).await? {
            Some(day) => Some(day),
            None => return Ok(to(&format!("/message/{id}?done=day"))),
        },
    };
    let done = office
        .0
        .desk
        .send_again(&viewer(&signed), id, until)
        .await?;
    after(done, &signed, &format!("/message/{id}"), "again")
}

/// `GET /message/{id}/recall`: what it does, before it is done.
pub(super) async fn recall_page(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let letter = office.letter(&signed, &id).await?;
    let Some(letter) = letter.filter(|letter| letter.can.change) else {
        return office.late(&signed, &id, &[Sight::Mailbox]).await;
    };
    let view = RecallView {
        page: office.inside(&visitor, &signed, None),
        letter: &letter,
        form: signed.form.expose(),
    };
    Ok(closing(&office, show(StatusCode::OK, &view)?, &signed))
}

/// `POST /message/{id}/recall`.
pub(super) async fn recall(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(sent)?.form;
    let signed = match office.sender(&visitor, &form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id: MessageId = id.parse().map_err(|_| missing(&signed))?;
    let done = office.0.desk.take_back(&viewer(&signed), id).await?;
    if done == Outcome::Unseen {
        return office
            .late(&signed, &id.to_string(), &[Sight::Mailbox])
            .await;
    }
    after(done, &signed, &format!("/message/{id}"), "recalled")
}

/// `POST /task/{id}/again`.
pub(super) async fn task_again(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(sent)?.form;
    let signed = match office.sender(&visitor, &form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id: TaskId = id.parse().map_err(|_| missing(&signed))?;
    let done = office.0.desk.task_again(&viewer(&signed), id).await?;
    after(done, &signed, "/today", "again")
}

/// `POST /task/{id}/done`.
pub(super) async fn task_done(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(sent)?.form;
    let signed = match office.sender(&visitor, &form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id: TaskId = id.parse().map_err(|_| missing(&signed))?;
    let done = office.0.desk.task_done(&viewer(&signed), id).await?;
    after(done, &signed, "/today", "finished")
}

/// Where a form leads that was about something the viewer sees.
pub(super) fn after(
    outcome: Outcome,
    signed: &Signed,
    path: &str,
    word: &str,
) -> Result<Response, Stop> {
    match outcome {
        Outcome::Done => Ok(to(&format!("{path}?done={word}"))),
        Outcome::Not => Ok(to(&format!("{path}?done=not"))),
        Outcome::Unseen => Err(missing(signed)),
    }
}

pub(super) fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// The same page for what is not there and for what somebody does not see.
pub(super) fn missing(signed: &Signed) -> Stop {
    Stop::inside(Calm::Missing, frame(signed, None))
}

/// What is wrong with a reason of an emergency.
pub(super) fn reason_problem(page: &crate::office::page::Page<'_>) -> String {
    let (least, most) = (MIN_REASON.to_string(), MAX_REASON.to_string());
    page.two("office-reason-wrong", ("least", &least), ("most", &most))
}

impl Office {
    /// A message that somebody sees.
    pub(super) async fn letter(&self, signed: &Signed, id: &str) -> Result<Option<Letter>, Stop> {
        match id.parse::<MessageId>() {
            Ok(id) => Ok(self.0.desk.letter(&viewer(signed), id).await?),
            Err(_) => Ok(None),
        }
    }

    /// Where somebody is led who comes too late: to the message as it stands now, if
    /// they see it by one of these rights and nothing waits there any more.
    pub(super) async fn late(
        &self,
        signed: &Signed,
        id: &str,
        by: &[Sight],
    ) -> Result<Response, Stop> {
        let letter = self.letter(signed, id).await?;
        let seen = letter.filter(|l| l.waiting.is_none() && by.contains(&l.sight));
        match seen {
            Some(letter) => Ok(to(&format!("/message/{}?done=gone", letter.id))),
            None => Err(missing(signed)),
        }
    }

    /// The day that was typed, if the message can be made readable until then.
    async fn usable(
        &self,
        signed: &Signed,
        id: MessageId,
        day: &str,
    ) -> Result<Option<Date>, Stop> {
        let letter = self.letter(signed, &id.to_string()).await?;
        let letter = letter.ok_or_else(|| missing(signed))?;
        let day = day.parse::<Date>().ok();
        let fits = |day: &Date| {
            let days = letter.days.as_ref();
            days.is_none_or(|days| (days.first..=days.last).contains(day))
        };
        Ok(day.filter(fits))
    }

    /// A message that somebody does not see, or that is not there: a provider is
    /// asked for a reason in either case, so that the page tells nothing.
    pub(super) fn unseen(
        &self,
        visitor: &Visitor,
        signed: &Signed,
        id: &str,
    ) -> Result<Response, Stop> {
        let known = id.parse::<MessageId>().ok();
        let Some(id) = known.filter(|_| signed.account.may_send()) else {
            return Err(missing(signed));
        };
        let view = GlassView {
            page: self.inside(visitor, signed, None),
            path: &format!("/message/{id}"),
            form: signed.form.expose(),
            reason: "",
            problem: None,
        };
        let response = show(StatusCode::NOT_FOUND, &view)?;
        Ok(closing(self, response, signed))
    }
}
