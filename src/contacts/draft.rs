//! What somebody wrote about a contact, and how it is checked: field by field,
//! all that is wrong at once.

use crate::contacts::name_key;
use crate::model::{AccountId, Address, Language};
use crate::store::records::{Contact, ContactStatus};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Longest part of a name, in characters: the longest in use stay below it.
pub(super) const MAX_NAME: usize = 100;
/// Longest telephone number, in characters: with its country and a remark.
const MAX_PHONE: usize = 40;
/// Most telephone numbers: home, work, mobile, and one more.
const MAX_PHONES: usize = 4;
/// Most addresses.
const MAX_ADDRESSES: usize = 8;
/// Longest postal address, in characters: what fits on a label.
const MAX_POSTAL: usize = 300;
/// Nobody is older, in years.
const OLDEST: i32 = 150;

/// What is known of a contact, field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is named after what it holds")]
pub enum Field {
    First,
    Last,
    Name,
    Born,
    Status,
    Language,
    Phone,
    Email,
    Postal,
    Provider,
    Guarantor,
    Portal,
    Confidential,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first name",
            Self::Last => "last name",
            Self::Name => "name",
            Self::Born => "date of birth",
            Self::Status => "status",
            Self::Language => "language",
            Self::Phone => "phone number",
            Self::Email => "e-mail address",
            Self::Postal => "postal address",
            Self::Provider => "primary provider",
            Self::Guarantor => "guarantor",
            Self::Portal => "portal sign-in",
            Self::Confidential => "mark \"confidential\"",
        })
    }
}

/// What somebody wrote about a contact, unchecked. A field that is `None` stays
/// as it is; an empty text takes away what was there.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    /// First names.
    pub first: Option<String>,
    /// Last names.
    pub last: Option<String>,
    /// The name for From and To, where it is another.
    pub name: Option<String>,
    /// The date of birth, as `1980-01-31`.
    pub born: Option<String>,
    /// `patient`, `non-patient` or `stub`.
    pub status: Option<String>,
    /// `en` or `es`; empty: not known.
    pub language: Option<String>,
    /// Telephone numbers; empty ones are left out.
    pub phones: Option<Vec<String>>,
    /// E-mail addresses, the usual one first; empty ones are left out.
    pub emails: Option<Vec<String>>,
    /// The postal address, with line breaks.
    pub postal: Option<String>,
    /// The address of the primary provider's account.
    pub provider: Option<String>,
    /// The id of the head of the family.
    pub guarantor: Option<String>,
    /// Whether they may sign in to the portal.
    pub portal: Option<bool>,
    /// Whether others who share the mailbox may see nothing of them.
    pub confidential: Option<bool>,
}

impl fmt::Debug for Draft {
    /// Shows nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Draft(…)")
    }
}

/// What is wrong in a draft. None of it repeats what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Too long.
    #[error("the {0} is longer than {1} characters; shorten it")]
    Long(Field, usize),
    /// A line break, a control character, or one that turns the writing around.
    #[error("the {0} holds a character that cannot stand there; write it anew without it")]
    Character(Field),
    /// No date, or not written as one.
    #[error(
        "the date of birth is not a day written as year-month-day, such as 1980-01-31; a spreadsheet may have changed it, so format the column as text"
    )]
    Born,
    /// Not born yet, or too old.
    #[error("the date of birth is in the future, or more than {OLDEST} years ago; correct it")]
    Age,
    /// None of the known words.
    #[error("the {0} is none of {1}; write one of these")]
    Word(Field, &'static str),
    /// More than are kept.
    #[error("there is more than {1} times a {0}; leave the least used out")]
    Many(Field, usize),
    /// No address.
    #[error("something given as an e-mail address is none; an address looks like name@example.com")]
    Email,
    /// An address whose domain has no dot, and is none of the clinic's.
    #[error(
        "the domain of an e-mail address has no dot, so no mail reaches it; correct what stands behind the @"
    )]
    Domain,
    /// The same twice.
    #[error("the same {0} is given twice; leave one out")]
    Twice(Field),
    /// No such provider.
    #[error(
        "no provider's account has the address or the name given as primary provider; `sealpost user list` shows the accounts"
    )]
    Provider,
    /// A colleague's patient, who is not the asker's to give to somebody else.
    #[error(
        "this contact's primary provider is somebody else; that provider, or whoever writes for them, can change it"
    )]
    Theirs,
    /// No such contact, or one that cannot be it.
    #[error(
        "the guarantor is not the id of another contact who has no guarantor; name the head of the family, by the id in its record"
    )]
    Guarantor,
    /// They are a guarantor themselves.
    #[error(
        "this contact is the guarantor of others and so can have none; give the others another guarantor first"
    )]
    Head,
    /// The clinic asks for it.
    #[error("the {0} is missing; the clinic requires it (contacts.required)")]
    Missing(Field),
    /// Signing in to the portal needs it (requirements WP4).
    #[error("the {0} is missing; who signs in to the portal needs a complete record")]
    PortalNeeds(Field),
}

