//! The pages about a message as plain values; each renders its template. Nothing
//! here decides or reads anything.

use crate::desk::office::{
    Addressee, File, Goes, Letter, Notice, Pending, Sight, Standing, Told, Waiting, Words,
};
use crate::model::{Direction, RecipientKind, Route, State};
use crate::office::page::{Page, Tab};
use askama::Template;
use jiff::Timestamp;

/// What was done a moment ago, in the catalogue's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The name of its sentence.
    pub says: &'static str,
    /// Whether it was not done after all.
    pub not: bool,
}

/// A message.
#[derive(Template)]
#[template(path = "office/templates/message.html", config = ".askama.toml")]
pub struct LetterView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The message.
    pub letter: &'a Letter,
    /// The value its forms carry.
    pub form: &'a str,
    /// What was done a moment ago.
    pub done: Option<Done>,
}

/// A message made for paper: what it says, and the notices.
#[derive(Template)]
#[template(path = "office/templates/print.html", config = ".askama.toml")]
pub struct PaperView<'a> {
    /// The frame, for language, clinic and time alone.
    pub page: Page<'a>,
    /// The message.
    pub letter: &'a Letter,
    /// Its cleaned HTML, safe under the page's own policy; `None` if its text is
    /// all there is.
    pub fragment: Option<&'a str>,
}

/// The question before a message is taken back.
#[derive(Template)]
#[template(path = "office/templates/recall.html", config = ".askama.toml")]
pub struct RecallView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The message.
    pub letter: &'a Letter,
    /// The value its form carries.
    pub form: &'a str,
}

/// A message that a provider does not see, and may open in an emergency.
#[derive(Template)]
#[template(path = "office/templates/glass.html", config = ".askama.toml")]
pub struct GlassView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The message's path.
    pub path: &'a str,
    /// The value its form carries.
    pub form: &'a str,
    /// The reason as it was typed.
    pub reason: &'a str,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// A message that waits for a release.
#[derive(Template)]
#[template(path = "office/templates/release.html", config = ".askama.toml")]
pub struct ReleaseView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// What it says.
    pub letter: &'a Letter,
    /// To whom it goes, and how.
    pub pending: &'a Pending,
    /// The value its forms carry.
    pub form: &'a str,
    /// The address and the reason as they were typed.
    pub typed: (&'a str, &'a str),
    /// What is wrong with what was typed.
    pub problem: Option<String>,
}

impl LetterView<'_> {
    fn path(&self) -> String {
        path(self.letter)
    }

    fn title(&self) -> String {
        title(&self.page, self.letter)
    }

    fn text(&self) -> String {
        text(&self.page, self.letter)
    }

    fn file_name(&self, file: &File) -> String {
        file_name(&self.page, file)
    }

    fn waits(&self, waiting: &Waiting) -> String {
        let until = self.page.short(&waiting.expires);
        let name = ("name", waiting.provider.as_str());
        self.page.two("office-waiting", name, ("moment", &until))
    }

    /// What was done, with the days that can be used if one could not.
    fn said(&self, done: &Done) -> String {
        match (done.says, &self.letter.days) {
            ("office-done-day", Some(days)) => {
                let (first, last) = (self.page.date(days.first), self.page.date(days.last));
                let (first, last) = (("first", first.as_str()), ("last", last.as_str()));
                self.page.two("office-done-day", first, last)
            }
            ("office-done-day", None) => self.page.t("office-done-not"),
            (says, _) => self.page.t(says),
        }
    }

    /// Who wrote it in somebody else's name, and who released it.
    fn wrote(&self) -> Option<String> {
        wrote(&self.page, &self.letter.told, false)
    }

    /// Where a draft that came back is changed and sent again.
    fn again(&self) -> Option<String> {
        let contact = self.letter.back.as_ref()?.contact?;
        Some(format!("/write/{contact}?draft={}", self.letter.id))
    }

    /// What stands above the content.
    fn heading(&self) -> String {
        self.page.t(match self.letter.direction {
            Direction::Incoming => "office-answer-to",
            _ if self.letter.back.is_some() => "office-back-title",
            _ if self.is_over() => "office-content-over",
            _ => "office-content-title",
        })
    }

    /// Whether nobody outside can read it any more.
    fn is_over(&self) -> bool {
        let over = |to: &Addressee| matches!(to.state, State::Recalled | State::Expired);
        !self.letter.to.is_empty() && self.letter.to.iter().all(over)
    }

    /// Whether it waits and the reader wrote it.
    fn is_own_waiting(&self) -> bool {
        self.letter
            .waiting
            .as_ref()
            .is_some_and(|waiting| waiting.own)
    }

    /// With what words it was given back.
    fn words(&self) -> Option<&Words> {
        self.letter.back.as_ref()?.words.as_ref()
    }

    /// From when to when it can be made readable.
    fn until_hint(&self) -> String {
        let Some(days) = &self.letter.days else {
            return String::new();
        };
        let (first, last) = (self.page.date(days.first), self.page.date(days.last));
        let (first, last) = (("first", first.as_str()), ("last", last.as_str()));
        self.page.two("office-until-hint", first, last)
    }

    /// Whether it has, or should have, a notice.
    fn has_notice(&self) -> bool {
        self.letter.direction == Direction::Outgoing
    }

    /// What closing does, and its button.
    fn close(&self) -> (&'static str, &'static str) {
        match self.letter.back {
            Some(_) => ("office-back-close-text", "office-back-close"),
            None => ("office-close-text", "office-close"),
        }
    }

    /// What sending it again does.
    fn again_text(&self) -> String {
        let days = self
            .letter
            .days
            .map_or(0, |days| days.usual.as_hours() / 24);
        let days = usize::try_from(days).unwrap_or_default();
        self.page.count("office-again-text", days)
    }

    fn is_glass(&self) -> bool {
        self.letter.sight == Sight::Glass
    }

    fn who(&self, to: &Addressee) -> String {
        called(&self.page, to.name.as_deref(), to.address.as_deref())
    }

    fn way(&self, to: &Addressee) -> String {
        way(&self.page, to.route)
    }

    fn story(&self, to: &Addressee) -> Vec<String> {
        story(&self.page, to, (&self.letter.told, false))
    }

    /// The notices, each with whom it went to.
    fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.letter.to.iter().filter_map(|to| to.notice.as_ref())
    }
}

