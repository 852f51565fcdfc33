//! Every page in every state, for tests: rendered, and, on request, written
//! to a folder to be looked at.

use crate::model::{GrantId, Language, MessageId};
use crate::portal::calm::{Again, Calm};
use crate::portal::front_views::{FrontCodeView, FrontView, PasswordView};
use crate::portal::page::{Page, Signed, Tab, path};
use crate::portal::views::{
    BodyView, CodeView, FilesView, HelpView, InboxView, LandingView, MessageView, NewFields,
    PrintView, Problem, ReplyView, SentView, wait_until, wrong_wait,
};
use crate::store::records::CodeMail;
use crate::visit::{
    CodePage, File, FileLine, Front, FrontCode, InboxLine, Letter, Listing, Mark, NewPage,
    SentLine, Which, Writer,
};
use crate::web::assets::{Assets, ICON, STYLE};
use crate::web::speech::{Clinic, Speech};
use askama::Template;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

const LINK: &str = "abcdefghijklmnopqrstuvwxyz234567";
const FORM: &str = "5f1c9a";

fn clinic() -> Clinic {
    Clinic {
        name: "North Clinic".to_owned(),
        phone: Some("+1 503 555 0100".to_owned()),
        zone: TimeZone::get("America/Los_Angeles").unwrap(),
        language: Language::English,
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-22T18:02:20Z")
}

fn grant() -> GrantId {
    GrantId::from_octets([7; 16])
}

fn answer() -> MessageId {
    MessageId::from_octets([9; 16])
}

fn file(n: u16, name: &str, size: u64) -> File {
    File {
        n,
        name: (!name.is_empty()).then(|| name.to_owned()),
        kind: "application/pdf".to_owned(),
        size,
    }
}

/// Sample pages in one language.
struct Gallery<'a> {
    language: Language,
    clinic: &'a Clinic,
    assets: &'a Assets,
    pages: Vec<(&'static str, String)>,
}

impl<'a> Gallery<'a> {
    fn page(&self, here: &str) -> Page<'a> {
        Page {
            speech: Speech {
                language: self.language,
                clinic: self.clinic,
                now: now(),
            },
            assets: self.assets,
            here: here.to_owned(),
            reader: None,
        }
    }

    fn inside(&self, tab: Option<Tab>) -> Page<'a> {
        let reader = Signed {
            masked: "j•••@example.com".to_owned(),
            form: FORM.to_owned(),
            granted: true,
            tab,
        };
        Page {
            reader: Some(reader),
            ..self.page("/inbox")
        }
    }

    fn add(&mut self, name: &'static str, view: &impl Template) {
        self.pages.push((name, view.render().unwrap()));
    }

    fn front(&mut self) {
        let view = |address, problem: Option<&str>, wait: Option<&str>| {
            let page = self.page("/");
            let soon = at("2026-11-22T18:10:00Z");
            FrontView {
                form: FORM,
                address,
                problem: problem.map(|id| page.t(id)),
                wait: wait.map(|id| wait_until(&page, id, soon)),
                page,
            }
        };
        let wrong = Some("portal-front-address-wrong");
        let pages = [
            ("front", view("", None, None)),
            ("front-wrong", view("jane at example", wrong, None)),
            (
                "front-many",
                view("jane@example.com", None, Some("portal-front-many")),
            ),
        ];
        for (name, view) in pages {
            self.add(name, &view);
        }
        let code = FrontCode {
            masked: "j•••@example.com".to_owned(),
            reference: "KTVR".to_owned(),
        };
        let mut view = FrontCodeView::new(self.page("/sign-in/code"), &code, FORM);
        self.add("front-code", &view);
        view.problem = Some(view.page.count("portal-code-wrong", 4));
        self.add("front-code-wrong", &view);
        view.problem = None;
        view.wait = Some(wrong_wait(&view.page, at("2026-11-22T18:10:00Z")));
        self.add("front-code-wait", &view);
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a table of pages, read from top to bottom"
    )]
    fn outside(&mut self) {
        let front = Front {
            masked: "j•••@example.com".to_owned(),
            language: self.language,
            expires: at("2026-11-30T01:00:00Z"),
        };
        let view = LandingView {
            page: self.page("/m/x"),
            front: &front,
            link: LINK,
            form: FORM,
        };
        self.add("landing", &view);
        self.front();
        let none = CodePage {
            masked: front.masked.clone(),
            language: self.language,
            reference: None,
            mail: None,
            valid: None,
            again: None,
        };
        self.add(
            "enter-none",
            &CodeView::new(self.page("/m/x"), &none, LINK, FORM),
        );
        let with = |mail, valid| CodePage {
            reference: Some("KTVR".to_owned()),
            mail: Some((mail, now())),
            valid,
            ..none.clone()
        };
        let waiting = with(CodeMail::Waiting, None);
        self.add(
            "enter-waiting",
            &CodeView::new(self.page("/m/x"), &waiting, LINK, FORM),
        );
        let handed = with(
            CodeMail::Handed(at("2026-11-22T18:02:04Z")),
            Some(at("2026-11-22T18:12:04Z")),
        );
        self.add(
            "enter-handed",
            &CodeView::new(self.page("/m/x"), &handed, LINK, FORM),
        );
        let deferred = with(CodeMail::Deferred(at("2026-11-22T18:03:00Z")), None);
        let mut view = CodeView::new(self.page("/m/x"), &deferred, LINK, FORM);
        view.note = Some(view.page.t("portal-code-joined"));
        self.add("enter-deferred", &view);
        let refused = with(CodeMail::Refused(now()), None);
        self.add(
            "enter-refused",
            &CodeView::new(self.page("/m/x"), &refused, LINK, FORM),
        );
        let mut view = CodeView::new(self.page("/m/x"), &handed, LINK, FORM);
        view.problem = Some(view.page.count("portal-code-wrong", 3));
        self.add("enter-wrong", &view);
        let many = CodePage {
            again: Some(at("2026-11-22T18:40:00Z")),
            ..handed.clone()
        };
        let mut view = CodeView::new(self.page("/m/x"), &many, LINK, FORM);
        view.wait = Some(wrong_wait(&view.page, at("2026-11-22T18:10:00Z")));
        self.add("enter-wait", &view);
        let mut view = CodeView::new(self.page("/m/x"), &handed, LINK, FORM);
        view.wait = Some(wrong_wait(&view.page, at("2026-11-22T18:02:50Z")));
        self.add("enter-wait-short", &view);
        let minutes = self.page("/").span(SignedDuration::from_mins(15));
        self.add("help", &HelpView::new(self.page("/help"), &minutes));
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a table of pages, read from top to bottom"
    )]
    fn lists(&mut self) {
        let line = |subject: Option<&str>, from: &str, date, files, mark| InboxLine {
            which: Which::Received(grant()),
            from: from.to_owned(),
            subject: subject.map(str::to_owned),
            date: at(date),
            about: None,
            expires: at("2026-11-29T18:02:00Z"),
            files,
            mark,
        };
        let list = Listing {
            lines: vec![
                line(
                    Some("Your test results"),
                    "Dr. Maria Ruiz",
                    "2026-11-22T17:41:00Z",
                    2,
                    Mark::New,
                ),
                line(
                    Some("Before your visit: what to bring, what to eat and how to find us"),
                    "Front desk",
                    "2026-11-21T17:41:00Z",
                    0,
                    Mark::Answered,
                ),
                line(
                    Some(""),
                    "billing-and-insurance-questions@north-clinic.example",
                    "2026-11-18T17:41:00Z",
                    1,
                    Mark::Read,
                ),
                line(
                    None,
                    "Dr. Maria Ruiz",
                    "2026-11-02T17:41:00Z",
                    0,
                    Mark::Gone,
                ),
            ],
            next: Some(Which::Received(grant())),
        };
        let view = InboxView {
            page: self.inside(Some(Tab::Inbox)),
            list: &list,
            next: Some("/inbox?before=x".to_owned()),
        };
        self.add("inbox", &view);
        let empty = Listing {
            lines: Vec::new(),
            next: None,
        };
        self.add(
            "inbox-empty",
            &InboxView {
                page: self.inside(Some(Tab::Inbox)),
                list: &empty,
                next: None,
            },
        );
        let sent = |subject: Option<&str>, files| SentLine {
            which: Which::Sent(answer()),
            to: "Dr. Maria Ruiz".to_owned(),
            subject: subject.map(str::to_owned),
            date: at("2026-11-22T17:59:00Z"),
            about: None,
            files,
        };
        let list = Listing {
            lines: vec![sent(Some("Re: Your test results"), 1), sent(None, 0)],
            next: None,
        };
        self.add(
            "sent",
            &SentView {
                page: self.inside(Some(Tab::Sent)),
                list: &list,
                next: None,
            },
        );
        let none = Listing {
            lines: Vec::new(),
            next: None,
        };
        self.add(
            "sent-empty",
            &SentView {
                page: self.inside(Some(Tab::Sent)),
                list: &none,
                next: None,
            },
        );
        let line = |which, from: Option<&str>, file| FileLine {
            which,
            from: from.map(str::to_owned),
            date: at("2026-11-20T17:41:00Z"),
            about: None,
            file,
        };
        let lines = [
            line(
                Which::Received(grant()),
                Some("Dr. Maria Ruiz"),
                file(1, "Lab report.pdf", 213_900),
            ),
            line(
                Which::Received(grant()),
                Some("Dr. Maria Ruiz"),
                file(
                    2,
                    "A_very_long_file_name_without_any_space_2026-11-20_final_v3.docx",
                    38_000,
                ),
            ),
            line(Which::Sent(answer()), None, file(1, "", 4_300_000)),
        ];
        self.add(
            "files",
            &FilesView {
                page: self.inside(Some(Tab::Files)),
                lines: &lines,
            },
        );
        self.add(
            "files-empty",
            &FilesView {
                page: self.inside(Some(Tab::Files)),
                lines: &[],
            },
        );
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a table of pages, read from top to bottom"
    )]
    fn letters(&mut self) {
        let letter = Letter {
            which: Which::Received(grant()),
            from: "Dr. Maria Ruiz".to_owned(),
            to: vec!["j•••@example.com".to_owned()],
            subject: "Your test results".to_owned(),
            about: None,
            date: at("2026-11-22T17:41:00Z"),
            expires: Some(at("2026-11-30T01:00:00Z")),
            text: Some("Dear Jane,\n\nYour results are in and everything looks good. I attached the report. Please take the tablets for one more week.\n\nDr. Ruiz\n".to_owned()),
            framed: false,
            files: vec![file(1, "Lab report.pdf", 213_900), file(2, "Instructions.docx", 38_000)],
            replied: None,
            draft: None,
        };
        let view = MessageView {
            page: self.inside(Some(Tab::Inbox)),
            letter: &letter,
            path: path(letter.which),
            just_sent: false,
        };
        self.add("message", &view);
        let framed = Letter {
            framed: true,
            text: None,
            files: Vec::new(),
            replied: Some(now()),
            draft: Some("Thank you".to_owned()),
            ..letter.clone()
        };
        self.add(
            "message-framed",
            &MessageView {
                page: self.inside(Some(Tab::Inbox)),
                letter: &framed,
                path: "/message/framed".to_owned(),
                just_sent: false,
            },
        );
        let sent = Letter {
            which: Which::Sent(answer()),
            to: vec!["Dr. Maria Ruiz".to_owned()],
            expires: None,
            date: at("2026-11-22T18:02:00Z"),
            subject: "Re: Your test results".to_owned(),
            ..letter
        };
        self.add(
            "answer-sent",
            &MessageView {
                page: self.inside(Some(Tab::Sent)),
                letter: &sent,
                path: path(sent.which),
                just_sent: true,
            },
        );
        let fragment = "<h2>Your results</h2><p>Dear Jane,</p><table border=1><tr><td>HbA1c</td><td>5.4 %</td></tr></table><p><a href=\"https://example.org\">More</a></p>";
        self.add(
            "print",
            &PrintView {
                page: self.page("/"),
                letter: &framed,
                path: "/message/framed".to_owned(),
                fragment: Some(fragment),
            },
        );
        self.add(
            "body",
            &BodyView {
                page: self.page("/"),
                fragment,
            },
        );
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a table of pages, read from top to bottom"
    )]
    fn written(&mut self) {
        let one = |id: &str, name: &str| Writer {
            id: id.to_owned(),
            name: name.to_owned(),
        };
        let alone = NewPage {
            for_whom: vec![one("a", "Jane")],
            shared: false,
            to: Vec::new(),
            draft: None,
        };
        let shared = NewPage {
            for_whom: vec![one("a", "Jane"), one("b", "Lucía")],
            shared: true,
            to: vec![
                one("c", "desk@clinic.example"),
                one("d", "ruiz@clinic.example"),
            ],
            draft: None,
        };
        let only = NewPage {
            for_whom: vec![one("b", "Lucía")],
            ..shared.clone()
        };
        let kinds = ["pdf", "jpg", "txt"].map(str::to_owned);
        for (name, new, problem) in [
            ("new", &alone, None),
            ("new-shared", &shared, None),
            ("new-only", &only, None),
            (
                "new-unchosen",
                &shared,
                Some(("person", "portal-new-unchosen")),
            ),
            (
                "new-no-subject",
                &alone,
                Some(("subject", "portal-new-no-subject")),
            ),
        ] {
            let page = self.inside(Some(Tab::Sent));
            let sizes = [20_000_000, 50_000_000].map(|size| page.size(&size));
            let limits = page.two(
                "portal-reply-limits",
                ("file", &sizes[0]),
                ("all", &sizes[1]),
            );
            let problem = problem.map(|(field, id)| Problem {
                field,
                text: page.t(id),
                files_lost: false,
                kind_refused: false,
            });
            let view = ReplyView {
                path: "/new".to_owned(),
                new: Some(NewFields {
                    page: new,
                    person: "b",
                    to: "d",
                }),
                subject: "My tablets",
                form: FORM,
                text: "",
                drafted: false,
                problem,
                limits,
                kinds: &kinds,
                page,
            };
            self.add(name, &view);
        }
    }

    fn passwords(&mut self) {
        let since = Some(at("2026-11-02T17:41:00Z"));
        for (name, since, done, problem) in [
            ("password", None, None, None),
            ("password-kept", since, Some("portal-password-set"), None),
            ("password-gone", None, Some("portal-password-removed"), None),
            ("password-short", since, None, Some("portal-password-short")),
        ] {
            let page = self.inside(None);
            let view = PasswordView {
                form: FORM,
                since,
                done: done.map(|id| page.t(id)),
                problem: problem.map(|id| page.t(id)),
                page,
            };
            self.add(name, &view);
        }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a table of pages, read from top to bottom"
    )]
    fn replies(&mut self) {
        let kinds: Vec<String> = "bmp cur docx gif ico jfif jpeg jpg log pdf pjp pjpeg png svg tif tiff txt heic heif xlsx rtf".split(' ').map(str::to_owned).collect();
        let page = self.inside(Some(Tab::Inbox));
        let limits = page.two(
            "portal-reply-limits",
            ("file", &page.size(&20_000_000)),
            ("all", &page.size(&50_000_000)),
        );
        let view = ReplyView {
            page,
            path: path(Which::Received(grant())),
            new: None,
            subject: "Your test results",
            form: FORM,
            text: "",
            drafted: false,
            problem: None,
            limits,
            kinds: &kinds,
        };
        self.add("reply", &view);
        let drafted = ReplyView {
            page: self.inside(Some(Tab::Inbox)),
            text: "Thank you, I have one more question.",
            drafted: true,
            limits: view.limits.clone(),
            path: view.path.clone(),
            problem: None,
            ..view
        };
        self.add("reply-drafted", &drafted);
        let page = self.inside(Some(Tab::Inbox));
        let text = page.two(
            "portal-reply-large-file",
            ("name", "scan.tiff"),
            ("limit", &page.size(&20_000_000)),
        );
        let problem = Some(Problem {
            field: "files",
            text,
            files_lost: true,
            kind_refused: false,
        });
        let wrong = ReplyView {
            page,
            drafted: false,
            problem,
            limits: drafted.limits.clone(),
            path: drafted.path.clone(),
            ..drafted
        };
        self.add("reply-large-file", &wrong);
        let page = self.inside(Some(Tab::Inbox));
        let problem = Some(Problem {
            field: "files",
            text: page.one("portal-reply-kind", "name", "setup.exe"),
            files_lost: true,
            kind_refused: true,
        });
        let wrong = ReplyView {
            page,
            problem,
            limits: wrong.limits.clone(),
            path: wrong.path.clone(),
            ..wrong
        };
        self.add("reply-kind", &wrong);
        let page = self.inside(Some(Tab::Inbox));
        let problem = Some(Problem {
            field: "text",
            text: page.t("portal-reply-empty"),
            files_lost: false,
            kind_refused: false,
        });
        let empty = ReplyView {
            page,
            text: "",
            problem,
            limits: wrong.limits.clone(),
            path: wrong.path.clone(),
            ..wrong
        };
        self.add("reply-empty", &empty);
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a table of pages, read from top to bottom"
    )]
    fn calm(&mut self) {
        let again = || {
            Some(Again {
                link: LINK.to_owned(),
                form: FORM.to_owned(),
            })
        };
        let idle = SignedDuration::from_mins(15);
        let link = || Some(LINK.to_owned());
        let pages = [
            (
                "rests",
                Calm::Resting {
                    until: at("2026-11-22T18:40:00Z"),
                },
            ),
            ("expired", Calm::Expired(again())),
            ("expired-asked", Calm::Expired(None)),
            ("withdrawn", Calm::Withdrawn(again())),
            ("withdrawn-asked", Calm::Withdrawn(None)),
            ("taken-back", Calm::TakenBack),
            ("unknown", Calm::Unknown),
            ("asked", Calm::Asked),
            ("barred", Calm::Barred(again())),
            ("barred-asked", Calm::Barred(None)),
            (
                "locked",
                Calm::Locked {
                    link: link(),
                    idle,
                    kept: false,
                },
            ),
            (
                "locked-no-link",
                Calm::Locked {
                    link: None,
                    idle,
                    kept: false,
                },
            ),
            (
                "locked-kept",
                Calm::Locked {
                    link: link(),
                    idle,
                    kept: true,
                },
            ),
            (
                "locked-kept-no-link",
                Calm::Locked {
                    link: None,
                    idle,
                    kept: true,
                },
            ),
            ("signed-out", Calm::SignedOut),
            ("missing", Calm::Missing),
            ("method", Calm::Method),
            ("large", Calm::Large { limit: 50_000_000 }),
            (
                "stale",
                Calm::Stale {
                    path: "/m/x".to_owned(),
                },
            ),
            ("foreign", Calm::Foreign),
            ("host", Calm::Host),
            ("room", Calm::Room),
            ("slow", Calm::Slow),
            ("malformed", Calm::Malformed),
            (
                "fault",
                Calm::Fault {
                    reference: "k3mtq7".to_owned(),
                },
            ),
        ];
        for (name, calm) in pages {
            let view = calm.view(self.page("/help"));
            self.add(name, &view);
        }
        for (name, calm) in [
            ("unwritten", Calm::Unwritten),
            ("gone", Calm::Gone),
            ("file-gone", Calm::FileGone),
            ("private", Calm::Private),
        ] {
            let view = calm.view(self.inside(None));
            self.add(name, &view);
        }
    }
}

