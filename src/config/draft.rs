//! Files on their way to a configuration: every value with its place, taken
//! out key by key; what nobody took is unknown.

use crate::config::fault::{Fault, Place};
use crate::config::value::{Setting, Value};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A configuration file, read already.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its name, for messages.
    pub file: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// How far a misspelt name may be from a known one and still be meant:
/// two letters cover a slip and a swap, three begin to guess.
const NEAR: usize = 2;

/// One effective setting.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) section: &'static str,
    pub(super) key: &'static str,
    /// The value as TOML.
    pub(super) value: String,
    /// Where it stands; where it would stand, if it does not.
    pub(super) place: Place,
}

/// A section as found.
struct Found {
    place: Place,
    keys: BTreeMap<String, (Place, Value)>,
}

/// The files, merged, and what has been made of them so far.
pub(super) struct Draft {
    start: Place,
    sections: BTreeMap<String, Found>,
    known: Vec<&'static str>,
    pub(super) shown: Vec<Shown>,
    pub(super) faults: Vec<Fault>,
}

impl Draft {
    /// Merges the files. A later file adds keys; a key set twice is a fault,
    /// since nobody could tell which one holds.
    pub(super) fn new(sources: &[Source<'_>]) -> Self {
        let file = sources.first().map_or("", |s| s.file).to_owned();
        let mut draft = Self {
            start: Place { file, line: 1 },
            sections: BTreeMap::new(),
            known: Vec::new(),
            shown: Vec::new(),
            faults: Vec::new(),
        };
        for source in sources {
            draft.add(source);
        }
        draft
    }

    fn add(&mut self, source: &Source<'_>) {
        let (table, errors) = DeTable::parse_recoverable(source.text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            self.faults.push(Fault {
                place: place(source, at),
                message: format!("this is not TOML: {}", error.message()),
                fix: "write key = value, with texts in quotation marks".into(),
            });
        }
        for (name, value) in table.into_inner() {
            let at = place(source, name.span().start);
            let name = name.into_inner().into_owned();
            match value.into_inner() {
                DeValue::Table(keys) => self.add_section(source, (name, at), keys),
                _ => self.faults.push(Fault {
                    place: at,
                    message: format!("{name} stands outside of any section"),
                    fix: "put it under its [section]".into(),
                }),
            }
        }
    }

    fn add_section(&mut self, source: &Source<'_>, named: (String, Place), keys: DeTable<'_>) {
        let (section, at) = named;
        let found = self
            .sections
            .entry(section.clone())
            .or_insert_with(|| Found {
                place: at,
                keys: BTreeMap::new(),
            });
        for (key, value) in keys {
            let at = place(source, key.span().start);
            let key = key.into_inner().into_owned();
            if let Some((first, _)) = found.keys.get(&key) {
                self.faults.push(Fault {
                    place: at,
                    message: format!(
                        "{section}.{key} is set again; {}:{} has set it",
                        first.file, first.line
                    ),
                    fix: "keep one of the two".into(),
                });
            } else {
                found.keys.insert(key, (at, plain(value)));
            }
        }
    }

    /// Reads one section with `read`; what it leaves untaken is unknown.
    pub(super) fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> T {
        self.known.push(name);
        let found = self.sections.remove(name).unwrap_or_else(|| Found {
            place: self.start.clone(),
            keys: BTreeMap::new(),
        });
        let mut section = Section {
            name,
            found,
            known: Vec::new(),
            draft: self,
        };
        let made = read(&mut section);
        section.close();
        made
    }

    /// Names the sections that nobody read.
    pub(super) fn close(&mut self) {
        for (name, found) in std::mem::take(&mut self.sections) {
            self.faults.push(Fault {
                place: found.place,
                message: format!("there is no section [{name}]"),
                fix: advice(&name, &self.known, |near| format!("write [{near}]")),
            });
        }
    }
}

/// One section while it is read.
pub(super) struct Section<'d> {
    name: &'static str,
    found: Found,
    known: Vec<&'static str>,
    draft: &'d mut Draft,
}

