//! A language nobody speaks, for tests: every sentence longer and accented, so
//! that text which is cut off, or stands in no catalogue, can be seen.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

static ON: AtomicBool = AtomicBool::new(false);

/// Turns the pretended language on or off for the whole process. For tests of
/// the pages' layout alone; no setting and no command reaches it.
pub fn pseudo(on: bool) {
    ON.store(on, Ordering::Relaxed);
}

/// What every piece of a sentence passes through: values and markup stay as
/// they are.
pub(super) fn transform(text: &str) -> Cow<'_, str> {
    if ON.load(Ordering::Relaxed) {
        Cow::Owned(stretch(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// Accents where letters take them, and of every five letters the second and the
/// fifth twice, which makes words 40 % longer. `<…>` and `&…;` are kept.
fn stretch(text: &str) -> String {
    let mut stretched = String::with_capacity(text.len() * 2);
    let mut rest = text.chars().peekable();
    let mut letters = 0_usize;
    while let Some(c) = rest.next() {
        stretched.push(accent(c));
        let end = match c {
            '<' => '>',
            '&' if rest.peek().is_some_and(|next| !next.is_whitespace()) => ';',
            c if c.is_alphabetic() => {
                letters += 1;
                if matches!(letters % 5, 0 | 2) {
                    stretched.push(accent(c));
                }
                continue;
            }
            _ => continue,
        };
        for kept in rest.by_ref() {
            stretched.push(kept);
            if kept == end {
                break;
            }
        }
    }
    stretched
}

const fn accent(c: char) -> char {
    match c {
        'a' => 'á',
        'e' => 'ë',
        'i' => 'î',
        'o' => 'ø',
        'u' => 'ů',
        'n' => 'ñ',
        'c' => 'ç',
        'A' => 'Å',
        'E' => 'É',
        'I' => 'Ï',
        'O' => 'Ö',
        'U' => 'Ü',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::{stretch, transform};

    #[test]
    fn a_sentence_is_accented_and_forty_percent_longer() {
        let text = "Send me a code";
        let stretched = stretch(text);
        assert_eq!(stretched, "Sëëñd mmë áá çøddë");
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
        assert_eq!(letters(&stretched), letters(text) + 4);
    }

    #[test]
    fn markup_and_entities_stay_as_they_are() {
        assert_eq!(
            stretch("<strong class=\"a\">I</strong>&nbsp;& I"),
            "<strong class=\"a\">Ï</strong>&nbsp;& ÏÏ"
        );
    }

    #[test]
    fn it_is_off_unless_a_test_turns_it_on() {
        assert_eq!(transform("calm"), "calm");
    }
}