fn gallery(language: Language) -> Vec<(&'static str, String)> {
    let assets = Assets {
        style: "/style.css".to_owned(),
        logo: "/icon.svg".to_owned(),
    };
    let clinic = clinic();
    let mut gallery = Gallery {
        language,
        clinic: &clinic,
        assets: &assets,
        pages: Vec::new(),
    };
    gallery.outside();
    gallery.lists();
    gallery.letters();
    gallery.replies();
    gallery.written();
    gallery.passwords();
    gallery.calm();
    gallery.pages
}

#[test]
fn every_page_speaks_in_sentences_and_holds_no_script_and_no_inline_style() {
    for language in Language::ALL {
        for (name, page) in gallery(language) {
            assert!(
                !page.contains("portal-"),
                "{name}: a sentence is missing: {page}"
            );
            assert!(
                !page.contains("{ $") && !page.contains('\u{E000}'),
                "{name}: a value is missing"
            );
            assert!(
                !page.contains("<script") && !page.contains("javascript:"),
                "{name}: a script"
            );
            assert!(
                matches!(name, "body" | "print") || !page.contains("<style"),
                "{name}: an inline style"
            );
            assert!(
                !page.contains(" style=") && !page.contains(" onclick"),
                "{name}: an inline style"
            );
            assert!(
                page.contains(&format!("<html lang=\"{}\">", language.tag())),
                "{name}: its language"
            );
            assert_eq!(page.matches("<h1").count(), 1, "{name}: one heading");
        }
    }
}

