//! A browser, as far as the demonstration needs one: it keeps
//! cookies, follows redirects, and sends the forms that a page holds.

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use hyper::{Method, Request, StatusCode, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Largest page or file taken, in octets.
const MAX_BODY: usize = 30_000_000;
/// Redirects followed before something must be wrong.
const MAX_HOPS: usize = 5;

/// A page as it was drawn.
#[derive(Debug)]
pub(super) struct Page {
    /// Where it is, after redirects.
    pub(super) path: String,
    /// Its status.
    pub(super) status: StatusCode,
    /// What it holds.
    pub(super) body: Bytes,
}

impl Page {
    /// The page as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of the hidden field `name`.
    pub(super) fn hidden(&self, name: &str) -> Option<String> {
        let text = self.text();
        let field = text
            .split("<input")
            .find(|f| f.contains(&format!("name=\"{name}\"")))?;
        let value = field.split("value=\"").nth(1)?.split('"').next()?;
        Some(value.to_owned())
    }

    /// The value that is chosen in the list `name`.
    pub(super) fn chosen(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (_, list) = text.split_once(&format!("<select id=\"{name}\""))?;
        let (list, _) = list.split_once("</select>")?;
        let mut options = list.split("<option value=\"").skip(1);
        let chosen = options.find(|option| option.contains("\" selected"))?;
        chosen.split('"').next().map(str::to_owned)
    }

    /// The first link to such a place.
    pub(super) fn link(&self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        let text = self.text();
        let targets = text.split("href=\"").skip(1);
        let mut targets = targets.filter_map(|t| t.split('"').next());
        targets.find(|target| wanted(target)).map(str::to_owned)
    }
}

/// The browser.
pub(super) struct Browser {
    connector: TlsConnector,
    server: SocketAddr,
    authority: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(super) fn new(connector: TlsConnector, server: SocketAddr, authority: String) -> Self {
        Self {
            connector,
            server,
            authority,
            cookies: BTreeMap::new(),
        }
    }

    /// Opens a page.
    pub(super) async fn open(&mut self, path: &str) -> anyhow::Result<Page> {
        self.follow(Method::GET, path, None, Bytes::new()).await
    }

    /// Sends a form of plain fields.
    pub(super) async fn send(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Page> {
        let escape = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", escape(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded".to_owned();
        self.follow(Method::POST, path, Some(kind), pairs.join("&").into())
            .await
    }

    /// Sends a form with one file (RFC 7578).
    pub(super) async fn send_file(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        file: (&str, &str, &[u8]),
    ) -> anyhow::Result<Page> {
        const BOUNDARY: &str = "the-demonstration-has-no-such-line";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
        }
        let (field, name, octets) = file;
        body.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").as_bytes());
        body.extend_from_slice(octets);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.follow(Method::POST, path, Some(kind), body.into())
            .await
    }

    async fn follow(
        &mut self,
        method: Method,
        path: &str,
        kind: Option<String>,
        body: Bytes,
    ) -> anyhow::Result<Page> {
        let (mut method, mut path, mut kind, mut body) = (method, path.to_owned(), kind, body);
        for _ in 0..MAX_HOPS {
            let (status, next, octets) = self.fetch(&method, &path, kind.take(), body).await?;
            let Some(next) = next else {
                return Ok(Page {
                    path,
                    status,
                    body: octets,
                });
            };
            let own = format!("https://{}", self.authority);
            path = next.strip_prefix(&own).unwrap_or(&next).to_owned();
            (method, body) = (Method::GET, Bytes::new());
        }
        bail!("{path} redirects without end")
    }

    async fn fetch(
        &mut self,
        method: &Method,
        path: &str,
        kind: Option<String>,
        body: Bytes,
    ) -> anyhow::Result<(StatusCode, Option<String>, Bytes)> {
        let host = self
            .authority
            .split(':')
            .next()
            .unwrap_or_default()
            .to_owned();
        let stream = TcpStream::connect(self.server)
            .await
            .context("the pages do not answer")?;
        let stream = self
            .connector
            .connect(ServerName::try_from(host)?, stream)
            .await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.authority);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if *method == Method::POST {
            request = request.header(ORIGIN, format!("https://{}", self.authority));
        }
        if let Some(kind) = kind {
            request = request.header(CONTENT_TYPE, kind);
        }
        let response = sender.send_request(request.body(Full::new(body))?).await?;
        for cookie in response.headers().get_all(SET_COOKIE) {
            if let Some((name, value)) = cookie
                .to_str()?
                .split(';')
                .next()
                .and_then(|c| c.split_once('='))
            {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let next = response
            .headers()
            .get(LOCATION)
            .and_then(|l| l.to_str().ok())
            .map(str::to_owned);
        let status = response.status();
        let octets = Limited::new(response.into_body(), MAX_BODY).collect().await;
        let octets = octets
            .map_err(|error| anyhow::anyhow!("the page broke off: {error}"))?
            .to_bytes();
        Ok((status, next, octets))
    }
}