impl Problem {
    /// The field to mend.
    #[must_use]
    pub const fn field(&self) -> Field {
        match self {
            Self::Long(field, _)
            | Self::Character(field)
            | Self::Word(field, _)
            | Self::Many(field, _)
            | Self::Twice(field)
            | Self::Missing(field)
            | Self::PortalNeeds(field) => *field,
            Self::Born | Self::Age => Field::Born,
            Self::Email | Self::Domain => Field::Email,
            Self::Provider | Self::Theirs => Field::Provider,
            Self::Guarantor | Self::Head => Field::Guarantor,
        }
    }
}

/// All that is wrong in a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&all.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// What drafts are held against.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) now: Timestamp,
    pub(super) today: Date,
    /// The providers' accounts, as [`Rules`](crate::contacts::Rules) has them.
    pub(super) providers: &'a HashMap<String, AccountId>,
    /// The providers whose patients whoever asks may not take from them.
    pub(super) theirs: &'a HashSet<AccountId>,
    /// The clinic's own domains, in lower case.
    pub(super) domains: &'a [String],
    /// What a patient's record must have.
    pub(super) required: &'a [Field],
}

/// The contact as the draft would have it. Whether the guarantor is one, is for
/// the caller to look up.
pub(super) fn applied(
    draft: &Draft,
    contact: &Contact,
    known: &Known<'_>,
) -> Result<Contact, Problems> {
    let mut next = contact.clone();
    let mut faults = Vec::new();
    let names = [
        (&draft.first, Field::First, &mut next.first),
        (&draft.last, Field::Last, &mut next.last),
        (&draft.name, Field::Name, &mut next.name),
    ];
    for (text, field, slot) in names {
        set(text, slot, &mut faults, |text| line(text, field, MAX_NAME));
    }
    set(&draft.postal, &mut next.postal, &mut faults, postal);
    set(&draft.born, &mut next.born, &mut faults, |text| {
        born(text, known.today)
    });
    set(&draft.language, &mut next.language, &mut faults, language);
    set(&draft.provider, &mut next.provider, &mut faults, |text| {
        let address = Address::parse(text).map(|address| address.folded());
        let key = address.unwrap_or_else(|_| name_key(text));
        let found = known.providers.get(&key).copied();
        found.ok_or(Problem::Provider)
    });
    // By it the chart is shown, so nobody makes another's patient their own.
    let kept = contact.provider.filter(|one| known.theirs.contains(one));
    if kept.is_some() && next.provider != kept {
        faults.push(Problem::Theirs);
    }
    set(&draft.guarantor, &mut next.guarantor, &mut faults, |text| {
        let id = text.parse().map_err(|_| Problem::Guarantor)?;
        Some(id)
            .filter(|id| *id != contact.id)
            .ok_or(Problem::Guarantor)
    });
    let mut status = Some(next.status);
    set(&draft.status, &mut status, &mut faults, self::status);
    next.status = status.unwrap_or(contact.status);
    lists(draft, &mut next, known.domains, &mut faults);
    next.confidential = draft.confidential.unwrap_or(contact.confidential);
    next.portal = match draft.portal {
        Some(true) => contact.portal.or(Some(known.now)),
        Some(false) => None,
        None => contact.portal,
    };
    let lacks = incomplete(&next, known.required);
    let unsaid: Vec<Problem> = lacks
        .into_iter()
        .filter(|lack| !faults.iter().any(|fault| speaks_of(fault, lack.field())))
        .collect();
    faults.extend(unsaid);
    if !faults.is_empty() {
        return Err(Problems(faults));
    }
    if next != *contact {
        next.changed = known.now;
    }
    Ok(next)
}

