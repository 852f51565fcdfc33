//! Pages with one thing to say: dead ends, done states and errors, each with
//! its status and the one thing that helps.

use crate::model::Token;
use crate::portal::page::Page;
use crate::portal::views::{Action, PlainView, wait_until};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};

/// A page with one thing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Calm {
    /// Codes of the front page rest.
    Resting {
        /// Until when.
        until: Timestamp,
    },
    /// Writing and signing in are not for this mailbox.
    Unwritten,
    /// A message about somebody whose mail is for an address of their own.
    Private,
    /// The message's time is over; `again` is the form to ask for it, unless
    /// somebody has.
    Expired(Option<Again>),
    /// The office took the message back; as above.
    Withdrawn(Option<Again>),
    /// The same for a reader who is signed in.
    TakenBack,
    /// No link of ours, or not the whole of one.
    Unknown,
    /// The office has just been asked.
    Asked,
    /// Too many wrong codes: the office must send again; as above.
    Barred(Option<Again>),
    /// The session ended because nothing was pressed.
    Locked {
        /// The link that opens the messages again, if the browser has it.
        link: Option<String>,
        /// After what time.
        idle: SignedDuration,
        /// Whether an answer was kept.
        kept: bool,
    },
    /// The session was ended by its reader.
    SignedOut,
    /// No such page.
    Missing,
    /// A message that this reader cannot read (any more).
    Gone,
    /// A file that this reader cannot have (any more).
    FileGone,
    /// A method that the page does not take.
    Method,
    /// More than we take at once.
    Large {
        /// How much we take, in octets.
        limit: u64,
    },
    /// The form's value is out of date.
    Stale {
        /// The page that holds a fresh form.
        path: String,
    },
    /// The request came from another site.
    Foreign,
    /// A host name that is not ours.
    Host,
    /// The disk is nearly full.
    Room,
    /// The request took too long.
    Slow,
    /// The request could not be read.
    Malformed,
    /// Something failed on our side; the reference stands in the log too.
    Fault {
        /// What the patient tells the office.
        reference: String,
    },
}

/// The button that asks the office to send a message again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// The link's token.
    pub link: String,
    /// The value the form carries.
    pub form: String,
}

