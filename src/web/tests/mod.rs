//! What the tests of every door over HTTP stand on: a browser that keeps cookies,
//! the list of a router's routes, headers written so that people can read them.

use crate::net::Peer;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tower::ServiceExt;

/// The host of every site in these tests.
pub(crate) const HOST: &str = "mail.clinic.example";

/// What a page of another site makes a browser say of itself, and what other
/// programs say.
pub(crate) const ELSEWHERE: [&[(&str, &str)]; 14] = [
    &[],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "none")],
    &[("sec-fetch-site", "")],
    &[("sec-fetch-site", "SAME-ORIGIN")],
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://mail.clinic.example"),
    ],
    &[("origin", "null")],
    &[("origin", "")],
    &[("origin", "https://evil.example")],
    &[("origin", "http://mail.clinic.example")],
    &[("origin", "https://mail.clinic.example.evil.example")],
    &[("origin", "https://mail.clinic.example:8443")],
    // A page of ours says so in `Origin`; what else a program writes counts
    // for nothing.
    &[("referer", "https://mail.clinic.example/inbox")],
];

/// The verbs by which axum's routers are built, and what they stand for.
const VERBS: [(&str, Method); 7] = [
    ("get(", Method::GET),
    ("post(", Method::POST),
    ("put(", Method::PUT),
    ("patch(", Method::PATCH),
    ("delete(", Method::DELETE),
    ("head(", Method::HEAD),
    ("options(", Method::OPTIONS),
];
/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The value of the first hidden field.
    pub(crate) fn form(&self) -> String {
        let text = self.text();
        let field = text.split("name=\"form\" value=\"").last().unwrap();
        field.split('"').next().unwrap().to_owned()
    }
}

/// Keeps cookies; follows nothing by itself.
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Sent with each request.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Browser {
    /// A browser without cookies in front of a site.
    pub(crate) const fn new(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, None, Body::empty()).await
    }

    /// A form from a page of ours.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.headers.push(("sec-fetch-site", "same-origin".into()));
        let answer = self.forged(path, fields).await;
        self.headers.pop();
        answer
    }

    /// A form from who knows where.
    pub(crate) async fn forged(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = fields.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let kind = "application/x-www-form-urlencoded";
        self.ask(Method::POST, path, Some(kind), Body::from(pairs.join("&")))
            .await
    }

    pub(crate) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: Body,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        request = request.header(header::COOKIE, cookies.join("; "));
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Peer {
            ip: "192.0.2.7".parse().unwrap(),
            port: 50_000,
        });
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        for cookie in head.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer {
            status: head.status,
            headers: head.headers,
            body,
        }
    }
}

/// A path as the router knows it, and its methods.
pub(crate) struct Route {
    pub(crate) pattern: &'static str,
    pub(crate) methods: Vec<Method>,
}

/// The routes that a router's own source sets, so that one that is added is
/// attacked with the others.
pub(crate) fn read(source: &'static str) -> Vec<Route> {
    let pieces = source.split(".route(").skip(1).map(|piece| {
        let (_, piece) = piece.split_once('"').unwrap();
        let (pattern, rest) = piece.split_once('"').unwrap();
        let handlers = rest.split(';').next().unwrap();
        let methods = VERBS.into_iter().filter(|(verb, _)| {
            let mut found = handlers.match_indices(verb);
            found.any(|(at, _)| handlers[..at].ends_with([' ', '.']))
        });
        Route {
            pattern,
            methods: methods.map(|(_, method)| method).collect(),
        }
    });
    let mut routes: Vec<Route> = Vec::new();
    for piece in pieces {
        match routes.iter_mut().find(|r| r.pattern == piece.pattern) {
            Some(known) => known.methods.extend(piece.methods),
            None => routes.push(piece),
        }
    }
    for route in &routes {
        assert!(!route.methods.is_empty(), "{}", route.pattern);
    }
    routes
}

/// What every page carries, whatever it says. A response that differs is
/// written out.
pub(crate) const PAGE: [(&str, &str); 8] = [
    ("cache-control", "no-store"),
    ("content-security-policy", crate::web::headers::PAGE_POLICY),
    ("content-type", "text/html; charset=utf-8"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "same-origin"),
    ("strict-transport-security", "max-age=63072000"),
    ("x-content-type-options", "nosniff"),
];

/// A response in one line, and a line for each header in which it is no page.
pub(crate) fn written(answer: &Answer) -> String {
    let mut said: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in &answer.headers {
        let all = said.entry(name.as_str()).or_default();
        let mark = if all.is_empty() { "" } else { " | " };
        let _ = write!(all, "{mark}{}", masked(value.to_str().unwrap()));
    }
    // It changes with every word.
    said.remove("content-length");
    let mut lines = format!("{}\n", answer.status.as_u16());
    for (name, expected) in PAGE {
        match said.remove(name) {
            None => lines.push_str(&format!("    no {name}\n")),
            Some(value) if value != expected => {
                lines.push_str(&format!("    {name}: {value}\n"));
            }
            Some(_) => {}
        }
    }
    for (name, value) in said {
        let _ = writeln!(lines, "    {name}: {value}");
    }
    lines
}

/// A value without ids and tokens.
fn masked(value: &str) -> String {
    let pieces = value.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let masked = pieces.map(|piece| {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let random = word.len() >= 16 && word.bytes().all(|b| b.is_ascii_alphanumeric());
        piece.replace(word, if random { "…" } else { word })
    });
    masked.collect()
}

/// The cookies that a response sets: name, value, the rest.
pub(crate) fn cookies(answer: &Answer) -> Vec<(String, String, String)> {
    let fields = answer.headers.get_all("set-cookie").into_iter();
    let fields = fields.map(|field| {
        let field = field.to_str().unwrap();
        let (pair, rest) = field.split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), rest.to_owned())
    });
    fields.collect()
}
