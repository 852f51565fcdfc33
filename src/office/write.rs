//! Writing: to somebody of the directory, or in answer to what came in. What was
//! typed stays on the page whatever is refused; files alone a browser forgets.

use crate::access::office::{Signed, Worth};
use crate::desk::contacts::{Asker, ContactView, Wanted};
use crate::desk::office::{Pen, Posted, Unsent, Wish};
use crate::model::{Composing, ContactId, Role, Token};
use crate::office::Office;
use crate::office::calm::Calm;
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
use crate::web::multipart::{self, Multipart};
use crate::web::site::{query, same};
use crate::web::upload::{MAX_DRAIN, MAX_FIELD, MAX_TEXT, field, next_file};
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use std::io;

/// People in one list: who is not among them is looked for with one more word.
const FOUND: usize = 25;
/// Files that can be ticked at once: more than a message takes.
const MOST_PICKED: usize = 100;
/// Longest subject taken in, in octets: it is handed back to be shortened.
const MAX_SUBJECT: usize = 4_000;

/// A search.
#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    form: String,
    #[serde(default)]
    words: String,
}

/// Which button was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Press {
    Send,
    /// "Keep for later".
    Keep,
    /// "Throw away" what was kept.
    Drop,
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

impl Press {
    /// The form's other buttons say so in the path.
    fn of(request: &Request) -> Self {
        match query(request, "do") {
            Some("keep") => Self::Keep,
            Some("drop") => Self::Drop,
            _ => Self::Send,
        }
    }
}

/// What a form holds before its first file.
#[derive(Default)]
struct Fields {
    form: String,
    wish: Wish,
    first_file: Option<String>,
}

/// What is wrong with what was typed.
struct Wrong {
    why: Unsent,
    /// Whether files had been chosen: a browser does not keep them.
    files: bool,
}

impl Fields {
    /// A form sends one file without a name where none was chosen.
    fn has_files(&self) -> bool {
        self.first_file
            .as_ref()
            .is_some_and(|name| !name.is_empty())
    }
}

/// Why something was not sent.
enum Why {
    Unsent(Unsent),
    /// The session is over.
    Over,
    Stop(Stop),
}

impl From<Unsent> for Why {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Desk(refused) => Self::Stop(refused.into()),
            unsent => Self::Unsent(unsent),
        }
    }
}

