//! Who is looked for: by name, address, date of birth or telephone number. The
//! records are sealed, so there is no index of words; all are read, in pages, off
//! the thread that serves others.

use crate::contacts::fold::{fold, words};
use crate::model::{AccountId, Address, ContactId};
use crate::store::records::{Contact, ContactStatus};
use crate::store::{Error, Record, Store, apart};
use std::collections::HashSet;

/// Contacts read at once.
const PAGE: usize = 256;
/// Fewest digits that are taken for a piece of a telephone number.
const FEW_DIGITS: usize = 3;

/// Who is wanted.
#[derive(Clone, Default)]
pub struct Wanted {
    /// Words that must all be found: beginnings of names, pieces of addresses and
    /// of telephone numbers, the beginning of a date of birth as `1980-01-31`.
    /// Without words, everybody.
    pub words: String,
    /// Patients of this provider alone.
    pub provider: Option<AccountId>,
    /// Whether stubs are listed where no word is given.
    pub unlisted: bool,
    /// Stubs alone.
    pub stubs: bool,
    /// Folded addresses of accounts here: who was only written to there is a
    /// colleague, and is left out.
    pub colleagues: HashSet<String>,
    /// Those alone who come after this one in the list.
    pub after: Option<ContactId>,
    /// At most so many.
    pub limit: usize,
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wanted(…)")
    }
}

/// Who was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The contacts, by name.
    pub contacts: Vec<Contact>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// Where a contact stands in the list.
type Place = (String, ContactId);

/// Looks for contacts; the list is in the order of their names, those without
/// one at its end.
///
/// # Errors
/// The store's own.
pub async fn search(store: &Store, wanted: Wanted) -> Result<Found, Error> {
    let store = store.clone();
    apart(async move { look(&store, &wanted).await }).await
}

async fn look(store: &Store, wanted: &Wanted) -> Result<Found, Error> {
    let query = Query::new(&wanted.words);
    let from = match wanted.after {
        Some(id) => store.get(&Contact::at(id)).await?.map(|c| place(&c)),
        None => None,
    };
    let mut best: Vec<(Place, Contact)> = Vec::new();
    let (mut more, mut after) = (false, None);
    loop {
        let page: Vec<Contact> = store.range(&[], after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key());
        let fits = |c: &Contact| wanted.takes(c, &query) && query.finds(c);
        for contact in page.into_iter().filter(fits) {
            let place = place(&contact);
            if from.as_ref().is_none_or(|from| place > *from) {
                best.push((place, contact));
            }
        }
        // What is kept is bounded by what is asked for, not by the directory.
        best.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        more |= best.len() > wanted.limit;
        best.truncate(wanted.limit);
    }
    let contacts = best.into_iter().map(|(_, contact)| contact).collect();
    Ok(Found { contacts, more })
}

fn place(contact: &Contact) -> Place {
    // No name sorts behind every name.
    let name = contact.listed_name().map(|name| fold(&name));
    (name.unwrap_or_else(|| '\u{10ffff}'.to_string()), contact.id)
}

impl Wanted {
    fn takes(&self, contact: &Contact, query: &Query) -> bool {
        let stub = contact.status == ContactStatus::Stub;
        let mut addresses = contact.addresses.iter().map(Address::folded);
        if stub && addresses.any(|address| self.colleagues.contains(&address)) {
            return false;
        }
        let listed = match self.stubs {
            true => stub,
            false => !stub || self.unlisted || !query.is_empty(),
        };
        let theirs = self.provider.is_none_or(|p| contact.provider == Some(p));
        listed && theirs
    }
}

/// Words, prepared.
struct Query {
    words: Vec<Word>,
    /// All of it, if it can be a telephone number: `+1 555 0100` is one.
    number: Option<String>,
}

struct Word {
    /// As it was written, in small letters, for addresses and dates.
    plain: String,
    /// Its words, folded: `ruiz-peña` has two.
    folded: Vec<String>,
    digits: String,
}

impl Query {
    fn new(text: &str) -> Self {
        let word = |word: &str| Word {
            plain: word.to_lowercase(),
            folded: words(&fold(word)).map(str::to_owned).collect(),
            digits: digits(word),
        };
        Self {
            words: text.split_whitespace().map(word).collect(),
            number: Some(word(text)).filter(Word::is_phone).map(|w| w.digits),
        }
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn finds(&self, contact: &Contact) -> bool {
        if self.is_empty() {
            return true;
        }
        let names = [&contact.first, &contact.last, &contact.name];
        let names: Vec<String> = names.into_iter().flatten().map(|n| fold(n)).collect();
        let names: Vec<&str> = names.iter().flat_map(|name| words(name)).collect();
        let born = contact.born.map(|born| born.to_string());
        let in_name = |word: &Word| {
            let begun = |w: &String| names.iter().any(|name| name.starts_with(w.as_str()));
            !word.folded.is_empty() && word.folded.iter().all(begun)
        };
        let in_address = |word: &Word| {
            let mut all = contact.addresses.iter();
            all.any(|a| a.as_str().to_lowercase().contains(&word.plain))
        };
        let phones: Vec<String> = contact.phones.iter().map(|p| digits(p)).collect();
        let is_in = |number: &String| phones.iter().any(|phone| phone.contains(number));
        let in_phone = |word: &Word| word.is_phone() && is_in(&word.digits);
        let in_born = |word: &Word| {
            let born = born.as_deref();
            word.digits.len() > FEW_DIGITS && born.is_some_and(|b| b.starts_with(&word.plain))
        };
        let mut all = self.words.iter();
        self.number.as_ref().is_some_and(is_in)
            || all.all(|word| in_name(word) || in_address(word) || in_phone(word) || in_born(word))
    }
}

impl Word {
    /// Whether it may be a piece of a telephone number: no letters, some digits.
    fn is_phone(&self) -> bool {
        self.digits.len() >= FEW_DIGITS && !self.plain.contains(char::is_alphabetic)
    }
}

fn digits(text: &str) -> String {
    let digits = text.chars().filter_map(|c| c.to_digit(10));
    digits.filter_map(|d| char::from_digit(d, 10)).collect()
}
