//! A file of contacts is brought in: first a plan, line by line, and if no line is
//! refused, all of it in one commit.
//!
//! Whose record a line is about: the one with its id; else the one with the same
//! last name, first name and date of birth; else the one with one of its e-mail
//! addresses of whom nothing known says that it is somebody else (C7.3).

use crate::contacts::change::write;
use crate::contacts::draft::{Known, applied, differing};
use crate::contacts::fold;
use crate::contacts::table::{self, Entry};
use crate::contacts::{Effect, Field, HOUSEHOLD, Problem, Problems, Rules, SheetError, effects};
use crate::model::{Actor, Address, ContactId, Event, EventKind};
use crate::store::records::{Contact, ContactStatus, FamilyMember};
use crate::store::{Error, Record, Store, Tx, apart};
use std::collections::{HashMap, HashSet};

/// Contacts read at once.
const PAGE: usize = 256;

/// What becomes of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A new contact.
    Add(ContactId),
    /// A change of this one.
    Change(ContactId),
    /// This one is so already.
    Same(ContactId),
    /// It cannot be taken.
    Refused(Reason),
}

/// Why a line is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// More or fewer fields than the first line.
    #[error("it has more or fewer fields than the first line; check commas and quotation marks")]
    Fields,
    /// No id.
    #[error("what stands under id is none; leave it empty for a new contact")]
    Id,
    /// Two lines about one person.
    #[error("it is about the same person as line {0}; leave one of them out")]
    Again(u64),
    /// Nobody can say who is meant.
    #[error(
        "several contacts could be meant; give last, first and born, or the id as `sealpost contact export` writes it"
    )]
    Several,
    /// Too many share an address.
    #[error(
        "more than {HOUSEHOLD} contacts would share one of its e-mail addresses; leave an address out that is nobody's own, such as the clinic's"
    )]
    Crowded,
    /// What it says will not do.
    #[error(transparent)]
    Problems(#[from] Problems),
}

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, counted from 1.
    pub line: u64,
    /// What becomes of it.
    pub verdict: Verdict,
    /// What in it decides who can read messages.
    pub effects: Vec<Effect>,
    /// What of somebody known becomes another.
    pub fields: Vec<Field>,
}

/// What an import will do.
#[derive(Debug, Default)]
pub struct Plan {
    /// The lines, in their order.
    pub lines: Vec<Line>,
    changes: Vec<Step>,
}

/// One contact as it was read, `None` for a new one, and as it will be.
#[derive(Debug)]
struct Step {
    before: Option<Contact>,
    after: Contact,
}

/// Why an import was not planned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The file cannot be read.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Plan {
    /// Whether every line can be taken.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let refused = |line: &Line| matches!(line.verdict, Verdict::Refused(_));
        !self.lines.iter().any(refused)
    }

    /// What the contacts that are added or changed will be listed as.
    #[must_use]
    pub fn names(&self) -> HashMap<ContactId, String> {
        let steps = self.changes.iter();
        let named = steps.filter_map(|step| Some((step.after.id, step.after.listed_name()?)));
        named.collect()
    }

    /// The contacts that will be called otherwise than before.
    pub fn renamed(&self) -> impl Iterator<Item = ContactId> {
        let renamed = self.changes.iter().filter(|step| {
            let before = step.before.as_ref();
            before.is_some_and(|b| b.listed_name() != step.after.listed_name())
        });
        renamed.map(|step| step.after.id)
    }
}

/// Plans an import; nothing changes. The directory is read into memory for it, a
/// few hundred octets for each contact, off the thread that serves others.
///
/// # Errors
/// [`PlanError`].
pub async fn plan(store: &Store, octets: &[u8], rules: &Rules) -> Result<Plan, PlanError> {
    let (store, octets, rules) = (store.clone(), octets.to_vec(), rules.clone());
    let planned = apart(async move {
        let entries = match table::read(&octets) {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(error)),
        };
        let mut people = People::read(&store).await?;
        let known = rules.known(&store);
        let lines: Vec<Line> = entries
            .iter()
            .map(|entry| people.take(entry, &known))
            .collect();
        Ok(Ok(people.planned(lines)))
    });
    Ok(planned.await??)
}

/// Puts all that was planned into the caller's commit, which fails with
/// [`Error::Conflict`] if one of the contacts was changed since, or a family.
///
/// # Errors
/// The store's own.
pub async fn carry_out(store: &Store, tx: &mut Tx, plan: &Plan, by: Actor) -> Result<(), Error> {
    let changed: HashSet<ContactId> = plan.changes.iter().map(|step| step.after.id).collect();
    for step in &plan.changes {
        let held = match &step.before {
            Some(before) => {
                let held = store.hold(&Contact::at(before.id)).await?;
                let held = held.filter(|held| held.record == *before);
                Some(held.ok_or(Error::Conflict)?)
            }
            None => None,
        };
        write(store, tx, held.as_ref(), &step.after);
        let words = effects(step.before.as_ref(), &step.after);
        let words = words.into_iter().map(Effect::word);
        let words: Vec<&str> = ["imported"].into_iter().chain(words).collect();
        let event = Event::new(by, EventKind::Contact, step.after.id);
        tx.audit(event.noted(&words.join(" ")));
    }
    still_families(store, tx, plan, &changed).await
}

