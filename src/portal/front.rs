//! The front page: in without a link. Its answers are the same whether an address
//! is known or not.

use crate::model::{Address, Secret, Token};
use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::front_views::{FrontCodeView, FrontView};
use crate::portal::guard::{Stop, show};
use crate::portal::link::{KNOWN_LASTS, SESSION_LASTS, taken};
use crate::portal::views::{wait_until, wrong_wait};
use crate::portal::visitor::{FRONT, KNOWN, LINK, SESSION, Visitor};
use crate::visit::{Admission, FrontAsked, FrontEntry, FrontSignIn, FrontTried};
use crate::web::cookie;
use crate::web::form::{Pressed, Sent};
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;

/// Longest address that is handed back to be mended (RFC 5321 §4.5.3.1.3).
const MAX_ADDRESS: usize = 254;
/// The page that takes the code.
const CODE: &str = "/sign-in/code";

type Who = Extension<Arc<Visitor>>;

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

/// What is to be mended on the first page.
enum Wrong {
    Address,
    Password,
    Slow(Timestamp),
    SlowPassword(Timestamp),
}

/// What was wrong with a code.
enum WrongCode {
    Empty,
    Left(u32),
    Slow(Timestamp),
}

/// `GET /` and `GET /sign-in`. Who is signed in goes on to the messages.
pub(super) async fn front(
    State(portal): State<Portal>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    if let Admission::In(_) = portal.admission(&visitor).await? {
        return Ok(Redirect::to("/inbox").into_response());
    }
    portal.front_page(&visitor, "", None)
}

/// `POST /sign-in`: an address.
pub(super) async fn sign_in(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    sent: Sent<SignIn>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let browser = portal.at_front(&visitor, &typed.form)?;
    let text: String = typed.address.trim().chars().take(MAX_ADDRESS).collect();
    let Ok(address) = Address::parse(&text) else {
        return portal.front_page(&visitor, &text, Some(Wrong::Address));
    };
    if typed.password.is_empty() {
        return portal.ask(&visitor, browser, (&text, &address)).await;
    }
    let password = Secret::new(typed.password);
    let visit = &portal.0.visit;
    let tried = (&address, &password);
    let wrong = match visit.front_sign_in(browser, tried, &visitor.caller).await? {
        FrontSignIn::In(entry) => {
            if let Some(former) = &visitor.session {
                visit.replace(former).await?;
            }
            return Ok(portal.enter_front(&visitor, &entry));
        }
        FrontSignIn::Code(asked) => return portal.asked(&visitor, &text, asked),
        FrontSignIn::Busy => return Err(Stop::from(Calm::Room)),
        FrontSignIn::Wrong => Wrong::Password,
        FrontSignIn::Slow(until) => Wrong::SlowPassword(until),
    };
    // The line that fail2ban reads: its first three fields are fixed.
    tracing::warn!(event = "auth.failed", proto = "portal", ip = %visitor.caller.ip, "A sign-in to the portal was refused.");
    portal.front_page(&visitor, &text, Some(wrong))
}

/// `POST /sign-in/again`: another code for the same address.
pub(super) async fn again(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    form: Sent<Pressed>,
) -> Result<Response, Stop> {
    let browser = portal.at_front(&visitor, &taken(form)?.form)?;
    match portal.0.visit.front_address(browser).await? {
        Some(address) => {
            let text = address.as_str().to_owned();
            portal.ask(&visitor, browser, (&text, &address)).await
        }
        None => Ok(Redirect::to("/").into_response()),
    }
}

/// `GET /sign-in/code`.
pub(super) async fn code_page(
    State(portal): State<Portal>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    portal.front_code(&visitor, None).await
}

/// `POST /sign-in/code`: a code, as it was typed.
pub(super) async fn verify(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    sent: Sent<Typed>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let browser = portal.at_front(&visitor, &typed.form)?;
    // Nothing typed is no try.
    if typed.code.trim().is_empty() {
        return portal.front_code(&visitor, Some(WrongCode::Empty)).await;
    }
    let code = Secret::new(typed.code);
    let tried = (&code, typed.private == "yes");
    let visit = &portal.0.visit;
    let wrong = match visit.front_verify(browser, tried, &visitor.caller).await? {
        FrontTried::In(entry) => {
            if let Some(former) = &visitor.session {
                visit.replace(former).await?;
            }
            return Ok(portal.enter_front(&visitor, &entry));
        }
        FrontTried::Unasked => return Ok(Redirect::to("/").into_response()),
        FrontTried::Resting(until) => return Err(Stop::from(Calm::Resting { until })),
        FrontTried::Wrong { left } => WrongCode::Left(left),
        FrontTried::Slow(until) => WrongCode::Slow(until),
    };
    // The line that fail2ban reads: its first three fields are fixed.
    tracing::warn!(event = "otp.failed", proto = "portal", ip = %visitor.caller.ip, "A code was not taken.");
    portal.front_code(&visitor, Some(wrong)).await
}

