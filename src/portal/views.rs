//! The pages as plain values; each renders its template. Nothing here decides
//! or reads anything.

use crate::model::Token;
use crate::portal::page::{Page, Tab, path};
use crate::store::records::CodeMail;
use crate::visit::{
    CodePage, FileLine, Front, InboxLine, Letter, Listing, Mark, NewPage, SentLine, Which,
};
use crate::web::upload;
use askama::Template;
use jiff::Timestamp;

/// The front page of a message.
#[derive(Template)]
#[template(path = "portal/templates/landing.html", config = ".askama.toml")]
pub struct LandingView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// What the link leads to.
    pub front: &'a Front,
    /// The link's token, as it stands in the address.
    pub link: &'a str,
    /// The value its forms carry.
    pub form: &'a str,
}

/// The code page.
#[derive(Template)]
#[template(path = "portal/templates/code.html", config = ".askama.toml")]
pub struct CodeView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// What is known.
    pub code: &'a CodePage,
    /// The link's token.
    pub link: &'a str,
    /// The value its forms carry.
    pub form: &'a str,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
    /// What the last press did.
    pub note: Option<String>,
    /// What is known of the code's mail, in words.
    pub state: Option<String>,
    /// From when a new code can be asked for, in words; `None`: now.
    pub later: Option<String>,
    /// Whether a press on the button for a new code helps; the button is drawn
    /// only then.
    pub can_ask: bool,
    /// How long to wait after too many wrong codes.
    pub wait: Option<String>,
}

/// Up to this many seconds the button for a new code stands there already: who
/// reads the page will have waited by then, and an early press does no harm.
pub(super) const SOON: i64 = 60;

impl<'a> CodeView<'a> {
    /// The page for what is known, its sentences chosen.
    #[must_use]
    pub fn new(page: Page<'a>, code: &'a CodePage, link: &'a str, form: &'a str) -> Self {
        let later = code
            .again
            .filter(|again| again.duration_since(page.now).as_secs() > SOON);
        Self {
            state: code_state(&page, code),
            can_ask: later.is_none(),
            later: later.map(|again| wait_until(&page, "portal-code-later", again)),
            problem: None,
            note: None,
            wait: None,
            page,
            code,
            link,
            form,
        }
    }

    /// Whether the code's mail is still with us: its state changes by itself, so
    /// that looking again helps.
    fn leaving(&self) -> bool {
        let waits = matches!(
            self.code.mail,
            Some((CodeMail::Waiting | CodeMail::Deferred(_), _))
        );
        waits && self.code.valid.is_none_or(|until| until > self.page.now)
    }

    /// The words for where the code went or will go, and its letters; `None`
    /// where none is on its way.
    fn way(&self) -> Option<(&'static str, &str)> {
        let reference = self.code.reference.as_deref()?;
        let handed = matches!(self.code.mail, Some((CodeMail::Handed(_), _)));
        if handed {
            return Some(("portal-code-to", reference));
        }
        self.leaving().then_some(("portal-code-will-go", reference))
    }

    /// Whether the newest code cannot come. Who typed another one, from a page
    /// that was open already, still reads what was wrong with it.
    fn refused(&self) -> bool {
        let refused = matches!(self.code.mail, Some((CodeMail::Refused(_), _)));
        refused && self.problem.is_none() && self.wait.is_none()
    }

    fn title(&self) -> String {
        self.page.t(if self.wait.is_some() {
            "portal-code-wait-title"
        } else if self.refused() {
            "portal-code-refused-title"
        } else {
            "portal-code-title"
        })
    }
}

/// A wait shorter than this is told without a time of the clock.
const SHORT_WAIT: i64 = 120;

/// How long to wait after too many wrong codes, in words.
#[must_use]
pub fn wrong_wait(page: &Page<'_>, until: Timestamp) -> String {
    if until.duration_since(page.now).as_secs() < SHORT_WAIT {
        return page.one("portal-code-wait", "wait", page.wait(&until));
    }
    wait_until(page, "portal-code-wait-until", until)
}

/// A sentence with how long to wait and until when.
#[must_use]
pub fn wait_until(page: &Page<'_>, id: &str, until: Timestamp) -> String {
    page.two(
        id,
        ("wait", &page.wait(&until)),
        ("time", &page.clock(&until)),
    )
}

