//! The form that adds a contact or changes one. What was typed is kept whatever
//! is wrong with it, and also where somebody else was faster.

use crate::desk::Refused;
use crate::desk::contacts::{ContactView, Draft, Revised};
use crate::model::{ContactId, Language};
use crate::office::contacts::{called, day, words};
use crate::office::page::{Page, Tab};
use crate::office::seat::{Keeper, Out, Seat, Sent, Typed, go};
use crate::office::sheet::{Input, Kind, Sheet};
use crate::store::records::ContactStatus;
use crate::texts;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

/// Fields for telephone numbers.
const PHONES: usize = 4;
/// Fields for e-mail addresses.
const EMAILS: usize = 8;
/// Of several fields of one kind this many are shown at least, and one that is
/// empty.
const SHOWN: usize = 2;
/// What stands above a form whose record somebody else changed.
const MEANWHILE: Option<(&str, &str)> = Some(("office-meanwhile", "office-meanwhile-text"));
/// What stands above a record into which new details were put.
const PUT_INTO: Option<(&str, &str)> = Some(("office-put-into-title", "office-put-into-text"));

#[derive(Template)]
#[template(path = "office/templates/contact_form.html", config = ".askama.toml")]
struct FormView<'a> {
    page: Page<'a>,
    title: String,
    sheet: Sheet,
    /// Stands for the record as it was shown.
    seen: String,
    /// Who may be the same person: then it is asked whether it is another.
    alike: &'a [ContactView],
    /// Why the fields say what the record holds now: title and text.
    notice: Option<(&'static str, &'static str)>,
    /// Where the way back leads, and its name.
    back: (String, String),
}

/// `GET /contacts/new`; with `family` for somebody of the same family.
pub(in crate::office) async fn add_form(Keeper(seat): Keeper) -> Result<Response, Out> {
    let mut blank = blank();
    if let Ok(id) = seat.asked.one("family").parse::<ContactId>() {
        let (_, head) = seat.record(&id.to_string()).await?;
        let head = head.contact;
        blank.guarantor = head.guarantor.or(Some(head.id));
        (blank.last, blank.postal, blank.provider) = (head.last, head.postal, head.provider);
        (blank.phones, blank.emails) = (head.phones, head.emails);
        blank.language = head.language;
    }
    let form = Form::of(&seat, None, &blank, None).await?;
    seat.show(&form.view(&seat, &[], None))
}

/// `POST /contacts/new`; with `begin`, the form is shown with the address that was
/// looked for, and nothing is saved.
pub(in crate::office) async fn add(Keeper(seat): Keeper, sent: Sent) -> Result<Response, Out> {
    let typed = told(&seat, sent)?;
    if typed.has("begin") {
        let mut begun = blank();
        let address = Some(typed.one("email1").trim());
        let address = address.filter(|address| !address.is_empty());
        begun.emails.extend(address.map(str::to_owned));
        let form = Form::of(&seat, None, &begun, None).await?;
        return seat.show(&form.view(&seat, &[], None));
    }
    let (who, draft) = (seat.asker(), draft(&typed));
    let alike = match seat.desk.contacts_alike(&who, None, &draft).await {
        Ok(alike) if !typed.has("sure") => strangers(alike, &typed),
        // What is wrong is said when it is put.
        Ok(_) | Err(Refused::Problems(_)) => Vec::new(),
        Err(refused) => return Err(seat.refused(refused).into()),
    };
    let mut known = blank();
    // Whoever was chosen stands in the list by name also when nobody else does.
    known.guarantor = Some(typed.one("guarantor").to_owned()).filter(|id| !id.is_empty());
    let mut form = Form::of(&seat, None, &known, Some(&typed)).await?;
    if !alike.is_empty() {
        return seat.conflict(&form.view(&seat, &alike, None));
    }
    match seat.desk.put_contact(&who, None, &draft).await {
        Ok(id) => Ok(go(&format!("/contacts/{id}?done=added"))),
        Err(Refused::Problems(problems)) => {
            words::blame(&seat.page(Tab::Contacts), &mut form.sheet, &problems);
            seat.again(&form.view(&seat, &[], None))
        }
        Err(refused) => Err(seat.refused(refused).into()),
    }
}

/// `GET /contacts/{id}/change`.
pub(in crate::office) async fn change_form(
    Keeper(seat): Keeper,
    Path(id): Path<String>,
) -> Result<Response, Out> {
    let (id, record) = seat.record(&id).await?;
    let form = Form::of(&seat, Some(id), &record.contact, None).await?;
    seat.show(&form.view(&seat, &[], None))
}