impl From<multipart::Error> for Why {
    fn from(error: multipart::Error) -> Self {
        Self::Stop(Stop::from(error))
    }
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
        let kept = desk.unfinished(signed.account.id, about).await?;
        let begun = match (kept, about) {
            (Some((kept, _)), _) => kept,
            (None, Composing::Again(_, draft)) => {
                let begun = desk.draft(&viewer(&signed), draft).await?;
                begun.ok_or_else(|| missing(&signed))?
            }
            (None, _) => Wish::default(),
        };
        let begun = Wish {
            once: Token::new().expose().to_owned(),
            ..begun
        };
        self.write_page(visitor, (&signed, about), (&begun, None))
            .await
    }

    /// The page with what was typed and what is wrong with it. It does not close
    /// itself: that would take what is being typed. What is sent too late is kept.
    async fn write_page(
        &self,
        visitor: &Visitor,
        (signed, about): (&Signed, Composing),
        (typed, wrong): (&Wish, Option<Wrong>),
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
        let kept = desk.unfinished(signed.account.id, about).await?;
        let page = self.inside(visitor, signed, Some(Tab::Write));
        let (why, files_lost) = wrong.map_or((None, false), |wrong| (Some(wrong.why), wrong.files));
        let view = WriteView {
            path: &path(about),
            form: signed.form.expose(),
            blank: &blank,
            letter: letter.as_ref(),
            typed,
            kept: kept.map(|(_, at)| at),
            problem: why.as_ref().map(|why| problem(&page, why)),
            files_lost,
            each_kind: matches!(why, Some(Unsent::File(Fault::Kind { .. }))),
            limits: desk.uploads(),
            page,
        };
        show(why.as_ref().map_or(StatusCode::OK, status), &view)
    }

    async fn pressed(
        &self,
        visitor: &Visitor,
        about: Option<Composing>,
        request: Request,
    ) -> Result<Response, Stop> {
        let late = matches!(self.worth(visitor).await?, Worth::Late(_));
        let signed = match self.signed(visitor).await? {
            Ok(signed) => Some(signed),
            Err(_) if late => None,
            Err(elsewhere) => return Ok(elsewhere),
        };
        let press = Press::of(&request);
        let (head, body) = request.into_parts();
        let form = Multipart::new(&head.headers, body, self.0.clock.clone());
        let mut form = form.ok_or_else(|| Stop::from(Calm::Malformed))?;
        let done = match &signed {
            Some(signed) => {
                self.done(visitor, (signed, about), (press, &mut form))
                    .await
            }
            None => match fields(&mut form).await {
                Ok(fields) => self.keep_late(visitor, (about, &fields)).await,
                Err(stop) => Err(stop),
            },
        };
        form.drain(MAX_DRAIN).await;
        done
    }

    /// Keeps what was typed by somebody whose session has ended meanwhile, for after
    /// the next sign-in.
    async fn keep_late(
        &self,
        visitor: &Visitor,
        (about, fields): (Option<Composing>, &Fields),
    ) -> Result<Response, Stop> {
        if let (Worth::Late(late), Some(about)) = (self.worth(visitor).await?, about)
            && same(late.form.expose(), &fields.form)
        {
            let desk = &self.0.desk;
            if desk
                .keep_unfinished(&late.account, about, &fields.wish)
                .await?
            {
                return Ok(to("/locked?kept=1"));
            }
        }
        Ok(to("/locked"))
    }

    async fn done(
        &self,
        visitor: &Visitor,
        (signed, about): (&Signed, Option<Composing>),
        (press, form): (Press, &mut Multipart),
    ) -> Result<Response, Stop> {
        let mut fields = fields(form).await?;
        let about = about.ok_or_else(|| missing(signed))?;
        match about {
            Composing::To(_) => {}
            Composing::Answer(id) => fields.wish.answers = Some(id),
            Composing::Again(_, draft) => fields.wish.draft = Some(draft),
        }
        if !same(signed.form.expose(), &fields.form) {
            // They have signed in again since: it is theirs to look at and to send. What
            // they cannot write is refused as every form of another session.
            let wrong = (&fields, Unsent::Anew);
            let shown = self.again(visitor, (signed, about), wrong).await;
            return shown.map_err(|_| Stop::from(Calm::Stale { path: "/today" }));
        }
        let (desk, account) = (&self.0.desk, &signed.account);
        match press {
            Press::Send => self.send(visitor, (signed, about), (fields, form)).await,
            Press::Keep => {
                let kept = desk.keep_unfinished(account, about, &fields.wish).await?;
                Ok(to(if kept { "/today?done=kept" } else { "/today" }))
            }
            Press::Drop => {
                desk.drop_unfinished(account.id, about).await?;
                Ok(to("/today?done=dropped"))
            }
        }
    }

    async fn send(
        &self,
        visitor: &Visitor,
        (signed, about): (&Signed, Composing),
        (fields, form): (Fields, &mut Multipart),
    ) -> Result<Response, Stop> {
        match self.take(visitor, (signed, &fields), form).await {
            Ok(posted) => {
                let finished = self.0.desk.finish(signed.account.id, about).await;
                if let Err(error) = finished {
                    // The message is safe; only what was kept of it is left behind.
                    tracing::warn!(event = "office.unfinished", id = %posted.message, reason = %error, "A message was taken, but what was kept of it while it was written could not be removed.");
                }
                let word = if posted.held { "held" } else { "sent" };
                Ok(to(&format!("/message/{}?done={word}", posted.message)))
            }
            Err(Why::Stop(stop)) => Err(stop),
            Err(Why::Over) => self.keep_late(visitor, (Some(about), &fields)).await,
            Err(Why::Unsent(Unsent::Unseen)) => Err(missing(signed)),
            Err(Why::Unsent(why)) => self.again(visitor, (signed, about), (&fields, why)).await,
        }
    }

    /// The form again, with what was typed and what is wrong with it.
    async fn again(
        &self,
        visitor: &Visitor,
        whose: (&Signed, Composing),
        (fields, why): (&Fields, Unsent),
    ) -> Result<Response, Stop> {
        let files = fields.has_files();
        let wrong = Some(Wrong { why, files });
        self.write_page(visitor, whose, (&fields.wish, wrong)).await
    }

    /// Hands it to the desk as it arrives.
    async fn take(
        &self,
        visitor: &Visitor,
        (signed, fields): (&Signed, &Fields),
        form: &mut Multipart,
    ) -> Result<Posted, Why> {
        let (desk, by) = (&self.0.desk, viewer(signed));
        let way = (&self.0.outbound, visitor.ip);
        let mut pen = desk.begin_letter(&by, way, &fields.wish).await?;
        let mut next = fields.first_file.clone();
        while let Some(name) = next {
            add(&mut pen, &name, form).await?;
            next = next_file(form).await?;
        }
        // Large files take long to come: whoever's session has ended meanwhile sends
        // nothing any more.
        let still = self.signed(visitor).await.map_err(Why::Stop)?;
        if !still.is_ok_and(|still| same(still.form.expose(), signed.form.expose())) {
            return Err(Why::Over);
        }
        Ok(desk.post_letter(&by, pen).await?)
    }
}

/// Takes one file in. A form sends one without name and octets where none was
/// chosen: that is no file.
async fn add(pen: &mut Pen, name: &str, form: &mut Multipart) -> Result<(), Why> {
    pen.begin_file(name)?;
    while let Some(chunk) = form.chunk().await? {
        pen.write(&chunk).await?;
    }
    Ok(pen.end_file().await?)
}

/// Takes one field of what somebody wrote.
async fn typed(wish: &mut Wish, name: &str, form: &mut Multipart) -> Result<(), Stop> {
    match name {
        "once" => wish.once = field(form, MAX_FIELD).await?,
        "from" => wish.from = field(form, MAX_FIELD).await?,
        "to" => wish.to = field(form, MAX_FIELD).await?,
        "subject" => wish.subject = field(form, MAX_SUBJECT).await?,
        "text" => wish.text = field(form, MAX_TEXT).await?,
        "pick" if wish.picked.len() < MOST_PICKED => {
            wish.picked.push(field(form, MAX_FIELD).await?);
        }
        _ => {}
    }
    Ok(())
}

async fn fields(form: &mut Multipart) -> Result<Fields, Stop> {
    let mut fields = Fields::default();
    while let Some(part) = form.part().await? {
        if part.file.is_some() {
            fields.first_file = part.file;
            break;
        }
        match part.name.as_str() {
            "form" => fields.form = field(form, MAX_FIELD).await?,
            name => typed(&mut fields.wish, name, form).await?,
        }
    }
    Ok(fields)
}

const fn status(why: &Unsent) -> StatusCode {
    match why {
        Unsent::File(Fault::Large { .. } | Fault::LargeAll { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
        Unsent::Reply(reply) if reply.code < 500 => StatusCode::SERVICE_UNAVAILABLE,
        Unsent::Anew => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
