//! What every page of the portal is made with: how it speaks, who is signed in,
//! and where what is not in it is found.

use crate::visit::{File, Which};
use crate::web::assets::Assets;
use crate::web::speech::Speech;
use std::ops::Deref;

/// The tabs of a signed-in reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Messages from the office.
    Inbox,
    /// The reader's own answers.
    Sent,
    /// Every file.
    Files,
}

/// A signed-in reader, as the frame shows one.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The address, masked.
    pub masked: String,
    /// The value that the session's forms carry.
    pub form: String,
    /// Whether somebody at this mailbox may write, and sign in without a link.
    pub granted: bool,
    /// Which tab is open; `None` where the page belongs to none.
    pub tab: Option<Tab>,
}

/// What the frame around each page needs.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// How it speaks: `page.t("…")` in a template.
    pub speech: Speech<'a>,
    /// Where stylesheet and logo are.
    pub assets: &'a Assets,
    /// The path that shows this page again by GET: for the language switch.
    pub here: String,
    /// Who is signed in.
    pub reader: Option<Signed>,
}

impl<'a> Deref for Page<'a> {
    type Target = Speech<'a>;

    fn deref(&self) -> &Speech<'a> {
        &self.speech
    }
}

impl Page<'_> {
    /// A file's name, or words in its place.
    #[must_use]
    pub fn file_name(&self, file: &File) -> String {
        let name = file.name.clone();
        name.unwrap_or_else(|| self.speech.t("portal-file-unnamed"))
    }

    /// The path of a message or an answer.
    #[must_use]
    pub fn path(&self, which: &Which) -> String {
        path(*which)
    }

    /// Whether this tab is open.
    #[must_use]
    pub fn is_on(&self, tab: Tab) -> bool {
        self.reader.as_ref().is_some_and(|r| r.tab == Some(tab))
    }
}

/// The path of a message or an answer.
#[must_use]
pub fn path(which: Which) -> String {
    match which {
        Which::Received(grant) => format!("/message/{grant}"),
        Which::Sent(message) => format!("/sent/{message}"),
    }
}