/// `POST /contacts/{id}/change`; with `look`, what was typed about somebody who
/// seemed new is shown in this record, and nothing is saved.
pub(in crate::office) async fn change(
    Keeper(seat): Keeper,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    let typed = told(&seat, sent)?;
    let (id, record) = seat.record(&id).await?;
    if typed.has("look") {
        let typed = joined(&typed, &record.contact);
        let mut form = Form::of(&seat, Some(id), &record.contact, Some(&typed)).await?;
        form.differ(&seat, &record.contact);
        return seat.show(&form.view(&seat, &[], PUT_INTO));
    }
    let (who, draft) = (seat.asker(), draft(&typed));
    let mut form = Form::of(&seat, Some(id), &record.contact, Some(&typed)).await?;
    // Whoever is shown the record anew has also seen who is like it.
    let stale = typed.one("seen") != record.contact.mark();
    let alike = match seat.desk.contacts_alike(&who, Some(id), &draft).await {
        Ok(alike) if !typed.has("sure") && !stale => strangers(alike, &typed),
        Ok(_) | Err(Refused::Problems(_)) => Vec::new(),
        Err(refused) => return Err(seat.refused(refused).into()),
    };
    if !alike.is_empty() {
        return seat.conflict(&form.view(&seat, &alike, None));
    }
    let seen = (id, typed.one("seen"));
    match seat.desk.revise_contact(&who, seen, &draft).await {
        Ok(Revised::Done(id)) => Ok(go(&format!("/contacts/{id}?done=changed"))),
        Ok(Revised::Meanwhile) => {
            // The record is read anew: who sends the form again has seen it.
            let (_, record) = seat.record(&id.to_string()).await?;
            let mut form = Form::of(&seat, Some(id), &record.contact, Some(&typed)).await?;
            form.differ(&seat, &record.contact);
            seat.conflict(&form.view(&seat, &[], MEANWHILE))
        }
        Err(Refused::Problems(problems)) => {
            words::blame(&seat.page(Tab::Contacts), &mut form.sheet, &problems);
            seat.again(&form.view(&seat, &[], None))
        }
        Err(refused) => Err(seat.refused(refused).into()),
    }
}

impl Seat {
    /// A form that somebody must look at once more.
    pub(in crate::office) fn conflict(&self, view: &impl Template) -> Result<Response, Out> {
        let mut response = self.show(view)?;
        *response.status_mut() = StatusCode::CONFLICT;
        Ok(response)
    }
}

/// What the form held, its day as the directory has it.
fn told(seat: &Seat, sent: Sent) -> Result<Typed, Out> {
    let mut typed = seat.typed(sent)?;
    let language = seat.page(Tab::Contacts).language;
    let born = day::in_field(language, typed.one("born"));
    typed.put("born", born);
    Ok(typed)
}

/// Those who are like somebody and not of the family that was chosen for them: a
/// family shares its mailbox. Who also has the first name and the birthday may be
/// the same person all the same.
fn strangers(mut alike: Vec<ContactView>, typed: &Typed) -> Vec<ContactView> {
    let head = typed.one("guarantor");
    let same = |other: &ContactView| {
        let first = other.first.as_deref().unwrap_or_default().to_lowercase();
        let born = other.born.map(|born| born.to_string());
        first == typed.one("first").trim().to_lowercase()
            && born.as_deref() == Some(typed.one("born").trim())
    };
    alike.retain(|other| {
        let family = other.id == head || other.guarantor.as_deref() == Some(head);
        head.is_empty() || !family || same(other)
    });
    alike
}

/// What was typed, laid over a record: what was left empty stays as it is, and
/// addresses and numbers stand behind those that are known.
fn joined(typed: &Typed, known: &ContactView) -> Typed {
    let mut joined = typed.clone();
    for (name, value) in shown(known) {
        if joined.one(&name).trim().is_empty() {
            joined.put(&name, value);
        }
    }
    let lists = [
        ("email", EMAILS, &known.emails),
        ("phone", PHONES, &known.phones),
    ];
    for (stem, most, all) in lists {
        let given = (1..=most).map(|n| typed.one(&format!("{stem}{n}")).trim().to_owned());
        let is_known = |one: &String| all.iter().any(|known| known.eq_ignore_ascii_case(one));
        let new = given.filter(|one| !one.is_empty() && !is_known(one));
        let rest = std::iter::repeat(String::new());
        let each = all.iter().cloned().chain(new).chain(rest);
        for (n, value) in (1..=most).zip(each) {
            joined.put(&format!("{stem}{n}"), value);
        }
    }
    joined
}

