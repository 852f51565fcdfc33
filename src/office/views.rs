//! The pages as plain values; each renders its template. Nothing here decides
//! or reads anything.

use crate::desk::holds::Mine;
use crate::desk::office::{Asked, Today, UNFINISHED, Waits};
use crate::desk::tasks::Stands;
use crate::model::{MessageId, Secret};
use crate::office::Gap;
use crate::office::mail::Done;
use crate::office::page::{Page, Tab};
use askama::Template;

/// The first screen: address and password.
#[derive(Template)]
#[template(path = "office/templates/sign_in.html", config = ".askama.toml")]
pub struct SignInView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The value its form carries.
    pub form: &'a str,
    /// The address as it was typed.
    pub address: &'a str,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
}

/// The second screen: a code.
#[derive(Template)]
#[template(path = "office/templates/code.html", config = ".askama.toml")]
pub struct CodeView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The value its forms carry.
    pub form: &'a str,
    /// Whose code is asked for.
    pub address: &'a str,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
}

/// The set-up of the second factor.
#[derive(Template)]
#[template(path = "office/templates/factor.html", config = ".askama.toml")]
pub struct FactorView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The value its form carries.
    pub form: &'a str,
    /// The seed as a picture.
    pub picture: String,
    /// The seed as a link for the app on this device.
    pub link: &'a str,
    /// The seed as a person types it.
    pub written: &'a str,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
}

/// Recovery codes, shown once.
#[derive(Template)]
#[template(path = "office/templates/codes.html", config = ".askama.toml")]
pub struct CodesView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The codes.
    pub codes: Vec<&'a str>,
    /// Whose they are, and since when.
    pub whose: String,
}

impl<'a> CodesView<'a> {
    /// The page for these codes of the account with this address.
    #[must_use]
    pub fn new(page: Page<'a>, codes: &'a [Secret], address: &str) -> Self {
        let moment = page.moment(&page.now);
        Self {
            codes: codes.iter().map(Secret::expose).collect(),
            whose: page.two(
                "office-codes-whose",
                ("address", address),
                ("moment", &moment),
            ),
            page,
        }
    }
}

/// The page that makes new recovery codes.
#[derive(Template)]
#[template(path = "office/templates/recovery.html", config = ".askama.toml")]
pub struct RecoveryView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The value its form carries.
    pub form: &'a str,
    /// How many codes are left.
    pub left: usize,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
}

/// What is to be done today.
#[derive(Template)]
#[template(path = "office/templates/today.html", config = ".askama.toml")]
pub struct TodayView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The value its forms carry.
    pub form: &'a str,
    /// What was done a moment ago.
    pub done: Option<Done>,
    /// To which message, if the reader sees it.
    pub about: Option<MessageId>,
    /// What waits.
    pub today: &'a Today,
    /// What is not finished in the set-up.
    pub gaps: &'a [Gap],
    /// Whether the reader runs the gateway, and can do something about it.
    pub runs: bool,
    /// How many recovery codes are left, if they are few.
    pub few: Option<usize>,
}

impl TodayView<'_> {
    /// What a held message waits for, in words.
    fn waits(&self, wait: &Waits) -> String {
        let id = match wait.part {
            Mine::ToRelease => "office-waits-mine",
            Mine::AsDeputy => "office-waits-deputy",
            Mine::Written => "office-waits-written",
        };
        self.page.one(id, "name", &wait.whom)
    }

    /// A subject, or words in its place.
    fn subject(&self, subject: Option<&String>) -> String {
        match subject {
            Some(subject) if subject.is_empty() => self.page.t("office-no-subject"),
            Some(subject) => subject.clone(),
            None => self.page.t("office-gone-subject"),
        }
    }

    /// For how many days it is kept.
    fn kept_days(&self) -> usize {
        usize::try_from(UNFINISHED.as_hours() / 24).unwrap_or_default()
    }

    /// Who asks: the name, else the address.
    fn asks<'a>(&self, asked: &'a Asked) -> &'a str {
        asked.name.as_deref().unwrap_or(&asked.address)
    }

    /// Whether it can be sent again to who asks.
    fn is_left(&self, asked: &Asked) -> bool {
        !matches!(asked.stands, Stands::Withdrawn | Stands::Destroyed)
    }

    /// How a message stands with who asks for it, in words.
    fn stands(&self, asked: &Asked) -> String {
        self.page.t(match asked.stands {
            Stands::Open => "office-stands-open",
            Stands::Expired => "office-stands-expired",
            Stands::Locked => "office-stands-locked",
            Stands::Withdrawn => "office-stands-withdrawn",
            Stands::Destroyed => "office-stands-destroyed",
        })
    }
}

/// Questions and answers.
#[derive(Template)]
#[template(path = "office/templates/help.html", config = ".askama.toml")]
pub struct HelpView<'a> {
    /// The frame.
    pub page: Page<'a>,
}

/// A page with one thing to say.
#[derive(Template)]
#[template(path = "office/templates/plain.html", config = ".askama.toml")]
pub struct PlainView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// Its title.
    pub title: String,
    /// What it says.
    pub text: String,
    /// Where to go from here, and what the button is called in the catalogue.
    pub go: Option<(&'static str, &'static str)>,
    /// What to tell whoever runs the gateway.
    pub reference: Option<String>,
}
