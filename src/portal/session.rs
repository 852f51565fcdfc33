//! Who is signed in, and the one check that every form inside passes.

use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::guard::Stop;
use crate::portal::visitor::Visitor;
use crate::visit::{Admission, Reader};
use crate::web::headers;
use crate::web::site::same;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

/// Either a reader, or where to send somebody who is none.
pub(super) type Entry = Result<Reader, Response>;

impl Portal {
    /// What the session cookie is worth.
    pub(super) async fn admission(&self, visitor: &Visitor) -> Result<Admission, Stop> {
        match &visitor.session {
            Some(cookie) => Ok(self.0.visit.reader(cookie, &visitor.caller).await?),
            None => Ok(Admission::Out),
        }
    }

    /// The signed-in reader. Whose session is over is sent to the locked page,
    /// whoever never had one to the front.
    pub(super) async fn reader(&self, visitor: &Visitor) -> Result<Entry, Stop> {
        Ok(match self.admission(visitor).await? {
            Admission::In(reader) => Ok(reader),
            Admission::Stale(_) | Admission::Out => Err(outside(visitor)),
        })
    }

    /// The signed-in reader who sent a form; the form's value must be the
    /// session's. That the page it came from is ours, the guard has seen.
    pub(super) async fn sender(&self, visitor: &Visitor, form: &str) -> Result<Entry, Stop> {
        let entry = self.reader(visitor).await?;
        if let Ok(reader) = &entry
            && !same(reader.form.expose(), form)
        {
            return Err(Stop::from(Calm::Stale {
                path: "/inbox".to_owned(),
            }));
        }
        Ok(entry)
    }
}

/// Where somebody without a session goes.
pub(super) fn outside(visitor: &Visitor) -> Response {
    let path = if visitor.session.is_some() {
        "/locked"
    } else {
        "/"
    };
    Redirect::to(path).into_response()
}

/// Makes a page with content close itself when the session ends.
pub(super) fn closing(response: Response, reader: &Reader, now: Timestamp) -> Response {
    headers::closing(response, reader.idle_ends.min(reader.ends), now)
}
