//! The people the office writes to: the list, one of them, and what may be done
//! about their sign-in to the portal.
//!
//! Whoever is looked for goes in the body of a form, not in an address: addresses
//! stay in the browser's history and in the logs of proxies.

pub(super) mod day;
mod form;
mod sheet;
mod words;

pub(super) use form::{add, add_form, change, change_form};
pub(super) use sheet::{export, export_form, import, import_form};

use crate::desk::Refused;
use crate::desk::contacts::{ContactView, ContactsView, Field, LetterView, RecordView, Wanted};
use crate::model::ContactId;
use crate::office::page::{Page, Tab};
use crate::office::seat::{Keeper, Out, Seat, Sent, go};
use crate::office::sheet::{AskView, Sheet};
use crate::store::records::ContactStatus;
use crate::texts;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;

/// Contacts on one page: a few screens of a phone.
const LISTED: usize = 50;
/// Of those who were only written to, so many are shown below: whoever is not
/// among them is found by an address.
const WRITTEN: usize = 50;
/// Longest text that is looked for, in characters: a long name and an address.
const MAX_WORDS: usize = 200;

/// The list.
#[derive(Template)]
#[template(path = "office/templates/contacts.html", config = ".askama.toml")]
struct ListView<'a> {
    page: Page<'a>,
    /// What was looked for.
    words: &'a str,
    found: &'a ContactsView,
    /// Those who were only written to, where everybody is listed.
    written: Option<ContactsView>,
    /// Whether this is the piece behind another one.
    on: bool,
    /// Whether the reader may take the whole directory as a file.
    exports: bool,
}

impl ListView<'_> {
    fn last(&self) -> Option<&str> {
        let last = self.found.contacts.last().filter(|_| self.found.more);
        last.map(|contact| contact.id.as_str())
    }
}

/// What a list and a page call somebody of whom no name is known.
pub(super) fn called(contact: &ContactView) -> &str {
    let address = contact.emails.first();
    let name = contact.listed.as_deref().or(address.map(String::as_str));
    name.unwrap_or(&contact.id)
}

/// "Patient".
fn status(page: &Page<'_>, status: &ContactStatus) -> String {
    page.t(match status {
        ContactStatus::Stub => "office-status-stub",
        ContactStatus::Patient => "office-status-patient",
        ContactStatus::NonPatient => "office-status-non-patient",
    })
}

/// "31 January 1980".
fn born(page: &Page<'_>, contact: &ContactView) -> Option<String> {
    contact
        .born
        .map(|born| texts::dates::civil(page.language, born))
}

/// `GET /contacts`.
pub(super) async fn list(Keeper(seat): Keeper) -> Result<Response, Out> {
    seat.listed("", None).await
}

/// `POST /contacts`: the same for who is looked for, or the next piece.
pub(super) async fn search(Keeper(seat): Keeper, sent: Sent) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let words: String = typed.one("words").chars().take(MAX_WORDS).collect();
    let after = typed.one("after").parse().ok();
    seat.listed(words.trim(), after).await
}

impl Seat {
    async fn listed(&self, words: &str, after: Option<ContactId>) -> Result<Response, Out> {
        let page = self.page(Tab::Contacts);
        let who = self.asker();
        let wanted = Wanted {
            words: day::in_words(page.language, words),
            limit: LISTED,
            after,
            ..Wanted::default()
        };
        let found = self.desk.contacts(&who, wanted).await?;
        let written = match words.is_empty() && after.is_none() {
            true => Some(self.desk.only_written(&who, WRITTEN).await?),
            false => None,
        };
        self.show(&ListView {
            page,
            words,
            found: &found,
            written: written.filter(|list| !list.contacts.is_empty()),
            on: after.is_some(),
            exports: self.exports(),
        })
    }

    /// A contact by what stands in the path; who is not there has no page.
    async fn record(&self, id: &str) -> Result<(ContactId, RecordView), Out> {
        let id: ContactId = id.parse().map_err(|_| self.missing())?;
        let record = self.desk.contact(&self.asker(), id).await;
        Ok((id, record.map_err(|refused| self.refused(refused))?))
    }
}

/// One contact.
#[derive(Template)]
#[template(path = "office/templates/contact.html", config = ".askama.toml")]
struct ContactPage<'a> {
    page: Page<'a>,
    record: &'a RecordView,
    letters: &'a [LetterView],
    /// The place behind which the older messages begin.
    older: Option<u32>,
    /// Whether this is a piece of the history behind another one.
    on: bool,
    /// What has just been done, in the catalogue's name.
    done: Option<&'static str>,
    /// The primary provider's name; an address, if the account is none any more.
    provider: Option<String>,
    /// Where patients sign in.
    portal: &'a str,
}