fn code_state(page: &Page<'_>, code: &CodePage) -> Option<String> {
    let (mail, _) = code.mail.as_ref()?;
    let refused = matches!(mail, CodeMail::Refused(_));
    if !refused && code.valid.is_some_and(|until| until <= page.now) {
        return Some(page.t("portal-code-over"));
    }
    let state = match mail {
        CodeMail::Waiting => return Some(page.t("portal-code-waiting")),
        CodeMail::Refused(_) => return Some(page.clinic("portal-code-refused")),
        CodeMail::Handed(at) => page.one("portal-code-handed", "time", page.clock(at)),
        CodeMail::Deferred(next) => page.one("portal-code-deferred", "time", page.clock(next)),
    };
    let valid = code.valid.filter(|_| matches!(mail, CodeMail::Handed(_)));
    Some(match valid {
        Some(until) => format!(
            "{state} {}",
            page.one("portal-code-valid", "time", page.clock(&until))
        ),
        None => state,
    })
}

/// The Inbox tab.
#[derive(Template)]
#[template(path = "portal/templates/inbox.html", config = ".askama.toml")]
pub struct InboxView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The lines.
    pub list: &'a Listing<InboxLine>,
    /// Where older messages are.
    pub next: Option<String>,
}

impl InboxView<'_> {
    fn open_path(&self, line: &InboxLine) -> Option<String> {
        (line.mark != Mark::Gone).then(|| path(line.which))
    }
}

/// The Sent tab.
#[derive(Template)]
#[template(path = "portal/templates/sent.html", config = ".askama.toml")]
pub struct SentView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The lines.
    pub list: &'a Listing<SentLine>,
    /// Where older answers are.
    pub next: Option<String>,
}

/// The Files tab.
#[derive(Template)]
#[template(path = "portal/templates/files.html", config = ".askama.toml")]
pub struct FilesView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The lines.
    pub lines: &'a [FileLine],
}

/// A message, or one of the reader's own answers.
#[derive(Template)]
#[template(path = "portal/templates/message.html", config = ".askama.toml")]
pub struct MessageView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The message.
    pub letter: &'a Letter,
    /// Its path.
    pub path: String,
    /// Whether it is an answer that was sent a moment ago.
    pub just_sent: bool,
}

impl MessageView<'_> {
    fn received(&self) -> bool {
        matches!(self.letter.which, Which::Received(_))
    }

    fn until(&self, expires: &Timestamp) -> String {
        let page = &self.page;
        let (moment, left) = (page.moment(expires), page.left(expires));
        page.two("portal-until", ("moment", &moment), ("left", &left))
    }

    /// That an answer arrived, and when.
    fn arrived(&self) -> String {
        let page = &self.page;
        page.two(
            "portal-answer-arrived",
            ("clinic", &page.clinic.name),
            ("moment", &page.moment(&self.letter.date)),
        )
    }

    fn title(&self) -> String {
        subject(&self.page, self.letter)
    }

    fn text(&self) -> String {
        text(&self.page, self.letter)
    }

    fn reference(&self) -> String {
        match self.letter.which {
            Which::Received(_) => String::new(),
            Which::Sent(message) => message.to_string(),
        }
    }
}

/// A message made for paper.
#[derive(Template)]
#[template(path = "portal/templates/print.html", config = ".askama.toml")]
pub struct PrintView<'a> {
    /// The frame, for language, clinic and time alone.
    pub page: Page<'a>,
    /// The message.
    pub letter: &'a Letter,
    /// Its path.
    pub path: String,
    /// Its cleaned HTML, safe under the page's own policy; `None` if its text
    /// is all there is.
    pub fragment: Option<&'a str>,
}

impl PrintView<'_> {
    fn title(&self) -> String {
        subject(&self.page, self.letter)
    }

    fn text(&self) -> String {
        text(&self.page, self.letter)
    }
}

/// A message's subject, or words in its place.
fn subject(page: &Page<'_>, letter: &Letter) -> String {
    if letter.subject.is_empty() {
        page.t("portal-no-subject")
    } else {
        letter.subject.clone()
    }
}

/// A message's text, or words in its place.
fn text(page: &Page<'_>, letter: &Letter) -> String {
    let text = letter.text.as_deref().map(str::trim_end);
    text.filter(|t| !t.is_empty())
        .map_or_else(|| page.t("portal-message-empty"), str::to_owned)
}

