//! Days as people type them: the month first in English, the day first in
//! Spanish, as at the clinic's counter; and always as `1988-03-04`, or with the
//! name of the month, which leaves no order in doubt.

use crate::model::Language;
use jiff::civil::Date;

/// Digits of a day or a month.
const SHORT: usize = 2;
/// Digits of a year: two could be of either century.
const YEAR: usize = 4;
/// Fewest letters of a month's name.
const LETTERS: usize = 3;
/// Most words that a day has: `2 de marzo de 1985`.
const WORDS: usize = 5;

/// The months in English and in Spanish: a day is read in both whatever the
/// language of the page.
const MONTHS: [[&str; 2]; 12] = [
    ["january", "enero"],
    ["february", "febrero"],
    ["march", "marzo"],
    ["april", "abril"],
    ["may", "mayo"],
    ["june", "junio"],
    ["july", "julio"],
    ["august", "agosto"],
    ["september", "septiembre"],
    ["october", "octubre"],
    ["november", "noviembre"],
    ["december", "diciembre"],
];

/// A day as somebody types it in this language: `3/4/1988`, `1988-03-04`,
/// `March 4, 1988`; `None` if it is none.
pub(in crate::office) fn typed(language: Language, text: &str) -> Option<Date> {
    let text = text.trim();
    let parts: Vec<&str> = text.split('/').collect();
    let [one, two, year] = parts.as_slice() else {
        let date = text.parse::<Date>().ok();
        let date = date.filter(|date| date.to_string() == text);
        return date.or_else(|| named(text));
    };
    let (month, day) = match language {
        Language::English => (one, two),
        Language::Spanish => (two, one),
    };
    let month = Some(month).filter(|month| is_number(month, SHORT))?;
    date(year, month.parse().ok()?, day)
}

/// A day with the name of its month: `March 4, 1988`, `4 mar 1988`,
/// `4 de marzo de 1988`.
fn named(text: &str) -> Option<Date> {
    let small = text.chars().flat_map(char::to_lowercase);
    let text: String = small.map(bare).collect();
    let words = text.split(|c: char| c.is_whitespace() || c == ',');
    let parts: Vec<&str> = words.filter(|word| !["", "de"].contains(word)).collect();
    let [one, two, year] = parts.as_slice() else {
        return None;
    };
    match (month(one), month(two)) {
        (Some(month), None) => date(year, month, two),
        (None, Some(month)) => date(year, month, one),
        _ => None,
    }
}

/// The number of a month by its name, or by its first letters.
fn month(word: &str) -> Option<i8> {
    let word = word.strip_suffix('.').unwrap_or(word);
    let begins = |names: &[&str; 2]| names.iter().any(|name| name.starts_with(word));
    let mut all = (1..).zip(&MONTHS);
    let found = all.find(|(_, names)| word.len() >= LETTERS && begins(names));
    found.map(|(number, _)| number)
}

fn date(year: &str, month: i8, day: &str) -> Option<Date> {
    if year.len() != YEAR || !is_number(year, YEAR) || !is_number(day, SHORT) {
        return None;
    }
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// Whether a part holds digits alone, and no more than these.
fn is_number(part: &str, most: usize) -> bool {
    part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
}

/// A small letter without its accent, as in the names of months.
const fn bare(c: char) -> char {
    match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' => 'u',
        c => c,
    }
}

/// Words to look for, in which each day stands as the directory has it.
pub(in crate::office) fn in_words(language: Language, words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    let (mut rest, mut all) = (words.as_slice(), Vec::new());
    while let [first, others @ ..] = rest {
        // The longest run of words that is a day.
        let day = (1..=WORDS.min(rest.len())).rev().find_map(|n| {
            let (run, after) = rest.split_at_checked(n)?;
            Some((typed(language, &run.join(" "))?, after))
        });
        match day {
            Some((date, after)) => {
                all.push(date.to_string());
                rest = after;
            }
            None => {
                all.push((*first).to_owned());
                rest = others;
            }
        }
    }
    all.join(" ")
}

/// What was typed in a field for a day, as the directory has it; what is no day
/// stays as it is.
pub(in crate::office) fn in_field(language: Language, text: &str) -> String {
    typed(language, text).map_or_else(|| text.to_owned(), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::{in_words, typed};
    use crate::model::Language::{English, Spanish};

    #[test]
    fn a_day_is_read_as_the_readers_language_writes_it() {
        let read = |language, text| typed(language, text).map(|date| date.to_string());
        for text in ["03/04/1988", "3/4/1988", " 1988-03-04 "] {
            assert_eq!(read(English, text).as_deref(), Some("1988-03-04"), "{text}");
        }
        assert_eq!(read(Spanish, "04/03/1988").as_deref(), Some("1988-03-04"));
        assert_eq!(read(Spanish, "3/4/1988").as_deref(), Some("1988-04-03"));
        for none in ["13/4/1988", "3/4/88", "+3/4/1988", "2/30/1988", "//", "x"] {
            assert_eq!(read(English, none), None, "{none}");
        }
    }

    #[test]
    fn a_day_with_the_name_of_its_month_is_read_in_either_order_and_language() {
        for text in [
            "March 2 1985",
            "March 2, 1985",
            "2 March 1985",
            "2 de marzo de 1985",
            "2 de Márzo 1985",
            "MAR 02 1985",
            "2 mar. 1985",
            "marzo 2, 1985",
        ] {
            for language in [English, Spanish] {
                let read = typed(language, text).map(|date| date.to_string());
                assert_eq!(read.as_deref(), Some("1985-03-02"), "{text}");
            }
        }
        let read = |text| typed(English, text).map(|date| date.to_string());
        assert_eq!(read("1 ene 1980").as_deref(), Some("1980-01-01"));
        assert_eq!(read("31 dic 1980").as_deref(), Some("1980-12-31"));
        for none in [
            "ma 2 1985",
            "march 2 85",
            "march march 1985",
            "2 3 1985",
            "february 30 1985",
            "march + 1985",
            "march 1985",
            "marching 2 1985",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn a_day_among_words_is_found_and_all_else_stays() {
        for (words, found) in [
            ("Doe  3/4/1988 555/0100", "Doe 1988-03-04 555/0100"),
            ("Doe March 2, 1985 Jane", "Doe 1985-03-02 Jane"),
            ("2 de marzo de 1985", "1985-03-02"),
            ("May 2 de la Cruz", "May 2 de la Cruz"),
            ("", ""),
        ] {
            assert_eq!(in_words(English, words), found);
        }
    }
}
