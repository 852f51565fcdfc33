//! What the form of somebody who writes brings: it is sent, kept for later, or thrown
//! away. No word of it is lost when the session has ended meanwhile.

use crate::access::office::{Signed, Worth};
use crate::desk;
use crate::desk::office::{LONGEST_SUBJECT, LONGEST_TEXT, Pen, Posted, Unsent, Whence, Wish, Work};
use crate::model::{Account, Composing, WorkId};
use crate::office::Office;
use crate::office::calm::Calm;
use crate::office::guard::Stop;
use crate::office::message::{missing, to, viewer};
use crate::office::visitor::Visitor;
use crate::office::write::{Filled, Wrong};
use crate::store::Error;
use crate::web::multipart::{self, Multipart};
use crate::web::site::{query, same};
use crate::web::upload::{MAX_DRAIN, MAX_FIELD, MAX_TEXT, field, next_file};
use axum::extract::Request;
use axum::response::Response;
use jiff::Timestamp;

/// Files that can be ticked at once: more than a message takes.
const MOST_PICKED: usize = 100;
/// Longest subject taken in, in octets: it is handed back to be shortened.
const MAX_SUBJECT: usize = 4_000;

/// Which button was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Press {
    Send,
    /// "Keep for later".
    Keep,
    /// "Throw away" what was kept.
    Drop,
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
    /// Whose form it is: an account's id.
    by: String,
    seen: Option<Timestamp>,
    wish: Wish,
    first_file: Option<String>,
}

impl Fields {
    /// A form sends one file without a name where none was chosen.
    fn has_files(&self) -> bool {
        let first = self.first_file.as_ref();
        first.is_some_and(|name| !name.is_empty())
    }

    fn is_by(&self, account: &Account) -> bool {
        self.by == account.id.to_string()
    }