#[test]
fn every_page_is_written_to_the_temporary_folder_to_be_looked_at() {
    let folder = std::env::temp_dir().join("sealpost-pages");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("style.css"), STYLE).unwrap();
    std::fs::write(folder.join("icon.svg"), ICON).unwrap();
    for language in Language::ALL {
        for (name, page) in gallery(language) {
            let file = format!("{name}.{}.html", language.tag());
            std::fs::write(folder.join(file), page).unwrap();
        }
    }
    assert!(folder.join("landing.es.html").exists());
}

/// One page of the gallery.
fn drawn(language: Language, name: &str) -> String {
    let page = gallery(language).into_iter().find(|(n, _)| *n == name);
    page.unwrap().1
}

#[test]
fn a_code_is_called_sent_only_when_the_mail_service_took_it() {
    let handed = drawn(Language::English, "enter-handed");
    assert!(handed.contains("We sent it to <strong>j•••@example.com"));
    for name in ["enter-waiting", "enter-deferred"] {
        let page = drawn(Language::English, name);
        assert!(!page.contains("We sent it"), "{name}: {page}");
        assert!(page.contains("It will go to") && page.contains("KTVR"));
        assert!(page.contains("Check again"), "{name}");
    }
    let deferred = drawn(Language::Spanish, "enter-deferred");
    assert!(deferred.contains("El código todavía no ha salido."));
    assert!(deferred.contains("Ver si ya salió"));
}

