//! What a request tells of who is asking: address, cookies, language.

use crate::model::{Language, Token};
use crate::net::Peer;
use crate::portal::Portal;
use crate::portal::page::{Page, Signed, Tab};
use crate::texts;
use crate::visit::{Caller, Reader};
use crate::web::{client, cookie};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use jiff::SignedDuration;
use std::net::{IpAddr, Ipv4Addr};

/// The session.
pub(super) const SESSION: &str = "__Host-session";
/// By which a browser that verified a code is known again.
pub(super) const KNOWN: &str = "__Host-known";
/// The link by which the session began: the way back in after a time-out.
pub(super) const LINK: &str = "__Host-link";
/// The language.
const LANGUAGE: &str = "__Host-language";
/// How long a choice of language is kept.
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Who is asking.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) caller: Caller,
    /// The session cookie.
    pub(super) session: Option<Token>,
    /// The link cookie.
    pub(super) link: Option<Token>,
    /// A language chosen with this very request.
    pub(super) switched: Option<Language>,
    choice: Option<Choice>,
    wish: Option<Language>,
    here: String,
}

/// The language cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Choice {
    language: Language,
    /// Whether the person pressed the switch; else it is what we found out
    /// when a code was verified, kept for the pages after it.
    by_hand: bool,
}

impl Visitor {
    pub(super) fn read(portal: &Portal, request: &Request) -> Self {
        let headers = request.headers();
        let peer = request.extensions().get::<Peer>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |p| p.ip);
        let token = |name| cookie::read(headers, name).and_then(Token::parse);
        let accept = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|a| a.to_str().ok());
        let looks = *request.method() != Method::HEAD && !client::is_prefetch(headers);
        Self {
            caller: Caller {
                ip: client::ip(peer, headers, &portal.0.proxies),
                known: token(KNOWN),
                agent: client::agent(headers),
                counts: looks,
            },
            session: token(SESSION),
            link: token(LINK),
            switched: query(request, "lang").and_then(Language::from_tag),
            choice: cookie::read(headers, LANGUAGE).and_then(Choice::parse),
            wish: accept.and_then(texts::choose),
            here: here(request.method(), request.uri().path()),
        }
    }

    /// The language to speak. The order: what was chosen by hand, what the
    /// office has stored, what the last verified page spoke, what the browser
    /// asks for, what the clinic speaks. A switch that a stored language
    /// overruled would be a dead switch.
    pub(super) fn language(&self, stored: Option<Language>, clinic: Language) -> Language {
        let chosen = self.choice.filter(|c| c.by_hand).map(|c| c.language);
        // The clinic's own language may only mean that nobody said otherwise.
        let stored = stored.filter(|s| *s != clinic);
        let noted = self.choice.map(|c| c.language);
        let order = [self.switched, chosen, stored, noted, self.wish];
        order.into_iter().flatten().next().unwrap_or(clinic)
    }

    /// The cookie for a language chosen with this request.
    pub(super) fn switch_cookie(&self) -> Option<HeaderValue> {
        let language = self.switched?;
        cookie::set(LANGUAGE, language.tag(), Some(YEAR))
    }

    /// The cookie that carries a language into the session.
    pub(super) fn noted_cookie(&self, language: Language) -> Option<HeaderValue> {
        let by_hand = self.choice.is_some_and(|c| c.by_hand) || self.switched.is_some();
        let noted = format!("{}.noted", language.tag());
        (!by_hand)
            .then(|| cookie::set(LANGUAGE, &noted, None))
            .flatten()
    }
}

impl Choice {
    fn parse(value: &str) -> Option<Self> {
        let (tag, by_hand) = match value.strip_suffix(".noted") {
            Some(tag) => (tag, false),
            None => (value, true),
        };
        Some(Self {
            language: Language::from_tag(tag)?,
            by_hand,
        })
    }
}

/// The value of a query parameter that needs no decoding.
pub(super) fn query<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let pairs = request
        .uri()
        .query()?
        .split('&')
        .filter_map(|p| p.split_once('='));
    pairs
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// The path that shows this page, or the one it came from, by GET.
fn here(method: &Method, path: &str) -> String {
    // Two slashes at the start of a link would lead to another host; browsers
    // take a backslash for one.
    if path.starts_with("//") || path.contains('\\') {
        return "/".to_owned();
    }
    if *method != Method::POST {
        return path.to_owned();
    }
    match path.rsplit_once('/') {
        Some((link, "code")) => format!("{link}/enter"),
        Some((before, "again" | "discard")) => before.to_owned(),
        Some((_, "sign-out")) => "/".to_owned(),
        _ => path.to_owned(),
    }
}

impl Portal {
    /// The frame of a page for somebody without a session.
    pub(super) fn page(&self, visitor: &Visitor, stored: Option<Language>) -> Page<'_> {
        Page {
            language: visitor.language(stored, self.0.clinic.language),
            clinic: &self.0.clinic,
            assets: &self.0.files.at,
            here: visitor.here.clone(),
            now: self.0.clock.now(),
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
        tab,
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Visitor, here};
    use crate::model::Language::{English, Spanish};
    use crate::visit::Caller;
    use axum::http::Method;
    use std::net::{IpAddr, Ipv4Addr};

    fn visitor() -> Visitor {
        let caller = Caller {
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            known: None,
            agent: "phone",
            counts: true,
        };
        Visitor {
            caller,
            session: None,
            link: None,
            switched: None,
            choice: None,
            wish: None,
            here: "/".into(),
        }
    }

    #[test]
    fn the_language_is_the_persons_then_the_browsers_then_the_clinics() {
        let mut visitor = visitor();
        assert_eq!(visitor.language(None, English), English);
        visitor.wish = Some(Spanish);
        assert_eq!(visitor.language(None, English), Spanish);
        visitor.choice = Choice::parse("en.noted");
        assert_eq!(visitor.language(None, English), English);
        assert_eq!(visitor.language(Some(Spanish), English), Spanish);
        visitor.choice = Choice::parse("en");
        assert_eq!(visitor.language(Some(Spanish), English), English);
        visitor.switched = Some(Spanish);
        assert_eq!(visitor.language(None, English), Spanish);
    }

    #[test]
    fn the_language_link_never_leads_to_a_form_or_another_host() {
        assert_eq!(here(&Method::POST, "/m/x/code"), "/m/x/enter");
        assert_eq!(here(&Method::POST, "/m/x/again"), "/m/x");
        assert_eq!(here(&Method::POST, "/sign-out"), "/");
        assert_eq!(here(&Method::GET, "//evil.example"), "/");
        assert_eq!(here(&Method::GET, "/\\evil.example"), "/");
        assert_eq!(here(&Method::GET, "/inbox"), "/inbox");
    }
}
