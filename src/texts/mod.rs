//! Everything a person reads that is not a command line or a log: one
//! catalogue per language, in Fluent, compiled in.

mod ascii;
mod choose;
pub mod dates;
mod pseudo;
mod sizes;

pub use ascii::ascii;
pub use choose::choose;
pub use pseudo::pseudo;
pub use sizes::size;

use crate::model::{Arg, Language};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use std::sync::LazyLock;

type Bundle = FluentBundle<FluentResource>;

macro_rules! catalogue {
    ($language:literal: $($file:literal)*) => {
        [$(($file, include_str!(concat!($language, "/", $file, ".ftl")))),*]
    };
}

/// The catalogue's files: one for each speaker (mail client, notice, page, sheet).
static ENGLISH: [(&str, &str); 7] =
    catalogue!("en": "common" "smtp" "policy" "mail" "portal" "office" "setup");
static SPANISH: [(&str, &str); 7] =
    catalogue!("es": "common" "smtp" "policy" "mail" "portal" "office" "setup");

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| {
    [
        bundle(Language::English, &ENGLISH),
        bundle(Language::Spanish, &SPANISH),
    ]
});

fn bundle(language: Language, files: &[(&str, &str)]) -> Bundle {
    let tag = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Direction marks around values would stand in headers and in code mails;
    // both languages here run left to right.
    bundle.set_use_isolating(false);
    bundle.set_transform(Some(pseudo::transform));
    for (_, source) in files {
        // A test reads every file and fails on the first error, so what parses
        // in part here has never left the workshop.
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(r, _)| r);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The sentence `id` in `language`, with its values put in. A sentence that
/// does not exist shows its own name; a test keeps that from happening.
#[must_use]
pub fn say(language: Language, id: &str, args: &[(&str, Arg)]) -> String {
    let [english, spanish] = &*BUNDLES;
    let bundle = match language {
        Language::English => english,
        Language::Spanish => spanish,
    };
    let Some(pattern) = bundle.get_message(id).and_then(|m| m.value()) else {
        tracing::warn!(
            event = "text.missing",
            text = id,
            "A sentence is in no catalogue."
        );
        return id.to_owned();
    };
    let args: FluentArgs<'_> = args
        .iter()
        .map(|(name, value)| (*name, fluent(value)))
        .collect();
    let mut errors = Vec::new();
    let sentence = bundle.format_pattern(pattern, Some(&args), &mut errors);
    if !errors.is_empty() {
        // The values may name a person; the sentence's own name is enough.
        tracing::warn!(
            event = "text.incomplete",
            text = id,
            "A sentence was shown without one of its values."
        );
    }
    sentence.into_owned()
}

/// What a language calls itself: the word on the switch, the same on every page.
#[must_use]
pub const fn language_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::Spanish => "Español",
    }
}

fn fluent(value: &Arg) -> FluentValue<'_> {
    match value {
        Arg::Text(text) => FluentValue::from(text.as_str()),
        Arg::Number(number) => FluentValue::from(*number),
    }
}

#[cfg(test)]
mod tests {
    use super::{language_name, say};
    use crate::model::{Arg, Language};

    #[test]
    fn a_sentence_takes_its_values_and_has_no_invisible_marks() {
        let args = [("time", Arg::Text("9:41 AM".to_owned()))];
        assert_eq!(say(Language::English, "today", &args), "today, 9:41 AM");
    }

    #[test]
    fn a_sentence_that_does_not_exist_shows_its_name() {
        assert_eq!(
            say(Language::Spanish, "no-such-sentence", &[]),
            "no-such-sentence"
        );
    }

    #[test]
    fn a_language_is_called_by_its_own_name() {
        assert_eq!(language_name(Language::Spanish), "Español");
    }
}