/// What the form says. A field that a page of ours did not have says nothing.
fn draft(typed: &Typed) -> Draft {
    let one = |name: &str| Some(typed.one(name).to_owned());
    let many = |stem: &str, most: usize| {
        let each = (1..=most).map(|n| typed.one(&format!("{stem}{n}")).to_owned());
        Some(each.collect())
    };
    Draft {
        first: one("first"),
        last: one("last"),
        name: one("name"),
        born: one("born"),
        // Nobody is made less known than they are.
        status: one("status").filter(|status| !status.is_empty()),
        language: one("language"),
        phones: many("phone", PHONES),
        emails: many("email", EMAILS),
        postal: one("postal"),
        provider: one("provider"),
        guarantor: one("guarantor"),
        portal: None,
        confidential: Some(typed.has("confidential")),
    }
}

/// Somebody of whom nothing is known yet.
fn blank() -> ContactView {
    ContactView {
        id: String::new(),
        name: None,
        listed: None,
        written: None,
        first: None,
        last: None,
        born: None,
        status: ContactStatus::Patient,
        language: None,
        phones: Vec::new(),
        emails: Vec::new(),
        postal: None,
        provider: None,
        guarantor: None,
        portal: None,
        confidential: false,
        created: jiff::Timestamp::UNIX_EPOCH,
        changed: jiff::Timestamp::UNIX_EPOCH,
    }
}

/// The form with what is known or was typed.
struct Form {
    sheet: Sheet,
    title: String,
    seen: String,
    back: (String, String),
}

impl Form {
    async fn of(
        seat: &Seat,
        id: Option<ContactId>,
        known: &ContactView,
        typed: Option<&Typed>,
    ) -> Result<Self, Out> {
        let page = seat.page(Tab::Contacts);
        let heads = seat.desk.family_heads(&seat.asker(), known).await;
        let heads = heads.map_err(|refused| seat.refused(refused))?;
        let providers = seat.desk.providers().await?;
        let shown = shown(known);
        let value = |name: &str| match typed {
            Some(typed) => typed.one(name).to_owned(),
            // Whoever opens the record of somebody unknown is about to know them.
            None if name == "status" && known.status == ContactStatus::Stub => {
                ContactStatus::Patient.word().to_owned()
            }
            None => {
                let found = shown.iter().find(|(known, _)| known == name);
                found.map_or_else(String::new, |(_, value)| value.clone())
            }
        };
        let mut inputs = people(&page, &value);
        inputs.extend(reached(&page, &value));
        inputs.extend(cared(&page, &value, (known, &providers, &heads)));
        let (title, back) = match id {
            Some(id) => (
                page.one("office-contact-change-title", "name", called(known)),
                (format!("/contacts/{id}"), called(known).to_owned()),
            ),
            None => (
                page.t("office-contact-new"),
                ("/contacts".to_owned(), page.t("office-contacts")),
            ),
        };
        let mut sheet = Sheet {
            problem: None,
            inputs,
        };
        words::mark(&page, &mut sheet, &seat.desk.required_fields());
        Ok(Self {
            sheet,
            title,
            seen: known.mark(),
            back,
        })
    }

    /// Says beside each field what stands in the record now, where it is another.
    fn differ(&mut self, seat: &Seat, known: &ContactView) {
        let page = seat.page(Tab::Contacts);
        let shown = shown(known);
        for input in &mut self.sheet.inputs {
            let now = shown.iter().find(|(name, _)| *name == input.name);
            let now = now.map_or("", |(_, value)| value);
            if now.trim() != input.value.replace('\r', "").trim() {
                let said = match (&input.kind, now) {
                    (_, "") => page.t("office-meanwhile-empty"),
                    (Kind::Tick, _) => page.t("office-meanwhile-ticked"),
                    (Kind::Choice(options), now) => {
                        let named = options.iter().find(|(value, _)| value == now);
                        let named = named.map_or(now, |(_, name)| name);
                        page.one("office-meanwhile-now", "value", named)
                    }
                    (_, now) => page.one("office-meanwhile-now", "value", now),
                };
                input.error = Some(said);
            }
        }
    }

    fn view<'a>(
        self,
        seat: &'a Seat,
        alike: &'a [ContactView],
        notice: Option<(&'static str, &'static str)>,
    ) -> FormView<'a> {
        FormView {
            page: seat.page(Tab::Contacts),
            title: self.title,
            sheet: self.sheet,
            seen: self.seen,
            alike,
            notice,
            back: self.back,
        }
    }
}

