//! The directory as a file: brought in line by line, and taken out.
//!
//! Between the look at a file and the word to bring it in, it lies in the page
//! itself: the gateway keeps nothing that nobody confirmed. What is confirmed is
//! what was shown, or it is shown anew.

use crate::desk::Refused;
use crate::desk::contacts::{ContactView, Effect, ImportView, Planned};
use crate::model::ContactId;
use crate::office::calm::Calm;
use crate::office::contacts::words;
use crate::office::guard::Stop;
use crate::office::page::{Page, Tab};
use crate::office::seat::{Keeper, Out, Seat, Sent, go};
use crate::office::sheet::{AskView, Input, Kind, Sheet};
use crate::web::disposition::attachment;
use crate::web::multipart::Multipart;
use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Largest file that a page takes, in octets: five thousand patients. It goes to
/// the browser and back, so larger ones are for the command line.
const MAX_FILE: usize = 1 << 20;
/// Largest plain field: the form's value, a mark.
const MAX_FIELD: usize = 200;
/// How much of a refused upload is still taken in, so that the browser shows our
/// answer and not a broken connection.
const MAX_DRAIN: u64 = 50_000_000;
/// Lines shown at most: what is refused comes first, and nobody reads more.
const SHOWN: usize = 500;

/// So many of those who were added are linked to: the rest is in the list.
const LINKED: usize = 20;

/// The first step, and the second.
#[derive(Template)]
#[template(path = "office/templates/import.html", config = ".askama.toml")]
struct ImportPage<'a> {
    page: Page<'a>,
    problem: Option<String>,
    /// What would be done; `None` before a file was looked at.
    plan: Option<Look<'a>>,
    /// Whether the directory has changed since the file was looked at.
    meanwhile: bool,
    /// How many contacts were added and changed, once it is done.
    done: Option<(usize, usize)>,
    /// Some of those who were added.
    new: Vec<ContactView>,
    most: String,
}

/// What a file would do.
struct Look<'a> {
    planned: &'a Planned,
    /// The file, for the second step.
    file: &'a str,
    mark: String,
    lines: Vec<Shown>,
}

/// A line as it is shown.
struct Shown {
    line: u64,
    /// The name of what becomes of it in the catalogue.
    verdict: &'static str,
    name: Option<String>,
    reasons: Vec<String>,
    /// What in it decides who can read messages.
    effects: Vec<String>,
    /// The names of the fields that change.
    fields: String,
}

impl ImportPage<'_> {
    /// How many contacts would be added, be changed, or stay.
    fn sums(&self, planned: &Planned) -> Vec<String> {
        let view = &planned.view;
        self.counted([
            (view.added, "office-import-would-add"),
            (view.changed, "office-import-would-change"),
            (view.same, "office-import-sames"),
        ])
    }

    /// How many lines decide who can read messages, and how.
    fn effects(&self, planned: &Planned) -> Vec<String> {
        let all = [
            (Effect::Addresses, "office-import-moves"),
            (Effect::Granted, "office-import-grants"),
            (Effect::Revoked, "office-import-ends"),
        ];
        self.counted(all.map(|(effect, id)| (planned.view.with(effect), id)))
    }

    /// A sentence for each that there is any of.
    fn counted(&self, all: [(usize, &str); 3]) -> Vec<String> {
        let some = all.into_iter().filter(|(n, _)| *n > 0);
        some.map(|(n, id)| self.page.count(id, n)).collect()
    }
}

/// `GET /contacts/import`.
pub(in crate::office) async fn import_form(Keeper(seat): Keeper) -> Result<Response, Out> {
    let done = ["added", "changed"].map(|name| seat.asked.one(name).parse().ok());
    let done = match done {
        [Some(added), Some(changed)] => Some((added, changed)),
        _ => None,
    };
    let mut new = Vec::new();
    for id in seat.asked.one("new").split(',').take(LINKED) {
        // Who is not there any more is simply not named.
        if let Ok(id) = id.parse::<ContactId>()
            && let Ok(record) = seat.desk.contact(&seat.asker(), id).await
        {
            new.push(record.contact);
        }
    }
    let mut view = seat.import_page(None);
    (view.done, view.new) = (done, new);
    seat.show(&view)
}

/// `POST /contacts/import`: a file to look at, or one that was looked at.
pub(in crate::office) async fn import(
    Keeper(seat): Keeper,
    request: Request,
) -> Result<Response, Out> {
    let (head, body) = request.into_parts();
    let form = Multipart::new(&head.headers, body, seat.office.0.clock.clone());
    let mut form = form.ok_or_else(|| Stop::from(Calm::Malformed))?;
    let answered = seat.import(&mut form).await;
    form.drain(MAX_DRAIN).await;
    answered
}

/// What the form held.
#[derive(Default)]
struct Upload {
    form: String,
    seen: String,
    file: Vec<u8>,
    /// Whether the file was larger than a page takes.
    large: bool,
}

impl Seat {
    async fn import(&self, form: &mut Multipart) -> Result<Response, Out> {
        let upload = self.upload(form).await?;
        let page = self.page(Tab::Contacts);
        if upload.large {
            return self.again(&self.import_page(Some(page.t("office-sheet-large"))));
        }
        if upload.file.is_empty() {
            return self.again(&self.import_page(Some(page.t("office-import-empty"))));
        }
        let who = self.asker();
        if !upload.seen.is_empty() {
            let done = self.desk.import_shown(&who, &upload.file, &upload.seen);
            match done.await {
                Ok(done) if done.done => {
                    let (added, changed) = (done.added, done.changed);
                    let path = format!("/contacts/import?added={added}&changed={changed}");
                    return Ok(go(&format!("{path}{}", added_ids(&done))));
                }
                // What stands against it is shown below.
                Ok(_) | Err(Refused::Wish(_)) => {}
                Err(refused) => return Err(self.refused(refused).into()),
            }
        }
        let planned = self.desk.plan_import(&who, &upload.file).await;
        let planned = match planned.map_err(|refused| self.refused(refused))? {
            Ok(planned) => planned,
            Err(error) => {
                let said = words::unread(&page, &error);
                return self.again(&self.import_page(Some(said)));
            }
        };
        self.looked(&planned, &upload)
    }

