//! The pages for writing as plain values; each renders its template. Nothing here
//! decides or reads anything.

use crate::desk::contacts::ContactView;
use crate::desk::office::{
    Author, Blank, Kept, LONGEST_SUBJECT, LONGEST_TEXT, Letter, Person, Place, Preview, Unsent,
    Wish,
};
use crate::model::{AccountId, WorkId};
use crate::office::page::{Page, Tab};
use crate::upload::Limits;
use crate::web::upload;
use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;

/// Looking for somebody.
#[derive(Template)]
#[template(path = "office/templates/find.html", config = ".askama.toml")]
pub struct FindView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The value its form carries.
    pub form: &'a str,
    /// What was looked for.
    pub words: &'a str,
    /// Who was found, and whether there are more; `None` before anybody looked.
    pub found: Option<(&'a [ContactView], bool)>,
}

impl FindView<'_> {
    /// The e-mail address among what was looked for.
    fn address(&self) -> Option<&str> {
        let mut words = self.words.split_whitespace();
        words.find(|word| word.contains('@'))
    }

    fn born(&self, contact: &ContactView) -> Option<String> {
        contact.born.map(|born| born_on(&self.page, born))
    }
}

/// "born 1 March 2015".
fn born_on(page: &Page<'_>, born: Date) -> String {
    page.one("office-born", "date", page.date(born))
}

/// A text that cannot be sent any more.
#[derive(Template)]
#[template(path = "office/templates/unfinished.html", config = ".askama.toml")]
pub struct UnfinishedView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The value its form carries.
    pub form: &'a str,
    /// Its id.
    pub id: WorkId,
    /// What was typed.
    pub typed: &'a Wish,
    /// When it was kept.
    pub at: Timestamp,
}

/// The page on which somebody writes.
#[derive(Template)]
#[template(path = "office/templates/write.html", config = ".askama.toml")]
pub struct WriteView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The path of its form.
    pub path: &'a str,
    /// The value its form carries.
    pub form: &'a str,
    /// What can be chosen.
    pub blank: &'a Blank,
    /// What it answers.
    pub letter: Option<&'a Letter>,
    /// What was typed.
    pub typed: &'a Wish,
    /// Whose form it is.
    pub by: AccountId,
    /// When that was kept which it holds, if it was.
    pub seen: Option<Timestamp>,
    /// Something else to the same person that is not finished.
    pub before: Option<WorkId>,
    /// What is wrong: at which field, in words.
    pub problem: Option<(&'static str, String)>,
    /// Whether files had been chosen, which a browser does not keep.
    pub files_lost: bool,
    /// Whether every kind of file is named.
    pub each_kind: bool,
    /// What is taken of files.
    pub limits: Limits,
}

