//! Inside: lists, messages, files, and the way out.

use crate::model::{GrantId, MessageId};
use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::guard::{Stop, show};
use crate::portal::link::{forget, taken};
use crate::portal::page::{Tab, path};
use crate::portal::session::closing;
use crate::portal::views::{BodyView, FilesView, InboxView, MessageView, PrintView, SentView};
use crate::portal::visitor::{Visitor, signed};
use crate::visit::{Download, Reader, Unseen, Which};
use crate::web::disposition::{attachment, content_type};
use crate::web::form::{Pressed, Sent};
use crate::web::headers::{BODY_POLICY, FILE_POLICY, PRINT_POLICY};
use crate::web::site::query;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use std::sync::Arc;

type Who = Extension<Arc<Visitor>>;

/// `GET /inbox`.
pub(super) async fn inbox(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    request: Request,
) -> Result<Response, Stop> {
    let reader = match portal.reader(&visitor).await? {
        Ok(reader) => reader,
        Err(outside) => return Ok(outside),
    };
    let before = query(&request, "before").and_then(|id| id.parse::<GrantId>().ok());
    let list = portal
        .0
        .visit
        .inbox(&reader, before.map(Which::Received))
        .await?;
    let next = list.next.and_then(|which| match which {
        Which::Received(grant) => Some(format!("/inbox?before={grant}")),
        Which::Sent(_) => None,
    });
    let page = portal.inside(&visitor, &reader, Some(Tab::Inbox));
    let now = page.now;
    let response = show(
        StatusCode::OK,
        &InboxView {
            page,
            list: &list,
            next,
        },
    )?;
    Ok(closing(response, &reader, now))
}

/// `GET /sent`.
pub(super) async fn sent(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    request: Request,
) -> Result<Response, Stop> {
    let reader = match portal.reader(&visitor).await? {
        Ok(reader) => reader,
        Err(outside) => return Ok(outside),
    };
    let before = query(&request, "before").and_then(|id| id.parse::<MessageId>().ok());
    let list = portal
        .0
        .visit
        .sent(&reader, before.map(Which::Sent))
        .await?;
    let next = list.next.and_then(|which| match which {
        Which::Sent(message) => Some(format!("/sent?before={message}")),
        Which::Received(_) => None,
    });
    let page = portal.inside(&visitor, &reader, Some(Tab::Sent));
    let now = page.now;
    let response = show(
        StatusCode::OK,
        &SentView {
            page,
            list: &list,
            next,
        },
    )?;
    Ok(closing(response, &reader, now))
}

/// `GET /files`.
pub(super) async fn files(
    State(portal): State<Portal>,
    Extension(visitor): Who,
) -> Result<Response, Stop> {
    let reader = match portal.reader(&visitor).await? {
        Ok(reader) => reader,
        Err(outside) => return Ok(outside),
    };
    let lines = portal.0.visit.files(&reader).await?;
    let page = portal.inside(&visitor, &reader, Some(Tab::Files));
    let now = page.now;
    let response = show(
        StatusCode::OK,
        &FilesView {
            page,
            lines: &lines,
        },
    )?;
    Ok(closing(response, &reader, now))
}

/// `GET /message/{grant}`.
pub(super) async fn message(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    portal.letter(&visitor, received(&id), false).await
}