impl PaperView<'_> {
    fn wrote(&self) -> Option<String> {
        wrote(&self.page, &self.letter.told, true)
    }

    fn path(&self) -> String {
        path(self.letter)
    }

    fn title(&self) -> String {
        title(&self.page, self.letter)
    }

    fn text(&self) -> String {
        text(&self.page, self.letter)
    }

    fn file_name(&self, file: &File) -> String {
        file_name(&self.page, file)
    }

    fn who(&self, to: &Addressee) -> String {
        called(&self.page, to.name.as_deref(), to.address.as_deref())
    }

    fn story(&self, to: &Addressee) -> Vec<String> {
        story(&self.page, to, (&self.letter.told, true))
    }

    fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.letter.to.iter().filter_map(|to| to.notice.as_ref())
    }
}

impl RecallView<'_> {
    fn path(&self) -> String {
        path(self.letter)
    }

    fn title(&self) -> String {
        title(&self.page, self.letter)
    }

    fn who(&self, to: &Addressee) -> String {
        called(&self.page, to.name.as_deref(), to.address.as_deref())
    }

    fn story(&self, to: &Addressee) -> Vec<String> {
        story(&self.page, to, (&self.letter.told, false))
    }
}

impl ReleaseView<'_> {
    fn path(&self) -> String {
        path(self.letter)
    }

    fn title(&self) -> String {
        title(&self.page, self.letter)
    }

    fn text(&self) -> String {
        text(&self.page, self.letter)
    }

    fn file_name(&self, file: &File) -> String {
        file_name(&self.page, file)
    }

    fn who(&self, to: &Goes) -> String {
        called(&self.page, to.name.as_deref(), to.address.as_deref())
    }

    fn way(&self, to: &Goes) -> String {
        way(&self.page, to.route)
    }

    /// What should be looked at before it goes.
    fn notes(&self, to: &Goes) -> Vec<String> {
        let page = &self.page;
        let mut notes = Vec::new();
        if to.off {
            notes.push(page.t("office-note-off"));
        }
        if to.route == Some(Route::Clear) {
            notes.push(page.t("office-goes-clear"));
        }
        if to.unlisted {
            notes.push(page.t("office-note-unlisted"));
        }
        if to.kind == RecipientKind::Bcc {
            notes.push(page.t("office-note-blind"));
        }
        notes
    }

    fn provider(&self) -> &str {
        let whom = &self.pending.provider;
        whom.name.as_deref().unwrap_or(whom.address.as_str())
    }

    fn writer(&self) -> &str {
        let whom = &self.pending.writer;
        whom.name.as_deref().unwrap_or(whom.address.as_str())
    }

    fn wrote(&self) -> String {
        let (writer, name) = (("writer", self.writer()), ("name", self.provider()));
        self.page.two("office-release-who", writer, name)
    }

    fn is(&self, standing: Standing) -> bool {
        self.pending.standing == standing
    }

    /// Whether the viewer releases and gives back with the own account.
    fn is_own(&self) -> bool {
        self.is(Standing::Provider) || self.is(Standing::Deputy)
    }
}