impl Section<'_> {
    /// A key that must be there. `None` means a fault was noted.
    pub(super) fn required<T: Setting>(&mut self, key: &'static str, example: &str) -> Option<T> {
        let (place, value) = self.take(key);
        let Some(value) = value else {
            self.draft.faults.push(Fault {
                place,
                message: format!("{}.{key} is missing", self.name),
                fix: format!("write {key} = {example} under [{}]", self.name),
            });
            return None;
        };
        let read = self.read(key, &place, &value)?;
        self.show(key, place, &read);
        Some(read)
    }

    /// A key with a default; a wrong value is noted and the default taken.
    pub(super) fn or<T: Setting>(&mut self, key: &'static str, default: T) -> T {
        let (place, value) = self.take(key);
        let read = value
            .and_then(|value| self.read(key, &place, &value))
            .unwrap_or(default);
        self.show(key, place, &read);
        read
    }

    /// A key with a default and bounds.
    pub(super) fn within<T: Setting + PartialOrd>(
        &mut self,
        key: &'static str,
        default: T,
        bounds: RangeInclusive<T>,
    ) -> T {
        let read = self.or(key, default);
        if !bounds.contains(&read) {
            let place = self
                .draft
                .shown
                .last()
                .map_or_else(|| self.found.place.clone(), |s| s.place.clone());
            self.draft.faults.push(Fault {
                place,
                message: format!("{}.{key} = {} is out of bounds", self.name, read.show()),
                fix: format!(
                    "write a value from {} to {}",
                    bounds.start().show(),
                    bounds.end().show()
                ),
            });
        }
        read
    }

    fn take(&mut self, key: &'static str) -> (Place, Option<Value>) {
        self.known.push(key);
        match self.found.keys.remove(key) {
            Some((place, value)) => (place, Some(value)),
            None => (self.found.place.clone(), None),
        }
    }

    fn read<T: Setting>(&mut self, key: &str, place: &Place, value: &Value) -> Option<T> {
        match T::read(value) {
            Ok(read) => Some(read),
            Err(wanted) => {
                self.draft.faults.push(Fault {
                    place: place.clone(),
                    message: format!("{}.{key} = {} cannot be used", self.name, value.show()),
                    fix: format!("write {wanted}"),
                });
                None
            }
        }
    }

    fn show<T: Setting>(&mut self, key: &'static str, place: Place, value: &T) {
        let (section, value) = (self.name, value.show());
        self.draft.shown.push(Shown {
            section,
            key,
            value,
            place,
        });
    }

    fn close(mut self) {
        for (key, (place, _)) in std::mem::take(&mut self.found.keys) {
            let fix = if key.contains("password") || key.contains("secret") {
                // C11.4: a secret in the file would be read by everybody who may read the settings.
                "secrets stay out of this file: put it in a file of its own and name that, or use a systemd credential".into()
            } else {
                advice(&key, &self.known, |near| format!("write {near}"))
            };
            self.draft.faults.push(Fault {
                place,
                message: format!("[{}] has no key {key}", self.name),
                fix,
            });
        }
    }
}

fn advice(name: &str, known: &[&'static str], write: impl Fn(&str) -> String) -> String {
    let near = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(name, k), k))
        .filter(|(distance, _)| *distance <= NEAR)
        .min();
    near.map_or_else(
        || format!("remove it, or take one of {}", known.join(", ")),
        |(_, near)| write(near),
    )
}

fn place(source: &Source<'_>, offset: usize) -> Place {
    let before = source.text.bytes().take(offset);
    Place {
        file: source.file.to_owned(),
        line: before.filter(|b| *b == b'\n').count() + 1,
    }
}

fn plain(value: Spanned<DeValue<'_>>) -> Value {
    match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Boolean(truth) => Value::Truth(truth),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::Other(number.to_string()), Value::Number),
        DeValue::Array(items) => Value::List(items.into_iter().map(plain).collect()),
        DeValue::Float(number) => Value::Other(number.to_string()),
        DeValue::Datetime(date) => Value::Other(date.to_string()),
        DeValue::Table(_) => Value::Other("a table".into()),
    }
}