#[test]
fn a_refused_code_offers_a_new_one_and_no_box_for_it() {
    for (language, said) in [
        (Language::English, "We could not send the code."),
        (Language::Spanish, "No pudimos enviarle el código."),
    ] {
        let page = drawn(language, "enter-refused");
        let top = page.find("<div class=\"banner problem\"").unwrap();
        assert!(page[top..].contains(said), "{page}");
        assert!(page.contains("<button class=\"main\">"), "{page}");
        assert!(!page.contains("id=\"code\"") && !page.contains("KTVR"));
    }
}

#[test]
fn who_has_to_wait_sees_no_mistake_to_mend() {
    for language in Language::ALL {
        for name in ["enter-wait", "enter-wait-short"] {
            let page = drawn(language, name);
            assert!(page.contains("<div class=\"banner notice\""), "{name}");
            let mistake = ["aria-invalid", "banner problem", "href=\"#code\"", "KTVR"];
            assert!(!mistake.iter().any(|m| page.contains(m)), "{name}: {page}");
        }
    }
    let short = drawn(Language::English, "enter-wait-short");
    let long = drawn(Language::English, "enter-wait");
    assert!(short.contains("Please wait 30 seconds and try again."));
    assert!(long.contains("Please wait 8 minutes, until 10:10\u{A0}AM (Pacific), and"));
}

