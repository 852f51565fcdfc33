//! Names of folders: which a client may choose, and how a contact's view is
//! called.

use crate::folders::{RELEASE, STANDARD};
use crate::model::ContactId;
use std::borrow::Cow;

/// Where the views of contacts stand.
pub const PATIENTS: &str = "Patients";
/// Where the clinic's shared mailbox stands.
pub const SHARED: &str = "Shared";

/// Longest name in octets: a client that keeps a folder as a file gives it a
/// name of at most 255 octets, and puts something of its own before and behind.
const LONGEST: usize = 200;
/// Longest name of a contact, in characters, as far as a list of folders shows it.
const SHOWN: usize = 60;
/// Letters of a contact's id behind the name. Twenty bits tell two namesakes apart.
const SHORT: usize = 4;
/// Letters of a whole id.
const WHOLE: usize = 26;

/// A name as a client may choose it, in the form in which it is kept: levels
/// parted by `/`, none empty, no wildcards (RFC 3501 §6.3.8), `INBOX` in capitals.
/// `None` if it will not do, or belongs to the gateway.
pub(super) fn checked(name: &str) -> Option<String> {
    // RFC 3501 §6.3.3: a client may say so that it will make folders below.
    let name = name.strip_suffix('/').unwrap_or(name);
    let first = name.split('/').next().unwrap_or_default();
    // What is moved to Release leaves, in a clinic that has it so.
    let ours = [PATIENTS, SHARED, RELEASE];
    let ours = ours.iter().any(|ours| first.eq_ignore_ascii_case(ours));
    let odd = |c: char| c.is_control() || matches!(c, '%' | '*');
    let empty = name.split('/').any(|level| level.trim().is_empty());
    if ours || empty || name.len() > LONGEST || name.contains(odd) {
        return None;
    }
    Some(normal(name).into_owned())
}

/// A name with `INBOX` in capitals, however it is written (RFC 3501 §5.1).
#[must_use]
pub fn normal(name: &str) -> Cow<'_, str> {
    let end = name.find('/').unwrap_or(name.len());
    match name.split_at(end) {
        (first, rest) if first.eq_ignore_ascii_case("INBOX") => format!("INBOX{rest}").into(),
        _ => name.into(),
    }
}

/// Whether every account has a folder of this name.
pub(super) fn is_standard(name: &str) -> bool {
    STANDARD.iter().any(|(standard, _)| *standard == name)
}

/// The names above a name, the highest first.
pub(super) fn above(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').filter_map(|(at, _)| name.get(..at))
}

/// How the view of a contact is called: the name as the office wrote it, and
/// letters of the id, as many as it takes for `taken` to say no.
pub(super) fn of_contact(
    contact: ContactId,
    name: Option<&str>,
    taken: impl Fn(&str) -> bool,
) -> String {
    let clean = name.map(cleaned).unwrap_or_default();
    let shown = if clean.is_empty() { "Patient" } else { &clean };
    let id = contact.to_string();
    let mut letters = SHORT;
    loop {
        let short = short(&id, letters);
        let whole = format!("{PATIENTS}/{shown} {short}");
        if letters >= id.len() || !taken(&whole) {
            return whole;
        }
        letters *= 2;
    }
}

/// The letters by which a view of this name is found; `None` if it is no view's.
pub(super) fn letters(name: &str) -> Option<&str> {
    let (_, id) = name.rsplit_once(' ')?;
    // A whole id has its very last letter too.
    let end = id.len().min(WHOLE - 1);
    id.get(end.checked_sub(SHORT)?..end)
}

/// The same of the view of a contact, whatever it is called.
pub(super) fn of_id(contact: ContactId) -> String {
    short(&contact.to_string(), SHORT).to_owned()
}

/// The last letters of an id but one: the first tell the time, and the very last
/// has three bits only.
fn short(id: &str, letters: usize) -> &str {
    let end = id.len().saturating_sub(1);
    match end.checked_sub(letters) {
        Some(start) => id.get(start..end).unwrap_or(id),
        None => id,
    }
}

/// A person's name without what has a meaning in a folder's name.
fn cleaned(name: &str) -> String {
    let plain = |c: char| match c {
        '/' | '\\' => '-',
        '%' | '*' | '"' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    let name: String = name.chars().map(plain).take(SHOWN).collect();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{above, checked, of_contact, short};
    use crate::model::ContactId;

    #[test]
    fn a_client_chooses_plain_names_outside_of_what_is_the_gateways() {
        for (asked, kept) in [
            ("Receipts", "Receipts"),
            ("Receipts/2026/", "Receipts/2026"),
            ("inbox", "INBOX"),
            ("Inbox/later", "INBOX/later"),
            ("Año nuevo", "Año nuevo"),
            ("Patients of old", "Patients of old"),
        ] {
            assert_eq!(checked(asked).as_deref(), Some(kept));
        }
        let long = "x".repeat(201);
        for bad in [
            "",
            "/",
            "//",
            "/a",
            "a//b",
            "a/ /b",
            "a*",
            "a%b",
            "a\tb",
            "a\u{85}",
            "patients",
            "Patients/x",
            "SHARED/x",
            "release",
            "Release/",
            &long,
        ] {
            assert_eq!(checked(bad), None, "{bad:?}");
        }
        assert_eq!(above("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
    }

    #[test]
    fn a_view_is_called_after_its_contact_and_never_as_another() {
        let id = ContactId::from_octets([0x5a; 16]);
        let letters = id.to_string();
        let four = &letters[21..25];
        let free = |_: &str| false;
        let named = |name| of_contact(id, Some(name), free);
        assert_eq!(named("Jane Doe"), format!("Patients/Jane Doe {four}"));
        assert_eq!(named("Doe/Jane\r\n*"), format!("Patients/Doe-Jane {four}"));
        assert_eq!(named(" % "), format!("Patients/Patient {four}"));
        assert_eq!(
            of_contact(id, None, free),
            format!("Patients/Patient {four}")
        );
        let first = named("Jane Doe");
        let second = of_contact(id, Some("Jane Doe"), |name| name == first);
        assert_eq!(second, format!("Patients/Jane Doe {}", &letters[17..25]));
        let all = of_contact(id, Some("Jane Doe"), |_| true);
        assert_eq!(all, format!("Patients/Jane Doe {letters}"));
        for name in [&first, &second, &all] {
            assert_eq!(super::letters(name), Some(four));
        }
        for name in ["Patients/", "Patients/x abc", "Patients/abcd"] {
            assert_eq!(super::letters(name), None, "{name}");
        }
        assert_eq!(short("abc", 4), "abc");
    }
}
