//! The pages of those who come without a link, as plain values.

use crate::portal::page::{Page, Tab};
use crate::visit::FrontCode;
use askama::Template;
use jiff::Timestamp;

/// The front page of the portal.
#[derive(Template)]
#[template(path = "portal/templates/front.html", config = ".askama.toml")]
pub struct FrontView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The value its form carries.
    pub form: &'a str,
    /// The address as it was typed.
    pub address: &'a str,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// How long to wait after too many questions.
    pub wait: Option<String>,
}

/// The page for a code of the front page.
#[derive(Template)]
#[template(path = "portal/templates/front_code.html", config = ".askama.toml")]
pub struct FrontCodeView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// What it shows.
    pub code: &'a FrontCode,
    /// The value its forms carry.
    pub form: &'a str,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
    /// How long to wait after too many wrong codes.
    pub wait: Option<String>,
}

impl<'a> FrontCodeView<'a> {
    /// The page as it is after a code was asked for.
    #[must_use]
    pub const fn new(page: Page<'a>, code: &'a FrontCode, form: &'a str) -> Self {
        Self {
            page,
            code,
            form,
            problem: None,
            wait: None,
        }
    }

    fn title(&self) -> String {
        self.page.t(if self.wait.is_some() {
            "portal-code-wait-title"
        } else {
            "portal-code-title"
        })
    }
}

/// The page for the front page's password.
#[derive(Template)]
#[template(path = "portal/templates/password.html", config = ".askama.toml")]
pub struct PasswordView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The value its forms carry.
    pub form: &'a str,
    /// When the one there is was chosen.
    pub since: Option<Timestamp>,
    /// What has just been done.
    pub done: Option<String>,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
}

impl PasswordView<'_> {
    fn title(&self) -> String {
        self.page.t(match self.since {
            Some(_) => "portal-password-change",
            None => "portal-password-choose",
        })
    }
}