/// `GET /sent/{message}`; `?done` right after it was sent.
pub(super) async fn answer(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Stop> {
    let done = query(&request, "done").is_some();
    portal.letter(&visitor, written(&id), done).await
}

/// `GET /message/{grant}/body`.
pub(super) async fn message_body(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    portal.body(&visitor, received(&id)).await
}

/// `GET /sent/{message}/body`.
pub(super) async fn answer_body(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    portal.body(&visitor, written(&id)).await
}

/// `GET /message/{grant}/file/{n}`.
pub(super) async fn message_file(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response, Stop> {
    portal.file(&visitor, received(&id), &n).await
}

/// `GET /sent/{message}/file/{n}`.
pub(super) async fn answer_file(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response, Stop> {
    portal.file(&visitor, written(&id), &n).await
}

/// `GET /message/{grant}/files.zip`.
pub(super) async fn message_files(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    portal.all_files(&visitor, received(&id)).await
}

/// `GET /sent/{message}/files.zip`.
pub(super) async fn answer_files(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    portal.all_files(&visitor, written(&id)).await
}

/// `GET /message/{grant}/message.eml`.
pub(super) async fn message_copy(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    portal.copy(&visitor, received(&id)).await
}

/// `GET /sent/{message}/message.eml`.
pub(super) async fn answer_copy(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    portal.copy(&visitor, written(&id)).await
}

/// `GET /message/{grant}/print`.
pub(super) async fn message_print(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    portal.print(&visitor, received(&id)).await
}

/// `GET /sent/{message}/print`.
pub(super) async fn answer_print(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    portal.print(&visitor, written(&id)).await
}

/// `POST /sign-out`. Without a session there is nothing to end, and the page
/// is the same.
pub(super) async fn sign_out(
    State(portal): State<Portal>,
    Extension(visitor): Who,
    form: Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(form)?.form;
    if let Ok(reader) = portal.sender(&visitor, &form).await? {
        portal.0.visit.sign_out(&reader, &visitor.caller).await?;
    }
    let mut response = Stop::from(Calm::SignedOut).into_response();
    forget(&mut response);
    Ok(response)
}

fn received(id: &str) -> Option<Which> {
    id.parse().ok().map(Which::Received)
}

fn written(id: &str) -> Option<Which> {
    id.parse().ok().map(Which::Sent)
}

impl Portal {
    async fn letter(
        &self,
        visitor: &Visitor,
        which: Option<Which>,
        just_sent: bool,
    ) -> Result<Response, Stop> {
        let reader = match self.reader(visitor).await? {
            Ok(reader) => reader,
            Err(outside) => return Ok(outside),
        };
        let Some(which) = which else {
            return Err(gone(Calm::Gone, &reader));
        };
        let letter = self
            .0
            .visit
            .message(&reader, which, &visitor.caller)
            .await?;
        let Some(letter) = letter else {
            return Err(self.lost(&reader, which, Calm::Gone).await);
        };
        let tab = match which {
            Which::Received(_) => Tab::Inbox,
            Which::Sent(_) => Tab::Sent,
        };
        let page = self.inside(visitor, &reader, Some(tab));
        let now = page.now;
        let view = MessageView {
            page,
            letter: &letter,
            path: path(which),
            just_sent,
        };
        Ok(closing(show(StatusCode::OK, &view)?, &reader, now))
    }

    /// The body as a document of its own, under its own policy: it can show
    /// itself and open links, and nothing else.
    async fn body(&self, visitor: &Visitor, which: Option<Which>) -> Result<Response, Stop> {
        let reader = match self.reader(visitor).await? {
            Ok(reader) => reader,
            Err(outside) => return Ok(outside),
        };
        let body = match which {
            Some(which) => self.0.visit.body(&reader, which).await?,
            None => None,
        };
        let fragment = body.ok_or_else(|| gone(Calm::Gone, &reader))?;
        let page = self.page(visitor, None);
        let mut response = show(
            StatusCode::OK,
            &BodyView {
                page,
                fragment: &fragment,
            },
        )?;
        let policy = HeaderValue::from_static(BODY_POLICY);
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
        Ok(response)
    }

    async fn file(
        &self,
        visitor: &Visitor,
        which: Option<Which>,
        n: &str,
    ) -> Result<Response, Stop> {
        let reader = match self.reader(visitor).await? {
            Ok(reader) => reader,
            Err(outside) => return Ok(outside),
        };
        let file = match (which, n.parse().ok()) {
            (Some(which), Some(n)) => {
                self.0
                    .visit
                    .file(&reader, which, n, &visitor.caller)
                    .await?
            }
            _ => None,
        };
        let Some(which) = which else {
            return Err(gone(Calm::FileGone, &reader));
        };
        let Some(download) = file else {
            return Err(self.lost(&reader, which, Calm::FileGone).await);
        };
        let name = download.name.clone().unwrap_or_default();
        Ok(save(&name, download))
    }

    /// The page for a message that is not to be had: `calm`, unless the office
    /// took it back, which its reader is told.
    pub(super) async fn lost(&self, reader: &Reader, which: Which, calm: Calm) -> Stop {
        match self.0.visit.unseen(reader, which).await {
            Ok(Unseen::Withdrawn) => gone(Calm::TakenBack, reader),
            Ok(Unseen::Private) => gone(Calm::Private, reader),
            Ok(Unseen::Gone) => gone(calm, reader),
            Err(error) => error.into(),
        }
    }

    async fn all_files(&self, visitor: &Visitor, which: Option<Which>) -> Result<Response, Stop> {
        let reader = match self.reader(visitor).await? {
            Ok(reader) => reader,
            Err(outside) => return Ok(outside),
        };
        let which = which.ok_or_else(|| gone(Calm::FileGone, &reader))?;
        let visit = &self.0.visit;
        let Some(files) = visit.all_files(&reader, which, &visitor.caller).await? else {
            return Err(self.lost(&reader, which, Calm::FileGone).await);
        };
        let name = self.titled(visitor, &files);
        Ok(save(&format!("{name}.zip"), files))
    }

    async fn copy(&self, visitor: &Visitor, which: Option<Which>) -> Result<Response, Stop> {
        let reader = match self.reader(visitor).await? {
            Ok(reader) => reader,
            Err(outside) => return Ok(outside),
        };
        let which = which.ok_or_else(|| gone(Calm::Gone, &reader))?;
        let visit = &self.0.visit;
        let Some(copy) = visit.copy(&reader, which, &visitor.caller).await? else {
            return Err(self.lost(&reader, which, Calm::Gone).await);
        };
        let name = self.titled(visitor, &copy);
        Ok(save(&format!("{name}.eml"), copy))
    }

    /// What a message is saved under: its subject, or a word in its place.
    fn titled(&self, visitor: &Visitor, download: &Download) -> String {
        let name = download.name.clone();
        name.unwrap_or_else(|| self.page(visitor, None).t("portal-message"))
    }

    /// The message as a letter on paper: its head and its body in one document,
    /// since a browser prints of a frame only what the screen shows of it.
    async fn print(&self, visitor: &Visitor, which: Option<Which>) -> Result<Response, Stop> {
        let reader = match self.reader(visitor).await? {
            Ok(reader) => reader,
            Err(outside) => return Ok(outside),
        };
        let which = which.ok_or_else(|| gone(Calm::Gone, &reader))?;
        let visit = &self.0.visit;
        let letter = visit.message(&reader, which, &visitor.caller).await?;
        let Some(letter) = letter else {
            return Err(self.lost(&reader, which, Calm::Gone).await);
        };
        let fragment = visit.body(&reader, which).await?;
        let page = self.page(visitor, None);
        let now = page.now;
        let view = PrintView {
            page,
            letter: &letter,
            path: path(which),
            fragment: fragment.as_deref(),
        };
        let mut response = show(StatusCode::OK, &view)?;
        let policy = HeaderValue::from_static(PRINT_POLICY);
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
        Ok(closing(response, &reader, now))
    }
}

fn gone(calm: Calm, reader: &Reader) -> Stop {
    Stop::inside(calm, signed(reader, None))
}

/// What is taken away, as it comes out of the store: never whole in memory. If
/// it breaks off, so does the response, and the browser says that the file is
/// not whole.
fn save(name: &str, download: Download) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type(&download.kind)),
        (CONTENT_DISPOSITION, attachment(name)),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(FILE_POLICY),
        ),
    ];
    let octets = stream::try_unfold(download, |mut download| async {
        let next = download.next().await.inspect_err(|error| {
            tracing::error!(event = "portal.fault", %error, "A download broke off.");
        })?;
        Ok::<_, crate::visit::Error>(next.map(|octets| (Bytes::from(octets), download)))
    });
    (headers, Body::from_stream(octets)).into_response()
}
