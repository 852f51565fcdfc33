//! The directory as a file of a spreadsheet: CSV (RFC 4180) in UTF-8. What other
//! programs write is read too: a mark at the beginning, semicolons or tabs, any
//! line ends, line breaks within quotation marks; and the names that the office's
//! pages have for the columns. What would have to be guessed is refused.

use crate::contacts::fold::fold;
use crate::contacts::{Draft, Field};
use crate::model::{AccountId, ContactId};
use crate::store::records::Contact;
use csv::{Reader, ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use std::collections::HashMap;
use std::fmt;

/// Largest file, in octets: the most lines, of four hundred each.
pub const MAX_OCTETS: usize = 8 << 20;
/// Most lines: a clinic of fifty thousand patients brings them in several files.
const MAX_LINES: usize = 20_000;
/// So many unknown columns are named: more than a list of people has.
const MOST_STRAYS: usize = 20;
/// Of the name of an unknown column so many characters are shown.
const LONGEST_SHOWN: usize = 40;
/// A misspelt column is named if it is so near to a known one.
const NEAR: usize = 2;

/// The columns, as they are written.
const COLUMNS: [&str; 24] = [
    "id",
    "last",
    "first",
    "name",
    "born",
    "status",
    "language",
    "phone",
    "phone2",
    "phone3",
    "phone4",
    "email",
    "email2",
    "email3",
    "email4",
    "email5",
    "email6",
    "email7",
    "email8",
    "postal",
    "provider",
    "guarantor",
    "portal",
    "confidential",
];

/// What the columns are called on the pages of the office, in English and in
/// Spanish, as [`letters`] has it. Where there are several of a kind, a number may
/// follow.
const LABELS: [(&str, &str); 30] = [
    ("firstname", "first"),
    ("nombre", "first"),
    ("lastname", "last"),
    ("apellidos", "last"),
    ("nameinmessages", "name"),
    ("nombreenlosmensajes", "name"),
    ("dateofbirth", "born"),
    ("fechadenacimiento", "born"),
    // As other programs write them out.
    ("dob", "born"),
    ("birthdate", "born"),
    ("birthday", "born"),
    ("whotheyare", "status"),
    ("quienes", "status"),
    ("estado", "status"),
    ("idioma", "language"),
    ("phone", "phone"),
    ("telefono", "phone"),
    ("email", "email"),
    ("correoelectronico", "email"),
    ("correo", "email"),
    ("postaladdress", "postal"),
    ("direccionpostal", "postal"),
    ("primaryprovider", "provider"),
    ("medicoprincipal", "provider"),
    ("headofthefamily", "guarantor"),
    ("responsabledelafamilia", "guarantor"),
    ("portalsignin", "portal"),
    ("accesoalportal", "portal"),
    ("confidential", "confidential"),
    ("confidencial", "confidential"),
];
/// No name of a column is longer, in octets: what is, is not compared.
const LONGEST_NAME: usize = 100;

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Too large.
    #[error("the file is larger than {} MiB; split it into several, each with its first line", MAX_OCTETS >> 20)]
    Large,
    /// Too long.
    #[error(
        "the file has more than {MAX_LINES} lines; split it into several, each with its first line"
    )]
    Long,
    /// In another encoding.
    #[error(
        "line {0} is not in UTF-8, so letters with accents could be mistaken; save the file as \"CSV UTF-8\" and try again"
    )]
    Encoding(u64),
    /// In UTF-16.
    #[error(
        "the file is in UTF-16, perhaps saved as \"Unicode text\"; save it as \"CSV UTF-8\" and try again"
    )]
    Wide,
    /// No names of columns.
    #[error(
        "the first line must name the columns, such as last,first,born,email; `sealpost contact export` writes them all"
    )]
    Header,
    /// Unknown columns, all of them.
    #[error("{}", .0.iter().map(Stray::to_string).collect::<Vec<_>>().join("\n"))]
    Columns(Vec<Stray>),
    /// A column twice.
    #[error("the first line has the column {0} twice; leave one out")]
    Twice(&'static str),
    /// It cannot be taken apart.
    #[error("line {0} cannot be read; check its quotation marks")]
    Line(u64),
}

