//! What every page of the office is made with: how it speaks, who is signed in,
//! and where what is not in it is found.

use crate::web::assets::Assets;
use crate::web::speech::Speech;
use std::ops::Deref;

/// The tabs of somebody who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What is to be done.
    Today,
}

/// Somebody who is signed in, as the frame shows them.
#[derive(Clone, Debug)]
pub struct Inside {
    /// The account's address.
    pub address: String,
    /// The value that the session's forms carry.
    pub form: String,
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
    pub inside: Option<Inside>,
}

impl<'a> Deref for Page<'a> {
    type Target = Speech<'a>;

    fn deref(&self) -> &Speech<'a> {
        &self.speech
    }
}

impl Page<'_> {
    /// Whether this tab is open.
    #[must_use]
    pub fn is_on(&self, tab: Tab) -> bool {
        self.inside.as_ref().is_some_and(|i| i.tab == Some(tab))
    }
}