impl WriteView<'_> {
    /// The form's path for a button that does not send.
    fn doing(&self, what: &str) -> String {
        let joint = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{joint}do={what}", self.path)
    }

    /// When that was kept which the form holds, as it carries it.
    fn seen(&self) -> String {
        let seen = self.seen.map(|seen| seen.as_nanosecond().to_string());
        seen.unwrap_or_default()
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        let problem = self.problem.as_ref().filter(|(at, _)| *at == field);
        problem.map(|(_, text)| text.as_str())
    }

    fn title(&self) -> String {
        self.page.t(match self.letter {
            Some(_) => "office-answer-title",
            None => "office-write-title",
        })
    }

    /// Where the page's first link leads.
    fn back(&self) -> (String, String) {
        match self.letter {
            Some(letter) => (
                format!("/message/{}", letter.id),
                self.page.t("office-write-back"),
            ),
            None => ("/write".to_owned(), self.page.t("office-write-other")),
        }
    }

    /// "Tim Doe, born 1 March 2015, family@example.com".
    fn called(&self, person: &Person) -> String {
        let born = person.born.map(|born| born_on(&self.page, born));
        let parts = [person.name.clone(), born, Some(person.address.clone())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn is_to(&self, person: &Person) -> bool {
        match self.typed.to.as_str() {
            "" => person.meant,
            typed => person.key() == typed,
        }
    }

    fn author(&self, author: &Author) -> String {
        if author.at_once {
            return author.shown.clone();
        }
        self.page.one("office-write-waits", "name", &author.shown)
    }

    fn is_from(&self, author: &Author) -> bool {
        match self.typed.from.as_str() {
            "" => author.meant,
            typed => author.address == typed,
        }
    }

    /// Whether somebody is chosen among several.
    fn has_from(&self) -> bool {
        self.blank.authors.iter().any(|author| self.is_from(author))
    }

    fn has_to(&self) -> bool {
        self.blank.people.iter().any(|person| self.is_to(person))
    }

    fn waits(&self) -> bool {
        self.blank.authors.iter().any(|author| !author.at_once)
    }

    fn is_picked(&self, kept: &Kept) -> bool {
        self.typed.picked.contains(&kept.place.key())
    }

    /// Whose file it is, and where, if that is not plain: several people may share the
    /// mailbox, the chart is a folder of its own, and a draft that came back has files
    /// already.
    fn owner(&self, kept: &Kept) -> Option<String> {
        let unknown = || self.page.t("office-kept-unknown");
        let name = kept.owner.clone().unwrap_or_else(unknown);
        let mut ids = self.blank.people.iter().map(|person| person.id);
        let first = ids.next();
        match kept.place {
            Place::Chart(..) => Some(self.page.one("office-kept-chart", "name", name)),
            Place::Message(id, _) if self.typed.draft == Some(id) => {
                Some(self.page.t("office-kept-own"))
            }
            Place::Message(..) => ids
                .any(|id| Some(id) != first)
                .then(|| self.page.one("office-kept-owner", "name", name)),
        }
    }

    fn file_name(&self, kept: &Kept) -> String {
        let name = kept.name.clone();
        name.unwrap_or_else(|| self.page.t("office-file-unnamed"))
    }

    fn subject(&self) -> &str {
        match self.typed.subject.as_str() {
            "" if self.problem.is_none() => &self.blank.subject,
            typed => typed,
        }
    }

    /// What the answered message says, if it is text.
    fn quoted(&self) -> Option<&str> {
        let content = self.letter.and_then(|letter| letter.content.as_ref());
        let text = content.and_then(|content| content.text.as_deref());
        text.map(str::trim_end).filter(|text| !text.is_empty())
    }

    fn taken(&self) -> String {
        upload::limits(&self.page, &self.limits)
    }

    fn accept(&self) -> String {
        upload::accept(&self.limits.kinds)
    }

    fn families(&self) -> String {
        upload::families(&self.page, &self.limits.kinds, self.each_kind)
    }
}

/// What is wrong, at which field, and what to do.
#[must_use]
pub fn problem(page: &Page<'_>, why: &Unsent) -> (&'static str, String) {
    match why {
        Unsent::NoSubject => ("subject", page.t("office-write-no-subject")),
        Unsent::LongSubject => (
            "subject",
            page.count("office-write-long-subject", LONGEST_SUBJECT),
        ),
        Unsent::NoText => ("text", page.t("office-write-no-text")),
        Unsent::Anew => ("send", page.t("office-write-anew")),
        Unsent::NoRoom => ("send", page.t("office-room-text")),
        Unsent::LongText => ("text", page.count("office-write-long-text", LONGEST_TEXT)),
        Unsent::From => ("from", page.t("office-write-no-from")),
        Unsent::To => ("to", page.t("office-write-no-to")),
        Unsent::Picked => ("files", page.t("office-write-no-pick")),
        Unsent::File(fault) => ("files", upload::said(page, fault)),
        Unsent::Reply(reply) => ("text", page.reply(reply)),
        Unsent::Unseen | Unsent::Desk(_) => ("text", page.t("office-fault-text")),
    }
}