/// A column that is not known.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {at} of the first line is none that is known; {advice}")]
pub struct Stray {
    /// Its place, counted from 1.
    pub at: usize,
    /// What the file calls it, cut where no name of a column is as long.
    pub called: String,
    /// What to do about it, for a terminal.
    pub advice: String,
}

impl fmt::Debug for Stray {
    /// Leaves out what the file says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stray({})", self.at)
    }
}

/// One line of a file.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its number, counted from 1, as an editor shows it.
    pub(super) line: u64,
    /// The id as it is written; empty if there is none.
    pub(super) id: String,
    /// What it says.
    pub(super) draft: Draft,
    /// A field that must say yes or no, and does not.
    pub(super) odd: Option<Field>,
    /// Whether it has as many fields as the first line.
    pub(super) whole: bool,
}

/// Reads a file.
pub(super) fn read(octets: &[u8]) -> Result<Vec<Entry>, SheetError> {
    let text = text_of(octets)?;
    let mut reader = opened(text);
    let mut record = StringRecord::new();
    read_one(&mut reader, &mut record)?;
    let columns = columns(&record)?;
    let mut entries = Vec::new();
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    while read_one(&mut reader, &mut record)? {
        let line = lines.of(&record);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if entries.len() >= MAX_LINES {
            return Err(SheetError::Long);
        }
        entries.push(entry(&columns, &record, line));
    }
    Ok(entries)
}

/// Counts the lines of a text, once.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line in which a record begins; empty ones before it belong to it, as
    /// far as the reader knows.
    fn of(&mut self, record: &StringRecord) -> u64 {
        let begins = record.position().map_or(0, csv::Position::byte);
        let begins = usize::try_from(begins).unwrap_or(usize::MAX);
        let rest = self.text.get(begins..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let passed = self.text.get(self.at..begins + blank).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed.as_bytes()).count() as u64;
        self.at = begins + blank;
        self.line
    }
}

fn text_of(octets: &[u8]) -> Result<&str, SheetError> {
    if octets.len() > MAX_OCTETS {
        return Err(SheetError::Large);
    }
    if octets.starts_with(&[0xff, 0xfe]) || octets.starts_with(&[0xfe, 0xff]) {
        return Err(SheetError::Wide);
    }
    let text = std::str::from_utf8(octets).map_err(|error| {
        let before = octets.get(..error.valid_up_to()).unwrap_or_default();
        SheetError::Encoding(1 + memchr::memchr_iter(b'\n', before).count() as u64)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// A reader with the separator under which the first line has most columns.
fn opened(text: &str) -> Reader<&[u8]> {
    let with = |delimiter| {
        ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes())
    };
    let known = |delimiter: &u8| {
        let mut first = StringRecord::new();
        let read = with(*delimiter).read_record(&mut first);
        let known = first.iter().filter(|cell| column(cell).is_some()).count();
        read.map_or(0, |_| known)
    };
    let best = [b'\t', b';', b','].into_iter().max_by_key(known);
    with(best.unwrap_or(b','))
}

fn read_one(reader: &mut Reader<&[u8]>, record: &mut StringRecord) -> Result<bool, SheetError> {
    let line = reader.position().line();
    reader
        .read_record(record)
        .map_err(|_| SheetError::Line(line))
}

/// The column that a cell of the first line names.
fn column(cell: &str) -> Option<&'static str> {
    if cell.len() > LONGEST_NAME {
        return None;
    }
    let name = letters(cell);
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.strip_prefix(stem).unwrap_or_default();
    let mut labels = LABELS.iter();
    let label = labels.find(|(label, _)| *label == stem);
    let mut all = COLUMNS.into_iter();
    all.find(|column| {
        *column == name || label.is_some_and(|(_, of)| column.strip_prefix(of) == Some(number))
    })
}

/// The letters and digits of a name, without case and accents.
fn letters(name: &str) -> String {
    let mut letters = fold(name);
    letters.retain(char::is_alphanumeric);
    letters
}

fn columns(first: &StringRecord) -> Result<Vec<&'static str>, SheetError> {
    let (mut columns, mut strays) = (Vec::new(), Vec::new());
    for (n, cell) in (1..).zip(first) {
        match column(cell) {
            Some(name) if columns.contains(&name) => return Err(SheetError::Twice(name)),
            Some(name) => columns.push(name),
            None if strays.len() < MOST_STRAYS => strays.push(stray(n, cell)),
            None => {}
        }
    }
    match (columns.is_empty(), strays.is_empty()) {
        // A first line that knows no column is a person's: it is not repeated.
        (true, _) => Err(SheetError::Header),
        (false, false) => Err(SheetError::Columns(strays)),
        (false, true) => Ok(columns),
    }
}