impl ContactPage<'_> {
    fn born(&self) -> Option<String> {
        born(&self.page, &self.record.contact)
    }

    fn language(&self) -> Option<&'static str> {
        self.record.contact.language.map(texts::language_name)
    }

    /// What a record lacks before its owner can sign in, in words.
    fn missing(&self) -> Vec<String> {
        let label = |field: &Field| words::label(&self.page, *field);
        self.record.missing.iter().map(label).collect()
    }

    /// What became of a message, in words.
    fn fate(&self, letter: &LetterView) -> String {
        match letter.state.filter(|_| letter.sent) {
            Some(state) => self.page.fate(state),
            None if letter.seen => self.page.t("office-fate-read"),
            None => self.page.t("office-fate-unread"),
        }
    }
}

/// `GET /contacts/{id}`.
pub(super) async fn page(Keeper(seat): Keeper, Path(id): Path<String>) -> Result<Response, Out> {
    let (id, record) = seat.record(&id).await?;
    let before = seat.asked.one("before").parse().ok();
    let who = seat.asker();
    let letters = seat.desk.contact_letters(&who, id, before).await?;
    let older = match letters.last() {
        Some(last) => {
            let rest = seat.desk.contact_history(&who, id, Some(last.uid));
            (!rest.await?.is_empty()).then_some(last.uid)
        }
        None => None,
    };
    let done = match seat.asked.one("done") {
        "added" => Some("office-contact-added"),
        "changed" => Some("office-contact-changed"),
        "granted" => Some("office-contact-granted"),
        "revoked" => Some("office-contact-revoked"),
        _ => None,
    };
    let providers = seat.desk.providers().await?;
    let provider = record.contact.provider.clone().map(|address| {
        let named = providers.into_iter().find(|(known, _)| *known == address);
        named.map_or(address, |(_, name)| name)
    });
    seat.show(&ContactPage {
        page: seat.page(Tab::Contacts),
        provider,
        portal: &seat.office.0.servers.web.origin,
        record: &record,
        letters: &letters,
        older,
        on: before.is_some(),
        done,
    })
}

/// `GET /contacts/{id}/portal`: what it means to let somebody sign in, or to let
/// them no longer.
pub(super) async fn portal_form(
    Keeper(seat): Keeper,
    Path(id): Path<String>,
) -> Result<Response, Out> {
    let (_, record) = seat.record(&id).await?;
    seat.show(&asks(&seat, &record, Sheet::default()))
}

/// `POST /contacts/{id}/portal`.
pub(super) async fn portal(
    Keeper(seat): Keeper,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let (id, record) = seat.record(&id).await?;
    let (who, may) = (seat.asker(), typed.one("may") == "yes");
    let done = match may {
        true => seat.desk.grant_portal(&who, id).await,
        false => seat.desk.revoke_portal(&who, id).await,
    };
    match done {
        Ok(()) if may => Ok(go(&format!("/contacts/{id}?done=granted"))),
        Ok(()) => Ok(go(&format!("/contacts/{id}?done=revoked"))),
        Err(Refused::Problems(problems)) => {
            let page = seat.page(Tab::Contacts);
            let mut sheet = Sheet::default();
            let lacks = problems.0.iter().map(|p| words::label(&page, p.field()));
            let lacks: Vec<String> = lacks.collect();
            let list = lacks.join(", ");
            sheet.problem = Some(page.one("office-portal-lacks", "fields", list));
            seat.again(&asks(&seat, &record, sheet))
        }
        Err(refused) => Err(seat.refused(refused).into()),
    }
}

fn asks<'a>(seat: &'a Seat, record: &RecordView, sheet: Sheet) -> AskView<'a> {
    let page = seat.page(Tab::Contacts);
    let contact = &record.contact;
    let may = contact.portal.is_some();
    let (title, says, button) = match may {
        false => (
            "office-portal-grant",
            ["office-portal-grant-means", "office-portal-grant-link"],
            "office-portal-grant-do",
        ),
        true => (
            "office-portal-revoke",
            ["office-portal-revoke-means", "office-portal-revoke-link"],
            "office-portal-revoke-do",
        ),
    };
    let word = if may { "no" } else { "yes" };
    AskView {
        title: page.one(title, "name", called(contact)),
        says: says.map(|id| page.t(id)).to_vec(),
        sheet,
        hidden: vec![("may", word.to_owned())],
        button: page.t(button),
        back: (
            format!("/contacts/{}", contact.id),
            called(contact).to_owned(),
        ),
        page,
    }
}
