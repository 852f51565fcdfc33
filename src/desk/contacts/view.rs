//! What is shown of contacts: plain values, for pages and terminals.

use crate::contacts::{Effect, Field, Plan, Verdict};
use crate::desk::contacts::care::mark;
use crate::model::{AccountId, Address, Language, MessageId};
use crate::policy::Sight;
use crate::store::records::{Contact, ContactStatus};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;

/// A contact as somebody may see it. Masked, names are initials, addresses have
/// one letter, and what else tells of a person is left out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactView {
    /// The id.
    pub id: String,
    /// The whole name, as one says it; `None` if none is known.
    pub name: Option<String>,
    /// The same as the list is sorted by it.
    pub listed: Option<String>,
    /// The name for From and To, where the office wrote one.
    pub written: Option<String>,
    /// First names.
    pub first: Option<String>,
    /// Last names.
    pub last: Option<String>,
    /// The date of birth.
    pub born: Option<Date>,
    /// What they are to the clinic.
    pub status: ContactStatus,
    /// Their language, once known.
    pub language: Option<Language>,
    /// Telephone numbers, the usual one first.
    pub phones: Vec<String>,
    /// E-mail addresses, the usual one first.
    pub emails: Vec<String>,
    /// The postal address, in lines.
    pub postal: Option<String>,
    /// The address of the primary provider's account.
    pub provider: Option<String>,
    /// The id of the head of the family, if that is somebody else.
    pub guarantor: Option<String>,
    /// Since when they may sign in to the portal.
    pub portal: Option<Timestamp>,
    /// Whether others who share the mailbox may see nothing of them.
    pub confidential: bool,
    /// When the record was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub changed: Timestamp,
}

impl ContactView {
    /// What stands for the record as it is shown: a change that was written from
    /// another one is not taken.
    #[must_use]
    pub fn mark(&self) -> String {
        mark(self)
    }
}

impl fmt::Debug for ContactView {
    /// Shows the id alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContactView({})", self.id)
    }
}

/// A list of contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactsView {
    /// The contacts, by name.
    pub contacts: Vec<ContactView>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// A contact with those around.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordView {
    /// The contact.
    pub contact: ContactView,
    /// The others of the family, its head first.
    pub family: Vec<ContactView>,
    /// The others who share one of the e-mail addresses.
    pub sharing: Vec<ContactView>,
    /// What is missing before they can be let into the portal.
    pub missing: Vec<Field>,
}

/// One line of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineView {
    /// Its number in the file.
    pub line: u64,
    /// `add`, `change`, `same` or `refused`.
    pub verdict: String,
    /// The contact, if the line is taken.
    pub contact: Option<String>,
    /// Why it is refused: sentences, one a line.
    pub reason: Option<String>,
    /// What in it decides who can read messages.
    #[serde(default)]
    pub effects: Vec<Effect>,
}

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// Whether the directory is now as the file says.
    pub done: bool,
    /// New contacts.
    pub added: usize,
    /// Contacts that change.
    pub changed: usize,
    /// Contacts that are so already.
    pub same: usize,
    /// Lines that are refused. If there is one, nothing is done.
    pub refused: usize,
    /// The lines.
    pub lines: Vec<LineView>,
}

impl ImportView {
    /// What stands for the plan as it is shown; that a new contact has another id
    /// each time does not matter.
    #[must_use]
    pub fn mark(&self) -> String {
        let each = self.lines.iter();
        let line = |line: &LineView| {
            let known = line.contact.clone().filter(|_| line.verdict != "add");
            (line.line, line.verdict.clone(), known, line.effects.clone())
        };
        mark(&each.map(line).collect::<Vec<_>>())
    }

    /// How many lines have this effect.
    #[must_use]
    pub fn with(&self, effect: Effect) -> usize {
        let lines = self.lines.iter();
        lines.filter(|line| line.effects.contains(&effect)).count()
    }
}

/// A message to or from a contact, as an account's folder has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryView {
    /// Its place in the folder; newer ones are larger.
    pub uid: u32,
    /// The message.
    pub message: MessageId,
    /// When it was sent or came.
    pub filed: Timestamp,
    /// Whether the account has read it in this folder.
    pub seen: bool,
}

pub(super) fn view(
    contact: &Contact,
    sight: Sight,
    providers: &HashMap<AccountId, String>,
) -> ContactView {
    let whole = sight == Sight::Whole;
    let text = |text: Option<String>| match whole {
        true => text,
        false => text.map(|text| initials(&text)),
    };
    let email = |address: &Address| match whole {
        true => address.as_str().to_owned(),
        false => address.masked(),
    };
    ContactView {
        id: contact.id.to_string(),
        name: text(contact.full_name()),
        listed: text(contact.listed_name()),
        written: text(contact.name.clone()),
        first: text(contact.first.clone()),
        last: text(contact.last.clone()),
        born: contact.born.filter(|_| whole),
        status: contact.status,
        language: contact.language,
        phones: match whole {
            true => contact.phones.clone(),
            false => Vec::new(),
        },
        emails: contact.addresses.iter().map(email).collect(),
        postal: contact.postal.clone().filter(|_| whole),
        provider: contact.provider.and_then(|id| providers.get(&id).cloned()),
        guarantor: contact.guarantor.map(|id| id.to_string()),
        portal: contact.portal,
        confidential: contact.confidential,
        created: contact.created,
        changed: contact.changed,
    }
}

/// `D•••, J•••`: enough for who knows them to know them again.
fn initials(name: &str) -> String {
    let masked = name.split_whitespace().map(|word| {
        let first = word.chars().next().unwrap_or('•');
        let comma = if word.ends_with(',') { "," } else { "" };
        format!("{first}•••{comma}")
    });
    masked.collect::<Vec<_>>().join(" ")
}

pub(super) fn imported(plan: &Plan, done: bool) -> ImportView {
    let mut view = ImportView {
        done,
        added: 0,
        changed: 0,
        same: 0,
        refused: 0,
        lines: Vec::with_capacity(plan.lines.len()),
    };
    for line in &plan.lines {
        let (count, word, contact, reason) = match &line.verdict {
            Verdict::Add(id) => (&mut view.added, "add", Some(id), None),
            Verdict::Change(id) => (&mut view.changed, "change", Some(id), None),
            Verdict::Same(id) => (&mut view.same, "same", Some(id), None),
            Verdict::Refused(why) => (&mut view.refused, "refused", None, Some(why)),
        };
        *count += 1;
        view.lines.push(LineView {
            line: line.line,
            verdict: word.to_owned(),
            contact: contact.map(ToString::to_string),
            reason: reason.map(ToString::to_string),
            effects: line.effects.clone(),
        });
    }
    view
}
