//! What a request tells of who is asking: address, cookies, language.

use crate::access::office::{Caller, Signed};
use crate::model::Token;
use crate::office::Office;
use crate::office::page::{Inside, Page, Tab};
use crate::web::language::Wishes;
use crate::web::speech::Speech;
use crate::web::{client, cookie, site};
use axum::extract::Request;
use axum::http::Method;
use std::net::IpAddr;

/// The session, at whatever stage.
pub(super) const SESSION: &str = "__Host-office";
/// By which a browser that signed in before is known again.
pub(super) const KNOWN: &str = "__Host-office-known";
/// What the first form is bound to, before there is a session.
pub(super) const DOOR: &str = "__Host-office-door";

/// Who is asking.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) ip: IpAddr,
    agent: &'static str,
    /// Whether the request counts as use.
    pub(super) counts: bool,
    /// The session cookie.
    pub(super) session: Option<Token>,
    known: Option<Token>,
    /// The cookie that the first form is bound to.
    pub(super) door: Option<Token>,
    /// What it says about the language.
    pub(super) wishes: Wishes,
    here: String,
}

impl Visitor {
    pub(super) fn read(office: &Office, request: &Request) -> Self {
        let headers = request.headers();
        let token = |name| cookie::read(headers, name).and_then(Token::parse);
        Self {
            ip: client::of(request, &office.0.proxies),
            agent: client::agent(headers),
            counts: client::looks(request),
            session: token(SESSION),
            known: token(KNOWN),
            door: token(DOOR),
            wishes: Wishes::read(request),
            here: here(request.method(), request.uri().path()),
        }
    }

    /// The same for the entrance.
    pub(super) fn caller(&self) -> Caller<'_> {
        Caller {
            ip: self.ip,
            known: self.known.as_ref(),
            former: self.session.as_ref(),
            agent: self.agent,
        }
    }
}

/// The path that shows this page, or the one it came from, by GET.
fn here(method: &Method, path: &str) -> String {
    let form = *method == Method::POST;
    match path {
        "/sign-in" | "/sign-out" => "/".to_owned(),
        // What a form shows once is not shown again.
        "/factor" | "/recovery" if form => "/today".to_owned(),
        path if site::stays(path) => path.to_owned(),
        _ => "/".to_owned(),
    }
}

impl Office {
    /// The frame of a page for somebody who is not signed in.
    pub(super) fn page(&self, visitor: &Visitor) -> Page<'_> {
        Page {
            speech: Speech {
                language: visitor.wishes.language(None, self.0.clinic.language),
                clinic: &self.0.clinic,
                now: self.0.clock.now(),
            },
            assets: &self.0.files.at,
            here: visitor.here.clone(),
            inside: None,
        }
    }

    /// The frame of a page for somebody who is.
    pub(super) fn inside(&self, visitor: &Visitor, signed: &Signed, tab: Option<Tab>) -> Page<'_> {
        Page {
            inside: Some(framed(signed, tab)),
            ..self.page(visitor)
        }
    }
}

/// Somebody who is signed in, as the frame shows them.
pub(super) fn framed(signed: &Signed, tab: Option<Tab>) -> Inside {
    Inside {
        address: signed.account.address.as_str().to_owned(),
        form: signed.form.expose().to_owned(),
        tab,
    }
}

#[cfg(test)]
mod tests {
    use super::here;
    use axum::http::Method;

    #[test]
    fn the_language_link_never_leads_to_a_form_or_another_host() {
        for (method, path, leads) in [
            (Method::POST, "/sign-in", "/"),
            (Method::POST, "/code", "/code"),
            (Method::POST, "/factor", "/today"),
            (Method::GET, "/factor", "/factor"),
            (Method::GET, "//evil.example", "/"),
            (Method::GET, "/\\evil.example", "/"),
            (Method::GET, "/today", "/today"),
        ] {
            assert_eq!(here(&method, path), leads, "{method} {path}");
        }
    }
}