/// The plan looked at every family. What it does not change itself must be as it
/// was: no head has a guarantor by now, and who gets one is nobody's head.
async fn still_families(
    store: &Store,
    tx: &mut Tx,
    plan: &Plan,
    changed: &HashSet<ContactId>,
) -> Result<(), Error> {
    let mut heads = HashSet::new();
    for step in &plan.changes {
        let before = step.before.as_ref().and_then(|before| before.guarantor);
        let Some(head) = step.after.guarantor.filter(|head| Some(*head) != before) else {
            continue;
        };
        let id = step.after.id;
        let members: Vec<FamilyMember> = store.range(&[id.octets()], None, usize::MAX).await?;
        if members.iter().any(|one| !changed.contains(&one.contact)) {
            return Err(Error::Conflict);
        }
        // A head that the plan changes is held by its own step.
        if changed.contains(&head) || !heads.insert(head) {
            continue;
        }
        let held = store.hold(&Contact::at(head)).await?;
        let held = held.filter(|held| held.record.guarantor.is_none());
        // Whoever gives the head a guarantor at this moment must fail.
        let held = held.ok_or(Error::Conflict)?;
        tx.replace(&held, &held.record);
    }
    Ok(())
}

/// Last name, first name, date of birth, folded.
pub(super) type Person = (String, String, String);

/// Everybody, as far as the file has been read.
#[derive(Default)]
struct People {
    all: Vec<Someone>,
    by_id: HashMap<ContactId, usize>,
    by_person: HashMap<Person, Vec<usize>>,
    by_email: HashMap<String, Vec<usize>>,
}

/// What becomes of a line, what it does to who can read messages, and what of
/// somebody known becomes another.
type Taken = (Verdict, Vec<Effect>, Vec<Field>);

/// Two of one name and birthday say already that nobody knows who is meant.
const TWINS: usize = 2;

struct Someone {
    before: Option<Contact>,
    now: Contact,
    /// The line that is about them.
    line: Option<u64>,
}

impl People {
    async fn read(store: &Store) -> Result<Self, Error> {
        let (mut people, mut after) = (Self::default(), None);
        loop {
            let page: Vec<Contact> = store.range(&[], after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(people);
            };
            after = Some(last.key());
            for contact in page {
                people.push(Some(contact.clone()), contact);
            }
        }
    }

    fn push(&mut self, before: Option<Contact>, now: Contact) -> usize {
        let at = self.all.len();
        self.by_id.insert(now.id, at);
        self.index(at, &now);
        self.all.push(Someone {
            before,
            now,
            line: None,
        });
        at
    }

    fn index(&mut self, at: usize, contact: &Contact) {
        if let Some(person) = person(contact) {
            let same = self.by_person.entry(person).or_default();
            note(same, at, TWINS);
        }
        for address in &contact.addresses {
            let same = self.by_email.entry(address.folded()).or_default();
            note(same, at, HOUSEHOLD);
        }
    }

    fn take(&mut self, entry: &Entry, known: &Known<'_>) -> Line {
        let taken = self.taken(entry, known);
        let refused = |reason| (Verdict::Refused(reason), Vec::new(), Vec::new());
        let (verdict, effects, fields) = taken.unwrap_or_else(refused);
        Line {
            line: entry.line,
            verdict,
            effects,
            fields,
        }
    }

    fn taken(&mut self, entry: &Entry, known: &Known<'_>) -> Result<Taken, Reason> {
        if !entry.whole {
            return Err(Reason::Fields);
        }
        if let Some(field) = entry.odd {
            return Err(Problems(vec![Problem::Word(field, "yes, no")]).into());
        }
        let id = match entry.id.as_str() {
            "" => None,
            text => Some(text.parse::<ContactId>().map_err(|_| Reason::Id)?),
        };
        // As it would be of somebody of whom nothing is known: who is this?
        let fresh = id.unwrap_or_else(|| ContactId::new(known.now));
        let fresh = Contact::stub(fresh, known.now);
        let mut draft = entry.draft.clone();
        let lax = Known {
            required: &[],
            ..*known
        };
        let mut bare = draft.clone();
        bare.portal = None;
        let said = applied(&bare, &fresh, &lax)?;
        let at = match id {
            Some(id) => self.by_id.get(&id).copied(),
            None => self.find(&said)?,
        };
        let before = at.and_then(|at| self.all.get(at));
        if let Some(line) = before.and_then(|someone| someone.line) {
            return Err(Reason::Again(line));
        }
        let before = before.map_or(&fresh, |someone| &someone.now);
        // A file of the clinic's patients says that its lines are patients.
        if draft.status.is_none() && before.status == ContactStatus::Stub {
            draft.status = Some(ContactStatus::Patient.word().to_owned());
        }
        let after = applied(&draft, before, known)?;
        let here = at.map(|_| before);
        if self.is_crowded(here, &after) {
            return Err(Reason::Crowded);
        }
        let effects = effects(here, &after);
        let fields = here.map_or_else(Vec::new, |here| differing(here, &after));
        let verdict = match at {
            None => Verdict::Add(after.id),
            Some(_) if after == *before => Verdict::Same(after.id),
            Some(_) => Verdict::Change(after.id),
        };
        let at = at.unwrap_or_else(|| self.push(None, after.clone()));
        self.index(at, &after);
        if let Some(someone) = self.all.get_mut(at) {
            someone.now = after;
            someone.line = Some(entry.line);
        }
        Ok((verdict, effects, fields))
    }

