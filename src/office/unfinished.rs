//! What somebody was writing and has not sent: its page, and throwing it away.

use crate::access::office::Signed;
use crate::desk::office::Wish;
use crate::model::WorkId;
use crate::office::Office;
use crate::office::enter::{Who, taken};
use crate::office::guard::{Stop, show};
use crate::office::inside::closing;
use crate::office::message::{missing, to};
use crate::office::page::Tab;
use crate::office::visitor::Visitor;
use crate::office::write::Filled;
use crate::office::write_views::UnfinishedView;
use crate::web::form::Sent;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

/// A form that throws a text away.
#[derive(Deserialize)]
pub(super) struct Dropped {
    #[serde(default)]
    form: String,
    /// When that was kept which the page showed, in nanoseconds.
    #[serde(default)]
    seen: String,
}

/// `GET /unfinished/{id}`: where its writer goes on.
pub(super) async fn page(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id: WorkId = id.parse().map_err(|_| missing(&signed))?;
    let kept = office.0.desk.unfinished(signed.account.id, id).await?;
    let (about, typed, at) = kept.ok_or_else(|| missing(&signed))?;
    let filled = Filled {
        typed: &typed,
        seen: Some(at),
        before: None,
        wrong: None,
    };
    match office.write_page(&visitor, (&signed, about), filled).await {
        Ok(page) => Ok(page),
        // What is answered, or the address, is gone: the text can still be copied.
        Err(_) => office.unfinished_page(&visitor, &signed, (id, &typed, at)),
    }
}

/// `POST /unfinished/{id}/drop`.
pub(super) async fn throw_away(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Dropped>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let signed = match office.sender(&visitor, &typed.form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id: WorkId = id.parse().map_err(|_| missing(&signed))?;
    let seen = typed.seen.parse().ok();
    let seen = seen.and_then(|nanoseconds| Timestamp::from_nanosecond(nanoseconds).ok());
    let desk = &office.0.desk;
    let dropped = desk.drop_unfinished(signed.account.id, (id, seen)).await?;
    Ok(to(if dropped {
        "/today?done=dropped"
    } else {
        "/today?done=not"
    }))
}

impl Office {
    fn unfinished_page(
        &self,
        visitor: &Visitor,
        signed: &Signed,
        (id, typed, at): (WorkId, &Wish, Timestamp),
    ) -> Result<Response, Stop> {
        let view = UnfinishedView {
            page: self.inside(visitor, signed, Some(Tab::Today)),
            form: signed.form.expose(),
            id,
            typed,
            at,
        };
        Ok(closing(self, show(StatusCode::OK, &view)?, signed))
    }
}
