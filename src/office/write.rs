//! Writing: to somebody of the directory, or in answer to what came in. What was
//! typed stays on the page whatever is refused; files alone a browser forgets.

use crate::access::office::Signed;
use crate::desk::contacts::{Asker, ContactView, Wanted};
use crate::desk::office::{Pen, Posted, Unsent, Wish};
use crate::model::{ContactId, MessageId, Role, Token};
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

/// Whom a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// Somebody of the directory; and the draft that came back, if it is sent again.
    Contact(ContactId, Option<MessageId>),
    Answer(MessageId),
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
    office.send(&visitor, about, request).await
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
    office.send(&visitor, answered(&id), request).await
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

fn contact(id: &str, draft: Option<&str>) -> Option<About> {
    let draft = draft.and_then(|id| id.parse().ok());
    let id = id.parse().ok()?;
    Some(About::Contact(id, draft))
}

fn answered(id: &str) -> Option<About> {
    id.parse().ok().map(About::Answer)
}

impl About {
    fn path(self) -> String {
        match self {
            Self::Contact(id, None) => format!("/write/{id}"),
            Self::Contact(id, Some(draft)) => format!("/write/{id}?draft={draft}"),
            Self::Answer(id) => format!("/message/{id}/answer"),
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

/// Why something was not sent.
enum Why {
    Unsent(Unsent),
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

    async fn blank_page(&self, visitor: &Visitor, about: Option<About>) -> Result<Response, Stop> {
        let signed = match self.signed(visitor).await? {
            Ok(signed) => signed,
            Err(elsewhere) => return Ok(elsewhere),
        };
        let about = about.ok_or_else(|| missing(&signed))?;
        let begun = match about {
            About::Contact(_, Some(draft)) => {
                let begun = self.0.desk.draft(&viewer(&signed), draft).await?;
                begun.ok_or_else(|| missing(&signed))?
            }
            _ => Wish::default(),
        };
        let begun = Wish {
            once: Token::new().expose().to_owned(),
            ..begun
        };
        self.write_page(visitor, (&signed, about), (&begun, None))
            .await
    }

    /// The page with what was typed and what is wrong with it. It does not close
    /// itself: that would take what is being typed.
    async fn write_page(
        &self,
        visitor: &Visitor,
        (signed, about): (&Signed, About),
        (typed, wrong): (&Wish, Option<(Unsent, bool)>),
    ) -> Result<Response, Stop> {
        let (desk, by) = (&self.0.desk, viewer(signed));
        let (blank, letter) = match about {
            About::Contact(id, None) => (desk.blank(&by, id).await?, None),
            About::Contact(id, Some(draft)) => (desk.blank_again(&by, id, draft).await?, None),
            About::Answer(id) => (
                desk.blank_answer(&by, id).await?,
                desk.letter(&by, id).await?,
            ),
        };
        let blank = blank.ok_or_else(|| missing(signed))?;
        let page = self.inside(visitor, signed, Some(Tab::Write));
        let status = wrong
            .as_ref()
            .map_or(StatusCode::OK, |(why, _)| status(why));
        let view = WriteView {
            path: &about.path(),
            form: signed.form.expose(),
            blank: &blank,
            letter: letter.as_ref(),
            typed,
            problem: wrong.as_ref().map(|(why, _)| problem(&page, why)),
            files_lost: wrong.as_ref().is_some_and(|(_, files)| *files),
            each_kind: matches!(wrong, Some((Unsent::File(Fault::Kind { .. }), _))),
            limits: desk.uploads(),
            page,
        };
        show(status, &view)
    }

    async fn send(
        &self,
        visitor: &Visitor,
        about: Option<About>,
        request: Request,
    ) -> Result<Response, Stop> {
        let signed = match self.signed(visitor).await? {
            Ok(signed) => signed,
            Err(elsewhere) => return Ok(elsewhere),
        };
        let (head, body) = request.into_parts();
        let form = Multipart::new(&head.headers, body, self.0.clock.clone());
        let mut form = form.ok_or_else(|| Stop::from(Calm::Malformed))?;
        let sent = self.sent(visitor, (&signed, about), &mut form).await;
        form.drain(MAX_DRAIN).await;
        sent
    }

    async fn sent(
        &self,
        visitor: &Visitor,
        (signed, about): (&Signed, Option<About>),
        form: &mut Multipart,
    ) -> Result<Response, Stop> {
        let mut fields = fields(form).await?;
        if !same(signed.form.expose(), &fields.form) {
            return Err(Stop::from(Calm::Stale { path: "/today" }));
        }
        let about = about.ok_or_else(|| missing(signed))?;
        match about {
            About::Answer(id) => fields.wish.answers = Some(id),
            About::Contact(_, draft) => fields.wish.draft = draft,
        }
        let mut files = false;
        let taken = self.take(visitor, (signed, &fields), (form, &mut files));
        match taken.await {
            Ok(posted) => {
                let word = if posted.held { "held" } else { "sent" };
                Ok(to(&format!("/message/{}?done={word}", posted.message)))
            }
            Err(Why::Stop(stop)) => Err(stop),
            Err(Why::Unsent(Unsent::Unseen)) => Err(missing(signed)),
            Err(Why::Unsent(why)) => {
                let wrong = Some((why, files));
                self.write_page(visitor, (signed, about), (&fields.wish, wrong))
                    .await
            }
        }
    }

    /// Hands it to the desk as it arrives; `files` says whether some were chosen.
    async fn take(
        &self,
        visitor: &Visitor,
        (signed, fields): (&Signed, &Fields),
        (form, files): (&mut Multipart, &mut bool),
    ) -> Result<Posted, Why> {
        let (desk, by) = (&self.0.desk, viewer(signed));
        *files = fields
            .first_file
            .as_ref()
            .is_some_and(|name| !name.is_empty());
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
            return Err(Why::Stop(Stop::from(Calm::Stale { path: "/today" })));
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
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
