//! Inside: what is to be done, new recovery codes, and the way out.

use crate::access::office::{Refused, Signed, Worth};
use crate::model::{MessageId, Role, Secret};
use crate::office::Office;
use crate::office::calm::Calm;
use crate::office::enter::{Code, Problem, Who, about_code, frame, mended, set, taken};
use crate::office::guard::{Stop, refused, show};
use crate::office::message::{done, viewer};
use crate::office::page::Tab;
use crate::office::views::{CodesView, HelpView, RecoveryView, TodayView};
use crate::office::visitor::{SESSION, Visitor};
use crate::web::form::{Pressed, Sent};
use crate::web::site::{query, same};
use crate::web::{cookie, headers};
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

/// From so many recovery codes downwards somebody should be told.
const FEW: usize = 3;

/// Either somebody who is signed in, or where to send who is not.
pub(super) type Entry = Result<Signed, Response>;

/// `GET /today`.
pub(super) async fn today(
    State(office): State<Office>,
    Extension(visitor): Who,
    request: Request,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let desk = &office.0.desk;
    let today = desk.today(&signed.account).await?;
    let about = query(&request, "message").and_then(|id| id.parse::<MessageId>().ok());
    let about = match about {
        Some(id) if desk.is_seen(&viewer(&signed), id).await? => Some(id),
        _ => None,
    };
    let gaps = office.0.gaps.current();
    let view = TodayView {
        page: office.inside(&visitor, &signed, Some(Tab::Today)),
        form: signed.form.expose(),
        done: done(&request),
        about,
        today: &today,
        gaps: &gaps,
        runs: signed.account.role == Role::Admin,
        few: (signed.recovery <= FEW).then_some(signed.recovery),
    };
    Ok(closing(&office, show(StatusCode::OK, &view)?, &signed))
}

/// `GET /recovery`.
pub(super) async fn recovery_page(
    State(office): State<Office>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    match office.signed(&visitor).await? {
        Ok(signed) => office.recovery_form(&visitor, &signed, None),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `POST /recovery`: new recovery codes, for a code. They are shown this once.
pub(super) async fn recovery(
    State(office): State<Office>,
    Extension(visitor): Who,
    sent: Sent<Code>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let signed = match office.sender(&visitor, &typed.form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let code = Secret::new(typed.code);
    let caller = visitor.caller();
    let codes = match office.0.entrance.renew(&signed, &code, &caller).await {
        Ok(codes) => codes,
        Err(Refused::Over) => return Ok(Redirect::to("/locked").into_response()),
        Err(why) => {
            refused(&visitor, why);
            return office.recovery_form(&visitor, &signed, Some(Problem::of(why)?));
        }
    };
    let page = office.inside(&visitor, &signed, None);
    let view = CodesView::new(page, &codes, signed.account.address.as_str());
    Ok(closing(&office, show(StatusCode::OK, &view)?, &signed))
}

/// `POST /sign-out`.
pub(super) async fn sign_out(
    State(office): State<Office>,
    Extension(visitor): Who,
    sent: Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(sent)?.form;
    // One that time has ended would still vouch for a text.
    let whose = match office.worth(&visitor).await? {
        Worth::Late(late) if same(late.form.expose(), &form) => Some((late.account.id, late.token)),
        _ => {
            let entry = office.sender(&visitor, &form).await?;
            entry.ok().map(|signed| (signed.account.id, signed.token))
        }
    };
    if let Some(whose) = whose {
        let caller = visitor.caller();
        office.0.entrance.sign_out(whose, &caller).await?;
    }
    let mut response = Stop::from(Calm::SignedOut).into_response();
    set(&mut response, [cookie::clear(SESSION)]);
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert("clear-site-data", clear);
    Ok(response)
}

/// `GET /help`. Opened from inside it keeps its frame, if the session lives.
pub(super) async fn help(
    State(office): State<Office>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    let mut page = office.page(&visitor);
    page.inside = frame(&office, &visitor).await?;
    show(StatusCode::OK, &HelpView { page })
}

/// No such page. Who is signed in keeps the frame and the way back.
pub(super) async fn missing(State(office): State<Office>, Extension(visitor): Who) -> Stop {
    match frame(&office, &visitor).await {
        Ok(Some(inside)) => Stop::inside(Calm::Missing, inside),
        Ok(None) => Stop::from(Calm::Missing),
        Err(stop) => stop,
    }
}

/// Makes a page close itself when the session ends.
pub(super) fn closing(office: &Office, response: Response, signed: &Signed) -> Response {
    headers::closing(response, signed.ends, office.0.clock.now())
}

impl Office {
    /// Whoever is signed in. Whose session is over is sent to the locked page, who
    /// stands halfway to the code, and everybody else to the front.
    pub(super) async fn signed(&self, visitor: &Visitor) -> Result<Entry, Stop> {
        let path = match self.worth(visitor).await? {
            Worth::In(signed) => return Ok(Ok(*signed)),
            Worth::Halfway(_) => "/code",
            Worth::Late(_) | Worth::Over => "/locked",
            Worth::Out if visitor.session.is_some() => "/locked",
            Worth::Out => "/",
        };
        Ok(Err(Redirect::to(path).into_response()))
    }

    /// Whoever sent a form; its value must be the session's. That the page it came
    /// from is ours, the guard has seen.
    pub(super) async fn sender(&self, visitor: &Visitor, form: &str) -> Result<Entry, Stop> {
        let entry = self.signed(visitor).await?;
        if let Ok(signed) = &entry
            && !same(signed.form.expose(), form)
        {
            return Err(Stop::from(Calm::Stale { path: "/today" }));
        }
        Ok(entry)
    }

    fn recovery_form(
        &self,
        visitor: &Visitor,
        signed: &Signed,
        problem: Option<Problem>,
    ) -> Result<Response, Stop> {
        let page = self.inside(visitor, signed, None);
        let said = about_code(&page, problem);
        let view = RecoveryView {
            page,
            form: signed.form.expose(),
            left: signed.recovery,
            problem: said,
        };
        let response = mended(|status| show(status, &view), problem)?;
        Ok(closing(self, response, signed))
    }
}