fn stray(at: usize, cell: &str) -> Stray {
    let shown = cell.trim().chars().filter(|c| !c.is_control());
    let called = shown.take(LONGEST_SHOWN).collect();
    let cell = cell.trim().to_ascii_lowercase();
    // What is longer is near to no name, and comparing takes memory by its length.
    let longest = COLUMNS.iter().map(|name| name.len()).max().unwrap_or(0);
    let comparable = cell.len() <= longest + NEAR;
    let near = COLUMNS
        .into_iter()
        .filter(|_| comparable)
        .map(|name| (strsim::damerau_levenshtein(&cell, name), name))
        .filter(|(distance, _)| *distance <= NEAR)
        .min();
    let advice = match near {
        Some((_, name)) => format!("write {name}, or remove the column"),
        None => format!("remove it, or call it one of {}", COLUMNS.join(", ")),
    };
    Stray { at, called, advice }
}

/// What a record says. An empty cell says nothing: it takes nothing away.
fn entry(columns: &[&'static str], record: &StringRecord, line: u64) -> Entry {
    let cells: HashMap<&str, String> = columns
        .iter()
        .zip(record)
        .map(|(name, cell)| (*name, unguarded(cell.trim()).to_owned()))
        .filter(|(_, cell)| !cell.is_empty())
        .collect();
    let one = |name: &str| cells.get(name).cloned();
    let many = |stem: &str| {
        let named = COLUMNS.iter().filter(|name| {
            let rest = name.strip_prefix(stem);
            rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
        });
        let given: Vec<String> = named.filter_map(|name| one(name)).collect();
        (!given.is_empty()).then_some(given)
    };
    let yes = |name: &str| match one(name)?.to_ascii_lowercase().as_str() {
        "yes" | "true" => Some(Ok(true)),
        "no" | "false" => Some(Ok(false)),
        _ => Some(Err(())),
    };
    let (portal, confidential) = (yes("portal"), yes("confidential"));
    Entry {
        line,
        id: one("id").unwrap_or_default(),
        draft: Draft {
            first: one("first"),
            last: one("last"),
            name: one("name"),
            born: one("born"),
            status: one("status"),
            language: one("language"),
            phones: many("phone"),
            emails: many("email"),
            postal: one("postal"),
            provider: one("provider"),
            guarantor: one("guarantor"),
            portal: portal.and_then(Result::ok),
            confidential: confidential.and_then(Result::ok),
        },
        odd: [(portal, Field::Portal), (confidential, Field::Confidential)]
            .into_iter()
            .find_map(|(said, field)| (said == Some(Err(()))).then_some(field)),
        whole: record.len() == columns.len(),
    }
}

/// Writes contacts as a file: in UTF-8 with the mark by which Excel knows it,
/// CRLF, and `;` between the cells where a comma stands in numbers.
#[must_use]
pub fn export(
    contacts: &[Contact],
    providers: &HashMap<AccountId, String>,
    semicolons: bool,
) -> String {
    let mut writer = WriterBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .terminator(Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    // Writing into memory does not fail, and every line has the same fields.
    let _ = writer.write_record(COLUMNS);
    for contact in contacts {
        let cells = cells(contact, providers);
        let _ = writer.write_record(cells.iter().map(|cell| guarded(cell)));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A contact's cells, in the order of the columns.
fn cells(contact: &Contact, providers: &HashMap<AccountId, String>) -> Vec<String> {
    let yes = |is| if is { "yes" } else { "no" }.to_owned();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let phone = |n: usize| contact.phones.get(n).cloned().unwrap_or_default();
    let email = |n: usize| {
        let address = contact.addresses.get(n);
        address.map_or_else(String::new, |a| a.as_str().to_owned())
    };
    let provider = contact.provider.and_then(|id| providers.get(&id));
    let mut cells = vec![
        contact.id.to_string(),
        text(&contact.last),
        text(&contact.first),
        text(&contact.name),
        contact.born.map_or_else(String::new, |b| b.to_string()),
        contact.status.word().to_owned(),
        contact.language.map_or("", |l| l.tag()).to_owned(),
    ];
    cells.extend((0..4).map(phone));
    cells.extend((0..8).map(email));
    cells.extend([
        text(&contact.postal),
        provider.cloned().unwrap_or_default(),
        contact
            .guarantor
            .map_or_else(String::new, |id: ContactId| id.to_string()),
        yes(contact.portal.is_some()),
        yes(contact.confidential),
    ]);
    cells
}

/// A cell that a spreadsheet would run as a formula gets an apostrophe before it
/// (OWASP, CSV injection), and so does one that already looks as if it had one.
#[must_use]
pub fn guarded(cell: &str) -> String {
    let guard = if looks_like_formula(cell) { "'" } else { "" };
    format!("{guard}{cell}")
}

/// The cell as it was before [`guarded`].
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => cell,
    }
}

fn looks_like_formula(cell: &str) -> bool {
    let bare = cell.trim_start_matches('\'');
    bare.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::{
        COLUMNS, LABELS, MAX_OCTETS, SheetError, column, guarded, letters, read, unguarded,
    };
    use proptest::prelude::{prop_assert, proptest};

    fn fault(octets: &[u8]) -> SheetError {
        read(octets).unwrap_err()
    }

    #[test]
    fn a_heading_of_a_megabyte_is_compared_with_nothing() {
        let file = format!("id,{}\nx,y\n", "a".repeat(1024 * 1024));
        let Err(SheetError::Columns(strays)) = read(file.as_bytes()) else {
            panic!("it was read");
        };
        let [stray] = strays.as_slice() else {
            panic!("{strays:?}");
        };
        let advice = &stray.advice;
        assert!(
            advice.starts_with("remove it, or call it one of"),
            "{advice}"
        );
        assert_eq!((stray.at, stray.called.len()), (2, 40));
        let Err(SheetError::Columns(strays)) = read(b"lsat,first,shoe\nx,y,z\n") else {
            panic!("it was read");
        };
        let named: Vec<&str> = strays.iter().map(|one| one.called.as_str()).collect();
        assert_eq!(named, ["lsat", "shoe"]);
        assert_eq!(strays[0].advice, "write last, or remove the column");
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        for text in [
            "last,first,postal,email\nDoe,Jane,\"1 Main St\nHarbour\",j@example.com\n",
            "\u{feff}Last;First;POSTAL;email\r\nDoe;Jane;\"1 Main St\r\nHarbour\";j@example.com\r\n",
            "last\tfirst\tpostal\temail\n\nDoe\tJane\t\"1 Main St\nHarbour\"\tj@example.com",
        ] {
            let entries = read(text.as_bytes()).unwrap();
            assert_eq!(entries.len(), 1, "{text:?}");
            let draft = &entries[0].draft;
            assert_eq!(draft.last.as_deref(), Some("Doe"));
            assert_eq!(draft.postal.as_deref().unwrap().lines().count(), 2);
            assert_eq!(draft.emails, Some(vec!["j@example.com".to_owned()]));
            assert_eq!((draft.born.as_ref(), draft.phones.as_ref()), (None, None));
            assert!(entries[0].whole);
        }
    }

    #[test]
    fn a_column_goes_by_its_short_name_and_by_the_names_of_the_pages() {
        for (cell, name) in [
            ("LAST", "last"),
            (" Last name ", "last"),
            ("first-name", "first"),
            ("NOMBRE", "first"),
            ("Fecha de Nacimiento", "born"),
            ("E-mail", "email"),
            ("e-mail 2", "email2"),
            ("Correo electronico 3", "email3"),
            ("Teléfono 2", "phone2"),
            ("Phone", "phone"),
            ("direccion postal", "postal"),
            ("M\u{c9}DICO PRINCIPAL", "provider"),
            ("Quién es", "status"),
            ("Name", "name"),
        ] {
            assert_eq!(column(cell), Some(name), "{cell}");
        }
        for none in ["Phone 9", "last 2", "Email 1", "2", "", "-", "Doe"] {
            assert_eq!(column(none), None, "{none}");
        }
        assert_eq!(
            fault(b"E-mail,last,EMAIL\n"),
            SheetError::Twice("email"),
            "one column by two names"
        );
        for (label, name) in LABELS {
            assert_eq!(label, letters(label));
            assert!(COLUMNS.contains(&name), "{name}");
        }
    }

    #[test]
    fn lines_are_numbered_as_an_editor_shows_them() {
        let text = "last,postal\r\nDoe,\"a\r\nb\"\r\n\r\nRoe,c\n,\n\nPoe\n";
        let lines: Vec<(u64, bool)> = read(text.as_bytes())
            .unwrap()
            .iter()
            .map(|entry| (entry.line, entry.whole))
            .collect();
        assert_eq!(lines, [(2, true), (5, true), (8, false)]);
    }

    #[test]
    fn a_file_in_another_encoding_is_refused_with_the_line_and_not_guessed() {
        let windows = b"last,first\r\nDoe,Jane\r\nN\xfa\xf1ez,Jos\xe9\r\n";
        assert_eq!(fault(windows), SheetError::Encoding(3));
        let said = fault(windows).to_string();
        assert!(said.starts_with("line 3 is not in UTF-8"), "{said}");
        assert_eq!(fault(b"\xff\xfel\0a\0s\0t\0"), SheetError::Wide);
    }

    #[test]
    fn a_file_that_is_none_of_ours_says_what_to_write() {
        assert_eq!(fault(b""), SheetError::Header);
        let said = fault(b"Doe,Jane,1980-01-31\n").to_string();
        assert!(
            !said.contains("Doe") && said.contains("first line"),
            "{said}"
        );
        let said = fault(b"last,frist\n").to_string();
        assert!(
            said.contains("column 2") && said.contains("write first"),
            "{said}"
        );
        let said = fault(b"last,allergies\n").to_string();
        assert!(said.contains("remove it"), "{said}");
        assert_eq!(fault(b"last,LAST\n"), SheetError::Twice("last"));
        assert_eq!(fault(&vec![b'x'; MAX_OCTETS + 1]), SheetError::Large);
        let long = format!("last\n{}", "x\n".repeat(20_001));
        assert_eq!(fault(long.as_bytes()), SheetError::Long);
    }

    #[test]
    fn a_formula_is_written_so_that_no_spreadsheet_runs_it_and_comes_back() {
        for (cell, written) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+34 600 000 000", "'+34 600 000 000"),
            ("@SUM(1)", "'@SUM(1)"),
            ("'=x", "''=x"),
            ("'t Hooft", "'t Hooft"),
            ("Doe-Roe", "Doe-Roe"),
            ("", ""),
        ] {
            assert_eq!(guarded(cell), written);
            assert_eq!(unguarded(written), cell);
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused_and_lines_count_up(
            octets: Vec<u8>,
            cells in "[a-z,;\"'\r\n\t=]{0,200}",
            cut in 0_usize..60,
        ) {
            let _ = read(&octets);
            let sheet = format!("last;first;postal\r\n{cells}");
            let mut whole = sheet.clone().into_bytes();
            whole.truncate(sheet.len().saturating_sub(cut));
            if let Ok(entries) = read(&whole) {
                let lines: Vec<u64> = entries.iter().map(|entry| entry.line).collect();
                prop_assert!(lines.is_sorted() && lines.iter().all(|line| *line >= 2));
            }
        }
    }

    #[test]
    fn the_columns_hold_no_name_twice() {
        let mut names = COLUMNS.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COLUMNS.len());
    }
}