#[test]
fn a_message_taken_back_can_be_asked_for_until_somebody_has() {
    let open = drawn(Language::English, "withdrawn");
    let asked = drawn(Language::English, "withdrawn-asked");
    assert!(open.contains("you can ask the office."));
    assert!(!asked.contains("you can ask the office."), "{asked}");
    assert!(asked.contains("We have already asked the office"));
}

#[test]
fn a_reply_page_says_first_whom_to_call_when_it_is_urgent() {
    for language in Language::ALL {
        let page = drawn(language, "reply");
        let urgent = page.find("id=\"urgent\"").unwrap();
        assert!(urgent < page.find("<textarea").unwrap());
        assert!(page[urgent..].contains("911") && page.contains("North Clinic"));
    }
}

#[test]
fn kinds_of_files_stand_in_families_until_one_was_refused() {
    let page = drawn(Language::English, "reply");
    assert!(page.contains("Kinds of files we take: photos, documents, text files."));
    let large = drawn(Language::English, "reply-large-file");
    assert!(large.contains("photos, documents, text files."), "{large}");
    let wrong = drawn(Language::English, "reply-kind");
    assert!(wrong.contains("bmp, cur, docx, gif"), "{wrong}");
    assert!(page.contains(".bmp,.cur,.docx") && wrong.contains(".bmp,.cur,.docx"));
}