/// What stands in each field of a record.
fn shown(known: &ContactView) -> Vec<(String, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let single = [
        ("first", text(&known.first)),
        ("last", text(&known.last)),
        ("name", text(&known.written)),
        (
            "born",
            known.born.map(|b| b.to_string()).unwrap_or_default(),
        ),
        ("status", known.status.word().to_owned()),
        (
            "language",
            known.language.map_or("", Language::tag).to_owned(),
        ),
        ("postal", text(&known.postal)),
        ("provider", text(&known.provider)),
        ("guarantor", text(&known.guarantor)),
        (
            "confidential",
            if known.confidential { "yes" } else { "" }.to_owned(),
        ),
    ];
    let single = single.map(|(name, value)| (name.to_owned(), value));
    let many = |stem: &'static str, all: &[String]| {
        let named = (1..)
            .zip(all)
            .map(|(n, one)| (format!("{stem}{n}"), one.clone()));
        named.collect::<Vec<_>>()
    };
    let mut all = single.to_vec();
    all.extend(many("phone", &known.phones));
    all.extend(many("email", &known.emails));
    all
}

/// Who it is.
fn people(page: &Page<'_>, value: &impl Fn(&str) -> String) -> Vec<Input> {
    let line =
        |name: &str, label: &str| Input::new(name, page.t(label), Kind::Line).holding(&value(name));
    vec![
        line("first", "office-field-first"),
        line("last", "office-field-last"),
        line("name", "office-field-name").hinted(page.t("office-field-name-hint")),
        Input::new("born", page.t("office-field-born"), Kind::Day).holding(&value("born")),
    ]
}

/// How they are reached.
fn reached(page: &Page<'_>, value: &impl Fn(&str) -> String) -> Vec<Input> {
    let several = |stem: &str, most: usize, label: &str| {
        let filled = (1..=most).filter(|n| !value(&format!("{stem}{n}")).is_empty());
        let shown = SHOWN
            .max(filled.last().map_or(0, |last| last + 1))
            .min(most);
        let each = (1..=shown).map(|n| {
            let name = format!("{stem}{n}");
            let label = match n {
                1 => page.t(label),
                n => format!("{} {n}", page.t(label)),
            };
            Input::new(&name, label, Kind::Plain).holding(&value(&name))
        });
        each.collect::<Vec<_>>()
    };
    let mut inputs = several("email", EMAILS, "office-field-email");
    if let Some(first) = inputs.first_mut() {
        first.hint = Some(page.t("office-field-email-hint"));
    }
    inputs.extend(several("phone", PHONES, "office-field-phone"));
    let postal = Input::new("postal", page.t("office-field-postal"), Kind::Lines);
    inputs.push(postal.holding(&value("postal")));
    inputs
}

/// What they are to the clinic.
fn cared(
    page: &Page<'_>,
    value: &impl Fn(&str) -> String,
    (known, providers, heads): (&ContactView, &[(String, String)], &[ContactView]),
) -> Vec<Input> {
    let choice = |name: &str, label: &str, mut options: Vec<(String, String)>| {
        let held = value(name);
        // What is not offered any more is still shown as it is.
        if !options.iter().any(|(value, _)| *value == held) {
            options.push((held.clone(), held.clone()));
        }
        Input::new(name, page.t(label), Kind::Choice(options)).holding(&held)
    };
    let all = ContactStatus::ALL.into_iter();
    let status = all
        .filter(|s| *s != ContactStatus::Stub || known.status == ContactStatus::Stub)
        .map(|s| (s.word().to_owned(), super::status(page, &s)))
        .collect();
    let nobody = (String::new(), page.t("office-nobody"));
    let unknown = (String::new(), page.t("office-language-unknown"));
    let languages = Language::ALL.map(|l| (l.tag().to_owned(), texts::language_name(l).to_owned()));
    let heads = heads.iter().map(|head| {
        let name = match super::born(page, head) {
            Some(born) => format!("{} ({born})", called(head)),
            None => called(head).to_owned(),
        };
        (head.id.clone(), name)
    });
    vec![
        choice("status", "office-field-status", status),
        choice(
            "provider",
            "office-field-provider",
            std::iter::once(nobody.clone())
                .chain(providers.iter().cloned())
                .collect(),
        ),
        choice(
            "guarantor",
            "office-field-guarantor",
            std::iter::once(nobody).chain(heads).collect(),
        )
        .hinted(page.t("office-field-guarantor-hint")),
        choice(
            "language",
            "office-field-language",
            std::iter::once(unknown).chain(languages).collect(),
        ),
        Input::new(
            "confidential",
            page.t("office-field-confidential"),
            Kind::Tick,
        )
        .holding(&value("confidential"))
        .hinted(page.t("office-field-confidential-hint")),
    ]
}
