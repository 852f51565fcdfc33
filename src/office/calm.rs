//! Pages with one thing to say: done states and errors, each with its status and
//! the one thing that helps.

use crate::office::page::Page;
use crate::office::views::PlainView;
use axum::http::StatusCode;

/// A page with one thing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Calm {
    /// The session is over.
    Locked,
    /// The session is over; what was being written is kept.
    Kept,
    /// The session was ended by its owner.
    SignedOut,
    /// No such page.
    Missing,
    /// A method that the page does not take.
    Method,
    /// More than we take at once.
    Large,
    /// The form's value is out of date.
    Stale {
        /// The page that holds a fresh form.
        path: &'static str,
    },
    /// The request came from another site.
    Foreign,
    /// A host name that is not ours.
    Host,
    /// The disk is nearly full.
    Room,
    /// Too much to do at once.
    Busy,
    /// The request took too long.
    Slow,
    /// The request could not be read.
    Malformed,
    /// It cannot be done as things stand.
    Refused,
    /// The account has another password, and its sessions are over.
    Renewed,
    /// Something failed on our side; the reference stands in the log too.
    Fault {
        /// What to tell whoever runs the gateway.
        reference: String,
    },
}

impl Calm {
    /// The status it is sent with.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Locked | Self::Kept | Self::SignedOut | Self::Renewed => StatusCode::OK,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Stale { .. } | Self::Foreign => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Large => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Room | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Refused => StatusCode::CONFLICT,
            Self::Fault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The names of its title and its sentence in the catalogue.
    const fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Locked => ("office-locked-title", "office-locked-text"),
            Self::Kept => ("office-locked-title", "office-kept-text"),
            Self::SignedOut => ("office-signed-out-title", "office-signed-out-text"),
            Self::Missing => ("office-missing-title", "office-missing-text"),
            Self::Method => ("office-method-title", "office-method-text"),
            Self::Large => ("office-large-title", "office-large-text"),
            Self::Stale { .. } => ("office-stale-title", "office-stale-text"),
            Self::Foreign => ("office-foreign-title", "office-foreign-text"),
            Self::Host => ("office-host-title", "office-host-text"),
            Self::Room => ("office-room-title", "office-room-text"),
            Self::Busy => ("office-busy-title", "office-busy-text"),
            Self::Slow => ("office-slow-title", "office-slow-text"),
            Self::Malformed => ("office-malformed-title", "office-malformed-text"),
            Self::Refused => ("office-refused-title", "office-refused-text"),
            Self::Renewed => ("office-renewed-title", "office-renewed-text"),
            Self::Fault { .. } => ("office-fault-title", "office-fault-text"),
        }
    }

    /// The page.
    #[must_use]
    pub fn view<'a>(&self, page: Page<'a>) -> PlainView<'a> {
        let (title, text) = self.words();
        let go = match self {
            Self::Stale { path } => Some((*path, "office-open-anew")),
            Self::Locked | Self::Kept | Self::SignedOut | Self::Renewed => {
                Some(("/", "office-sign-in-again"))
            }
            _ if page.inside.is_some() => Some(("/today", "office-to-today")),
            Self::Host => None,
            _ => Some(("/", "office-to-front")),
        };
        let reference = match self {
            Self::Fault { reference } => Some(reference.clone()),
            _ => None,
        };
        PlainView {
            title: page.t(title),
            text: page.t(text),
            go,
            reference,
            page,
        }
    }
}
