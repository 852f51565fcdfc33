//! Everything a person reads that is not a command line or a log: one
//! catalogue per language, in Fluent, compiled in.

use crate::model::{Arg, Language};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use std::sync::LazyLock;

type Bundle = FluentBundle<FluentResource>;

macro_rules! catalogue {
    ($language:literal: $($file:literal)*) => {
        [$(($file, include_str!(concat!($language, "/", $file, ".ftl")))),*]
    };
}

/// The catalogue's files: one for each speaker (mail client, notice, page).
static ENGLISH: [(&str, &str); 5] = catalogue!("en": "common" "smtp" "policy" "mail" "portal");
static SPANISH: [(&str, &str); 5] = catalogue!("es": "common" "smtp" "policy" "mail" "portal");

static BUNDLES: LazyLock<[Bundle; 2]> =
    LazyLock::new(|| [bundle(Language::English, &ENGLISH), bundle(Language::Spanish, &SPANISH)]);

fn bundle(language: Language, files: &[(&str, &str)]) -> Bundle {
    let tag = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Direction marks around values would stand in headers and in code mails;
    // both languages here run left to right.
    bundle.set_use_isolating(false);
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
        return id.to_owned();
    };
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, fluent(value))).collect();
    let mut errors = Vec::new();
    bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned()
}

fn fluent(value: &Arg) -> FluentValue<'_> {
    match value {
        Arg::Text(text) => FluentValue::from(text.as_str()),
        Arg::Number(number) => FluentValue::from(*number),
    }
}
