//! Before a session: the link, the code, the dead ends.

use crate::model::{Secret, Token};
use crate::portal::Portal;
use crate::portal::calm::{Again, Calm};
use crate::portal::guard::{Stop, show};
use crate::portal::page::Page;
use crate::portal::views::{CodeView, HelpView, LandingView, SOON, wait_until, wrong_wait};
use crate::portal::visitor::{FRONT, KNOWN, LINK, SESSION, Visitor, signed};
use crate::visit::{Admission, Asked, Closed, CodePage, Entry, Landing, Verified};
use crate::web::cookie;
use crate::web::form::{self, Pressed, Sent, Unread};
use crate::web::site::query;
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::sync::Arc;

/// How long a session's cookies outlive the browser on a private device: as
/// long as a session may live.
pub(super) const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(12);
/// How long a private device is known again: from one visit to the next.
pub(super) const KNOWN_LASTS: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The longest wait for a code: the day that the daily allowance looks back.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

type Who = Extension<Arc<Visitor>>;

/// The code form.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    form: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    private: String,
}

/// What a form held; what cannot be read gets a page that says so.
pub(super) fn taken<T>(sent: Sent<T>) -> Result<T, Stop> {
    form::taken(sent).map_err(|unread| {
        Stop::from(match unread {
            Unread::Large => Calm::Large {
                limit: form::MAX_FORM as u64,
            },
            Unread::Malformed => Calm::Malformed,
        })
    })
}

/// `GET /help`. Opened from inside it keeps its frame, if the session lives.
pub(super) async fn help(
    State(portal): State<Portal>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    let page = match portal.admission(&visitor).await? {
        Admission::In(reader) => portal.inside(&visitor, &reader, None),
        Admission::Stale(_) | Admission::Out => portal.page(&visitor, None),
    };
    let idle = page.span(portal.0.visit.rules().idle);
    show(StatusCode::OK, &HelpView::new(page, &idle))
}

/// No such page. Who is signed in keeps the frame and the way to the messages.
pub(super) async fn missing(State(portal): State<Portal>, Extension(visitor): Who) -> Stop {
    match portal.admission(&visitor).await {
        Ok(Admission::In(reader)) => Stop::inside(Calm::Missing, signed(&reader, None)),
        Ok(_) => Stop::from(Calm::Missing),
        Err(stop) => stop,
    }
}

/// `GET /locked`: where pages with content go when nothing is pressed.
pub(super) async fn locked(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    request: Request,
) -> Stop {
    Stop::from(Calm::Locked {
        link: visitor.link.as_ref().map(|l| l.expose().to_owned()),
        idle: portal.0.visit.rules().idle,
        kept: query(&request, "kept").is_some(),
    })
}

/// `GET /m/{link}`. Who is signed in for that mailbox goes on to the message.
pub(super) async fn landing(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(link): Path<String>,
) -> Result<Response, Stop> {
    let link = token(&link)?;
    let landing = portal.0.visit.landing(&link).await?;
    let Landing::Open(front) = landing else {
        return Err(portal.closed(&link, landing));
    };
    if let Admission::In(reader) = portal.admission(&visitor).await?
        && let Some(grant) = portal.0.visit.own(&reader, &link).await?
    {
        return Ok(Redirect::to(&format!("/message/{grant}")).into_response());
    }
    let form = portal.0.visit.form(&link);
    let page = portal.page(&visitor, Some(front.language));
    let view = LandingView {
        page,
        front: &front,
        link: link.expose(),
        form: form.expose(),
    };
    show(StatusCode::OK, &view)
}

/// `POST /m/{link}/code`. The answer is a redirect, so that drawing the page
/// again presses nothing again.
pub(super) async fn request_code(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(link): Path<String>,
    form: Sent<Pressed>,
) -> Result<Response, Stop> {
    let link = portal.pressed(&link, &taken(form)?.form)?;
    let again = match portal.0.visit.request_code(&link, &visitor.caller).await? {
        Asked::Sent(_) => None,
        Asked::Joined(page) | Asked::TooMany(page) => page.again,
        Asked::Locked(closed) => return Err(portal.barred(&link, &closed)),
        Asked::Closed(landing) => return Err(portal.closed(&link, landing)),
    };
    // Only this press was told from when another one helps, so it goes along.
    let again = again.map(|at| format!("?again={}", at.as_second()));
    let path = format!("/m/{}/enter{}", link.expose(), again.unwrap_or_default());
    Ok(Redirect::to(&path).into_response())
}