    /// Whether an address that is new for somebody has as many already as are ever
    /// looked at. Without this bound a file of one address would hold each line
    /// against all before it.
    fn is_crowded(&self, before: Option<&Contact>, after: &Contact) -> bool {
        let had: &[Address] = before.map_or(&[], |before| &before.addresses);
        let had: Vec<String> = had.iter().map(Address::folded).collect();
        let all = after.addresses.iter().map(Address::folded);
        let mut new = all.filter(|address| !had.contains(address));
        new.any(|address| {
            let same = self.by_email.get(&address);
            same.is_some_and(|same| same.len() >= HOUSEHOLD)
        })
    }

    /// Who a line without an id is about, if the directory has them.
    fn find(&self, said: &Contact) -> Result<Option<usize>, Reason> {
        let same = person(said).and_then(|person| self.by_person.get(&person));
        match same.map(Vec::as_slice) {
            Some([one]) => return Ok(Some(*one)),
            Some([_, ..]) => return Err(Reason::Several),
            _ => {}
        }
        let mut found = Vec::new();
        for address in said.addresses.iter().map(Address::folded) {
            for at in self.by_email.get(&address).into_iter().flatten() {
                let other = self.all.get(*at).map(|someone| &someone.now);
                if !found.contains(at) && other.is_some_and(|other| may_be(other, said)) {
                    found.push(*at);
                }
            }
        }
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => Err(Reason::Several),
        }
    }

    /// The plan, once all lines are read and every guarantor can be found.
    fn planned(self, mut lines: Vec<Line>) -> Plan {
        let bad = self.bad_families();
        for line in &mut lines {
            if let Some(problem) = bad.get(&line.line) {
                line.verdict = Verdict::Refused(Problems(vec![problem.clone()]).into());
                line.effects.clear();
                line.fields.clear();
            }
        }
        let changed = |someone: &Someone| someone.before.as_ref() != Some(&someone.now);
        let changes = self.all.into_iter().filter(changed).map(|someone| Step {
            before: someone.before,
            after: someone.now,
        });
        Plan {
            lines,
            changes: changes.collect(),
        }
    }

    /// The lines that leave a guarantor who is none.
    fn bad_families(&self) -> HashMap<u64, Problem> {
        let mut heads: HashMap<ContactId, usize> = HashMap::new();
        for head in self.all.iter().filter_map(|someone| someone.now.guarantor) {
            *heads.entry(head).or_default() += 1;
        }
        let problem = |someone: &Someone| {
            let head = someone.now.guarantor?;
            let found = self.by_id.get(&head).and_then(|at| self.all.get(*at));
            if heads.contains_key(&someone.now.id) {
                return Some(Problem::Head);
            }
            let sound = found.is_some_and(|head| head.now.guarantor.is_none());
            (!sound).then_some(Problem::Guarantor)
        };
        let each = self.all.iter();
        each.filter_map(|someone| Some((someone.line?, problem(someone)?)))
            .collect()
    }
}

/// Notes a place, unless it is there, or there are enough.
fn note(same: &mut Vec<usize>, at: usize, most: usize) {
    if same.len() < most && !same.contains(&at) {
        same.push(at);
    }
}

/// By what a person is told from another: both names and the date of birth.
pub(super) fn person(contact: &Contact) -> Option<Person> {
    let part = |text: &Option<String>| {
        let words = fold::name(text.as_deref()?);
        (!words.is_empty()).then(|| words.join(" "))
    };
    let born = contact.born?.to_string();
    Some((part(&contact.last)?, part(&contact.first)?, born))
}

/// Whether nothing that is known of two speaks against their being one person.
fn may_be(one: &Contact, other: &Contact) -> bool {
    let born = one.born.zip(other.born).is_none_or(|(a, b)| a == b);
    let part = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => fold::name(a) == fold::name(b),
        _ => true,
    };
    let parts = part(&one.last, &other.last) && part(&one.first, &other.first);
    let whole = |contact: &Contact| contact.full_name().map(|name| fold::name(&name));
    let names = match (whole(one), whole(other)) {
        // "Dr. Jane Doe" may be Jane Doe.
        (Some(a), Some(b)) => {
            a.iter().all(|word| b.contains(word)) || b.iter().all(|word| a.contains(word))
        }
        _ => true,
    };
    born && parts && names
}