    /// Reads the form. Its value comes first, and nothing else is read before it
    /// fits.
    async fn upload(&self, form: &mut Multipart) -> Result<Upload, Out> {
        let mut upload = Upload::default();
        let mut own = false;
        while let Some(part) = form.part().await? {
            let most = match part.name.as_str() {
                "file" => MAX_FILE,
                _ => MAX_FIELD,
            };
            if !own && part.name != "form" {
                break;
            }
            let (octets, large) = octets(form, most).await?;
            let text = || String::from_utf8_lossy(&octets).into_owned();
            match part.name.as_str() {
                "form" => {
                    upload.form = text();
                    self.own(&upload.form)?;
                    own = true;
                }
                "seen" => upload.seen = text(),
                "file" => (upload.file, upload.large) = (octets, large),
                _ => {}
            }
        }
        self.own(&upload.form)?;
        Ok(upload)
    }

    fn import_page(&self, problem: Option<String>) -> ImportPage<'_> {
        let page = self.page(Tab::Contacts);
        ImportPage {
            most: page.size(&(MAX_FILE as u64)),
            page,
            problem,
            plan: None,
            meanwhile: false,
            done: None,
            new: Vec::new(),
        }
    }

    fn looked(&self, planned: &Planned, upload: &Upload) -> Result<Response, Out> {
        let page = self.page(Tab::Contacts);
        // It was read as UTF-8 already.
        let file = std::str::from_utf8(&upload.file).unwrap_or_default();
        let mut lines: Vec<Shown> = planned
            .view
            .lines
            .iter()
            .zip(&planned.lines)
            .map(|(line, planned)| Shown {
                line: line.line,
                verdict: match line.verdict.as_str() {
                    "add" => "office-import-add",
                    "change" => "office-import-change",
                    "same" => "office-import-same",
                    _ => "office-import-refused",
                },
                name: planned.name.clone(),
                reasons: planned
                    .reason
                    .as_ref()
                    .map_or_else(Vec::new, |reason| words::reasons(&page, reason)),
                effects: line
                    .effects
                    .iter()
                    .map(|e| words::effect(&page, *e))
                    .collect(),
                fields: words::labels(&page, &planned.fields),
            })
            .collect();
        // What nobody may overlook comes first.
        lines.sort_by_key(|line| (line.reasons.is_empty(), line.effects.is_empty()));
        lines.truncate(SHOWN);
        let mark = planned.view.mark();
        let mut view = self.import_page(None);
        view.meanwhile = !upload.seen.is_empty() && upload.seen != mark;
        view.plan = Some(Look {
            planned,
            file,
            mark,
            lines,
        });
        match planned.view.refused {
            0 if view.meanwhile => self.conflict(&view),
            0 => self.show(&view),
            _ => self.again(&view),
        }
    }

    /// Whether they may take the whole directory as a file.
    pub(in crate::office) fn exports(&self) -> bool {
        self.desk.exports_contacts(self.account())
    }
}

/// The first of those who were added, for the page that says so.
fn added_ids(done: &ImportView) -> String {
    let new = done.lines.iter().filter(|line| line.verdict == "add");
    let ids: Vec<&str> = new
        .filter_map(|line| line.contact.as_deref())
        .take(LINKED)
        .collect();
    match ids.is_empty() {
        true => String::new(),
        false => format!("&new={}", ids.join(",")),
    }
}

/// A part's octets, cut off at `most`, and whether there were more.
async fn octets(form: &mut Multipart, most: usize) -> Result<(Vec<u8>, bool), Out> {
    let (mut octets, mut large) = (Vec::new(), false);
    while let Some(chunk) = form.chunk().await? {
        let room = most.saturating_sub(octets.len());
        large |= chunk.len() > room;
        octets.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
    }
    Ok((octets, large))
}

/// `GET /contacts/export`: what such a file is.
pub(in crate::office) async fn export_form(Keeper(seat): Keeper) -> Result<Response, Out> {
    if !seat.exports() {
        return Err(seat.missing().into());
    }
    let page = seat.page(Tab::Contacts);
    let semicolons = Input::new("semicolons", page.t("office-export-semicolons"), Kind::Tick);
    seat.show(&AskView {
        title: page.t("office-export"),
        says: ["office-export-people", "office-export-noted"]
            .map(|id| page.t(id))
            .to_vec(),
        sheet: Sheet {
            problem: None,
            inputs: vec![semicolons.hinted(page.t("office-export-semicolons-hint"))],
        },
        hidden: Vec::new(),
        button: page.t("office-export-do"),
        back: ("/contacts".to_owned(), page.t("office-contacts")),
        page,
    })
}

/// `POST /contacts/export`: the file.
pub(in crate::office) async fn export(Keeper(seat): Keeper, sent: Sent) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    if !seat.exports() {
        return Err(seat.missing().into());
    }
    let semicolons = typed.has("semicolons");
    let file = seat.desk.export_contacts(&seat.asker(), semicolons).await;
    let file = file.map_err(|refused| seat.refused(refused))?;
    let mut response = file.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_DISPOSITION, attachment("contacts.csv"));
    let policy = HeaderValue::from_static(crate::web::headers::FILE_POLICY);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}
