//! What every page of the office is made with: how it speaks, who is signed in,
//! and where what is not in it is found.

use crate::desk::office::Words;
use crate::model::State;
use crate::texts::dates;
use crate::web::assets::Assets;
use crate::web::speech::Speech;
use jiff::civil::Date;
use std::ops::Deref;

/// The tabs of somebody who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What is to be done.
    Today,
    /// What is written to somebody.
    Write,
    /// The people the office writes to.
    Contacts,
    /// Mail programs, app passwords, the own account.
    SetUp,
    /// Who works here.
    Accounts,
    /// What happened.
    Audit,
}

/// Somebody who is signed in, as the frame shows them.
#[derive(Clone, Debug)]
pub struct Inside {
    /// The account's address.
    pub address: String,
    /// The value that the session's forms carry.
    pub form: String,
    /// Whether it runs the gateway: such an account has other tabs.
    pub runs: bool,
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
    /// A day, written out.
    pub fn date(&self, day: Date) -> String {
        dates::civil(self.language, day)
    }

    /// Who gave a message back, and when.
    pub fn gave_back(&self, words: &Words) -> String {
        let moment = self.short(&words.at);
        let (name, moment) = (("name", words.by.as_str()), ("moment", moment.as_str()));
        self.two("office-back-words", name, moment)
    }

    /// What has become of a message for one recipient, in a word or two.
    pub fn fate(&self, state: State) -> String {
        self.t(match state {
            State::Held => "office-fate-held",
            State::Queued => "office-fate-queued",
            State::NoticeAccepted => "office-fate-noticed",
            State::NoticeBounced => "office-fate-bounced",
            State::Opened => "office-fate-opened",
            State::Downloaded => "office-fate-downloaded",
            State::Replied => "office-fate-replied",
            State::Expired => "office-fate-expired",
            State::Recalled => "office-fate-recalled",
            State::Relayed | State::Processed => "office-fate-relayed",
            State::Delivered | State::Dispatched => "office-fate-delivered",
            State::Failed => "office-fate-failed",
            State::Overdue => "office-fate-overdue",
        })
    }

    /// Whether this tab is open.
    #[must_use]
    pub fn is_on(&self, tab: Tab) -> bool {
        self.inside.as_ref().is_some_and(|i| i.tab == Some(tab))
    }

    /// The value that the forms of somebody signed in carry.
    #[must_use]
    pub fn form(&self) -> &str {
        self.inside.as_ref().map_or("", |inside| &inside.form)
    }
}
