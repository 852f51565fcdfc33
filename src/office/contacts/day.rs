//! Days as people type them: the month first in English, the day first in
//! Spanish, as at the clinic's counter; and always as `1988-03-04`.

use crate::model::Language;
use jiff::civil::Date;

/// Digits of a day or a month.
const SHORT: usize = 2;
/// Digits of a year: two could be of either century.
const YEAR: usize = 4;

/// A day as somebody types it in this language: `3/4/1988`, `1988-03-04`; `None`
/// if it is none.
pub(in crate::office) fn typed(language: Language, text: &str) -> Option<Date> {
    let text = text.trim();
    let parts: Vec<&str> = text.split('/').collect();
    let [one, two, year] = parts.as_slice() else {
        let date = text.parse::<Date>().ok();
        return date.filter(|date| date.to_string() == text);
    };
    let (month, day) = match language {
        Language::English => (one, two),
        Language::Spanish => (two, one),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let short = |part: &str| part.len() <= SHORT && digits(part);
    if !short(month) || !short(day) || year.len() != YEAR || !digits(year) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Words to look for, in which each day stands as the directory has it.
pub(in crate::office) fn in_words(language: Language, words: &str) -> String {
    let each = words
        .split_whitespace()
        .map(|word| typed(language, word).map_or_else(|| word.to_owned(), |date| date.to_string()));
    each.collect::<Vec<String>>().join(" ")
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
    fn a_day_among_words_is_found_and_all_else_stays() {
        let words = in_words(English, "Doe  3/4/1988 555/0100");
        assert_eq!(words, "Doe 1988-03-04 555/0100");
    }
}