/// `GET /m/{link}/enter`.
pub(super) async fn code_page(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(link): Path<String>,
    request: Request,
) -> Result<Response, Stop> {
    let link = token(&link)?;
    let code = match portal.0.visit.code_page(&link).await? {
        Ok(code) => code,
        Err(landing) => return Err(portal.closed(&link, landing)),
    };
    let form = portal.0.visit.form(&link);
    let page = portal.page(&visitor, Some(code.language));
    let mut view = CodeView::new(page, &code, link.expose(), form.expose());
    let again = query(&request, "again").and_then(|at| at.parse().ok());
    let again = again.and_then(|at| Timestamp::from_second(at).ok());
    if let Some((note, soon)) = again.and_then(|again| no_code(&view.page, &code, again)) {
        view.note = Some(note);
        // The note says it already.
        view.later = None;
        view.can_ask = soon;
    }
    show(StatusCode::OK, &view)
}

/// `POST /m/{link}/enter`: a code, as it was typed.
pub(super) async fn verify(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(link): Path<String>,
    form: Sent<Typed>,
) -> Result<Response, Stop> {
    let typed = taken(form)?;
    let link = portal.pressed(&link, &typed.form)?;
    // Nothing typed is no try.
    if typed.code.trim().is_empty() {
        return match portal.0.visit.code_page(&link).await? {
            Ok(code) => portal.wrong(&visitor, &link, (&code, Wrong::Empty)),
            Err(landing) => Err(portal.closed(&link, landing)),
        };
    }
    let private = typed.private == "yes";
    let code = Secret::new(typed.code);
    match portal
        .0
        .visit
        .verify(&link, &code, private, &visitor.caller)
        .await?
    {
        Verified::In(entry) => {
            if let Some(former) = &visitor.session {
                portal.0.visit.replace(former).await?;
            }
            let stored = portal.0.visit.landing(&link).await?;
            Ok(portal.enter(&visitor, &link, (&entry, &stored)))
        }
        Verified::Wrong { left, page } => {
            refused(&visitor);
            portal.wrong(&visitor, &link, (&page, Wrong::Left(left)))
        }
        Verified::Wait { until, page } => {
            refused(&visitor);
            portal.wrong(&visitor, &link, (&page, Wrong::Wait(until)))
        }
        Verified::Locked(closed) => Err(portal.barred(&link, &closed)),
        Verified::Closed(landing) => Err(portal.closed(&link, landing)),
    }
}

fn refused(visitor: &Visitor) {
    // The line that fail2ban reads: its first three fields are fixed.
    tracing::warn!(event = "otp.failed", proto = "portal", ip = %visitor.caller.ip, "A code was not taken.");
}

/// `POST /m/{link}/again`: ask the office to send it again.
pub(super) async fn ask_again(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(link): Path<String>,
    form: Sent<Pressed>,
) -> Result<Response, Stop> {
    let link = portal.pressed(&link, &taken(form)?.form)?;
    match portal.0.visit.ask_again(&link, &visitor.caller).await? {
        Landing::Open(_) => Ok(Redirect::to(&format!("/m/{}", link.expose())).into_response()),
        Landing::Expired(closed) | Landing::Withdrawn(closed) | Landing::Locked(closed) => {
            Err(Stop::spoken(Calm::Asked, closed.language))
        }
        Landing::Unknown => Err(Stop::from(Calm::Unknown)),
    }
}

/// Why a press brought no code: one has just left, or there were too many; and
/// whether the button stands there all the same. `None` from the time on when
/// a press helps.
fn no_code(page: &Page<'_>, code: &CodePage, again: Timestamp) -> Option<(String, bool)> {
    let wait = again.duration_since(page.now);
    // Nobody waits for longer, whatever the address says.
    if wait <= SignedDuration::ZERO || wait > LONGEST_WAIT {
        return None;
    }
    let live = code.valid.is_some_and(|until| until > page.now);
    Some(match (wait.as_secs() <= SOON, live) {
        (true, true) => (page.t("portal-code-joined"), true),
        (true, false) => (wait_until(page, "portal-code-later", again), false),
        (false, _) => (wait_until(page, "portal-code-many", again), false),
    })
}

