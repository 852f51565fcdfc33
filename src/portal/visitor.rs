//! What a request tells of who is asking: address, cookies, language.

use crate::model::{Language, Token};
use crate::portal::Portal;
use crate::portal::page::{Page, Signed, Tab};
use crate::visit::{Caller, Reader};
use crate::web::language::Wishes;
use crate::web::speech::Speech;
use crate::web::{client, cookie, site};
use axum::extract::Request;
use axum::http::Method;

/// The session.
pub(super) const SESSION: &str = "__Host-session";
/// By which a browser that verified a code is known again.
pub(super) const KNOWN: &str = "__Host-known";
/// The link by which the session began: the way back in after a time-out.
pub(super) const LINK: &str = "__Host-link";

/// A browser at the front page: its forms and its code go with it.
pub(super) const FRONT: &str = "__Host-front";

/// Who is asking.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) caller: Caller,
    /// The session cookie.
    pub(super) session: Option<Token>,
    /// The link cookie.
    pub(super) link: Option<Token>,
    /// The front page's cookie.
    pub(super) front: Option<Token>,
    /// What it says about the language.
    pub(super) wishes: Wishes,
    here: String,
}

impl Visitor {
    pub(super) fn read(portal: &Portal, request: &Request) -> Self {
        let headers = request.headers();
        let token = |name| cookie::read(headers, name).and_then(Token::parse);
        Self {
            caller: Caller {
                ip: client::of(request, &portal.0.proxies),
                known: token(KNOWN),
                agent: client::agent(headers),
                counts: client::looks(request),
            },
            session: token(SESSION),
            link: token(LINK),
            front: token(FRONT),
            wishes: Wishes::read(request),
            here: here(request.method(), request.uri().path()),
        }
    }
}

/// The path that shows this page, or the one it came from, by GET.
fn here(method: &Method, path: &str) -> String {
    if !site::stays(path) {
        return "/".to_owned();
    }
    if *method != Method::POST {
        return path.to_owned();
    }
    match path.rsplit_once('/') {
        Some(("/sign-in", _)) => "/sign-in/code".to_owned(),
        Some((link, "code")) => format!("{link}/enter"),
        Some((before, "again" | "discard" | "remove")) => before.to_owned(),
        Some((_, "sign-out" | "sign-in")) => "/".to_owned(),
        _ => path.to_owned(),
    }
}

impl Portal {
    /// The frame of a page for somebody without a session.
    pub(super) fn page(&self, visitor: &Visitor, stored: Option<Language>) -> Page<'_> {
        Page {
            speech: Speech {
                language: visitor.wishes.language(stored, self.0.clinic.language),
                clinic: &self.0.clinic,
                now: self.0.clock.now(),
            },
            assets: &self.0.files.at,
            here: visitor.here.clone(),
            reader: None,
        }
    }

    /// The frame of a signed-in reader's page.
    pub(super) fn inside(&self, visitor: &Visitor, reader: &Reader, tab: Option<Tab>) -> Page<'_> {
        Page {
            reader: Some(signed(reader, tab)),
            ..self.page(visitor, None)
        }
    }
}

/// A reader as the frame shows one.
pub(super) fn signed(reader: &Reader, tab: Option<Tab>) -> Signed {
    Signed {
        masked: reader.masked.clone(),
        form: reader.form.expose().to_owned(),
        granted: reader.is_granted(),
        tab,
    }
}

#[cfg(test)]
mod tests {
    use super::here;
    use axum::http::Method;

    #[test]
    fn the_language_link_never_leads_to_a_form_or_another_host() {
        assert_eq!(here(&Method::POST, "/m/x/code"), "/m/x/enter");
        assert_eq!(here(&Method::POST, "/m/x/again"), "/m/x");
        assert_eq!(here(&Method::POST, "/sign-out"), "/");
        assert_eq!(here(&Method::POST, "/sign-in"), "/");
        assert_eq!(here(&Method::POST, "/sign-in/again"), "/sign-in/code");
        assert_eq!(here(&Method::POST, "/sign-in/code"), "/sign-in/code");
        assert_eq!(here(&Method::GET, "//evil.example"), "/");
        assert_eq!(here(&Method::GET, "/\\evil.example"), "/");
        assert_eq!(here(&Method::GET, "/inbox"), "/inbox");
    }
}