/// What of a contact is another than before.
pub(super) fn differing(before: &Contact, after: &Contact) -> Vec<Field> {
    let all = [
        (Field::First, before.first != after.first),
        (Field::Last, before.last != after.last),
        (Field::Name, before.name != after.name),
        (Field::Born, before.born != after.born),
        (Field::Status, before.status != after.status),
        (Field::Language, before.language != after.language),
        (Field::Phone, before.phones != after.phones),
        (Field::Email, before.addresses != after.addresses),
        (Field::Postal, before.postal != after.postal),
        (Field::Provider, before.provider != after.provider),
        (Field::Guarantor, before.guarantor != after.guarantor),
        (Field::Portal, before.portal != after.portal),
        (
            Field::Confidential,
            before.confidential != after.confidential,
        ),
    ];
    let others = all.into_iter().filter(|(_, other)| *other);
    others.map(|(field, _)| field).collect()
}

/// What a record lacks of what signing in to the portal needs (WP4): first and
/// last name, date of birth, phone, e-mail, postal address, primary provider.
#[must_use]
pub fn missing_for_portal(contact: &Contact) -> Vec<Field> {
    let needed = [
        Field::First,
        Field::Last,
        Field::Born,
        Field::Phone,
        Field::Email,
        Field::Postal,
        Field::Provider,
    ];
    needed.into_iter().filter(|f| !has(contact, *f)).collect()
}

/// What the record lacks: of what the clinic requires, unless nobody has said
/// anything of them yet; and of what the portal needs.
fn incomplete(contact: &Contact, required: &[Field]) -> Vec<Problem> {
    if contact.portal.is_some() {
        let missing = missing_for_portal(contact);
        return missing.into_iter().map(Problem::PortalNeeds).collect();
    }
    // Another office has neither a birthday nor a doctor here.
    let asked = |field: &&Field| match contact.status {
        ContactStatus::Stub => false,
        ContactStatus::Patient => true,
        ContactStatus::NonPatient => !matches!(field, Field::Born | Field::Provider),
    };
    let missing = required.iter().filter(asked).filter(|f| !has(contact, **f));
    missing.map(|field| Problem::Missing(*field)).collect()
}

/// Whether a fault is about this field: what is wrong in it is not missing as well.
fn speaks_of(fault: &Problem, field: Field) -> bool {
    let names = [Field::First, Field::Last, Field::Name];
    fault.field() == field || field == Field::Name && names.contains(&fault.field())
}

fn has(contact: &Contact, field: Field) -> bool {
    match field {
        Field::First => contact.first.is_some(),
        Field::Last => contact.last.is_some(),
        Field::Name => contact.full_name().is_some(),
        Field::Born => contact.born.is_some(),
        Field::Phone => !contact.phones.is_empty(),
        Field::Email => !contact.addresses.is_empty(),
        Field::Postal => contact.postal.is_some(),
        Field::Provider => contact.provider.is_some(),
        Field::Language => contact.language.is_some(),
        Field::Guarantor => contact.guarantor.is_some(),
        Field::Portal => contact.portal.is_some(),
        Field::Status | Field::Confidential => true,
    }
}

/// Puts what was written into its slot, if anything was, and notes what is wrong.
fn set<T>(
    written: &Option<String>,
    slot: &mut Option<T>,
    faults: &mut Vec<Problem>,
    read: impl Fn(&str) -> Result<T, Problem>,
) {
    let Some(text) = written.as_deref().map(str::trim) else {
        return;
    };
    match (text.is_empty(), read(text)) {
        (true, _) => *slot = None,
        (false, Ok(value)) => *slot = Some(value),
        (false, Err(fault)) => faults.push(fault),
    }
}