/// What is wrong with an answer.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The field: `person`, `subject`, `text` or `files`.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub text: String,
    /// Whether files had been chosen, which a browser does not keep.
    pub files_lost: bool,
    /// Whether a file's kind was refused, so that every kind we take is named.
    pub kind_refused: bool,
}

/// What the form for a new message asks besides text and files.
#[derive(Clone, Copy, Debug)]
pub struct NewFields<'a> {
    /// Who and what can be chosen.
    pub page: &'a NewPage,
    /// For whom it is, as it was chosen.
    pub person: &'a str,
    /// To whom it goes, as it was chosen.
    pub to: &'a str,
}

/// The form for an answer, or for a new message.
#[derive(Template)]
#[template(path = "portal/templates/reply.html", config = ".askama.toml")]
pub struct ReplyView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The path of the message that is answered.
    pub path: String,
    /// What a new message asks besides; `None` for an answer.
    pub new: Option<NewFields<'a>>,
    /// The subject: of what is answered, or as it was typed.
    pub subject: &'a str,
    /// The value the form carries.
    pub form: &'a str,
    /// The text so far.
    pub text: &'a str,
    /// Whether that text was kept when a session ended.
    pub drafted: bool,
    /// What is wrong.
    pub problem: Option<Problem>,
    /// How large files may be, in words.
    pub limits: String,
    /// Which kinds of files are taken: endings in lower case without the dot.
    pub kinds: &'a [String],
}

impl ReplyView<'_> {
    /// What this form is known by if it is sent twice: another one each time that the
    /// page is drawn.
    fn once(&self) -> String {
        Token::new().expose().to_owned()
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        self.problem
            .as_ref()
            .filter(|p| p.field == field)
            .map(|p| p.text.as_str())
    }

    fn title(&self) -> String {
        self.page.clinic(match self.new {
            Some(_) => "portal-new-title",
            None => "portal-reply-title",
        })
    }

    /// Where the form goes.
    fn action(&self) -> String {
        match self.new {
            Some(_) => self.path.clone(),
            None => format!("{}/reply", self.path),
        }
    }

    fn files_lost(&self) -> bool {
        self.problem.as_ref().is_some_and(|p| p.files_lost)
    }

    fn accept(&self) -> String {
        upload::accept(self.kinds)
    }

    /// The kinds of files in words. Who chose a kind that we do not take sees every
    /// ending.
    fn families(&self) -> String {
        let each = self.problem.as_ref().is_some_and(|p| p.kind_refused);
        upload::families(&self.page, self.kinds, each)
    }
}

/// The one thing to do on a page with one thing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    None,
    /// A link.
    Go {
        /// Where.
        path: String,
        /// Its words' name in the catalogue.
        label: &'static str,
    },
    /// A button.
    Press {
        /// Where the form goes.
        path: String,
        /// Its words' name in the catalogue.
        label: &'static str,
        /// The value the form carries.
        form: String,
    },
}

/// A page with one thing to say.
#[derive(Template)]
#[template(path = "portal/templates/plain.html", config = ".askama.toml")]
pub struct PlainView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// Its title.
    pub title: String,
    /// Its sentences.
    pub lines: Vec<String>,
    /// What to do.
    pub action: Action,
    /// A reference to tell the office.
    pub reference: Option<String>,
}

/// The help page.
#[derive(Template)]
#[template(path = "portal/templates/help.html", config = ".askama.toml")]
pub struct HelpView<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// Questions and answers.
    pub items: Vec<(String, String)>,
}

impl<'a> HelpView<'a> {
    /// The page; `idle` says in words after what time messages are closed.
    #[must_use]
    pub fn new(page: Page<'a>, idle: &str) -> Self {
        let item = |title, text| {
            (
                page.clinic(title),
                page.two(text, ("clinic", &page.clinic.name), ("wait", idle)),
            )
        };
        let items = vec![
            item("portal-help-what-title", "portal-help-what"),
            item("portal-help-code-title", "portal-help-code"),
            item("portal-help-late-title", "portal-help-late"),
            item("portal-help-real-title", "portal-help-real"),
            item("portal-help-long-title", "portal-help-long"),
            item("portal-help-shared-title", "portal-help-shared"),
            item("portal-help-urgent-title", "portal-help-urgent"),
        ];
        Self { page, items }
    }
}