/// What was wrong with a code.
enum Wrong {
    Empty,
    Left(u32),
    Wait(Timestamp),
}

impl Portal {
    /// The link of a form whose page was drawn not long ago.
    fn pressed(&self, link: &str, form: &str) -> Result<Token, Stop> {
        let link = token(link)?;
        if self.0.visit.form_fits(&link, form) {
            return Ok(link);
        }
        Err(Stop::from(Calm::Stale {
            path: format!("/m/{}", link.expose()),
        }))
    }

    /// The code page again, with what was wrong. What was typed is not kept.
    fn wrong(
        &self,
        visitor: &Visitor,
        link: &Token,
        (code, wrong): (&CodePage, Wrong),
    ) -> Result<Response, Stop> {
        let form = self.0.visit.form(link);
        let page = self.page(visitor, Some(code.language));
        let now = page.now;
        let mut view = CodeView::new(page, code, link.expose(), form.expose());
        match wrong {
            Wrong::Empty => view.problem = Some(view.page.t("portal-code-empty")),
            Wrong::Left(left) => {
                view.problem = Some(view.page.count("portal-code-wrong", left as usize));
            }
            Wrong::Wait(until) => view.wait = Some(wrong_wait(&view.page, until)),
        }
        let Wrong::Wait(until) = wrong else {
            return show(StatusCode::UNPROCESSABLE_ENTITY, &view);
        };
        let mut response = show(StatusCode::TOO_MANY_REQUESTS, &view)?;
        let wait = until.duration_since(now).as_secs().max(1);
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, wait.into());
        Ok(response)
    }

    /// Into the session: its cookies, and on to the message.
    fn enter(
        &self,
        visitor: &Visitor,
        link: &Token,
        (entry, stored): (&Entry, &Landing),
    ) -> Response {
        let lasting = |lasts| entry.private.then_some(lasts);
        let stored = match stored {
            Landing::Open(front) => Some(front.language),
            _ => None,
        };
        let language = visitor.wishes.language(stored, self.0.clinic.language);
        let cookies = [
            cookie::set(SESSION, entry.session.expose(), lasting(SESSION_LASTS)),
            cookie::set(KNOWN, entry.known.expose(), lasting(KNOWN_LASTS)),
            cookie::set(LINK, link.expose(), lasting(SESSION_LASTS)),
            visitor.wishes.noted_cookie(language),
        ];
        let mut response = Redirect::to(&format!("/message/{}", entry.grant)).into_response();
        for cookie in cookies.into_iter().flatten() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// The page for a link that leads to nothing that can be read.
    fn closed(&self, link: &Token, landing: Landing) -> Stop {
        match landing {
            Landing::Expired(closed) => {
                Stop::spoken(Calm::Expired(self.again(link, &closed)), closed.language)
            }
            Landing::Withdrawn(closed) => {
                Stop::spoken(Calm::Withdrawn(self.again(link, &closed)), closed.language)
            }
            Landing::Locked(closed) => self.barred(link, &closed),
            Landing::Open(_) | Landing::Unknown => Stop::from(Calm::Unknown),
        }
    }

    fn barred(&self, link: &Token, closed: &Closed) -> Stop {
        Stop::spoken(Calm::Barred(self.again(link, closed)), closed.language)
    }

    /// The button that asks the office, unless it has been asked.
    fn again(&self, link: &Token, closed: &Closed) -> Option<Again> {
        let form = self.0.visit.form(link);
        (!closed.asked).then(|| Again {
            link: link.expose().to_owned(),
            form: form.expose().to_owned(),
        })
    }
}

/// The token in a path.
fn token(link: &str) -> Result<Token, Stop> {
    Token::parse(link).ok_or_else(|| Stop::from(Calm::Unknown))
}

/// Ends every cookie of a session.
pub(super) fn forget(response: &mut Response) {
    for name in [SESSION, KNOWN, LINK, FRONT] {
        if let Some(cookie) = cookie::clear(name) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    // Not "cookies": that would sign the patient out of every other site under
    // the clinic's domain. Ours are ended one by one above.
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert("clear-site-data", clear);
}
