//! Before a session: the password, the code, the set-up of the second factor.

use crate::access::factor;
use crate::access::office::{Entered, Halfway, Refused, Worth};
use crate::model::{Secret, Token};
use crate::office::calm::Calm;
use crate::office::guard::{Stop, refused, show};
use crate::office::page::Page;
use crate::office::views::{CodeView, CodesView, FactorView, SignInView};
use crate::office::visitor::{DOOR, KNOWN, SESSION, Visitor, framed};
use crate::office::{Office, inside, qr};
use crate::web::cookie;
use crate::web::form::{self, Sent, Unread};
use crate::web::site::{query, same};
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::SignedDuration;
use serde::Deserialize;
use std::sync::Arc;

/// How long a browser is known again.
const KNOWN_LASTS: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Longest address that is handed back to be mended (RFC 5321 §4.5.3.1.3).
const MAX_ADDRESS: usize = 254;

pub(super) type Who = Extension<Arc<Visitor>>;

/// The first form.
#[derive(Deserialize)]
pub(super) struct SignIn {
    #[serde(default)]
    form: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    password: String,
}

/// A form with a code.
#[derive(Deserialize)]
pub(super) struct Code {
    #[serde(default)]
    pub(super) form: String,
    #[serde(default)]
    pub(super) code: String,
}

/// What a form held; what cannot be read gets a page that says so.
pub(super) fn taken<T>(sent: Sent<T>) -> Result<T, Stop> {
    form::taken(sent).map_err(|unread| {
        Stop::from(match unread {
            Unread::Large => Calm::Large,
            Unread::Malformed => Calm::Malformed,
        })
    })
}

/// `GET /`. Who is signed in goes on to work.
pub(super) async fn front(
    State(office): State<Office>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    if let Worth::In(_) = office.worth(&visitor).await? {
        return Ok(Redirect::to("/today").into_response());
    }
    office.sign_in_page(&visitor, "", None)
}

/// `POST /sign-in`.
pub(super) async fn sign_in(
    State(office): State<Office>,
    Extension(visitor): Who,
    sent: Sent<SignIn>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let door = visitor.door.as_ref();
    if !door.is_some_and(|door| office.0.entrance.form_fits(door, &typed.form)) {
        return Err(Stop::from(Calm::Stale { path: "/" }));
    }
    let address: String = typed.address.trim().chars().take(MAX_ADDRESS).collect();
    if address.is_empty() || typed.password.is_empty() {
        return office.sign_in_page(&visitor, &address, Some(Problem::Empty));
    }
    let password = Secret::new(typed.password);
    let entrance = &office.0.entrance;
    match entrance
        .password(&address, &password, &visitor.caller())
        .await
    {
        Ok(session) => {
            // Where to go is asked of the session: the page there looks.
            let mut response = Redirect::to("/code").into_response();
            set(
                &mut response,
                [cookie::set(SESSION, session.expose(), None)],
            );
            Ok(response)
        }
        Err(why) => {
            refused(&visitor, why);
            office.sign_in_page(&visitor, &address, Some(Problem::of(why)?))
        }
    }
}