impl Calm {
    /// The status it is sent with.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Asked | Self::Locked { .. } | Self::SignedOut => StatusCode::OK,
            Self::Expired(_) | Self::Withdrawn(_) | Self::TakenBack => StatusCode::GONE,
            Self::Unknown | Self::Missing | Self::Gone | Self::FileGone => StatusCode::NOT_FOUND,
            Self::Private
            | Self::Unwritten
            | Self::Barred(_)
            | Self::Stale { .. }
            | Self::Foreign => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Large { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Resting { .. } | Self::Room => StatusCode::SERVICE_UNAVAILABLE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Fault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The names of its title and its sentences in the catalogue.
    const fn words(&self) -> Words {
        match self {
            Self::Resting { .. } => (
                "portal-rests-title",
                &["portal-rests-text", "portal-front-text"],
            ),
            Self::Unwritten => ("portal-new-closed-title", &["portal-new-closed-text"]),
            Self::Private => ("portal-own-title", &["portal-own-text"]),
            Self::Expired(Some(_)) => ("portal-expired-title", &["portal-expired-text"]),
            Self::Expired(None) => (
                "portal-expired-title",
                &["portal-expired-text", "portal-asked-before"],
            ),
            Self::Withdrawn(Some(_)) => (
                "portal-withdrawn-title",
                &["portal-withdrawn-text", "portal-withdrawn-ask"],
            ),
            Self::Withdrawn(None) => (
                "portal-withdrawn-title",
                &["portal-withdrawn-text", "portal-asked-before"],
            ),
            Self::TakenBack => ("portal-withdrawn-title", &["portal-withdrawn-text"]),
            Self::Barred(Some(_)) => ("portal-barred-title", &["portal-barred-text"]),
            Self::Barred(None) => (
                "portal-barred-title",
                &["portal-barred-text", "portal-asked-before"],
            ),
            Self::Unknown => ("portal-unknown-title", &["portal-unknown-text"]),
            Self::Asked => ("portal-asked-title", &["portal-asked-text"]),
            Self::Locked { link, kept, .. } => locked(*kept, link.is_some()),
            Self::SignedOut => (
                "portal-signed-out-title",
                &[
                    "portal-signed-out-text",
                    "portal-signed-out-front",
                    "portal-signed-out-shared",
                ],
            ),
            Self::Missing => ("portal-missing-title", &["portal-missing-text"]),
            Self::Gone => ("portal-gone-title", &["portal-gone-text"]),
            Self::FileGone => ("portal-file-gone-title", &["portal-file-gone-text"]),
            _ => self.fault_words(),
        }
    }

    /// The same for what goes wrong with a request.
    const fn fault_words(&self) -> Words {
        match self {
            Self::Method => ("portal-method-title", &["portal-method-text"]),
            Self::Large { .. } => ("portal-large-title", &["portal-large-text"]),
            Self::Stale { .. } => ("portal-stale-title", &["portal-stale-text"]),
            Self::Foreign => ("portal-foreign-title", &["portal-foreign-text"]),
            Self::Host => ("portal-host-title", &["portal-host-text"]),
            Self::Room => ("portal-room-title", &["portal-room-text"]),
            Self::Slow => ("portal-slow-title", &["portal-slow-text"]),
            Self::Malformed => ("portal-malformed-title", &["portal-malformed-text"]),
            _ => ("portal-fault-title", &["portal-fault-text"]),
        }
    }

    /// The page.
    #[must_use]
    pub fn view<'a>(&self, page: Page<'a>) -> PlainView<'a> {
        let (title, lines) = self.words();
        let lines = lines.iter().map(|id| self.sentence(&page, id)).collect();
        let reference = match self {
            Self::Fault { reference } => Some(reference.clone()),
            _ => None,
        };
        PlainView {
            title: page.clinic(title),
            lines,
            action: self.action(&page),
            reference,
            page,
        }
    }

    fn sentence(&self, page: &Page<'_>, id: &str) -> String {
        match self {
            Self::Locked { idle, .. } => {
                let wait = page.span(*idle);
                page.two(id, ("clinic", &page.clinic.name), ("wait", &wait))
            }
            Self::Resting { until } => wait_until(page, id, *until),
            Self::Large { limit } => page.one(id, "limit", page.size(limit)),
            _ => page.clinic(id),
        }
    }

    fn action(&self, page: &Page<'_>) -> Action {
        match self {
            Self::Expired(Some(again))
            | Self::Withdrawn(Some(again))
            | Self::Barred(Some(again)) => Action::Press {
                path: format!("/m/{}/again", again.link),
                label: "portal-ask-again",
                form: again.form.clone(),
            },
            Self::Locked {
                link: Some(link), ..
            } => Action::Go {
                path: format!("/m/{link}"),
                label: "portal-open-again",
            },
            // Whoever came without a link goes in as before.
            Self::Locked { link: None, .. } => Action::Go {
                path: "/".to_owned(),
                label: "portal-open-again",
            },
            Self::SignedOut => Action::Go {
                path: "/".to_owned(),
                label: "portal-without-link",
            },
            Self::Stale { path } => Action::Go {
                path: path.clone(),
                label: "portal-open-anew",
            },
            Self::Private
            | Self::Unwritten
            | Self::TakenBack
            | Self::Missing
            | Self::Gone
            | Self::FileGone
            | Self::Fault { .. }
                if page.reader.is_some() =>
            {
                Action::Go {
                    path: "/inbox".to_owned(),
                    label: "portal-to-inbox",
                }
            }
            // A phone that brings back its pages asks by GET for what was sent
            // by a form: there is no page before.
            Self::Method | Self::Large { .. } | Self::Malformed | Self::Slow => landing(&page.here)
                .map_or(Action::None, |path| Action::Go {
                    path,
                    label: "portal-open-anew",
                }),
            _ => Action::None,
        }
    }
}

/// The landing page of the link that a path below it carries.
fn landing(here: &str) -> Option<String> {
    let link = here.strip_prefix("/m/")?.split('/').next()?;
    Token::parse(link).map(|link| format!("/m/{}", link.expose()))
}

/// A title and sentences, by their names in the catalogue.
type Words = (&'static str, &'static [&'static str]);

const fn locked(kept: bool, has_link: bool) -> Words {
    match (kept, has_link) {
        (false, true) => ("portal-locked-title", &["portal-locked-text"]),
        (false, false) => (
            "portal-locked-title",
            &["portal-locked-text", "portal-locked-link"],
        ),
        (true, true) => (
            "portal-locked-kept-title",
            &["portal-locked-kept", "portal-locked-text"],
        ),
        (true, false) => (
            "portal-locked-kept-title",
            &[
                "portal-locked-kept",
                "portal-locked-text",
                "portal-locked-link",
            ],
        ),
    }
}