fn line(text: &str, field: Field, longest: usize) -> Result<String, Problem> {
    if text.contains(is_odd) {
        return Err(Problem::Character(field));
    }
    if text.chars().count() > longest {
        return Err(Problem::Long(field, longest));
    }
    Ok(text.to_owned())
}

/// Lines without blanks around them, none empty.
fn postal(text: &str) -> Result<String, Problem> {
    let lines = text.split(['\r', '\n']).map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let whole = lines.join("\n");
    if lines.iter().any(|line| line.contains(is_odd)) {
        return Err(Problem::Character(Field::Postal));
    }
    if whole.chars().count() > MAX_POSTAL {
        return Err(Problem::Long(Field::Postal, MAX_POSTAL));
    }
    Ok(whole)
}

/// Control characters, and those that break lines or turn the writing around and
/// so show a name as another.
fn is_odd(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn born(text: &str, today: Date) -> Result<Date, Problem> {
    // Exactly as ISO 8601 has it: 3/4/80 is one day here and another there.
    let date = Date::strptime("%Y-%m-%d", text).ok();
    let date = date.filter(|date| date.to_string() == text);
    let date = date.ok_or(Problem::Born)?;
    let oldest = today.saturating_sub(OLDEST.years());
    if date > today || date < oldest {
        return Err(Problem::Age);
    }
    Ok(date)
}

fn status(text: &str) -> Result<ContactStatus, Problem> {
    let found = ContactStatus::ALL.into_iter().find(|s| s.word() == text);
    found.ok_or(Problem::Word(Field::Status, "patient, non-patient, stub"))
}

/// Whether mail can reach an address: a domain without a dot is found inside the
/// clinic alone. A literal address has dots or colons.
fn has_dot(address: &Address, domains: &[String]) -> bool {
    let domain = address.domain().to_ascii_lowercase();
    domain.contains(['.', ':']) || domains.contains(&domain)
}

fn language(text: &str) -> Result<Language, Problem> {
    let found = Language::ALL.into_iter().find(|l| l.tag() == text);
    found.ok_or(Problem::Word(Field::Language, "en, es"))
}

fn lists(draft: &Draft, next: &mut Contact, domains: &[String], faults: &mut Vec<Problem>) {
    let filled = |list: &[String]| -> Vec<String> {
        let each = list.iter().map(|text| text.trim());
        each.filter(|t| !t.is_empty()).map(str::to_owned).collect()
    };
    if let Some(phones) = &draft.phones {
        next.phones = filled(phones);
        if next.phones.len() > MAX_PHONES {
            faults.push(Problem::Many(Field::Phone, MAX_PHONES));
        }
        let each = next.phones.iter();
        faults.extend(each.filter_map(|p| line(p, Field::Phone, MAX_PHONE).err()));
    }
    if let Some(emails) = &draft.emails {
        let read = filled(emails);
        let read: Vec<_> = read.iter().map(|text| Address::parse(text)).collect();
        let had = std::mem::take(&mut next.addresses);
        next.addresses = read.iter().flatten().cloned().collect();
        // What is kept already stays: it is nobody's mistake of today.
        let mut new = next.addresses.iter().filter(|a| !had.contains(a));
        if new.any(|address| !has_dot(address, domains)) {
            faults.push(Problem::Domain);
        }
        if next.addresses.len() < read.len() {
            faults.push(Problem::Email);
        }
        let mut folded: Vec<String> = next.addresses.iter().map(Address::folded).collect();
        folded.sort_unstable();
        folded.dedup();
        if folded.len() < next.addresses.len() {
            faults.push(Problem::Twice(Field::Email));
        }
        if read.len() > MAX_ADDRESSES {
            faults.push(Problem::Many(Field::Email, MAX_ADDRESSES));
        }
    }
}