/// `GET /code`.
pub(super) async fn code_page(
    State(office): State<Office>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    match office.halfway(&visitor).await? {
        Ok(halfway) if halfway.seed.is_some() => Ok(Redirect::to("/factor").into_response()),
        Ok(halfway) => office.code_form(&visitor, &halfway, None),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `POST /code`: a code of the app or a recovery code, as it was typed.
pub(super) async fn code(
    State(office): State<Office>,
    Extension(visitor): Who,
    sent: Sent<Code>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let halfway = match office.halfway(&visitor).await? {
        Ok(halfway) if halfway.seed.is_none() => halfway,
        Ok(_) => return Ok(Redirect::to("/factor").into_response()),
        Err(elsewhere) => return Ok(elsewhere),
    };
    fits(&halfway, &typed.form, "/code")?;
    let code = Secret::new(typed.code);
    let caller = visitor.caller();
    match office.0.entrance.code(&halfway, &code, &caller).await {
        Ok(entered) => {
            let mut response = Redirect::to("/today").into_response();
            enter(&mut response, &entered);
            Ok(response)
        }
        Err(Refused::Over) => Ok(Redirect::to("/").into_response()),
        Err(why) => {
            refused(&visitor, why);
            office.code_form(&visitor, &halfway, Some(Problem::of(why)?))
        }
    }
}

/// `GET /factor`: the second factor is set up.
pub(super) async fn factor_page(
    State(office): State<Office>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    match office.halfway(&visitor).await? {
        Ok(halfway) => office.factor_form(&visitor, &halfway, None),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `POST /factor`: the first code of the app. The answer shows the recovery codes,
/// this once.
pub(super) async fn factor(
    State(office): State<Office>,
    Extension(visitor): Who,
    sent: Sent<Code>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let halfway = match office.halfway(&visitor).await? {
        Ok(halfway) => halfway,
        Err(elsewhere) => return Ok(elsewhere),
    };
    fits(&halfway, &typed.form, "/factor")?;
    let code = Secret::new(typed.code);
    let entrance = &office.0.entrance;
    let (entered, codes) = match entrance.confirm(&halfway, &code, &visitor.caller()).await {
        Ok(done) => done,
        Err(Refused::Over) => return Ok(Redirect::to("/").into_response()),
        Err(why) => return office.factor_form(&visitor, &halfway, Some(Problem::of(why)?)),
    };
    let Worth::In(signed) = entrance.worth(&entered.session, true).await? else {
        return Ok(Redirect::to("/").into_response());
    };
    let page = office.inside(&visitor, &signed, None);
    let view = CodesView::new(page, &codes, signed.account.address.as_str());
    let response = show(StatusCode::OK, &view)?;
    let mut response = inside::closing(&office, response, &signed);
    enter(&mut response, &entered);
    Ok(response)
}

/// `GET /locked`: where pages go when nothing is pressed.
pub(super) async fn locked(request: Request) -> Stop {
    let kept = query(&request, "kept").is_some();
    Stop::from(if kept { Calm::Kept } else { Calm::Locked })
}

/// `GET /style-<version>.css`.
pub(super) async fn style(
    state: State<Office>,
    visitor: Who,
    Path(file): Path<String>,
) -> Response {
    match state.0.0.files.style(&file) {
        Some(style) => style,
        None => inside::missing(state, visitor).await.into_response(),
    }
}

/// `GET /logo`.
pub(super) async fn logo(state: State<Office>, visitor: Who) -> Response {
    match state.0.0.files.logo() {
        Some(logo) => logo,
        None => inside::missing(state, visitor).await.into_response(),
    }
}

/// What was wrong with what was typed.
#[derive(Clone, Copy)]
pub(super) enum Problem {
    Empty,
    Wrong,
    Unlike,
    Slow(SignedDuration),
}

impl Problem {
    /// What the entrance refused; what is our own trouble ends in a page of its own.
    pub(super) fn of(why: Refused) -> Result<Self, Stop> {
        match why {
            Refused::Wrong => Ok(Self::Wrong),
            Refused::Unlike => Ok(Self::Unlike),
            Refused::Slow(left) => Ok(Self::Slow(left)),
            Refused::Busy => Err(Stop::from(Calm::Busy)),
            Refused::Over => Err(Stop::from(Calm::Locked)),
        }
    }

    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Slow(_) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// In words; `wrong` is the sentence for what is not right.
    pub(super) fn said(self, page: &Page<'_>, wrong: &str, empty: &str) -> String {
        match self {
            Self::Wrong => page.t(wrong),
            Self::Empty | Self::Unlike => page.t(empty),
            Self::Slow(left) => {
                let until = page.now.saturating_add(left).unwrap_or(page.now);
                let (wait, time) = (page.span(left), page.clock(&until));
                page.two("office-wait", ("wait", &wait), ("time", &time))
            }
        }
    }
}

/// The sentence for what was typed as a code.
pub(super) fn about_code(page: &Page<'_>, problem: Option<Problem>) -> Option<String> {
    problem.map(|p| p.said(page, "office-code-wrong", "office-code-empty"))
}

/// A page with a mistake to mend, with its status, and when to come again.
pub(super) fn mended(
    drawn: impl FnOnce(StatusCode) -> Result<Response, Stop>,
    problem: Option<Problem>,
) -> Result<Response, Stop> {
    let mut response = drawn(problem.map_or(StatusCode::OK, Problem::status))?;
    if let Some(Problem::Slow(left)) = problem {
        let wait = left.as_secs().max(1);
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, wait.into());
    }
    Ok(response)
}

impl Office {
    /// What the session cookie is worth.
    pub(super) async fn worth(&self, visitor: &Visitor) -> Result<Worth, Stop> {
        match &visitor.session {
            Some(cookie) => Ok(self.0.entrance.worth(cookie, visitor.counts).await?),
            None => Ok(Worth::Out),
        }
    }

    /// Whoever typed a right password; or where to send somebody else.
    async fn halfway(&self, visitor: &Visitor) -> Result<Result<Halfway, Response>, Stop> {
        let path = match self.worth(visitor).await? {
            Worth::Halfway(halfway) => return Ok(Ok(*halfway)),
            Worth::In(_) => "/today",
            Worth::Late(_) | Worth::Over | Worth::Out => "/",
        };
        Ok(Err(Redirect::to(path).into_response()))
    }

    fn sign_in_page(
        &self,
        visitor: &Visitor,
        address: &str,
        problem: Option<Problem>,
    ) -> Result<Response, Stop> {
        let fresh = visitor.door.is_none().then(Token::new);
        let door = visitor.door.as_ref().or(fresh.as_ref());
        let form = door.map(|door| self.0.entrance.form(door));
        let page = self.page(visitor);
        let said = problem.map(|p| p.said(&page, "office-sign-in-wrong", "office-sign-in-empty"));
        let view = SignInView {
            page,
            form: form.as_ref().map_or("", Secret::expose),
            address,
            problem: said,
        };
        let mut response = mended(|status| show(status, &view), problem)?;
        let cookie = fresh.and_then(|door| cookie::set(DOOR, door.expose(), None));
        set(&mut response, [cookie]);
        Ok(response)
    }

    fn code_form(
        &self,
        visitor: &Visitor,
        halfway: &Halfway,
        problem: Option<Problem>,
    ) -> Result<Response, Stop> {
        let page = self.page(visitor);
        let said = about_code(&page, problem);
        let view = CodeView {
            page,
            form: halfway.form.expose(),
            address: halfway.account.address.as_str(),
            problem: said,
        };
        mended(|status| show(status, &view), problem)
    }

    fn factor_form(
        &self,
        visitor: &Visitor,
        halfway: &Halfway,
        problem: Option<Problem>,
    ) -> Result<Response, Stop> {
        let Some(seed) = &halfway.seed else {
            return Ok(Redirect::to("/code").into_response());
        };
        let page = self.page(visitor);
        let said = about_code(&page, problem);
        let link = factor::address(seed, &page.clinic.name, &halfway.account.address);
        let written = factor::written(seed);
        let view = FactorView {
            picture: qr::drawn(link.expose(), &page.t("office-factor-picture")),
            page,
            form: halfway.form.expose(),
            link: link.expose(),
            written: written.expose(),
            problem: said,
        };
        mended(|status| show(status, &view), problem)
    }
}

/// Whether a form is the one that this stage of the sign-in was given.
fn fits(halfway: &Halfway, form: &str, path: &'static str) -> Result<(), Stop> {
    match same(halfway.form.expose(), form) {
        true => Ok(()),
        false => Err(Stop::from(Calm::Stale { path })),
    }
}

/// Into the session: its cookies.
fn enter(response: &mut Response, entered: &Entered) {
    let known = entered.known.expose();
    set(
        response,
        [
            cookie::set(SESSION, entered.session.expose(), None),
            cookie::set(KNOWN, known, Some(KNOWN_LASTS)),
        ],
    );
}

pub(super) fn set<const N: usize>(response: &mut Response, cookies: [Option<HeaderValue>; N]) {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The frame of somebody who is signed in, if the session lives.
pub(super) async fn frame(
    office: &Office,
    visitor: &Visitor,
) -> Result<Option<super::page::Inside>, Stop> {
    Ok(match office.worth(visitor).await? {
        Worth::In(signed) => Some(framed(&signed, None)),
        _ => None,
    })
}