impl Portal {
    /// The browser whose front page a form came from, not long ago.
    fn at_front<'a>(&self, visitor: &'a Visitor, form: &str) -> Result<&'a Token, Stop> {
        let browser = visitor.front.as_ref();
        let browser = browser.filter(|browser| self.0.visit.front_form_fits(browser, form));
        browser.ok_or_else(|| {
            Stop::from(Calm::Stale {
                path: "/".to_owned(),
            })
        })
    }

    async fn ask(
        &self,
        visitor: &Visitor,
        browser: &Token,
        (text, address): (&str, &Address),
    ) -> Result<Response, Stop> {
        let visit = &self.0.visit;
        let asked = visit.front_ask(browser, address, &visitor.caller).await?;
        self.asked(visitor, text, asked)
    }

    fn asked(&self, visitor: &Visitor, text: &str, asked: FrontAsked) -> Result<Response, Stop> {
        match asked {
            FrontAsked::Taken => Ok(Redirect::to(CODE).into_response()),
            FrontAsked::Slow(until) => self.front_page(visitor, text, Some(Wrong::Slow(until))),
            FrontAsked::Resting(until) => Err(Stop::from(Calm::Resting { until })),
        }
    }

    /// The first page. It gives the browser the cookie that its form goes with,
    /// and a code is bound to.
    fn front_page(
        &self,
        visitor: &Visitor,
        address: &str,
        wrong: Option<Wrong>,
    ) -> Result<Response, Stop> {
        let fresh = visitor.front.is_none().then(Token::new);
        let browser = visitor.front.as_ref().or(fresh.as_ref());
        let form = browser.map(|browser| self.0.visit.front_form(browser));
        let page = self.page(visitor, None);
        let now = page.now;
        let problem = match wrong {
            Some(Wrong::Address) => Some("portal-front-address-wrong"),
            Some(Wrong::Password) => Some("portal-front-password-wrong"),
            _ => None,
        };
        let problem = problem.map(|id| page.t(id));
        let wait = match wrong {
            Some(Wrong::Slow(until)) => Some(("portal-front-many", until)),
            Some(Wrong::SlowPassword(until)) => Some(("portal-front-password-slow", until)),
            _ => None,
        };
        let wait = wait.map(|(id, until)| (wait_until(&page, id, until), until));
        let status = match (&problem, &wait) {
            (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
            (_, Some(_)) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::OK,
        };
        let view = FrontView {
            page,
            form: form.as_ref().map_or("", |form| form.expose()),
            address,
            problem,
            wait: wait.as_ref().map(|(said, _)| said.clone()),
        };
        let mut response = show(status, &view)?;
        let headers = response.headers_mut();
        if let Some((_, until)) = wait {
            let wait = until.duration_since(now).as_secs().max(1);
            headers.insert(header::RETRY_AFTER, wait.into());
        }
        let cookie = fresh.and_then(|token| cookie::set(FRONT, token.expose(), None));
        if let Some(cookie) = cookie {
            headers.append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }

    /// The page that takes the code.
    async fn front_code(
        &self,
        visitor: &Visitor,
        wrong: Option<WrongCode>,
    ) -> Result<Response, Stop> {
        let visit = &self.0.visit;
        let code = match &visitor.front {
            Some(browser) => visit.front_code(browser).await?.map(|code| (browser, code)),
            None => None,
        };
        let Some((browser, code)) = code else {
            return Ok(Redirect::to("/").into_response());
        };
        let form = visit.front_form(browser);
        let page = self.page(visitor, None);
        let now = page.now;
        let mut view = FrontCodeView::new(page, &code, form.expose());
        let mut slow = None;
        match wrong {
            None => return show(StatusCode::OK, &view),
            Some(WrongCode::Empty) => view.problem = Some(view.page.t("portal-front-code-empty")),
            Some(WrongCode::Left(left)) => {
                view.problem = Some(view.page.count("portal-code-wrong", left as usize));
            }
            Some(WrongCode::Slow(until)) => {
                view.wait = Some(wrong_wait(&view.page, until));
                slow = Some(until.duration_since(now).as_secs().max(1));
            }
        }
        let Some(slow) = slow else {
            return show(StatusCode::UNPROCESSABLE_ENTITY, &view);
        };
        let mut response = show(StatusCode::TOO_MANY_REQUESTS, &view)?;
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, slow.into());
        Ok(response)
    }

    /// Into the session: its cookies, and on to the messages. The front page's
    /// own cookie has done its work.
    pub(super) fn enter_front(&self, visitor: &Visitor, entry: &FrontEntry) -> Response {
        let lasting = |lasts| entry.private.then_some(lasts);
        let language = visitor
            .wishes
            .language(Some(entry.language), self.0.clinic.language);
        let known = entry.known.as_ref();
        let cookies = [
            cookie::set(SESSION, entry.session.expose(), lasting(SESSION_LASTS)),
            known.and_then(|known| cookie::set(KNOWN, known.expose(), lasting(KNOWN_LASTS))),
            cookie::clear(FRONT),
            // It may lead to another mailbox.
            cookie::clear(LINK),
            visitor.wishes.noted_cookie(language),
        ];
        let mut response = Redirect::to("/inbox").into_response();
        for cookie in cookies.into_iter().flatten() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}