#[test]
fn what_was_kept_is_told_before_why_the_messages_were_closed() {
    let page = drawn(Language::English, "locked-kept");
    assert!(page.contains("<h1>Your text was not sent yet</h1>"));
    assert!(page.find("We kept your text").unwrap() < page.find("15 minutes").unwrap());
}

#[test]
fn a_reply_that_was_just_sent_says_once_when_it_arrived() {
    let page = drawn(Language::English, "answer-sent");
    assert_eq!(page.matches("10:02\u{A0}AM").count(), 1, "{page}");
}

#[test]
fn what_we_never_ask_for_is_worded_alike_everywhere() {
    for language in Language::ALL {
        let say = |id| crate::texts::say(language, id, &[]);
        assert_eq!(say("portal-never-ask"), say("notice-never"));
        assert!(
            drawn(language, "help")
                .matches(&say("notice-never"))
                .count()
                == 2
        );
    }
}

#[test]
fn a_message_that_is_gone_says_so_once_and_the_others_say_how_long_they_can_be_read() {
    let page = drawn(Language::English, "inbox");
    assert_eq!(
        page.to_lowercase().matches("no longer available").count(),
        1
    );
    assert_eq!(page.matches("7 days left to read it").count(), 3, "{page}");
    let page = drawn(Language::Spanish, "inbox");
    assert!(page.contains("quedan 7 días para leerlo"), "{page}");
}

#[test]
fn a_message_says_in_one_line_how_long_it_can_be_read() {
    let page = drawn(Language::English, "message");
    let line =
        "You can read it until Sunday, 29 November 2026, 5:00\u{A0}PM (Pacific): 7 days left.";
    assert_eq!(page.matches("7 days left").count(), 1);
    assert!(page.contains(line), "{page}");
    let page = drawn(Language::English, "message-framed");
    assert!(page.find("Open the message on its own").unwrap() < page.find("<iframe").unwrap());
}
