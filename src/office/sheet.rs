//! Forms as plain values: what each field is called, what was typed there, what is
//! wrong with it. One template draws them all.

use crate::office::enter::{Problem, about_code};
use crate::office::page::{Page, Tab};
use crate::office::seat::Typed;
use askama::Template;

/// A field.
#[derive(Clone, Debug)]
pub(super) struct Input {
    /// Its name and its id in the page.
    pub(super) name: String,
    /// What stands above it.
    pub(super) label: String,
    /// That it must be filled in, in words; `None` if it may be left empty.
    pub(super) needed: Option<String>,
    /// What helps to fill it in.
    pub(super) hint: Option<String>,
    /// What stands in it.
    pub(super) value: String,
    /// What is wrong with that.
    pub(super) error: Option<String>,
    /// What it looks like.
    pub(super) kind: Kind,
    /// What the browser may fill in by itself.
    pub(super) auto: &'static str,
}

/// What a field looks like.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// One line.
    Line,
    /// One line of small letters: an address, a network.
    Plain,
    /// A day.
    Day,
    /// A password.
    Password,
    /// A code of six digits.
    Code,
    /// Several lines.
    Lines,
    /// One of these: value and name.
    Choice(Vec<(String, String)>),
    /// A box to tick.
    Tick,
    /// Boxes to tick: value, name, whether it is ticked.
    Ticks(Vec<(String, String, bool)>),
}

impl Input {
    pub(super) fn new(name: &str, label: String, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            label,
            needed: None,
            hint: None,
            value: String::new(),
            error: None,
            kind,
            auto: "off",
        }
    }

    pub(super) fn holding(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    pub(super) fn hinted(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(super) fn filled(mut self, auto: &'static str) -> Self {
        self.auto = auto;
        self
    }

    /// What a screen reader says of it besides its label.
    pub(super) fn described(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-wrong", self.name));
        let both: Vec<String> = error.into_iter().chain(hint).collect();
        both.join(" ")
    }

    /// Where a link to it leads: the first box, where it has several.
    pub(super) fn target(&self) -> String {
        match self.kind {
            Kind::Ticks(_) => format!("{}-0", self.name),
            _ => self.name.clone(),
        }
    }
}

/// A form.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    /// What is wrong with all of it.
    pub(super) problem: Option<String>,
    /// Its fields.
    pub(super) inputs: Vec<Input>,
}

impl Sheet {
    pub(super) fn is_wrong(&self) -> bool {
        self.problem.is_some() || self.inputs.iter().any(|input| input.error.is_some())
    }

    /// Says what is wrong with a field. What belongs to no field of this form is
    /// said above it.
    pub(super) fn blame(&mut self, name: &str, error: String) {
        match self.inputs.iter_mut().find(|input| input.name == name) {
            Some(input) if input.error.is_none() => input.error = Some(error),
            Some(_) => {}
            None => self.problem = Some(error),
        }
    }

    /// Says what is wrong with a proof.
    pub(super) fn unproved(&mut self, page: &Page<'_>, problem: Problem) {
        let said = match problem {
            Problem::Wrong => Some(page.t("office-proof-wrong")),
            Problem::Empty | Problem::Unlike => Some(page.t("office-proof-empty")),
            Problem::Slow(_) => about_code(page, Some(problem)),
        };
        self.blame("current", said.unwrap_or_default());
    }
}

/// Asks for the own password and a code once more.
pub(super) fn proof(page: &Page<'_>) -> [Input; 2] {
    [
        Input::new("current", page.t("office-proof-password"), Kind::Password)
            .filled("current-password"),
        Input::new("code", page.t("office-code-label"), Kind::Code).filled("one-time-code"),
    ]
}

/// A page that asks for something and does one thing.
#[derive(Template)]
#[template(path = "office/templates/ask.html", config = ".askama.toml")]
pub(super) struct AskView<'a> {
    /// The frame.
    pub(super) page: Page<'a>,
    /// Its title.
    pub(super) title: String,
    /// What it means.
    pub(super) says: Vec<String>,
    /// The form.
    pub(super) sheet: Sheet,
    /// Values that the form hands back: name and value.
    pub(super) hidden: Vec<(&'static str, String)>,
    /// What the button says.
    pub(super) button: String,
    /// Where the way back leads, and its name.
    pub(super) back: (String, String),
}

/// Something that is shown this once.
#[derive(Template)]
#[template(path = "office/templates/once.html", config = ".askama.toml")]
pub(super) struct OnceView<'a> {
    /// The frame.
    pub(super) page: Page<'a>,
    /// Its title.
    pub(super) title: String,
    /// What to do with it.
    pub(super) says: Vec<String>,
    /// Whose it is.
    pub(super) whose: String,
    /// What it is.
    pub(super) secret: String,
    /// Where to go from here, and what the button says.
    pub(super) on: (String, String),
}

/// What was typed under these names, for a form that is shown again.
pub(super) fn kept(typed: Option<&Typed>, name: &str, known: &str) -> String {
    typed.map_or(known, |typed| typed.one(name)).to_owned()
}