    /// What is written in it; `None` if it is no form of ours.
    fn work(&self, composing: Composing) -> Option<Work> {
        Some(Work {
            id: self.wish.once.parse().ok()?,
            composing,
            seen: self.seen,
        })
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
    /// The form, as it arrives. Who is asking is looked at before it is read, so that
    /// strangers bring nothing, and again after it: it may take long to come.
    pub(super) async fn pressed(
        &self,
        visitor: &Visitor,
        about: Option<Composing>,
        request: Request,
    ) -> Result<Response, Stop> {
        if matches!(self.worth(visitor).await?, Worth::Over | Worth::Out) {
            return self.outside(visitor).await;
        }
        let press = Press::of(&request);
        let (head, body) = request.into_parts();
        let form = Multipart::new(&head.headers, body, self.0.clock.clone());
        let mut form = form.ok_or_else(|| Stop::from(Calm::Malformed))?;
        let done = match fields(&mut form).await {
            Ok(fields) => self.done(visitor, about, (press, fields, &mut form)).await,
            Err(stop) => Err(stop),
        };
        form.drain(MAX_DRAIN).await;
        done
    }

    async fn done(
        &self,
        visitor: &Visitor,
        about: Option<Composing>,
        (press, mut fields, form): (Press, Fields, &mut Multipart),
    ) -> Result<Response, Stop> {
        let Worth::In(signed) = self.worth(visitor).await? else {
            return self.keep_late(visitor, about, (press, &fields)).await;
        };
        let about = about.ok_or_else(|| missing(&signed))?;
        match about {
            Composing::To(_) => {}
            Composing::Answer(id) => fields.wish.answers = Some(id),
            Composing::Again(_, draft) => fields.wish.draft = Some(draft),
        }
        let whose = (&*signed, about);
        if !same(signed.form.expose(), &fields.form) {
            return self.anew(visitor, whose, &fields).await;
        }
        match press {
            Press::Send => self.send(visitor, whose, (fields, form)).await,
            Press::Keep => self.keep(visitor, whose, &fields).await,
            Press::Drop => {
                let work = fields.work(about);
                let work = work.map(|work| (work.id, work.seen));
                let dropped = match work {
                    Some(work) => self.0.desk.drop_unfinished(signed.account.id, work).await?,
                    None => false,
                };
                Ok(to(if dropped {
                    "/today?done=dropped"
                } else {
                    "/today?done=not"
                }))
            }
        }
    }

    /// A form from before the last sign-in. Who wrote it sees it again with every word;
    /// what they cannot write, and what another wrote at this browser, is refused as
    /// every form of another session.
    async fn anew(
        &self,
        visitor: &Visitor,
        whose: (&Signed, Composing),
        fields: &Fields,
    ) -> Result<Response, Stop> {
        let stale = || Stop::from(Calm::Stale { path: "/today" });
        if !fields.is_by(&whose.0.account) {
            return Err(stale());
        }
        let shown = self.again(visitor, whose, (fields, Unsent::Anew)).await;
        shown.map_err(|_| stale())
    }

    async fn keep(
        &self,
        visitor: &Visitor,
        (signed, about): (&Signed, Composing),
        fields: &Fields,
    ) -> Result<Response, Stop> {
        let whence = Whence {
            ip: visitor.ip,
            late: false,
        };
        let (subject, text) = (&fields.wish.subject, &fields.wish.text);
        let wrong = if subject.chars().count() > LONGEST_SUBJECT {
            Some(Unsent::LongSubject)
        } else if text.chars().count() > LONGEST_TEXT {
            Some(Unsent::LongText)
        } else {
            None
        };
        if let Some(wrong) = wrong {
            return self.again(visitor, (signed, about), (fields, wrong)).await;
        }
        let Some(work) = fields.work(about) else {
            return Err(Stop::from(Calm::Malformed));
        };
        let desk = &self.0.desk;
        let kept = desk.keep_unfinished(&signed.account, work, &fields.wish, whence);
        match kept.await {
            Ok(true) if fields.has_files() => Ok(to("/today?done=kept-files")),
            Ok(true) => Ok(to("/today?done=kept")),
            Ok(false) => Ok(to("/today")),
            Err(desk::Refused::Store(Error::Full)) => {
                let wrong = (fields, Unsent::NoRoom);
                self.again(visitor, (signed, about), wrong).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps what was typed by somebody whom time has signed out, for after the next
    /// sign-in. Whoever is just signing in again in another window has proved the
    /// password: then the form says whose it is.
    async fn keep_late(
        &self,
        visitor: &Visitor,
        about: Option<Composing>,
        (press, fields): (Press, &Fields),
    ) -> Result<Response, Stop> {
        let account = match self.worth(visitor).await? {
            Worth::Late(late) if same(late.form.expose(), &fields.form) => Some(late.account),
            Worth::Halfway(halfway) if fields.is_by(&halfway.account) => Some(halfway.account),
            _ => None,
        };
        let work = about.and_then(|about| fields.work(about));
        let (Some(account), Some(work)) = (account, work.filter(|_| press != Press::Drop)) else {
            return self.outside(visitor).await;
        };
        let whence = Whence {
            ip: visitor.ip,
            late: true,
        };
        let desk = &self.0.desk;
        if desk
            .keep_unfinished(&account, work, &fields.wish, whence)
            .await?
        {
            return Ok(to("/locked?kept=1"));
        }
        self.outside(visitor).await
    }

    /// Where somebody goes who is not signed in.
    async fn outside(&self, visitor: &Visitor) -> Result<Response, Stop> {
        match self.signed(visitor).await? {
            Ok(_) => Ok(to("/today")),
            Err(elsewhere) => Ok(elsewhere),
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
                if let Some(work) = fields.work(about) {
                    self.finish(signed, work, &posted).await;
                }
                let word = if posted.held { "held" } else { "sent" };
                Ok(to(&format!("/message/{}?done={word}", posted.message)))
            }
            Err(Why::Stop(stop)) => Err(stop),
            Err(Why::Over) => {
                self.keep_late(visitor, Some(about), (Press::Send, &fields))
                    .await
            }
            Err(Why::Unsent(Unsent::Unseen)) => Err(missing(signed)),
            Err(Why::Unsent(why)) => {
                if self.is_still(visitor, signed).await? {
                    return self.again(visitor, (signed, about), (&fields, why)).await;
                }
                self.keep_late(visitor, Some(about), (Press::Send, &fields))
                    .await
            }
        }
    }

    /// The message is safe; only what was kept of it may be left behind.
    async fn finish(&self, signed: &Signed, work: Work, posted: &Posted) {
        let finished = self.0.desk.finish(signed.account.id, (work.id, work.seen));
        if let Err(error) = finished.await {
            tracing::warn!(event = "office.unfinished", id = %posted.message, reason = %error, "A message was taken, but what was kept of it while it was written could not be removed.");
        }
    }

    /// Whether the session is the same still, and lives.
    async fn is_still(&self, visitor: &Visitor, signed: &Signed) -> Result<bool, Stop> {
        let still = match self.worth(visitor).await? {
            Worth::In(still) => same(still.form.expose(), signed.form.expose()),
            _ => false,
        };
        Ok(still)
    }

    /// The form again, with what was typed and what is wrong with it.
    async fn again(
        &self,
        visitor: &Visitor,
        whose: (&Signed, Composing),
        (fields, why): (&Fields, Unsent),
    ) -> Result<Response, Stop> {
        let files = fields.has_files();
        let filled = Filled {
            typed: &fields.wish,
            seen: fields.seen,
            before: None,
            wrong: Some(Wrong { why, files }),
        };
        self.write_page(visitor, whose, filled).await
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
        if !self.is_still(visitor, signed).await.map_err(Why::Stop)? {
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

async fn fields(form: &mut Multipart) -> Result<Fields, Stop> {
    let mut fields = Fields::default();
    while let Some(part) = form.part().await? {
        if part.file.is_some() {
            fields.first_file = part.file;
            break;
        }
        match part.name.as_str() {
            "form" => fields.form = field(form, MAX_FIELD).await?,
            "by" => fields.by = field(form, MAX_FIELD).await?,
            "seen" => fields.seen = seen(&field(form, MAX_FIELD).await?),
            name => typed(&mut fields.wish, name, form).await?,
        }
    }
    if fields.wish.once.parse::<WorkId>().is_err() {
        fields.wish.once = String::new();
    }
    Ok(fields)
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

/// A moment as a form carries it: nanoseconds since 1970.
fn seen(text: &str) -> Option<Timestamp> {
    Timestamp::from_nanosecond(text.parse().ok()?).ok()
}
