//! The language a page is spoken in: what was chosen by hand, what is stored,
//! what the browser wishes.

use crate::model::Language;
use crate::texts;
use crate::web::cookie;
use crate::web::site::query;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use jiff::SignedDuration;

/// The language.
const LANGUAGE: &str = "__Host-language";
/// How long a choice of language is kept.
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

/// What a request says about the language to answer it in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// A language chosen with this very request.
    switched: Option<Language>,
    choice: Option<Choice>,
    wish: Option<Language>,
}

/// The language cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Choice {
    language: Language,
    /// Whether the person pressed the switch; else it is what we found out
    /// when a code was verified, kept for the pages after it.
    by_hand: bool,
}

impl Wishes {
    /// What this request says.
    #[must_use]
    pub fn read(request: &Request) -> Self {
        let headers = request.headers();
        let accept = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|a| a.to_str().ok());
        Self {
            switched: query(request, "lang").and_then(Language::from_tag),
            choice: cookie::read(headers, LANGUAGE).and_then(Choice::parse),
            wish: accept.and_then(texts::choose),
        }
    }

    /// The language to speak. The order: what was chosen by hand, what the
    /// office has stored, what the last verified page spoke, what the browser
    /// asks for, what the clinic speaks. A switch that a stored language
    /// overruled would be a dead switch.
    #[must_use]
    pub fn language(&self, stored: Option<Language>, clinic: Language) -> Language {
        let chosen = self.choice.filter(|c| c.by_hand).map(|c| c.language);
        // The clinic's own language may only mean that nobody said otherwise.
        let stored = stored.filter(|s| *s != clinic);
        let noted = self.choice.map(|c| c.language);
        let order = [self.switched, chosen, stored, noted, self.wish];
        order.into_iter().flatten().next().unwrap_or(clinic)
    }

    /// The cookie for a language chosen with this request.
    #[must_use]
    pub fn switch_cookie(&self) -> Option<HeaderValue> {
        let language = self.switched?;
        cookie::set(LANGUAGE, language.tag(), Some(YEAR))
    }

    /// The cookie that carries a language into the session.
    #[must_use]
    pub fn noted_cookie(&self, language: Language) -> Option<HeaderValue> {
        let by_hand = self.choice.is_some_and(|c| c.by_hand) || self.switched.is_some();
        let noted = format!("{}.noted", language.tag());
        (!by_hand)
            .then(|| cookie::set(LANGUAGE, &noted, None))
            .flatten()
    }
}

impl Choice {
    fn parse(value: &str) -> Option<Self> {
        let (tag, by_hand) = match value.strip_suffix(".noted") {
            Some(tag) => (tag, false),
            None => (value, true),
        };
        Some(Self {
            language: Language::from_tag(tag)?,
            by_hand,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Wishes};
    use crate::model::Language::{English, Spanish};

    #[test]
    fn the_language_is_the_persons_then_the_browsers_then_the_clinics() {
        let mut wishes = Wishes::default();
        assert_eq!(wishes.language(None, English), English);
        wishes.wish = Some(Spanish);
        assert_eq!(wishes.language(None, English), Spanish);
        wishes.choice = Choice::parse("en.noted");
        assert_eq!(wishes.language(None, English), English);
        assert_eq!(wishes.language(Some(Spanish), English), Spanish);
        wishes.choice = Choice::parse("en");
        assert_eq!(wishes.language(Some(Spanish), English), English);
        wishes.switched = Some(Spanish);
        assert_eq!(wishes.language(None, English), Spanish);
    }
}