/// A message's path.
fn path(letter: &Letter) -> String {
    format!("/message/{}", letter.id)
}

/// A message's subject, or words in its place.
fn title(page: &Page<'_>, letter: &Letter) -> String {
    match &letter.content {
        Some(content) if content.subject.is_empty() => page.t("office-no-subject"),
        Some(content) => content.subject.clone(),
        None => page.t("office-gone-subject"),
    }
}

/// A message's text, or words in its place.
fn text(page: &Page<'_>, letter: &Letter) -> String {
    let text = letter.content.as_ref().and_then(|c| c.text.as_deref());
    let text = text.map(str::trim_end).filter(|text| !text.is_empty());
    text.map_or_else(|| page.t("office-message-empty"), str::to_owned)
}

fn file_name(page: &Page<'_>, file: &File) -> String {
    let name = file.name.clone();
    name.unwrap_or_else(|| page.t("office-file-unnamed"))
}

/// "Jane Doe, jane@example.com".
fn called(page: &Page<'_>, name: Option<&str>, address: Option<&str>) -> String {
    match (name, address) {
        (Some(name), Some(address)) => format!("{name}, {address}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => page.t("office-somebody"),
    }
}

/// How it reaches somebody, in words.
fn way(page: &Page<'_>, route: Option<Route>) -> String {
    page.t(match route {
        Some(Route::Portal) => "office-way-portal",
        Some(Route::Clear) => "office-way-clear",
        Some(Route::Local) => "office-way-local",
        None => "office-way-open",
    })
}

/// Who wrote it in somebody else's name, and who released it; `full`: with a whole date.
fn wrote(page: &Page<'_>, told: &Told, full: bool) -> Option<String> {
    let writer = told.writer.as_deref()?;
    Some(match &told.released {
        Some((name, at)) => {
            let moment = match full {
                true => page.moment(at),
                false => page.short(at),
            };
            let parts = [("writer", writer), ("name", name), ("moment", &moment)];
            page.all("office-written-released", parts)
        }
        None => page.one("office-written-by", "name", writer),
    })
}

/// What has become of it for one recipient, in whole sentences with their times;
/// `full`: with whole dates, for what is read another day.
fn story(page: &Page<'_>, to: &Addressee, (told, full): (&Told, bool)) -> Vec<String> {
    let time = |at: &Timestamp| match full {
        true => page.moment(at),
        false => page.short(at),
    };
    let at = |id: &str, at: &Timestamp| page.one(id, "moment", time(at));
    let portal = to.portal.as_ref();
    let opened = portal.and_then(|portal| portal.opened);
    let mut story = Vec::new();
    if let Some(noticed) = portal.and_then(|portal| portal.noticed) {
        story.push(at("office-state-noticed", &noticed));
    }
    if let Some(extended) = portal.and_then(|portal| portal.extended) {
        story.push(at("office-state-extended", &extended));
    }
    match opened {
        Some(opened) => story.push(at("office-state-opened", &opened)),
        None if to.state == State::NoticeAccepted => story.push(page.t("office-state-unopened")),
        None => {}
    }
    match told.recalled.as_deref() {
        Some(name) if to.state == State::Recalled => {
            let moment = time(&to.since);
            let (name, moment) = (("name", name), ("moment", moment.as_str()));
            story.push(page.two("office-state-recalled-by", name, moment));
        }
        _ => story.extend(last(to.state, opened.is_some()).map(|id| at(id, &to.since))),
    }
    if let Some(portal) = portal {
        if portal.locked {
            story.push(page.t("office-stands-locked"));
        }
        let ends = portal.recalled.is_none() && page.now < portal.expires;
        if ends && portal.noticed.is_some() {
            story.push(at("office-state-until", &portal.expires));
        }
    }
    story
}

/// The sentence of a state that the rest of the story does not tell.
const fn last(state: State, opened: bool) -> Option<&'static str> {
    match state {
        State::Held => Some("office-state-held"),
        State::Queued => Some("office-state-queued"),
        State::NoticeBounced => Some("office-state-bounced"),
        State::Downloaded => Some("office-state-downloaded"),
        State::Replied => Some("office-state-replied"),
        State::Expired if !opened => Some("office-state-expired-unopened"),
        State::Expired => Some("office-state-expired"),
        State::Recalled => Some("office-state-recalled"),
        State::Relayed => Some("office-state-relayed"),
        State::Delivered => Some("office-state-delivered"),
        State::Failed => Some("office-state-failed"),
        _ => None,
    }
}
