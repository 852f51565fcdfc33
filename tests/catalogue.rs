//! Reads the catalogues and the sources: every sentence exists in every
//! language, with the same values; each is used, and none is missing; and the
//! words are those we promised.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// One language's sentences, by file (`smtp`, `portal`) and name.
type Catalogue = BTreeMap<(String, String), Sentence>;

/// One message of a catalogue, taken apart.
#[derive(Default)]
struct Sentence {
    /// The names of the values it takes.
    values: BTreeSet<String>,
    /// Other messages and terms it refers to.
    references: BTreeSet<String>,
    /// Each variant's text, with `…` where a value stands.
    texts: Vec<String>,
}

impl Sentence {
    fn take(&mut self, pattern: &Pattern<&str>) {
        let mut text = String::new();
        let mut selects = false;
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => text.push_str(value),
                PatternElement::Placeable { expression } => {
                    selects |= matches!(expression, Expression::Select { .. });
                    text.push_str(self.expression(expression));
                }
            }
        }
        // What chooses between variants is no text of its own.
        if !selects || !text.trim().is_empty() {
            self.texts.push(text);
        }
    }

    fn expression<'a>(&mut self, expression: &'a Expression<&'a str>) -> &'a str {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.take(&variant.value);
                }
                ""
            }
        }
    }

    fn inline<'a>(&mut self, inline: &'a InlineExpression<&'a str>) -> &'a str {
        match inline {
            InlineExpression::StringLiteral { value } => return value,
            InlineExpression::VariableReference { id } => {
                self.values.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.references.insert(id.name.to_owned());
            }
            InlineExpression::TermReference { id, .. } => {
                self.references.insert(format!("-{}", id.name));
            }
            InlineExpression::FunctionReference { arguments, .. } => {
                for argument in &arguments.positional {
                    self.inline(argument);
                }
            }
            InlineExpression::Placeable { expression } => return self.expression(expression),
            InlineExpression::NumberLiteral { .. } => {}
        }
        "…"
    }
}

/// Reads one file into the catalogue and says what is wrong with it.
fn read(file: &str, source: &str, catalogue: &mut Catalogue) -> Vec<String> {
    let (resource, mut wrong) = match fluent_syntax::parser::parse(source) {
        Ok(resource) => (resource, Vec::new()),
        Err((resource, errors)) => {
            let wrong = errors.iter().map(|e| format!("{file}: {e:?}")).collect();
            (resource, wrong)
        }
    };
    for entry in &resource.body {
        let (name, pattern) = match entry {
            Entry::Message(message) => (message.id.name.to_owned(), message.value.as_ref()),
            Entry::Term(term) => (format!("-{}", term.id.name), Some(&term.value)),
            _ => continue,
        };
        let mut sentence = Sentence::default();
        match pattern {
            Some(pattern) => sentence.take(pattern),
            None => wrong.push(format!("{file}: {name} has no text")),
        }
        if catalogue.keys().any(|(_, known)| *known == name) {
            wrong.push(format!("{file}: {name} stands twice; keep one"));
        }
        catalogue.insert((file.to_owned(), name), sentence);
    }
    wrong
}

/// What one language has and the other lacks.
fn compare(english: &Catalogue, spanish: &Catalogue) -> Vec<String> {
    let mut wrong = Vec::new();
    for (key @ (file, name), sentence) in english {
        let Some(other) = spanish.get(key) else {
            wrong.push(format!("{file}: {name} is not in es; write it"));
            continue;
        };
        if sentence.values != other.values {
            wrong.push(format!(
                "{file}: {name} takes {:?} in en and {:?} in es",
                sentence.values, other.values
            ));
        }
        let same = sentence.texts == other.texts;
        let words = |text: &String| text.split_whitespace().filter(|w| is_word(w)).count();
        if same && sentence.texts.iter().any(|text| words(text) > 1) {
            wrong.push(format!("{file}: {name} is the same in both languages"));
        }
    }
    for key @ (file, name) in spanish.keys() {
        if !english.contains_key(key) {
            wrong.push(format!("{file}: {name} is not in en; write it"));
        }
    }
    wrong
}

fn is_word(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() > 2
}

/// A source file: its path, and its text before its tests.
struct Source {
    path: PathBuf,
    text: String,
}

/// Whether each sentence is used, and each that is asked for exists. A name is
/// found by its quotes, so it is always written in full.
fn uses(catalogue: &Catalogue, sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    let names: BTreeSet<&str> = catalogue.keys().map(|(_, name)| name.as_str()).collect();
    let referred: BTreeSet<&str> = catalogue
        .values()
        .flat_map(|s| s.references.iter().map(String::as_str))
        .collect();
    let used: BTreeSet<&str> = sources.iter().flat_map(|s| quoted(&s.text)).collect();
    for name in &names {
        if !used.contains(name) && !referred.contains(name) {
            wrong.push(format!("{name} is used nowhere; take it out"));
        }
    }
    for name in referred {
        if !names.contains(name) {
            wrong.push(format!("{name} is referred to and does not exist"));
        }
    }
    // The first word of a name tells whose sentence it is. What begins like one
    // and is in no catalogue is a slip of the pen.
    let families: BTreeSet<&str> = catalogue
        .keys()
        .filter(|(file, _)| file != "common")
        .filter_map(|(_, name)| name.split_once('-').map(|(family, _)| family))
        .collect();
    for source in sources.iter().filter(|s| speaks(&s.path)) {
        for id in quoted(&source.text) {
            let family = id.split_once('-').map(|(family, _)| family);
            let ours = family.is_some_and(|f| families.contains(f)) && !FOREIGN.contains(&id);
            if ours && !names.contains(id) {
                let path = source.path.display();
                wrong.push(format!("{path} asks for {id}, which no catalogue has"));
            }
        }
    }
    wrong
}

/// Named like sentences, but by the formats (RFC 6522 §3).
const FOREIGN: [&str; 1] = ["report-type"];

/// Settings are named like sentences and are not, and so are the words by which
/// `access` tells in the audit trail what was tried.
fn speaks(path: &Path) -> bool {
    let other = ["src/access", "src/config", "src/cli", "src/serve"];
    !other.iter().any(|folder| path.starts_with(folder))
        && path.extension().is_none_or(|e| e != "css" && e != "svg")
}

/// Every quoted name of small letters, digits and hyphens. In a template only
/// where it opens a call, since attributes of HTML are quoted too.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let html = text.trim_start().starts_with(['<', '{']);
    let places = text.match_indices('"').map(|(at, _)| at);
    places.filter_map(move |at| {
        let (before, rest) = (text.get(..at)?, text.get(at + 1..)?);
        let (name, _) = rest.split_once('"')?;
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let called = !html || before.ends_with('(');
        let whole = !name.is_empty() && !name.ends_with('-') && name.bytes().all(fits);
        (called && whole).then_some(name)
    })
}

/// What no sentence says, with what to say instead.
const NOWHERE: [(&str, &str); 5] = [
    ("otp", "code"),
    ("passcode", "code"),
    ("ttl", "available until"),
    ("oops", "what happened"),
    ("click", "choose or open: not everybody has a mouse"),
];
/// What no patient reads.
const PAGES: [(&str, &str); 6] = [
    ("attachment", "file"),
    ("attachments", "files"),
    ("adjunto", "archivo"),
    ("adjuntos", "archivos"),
    ("token", "link"),
    ("invalid", "what is expected"),
];
/// Forms of tú and vosotros that are no other word.
const FAMILIAR: [&str; 38] = [
    "tú",
    "tu",
    "tus",
    "ti",
    "te",
    "contigo",
    "tuyo",
    "tuya",
    "tuyos",
    "tuyas",
    "eres",
    "estás",
    "tienes",
    "puedes",
    "quieres",
    "debes",
    "necesitas",
    "recibes",
    "recibirás",
    "podrás",
    "verás",
    "tendrás",
    "has",
    "hayas",
    "seas",
    "sepas",
    "quieras",
    "puedas",
    "envíes",
    "olvides",
    "compartas",
    "haz",
    "ten",
    "vosotros",
    "vuestro",
    "vuestra",
    "podéis",
    "tenéis",
];
/// Commands to a tú; inside a sentence they say what somebody does, so they
/// count at its beginning alone.
const COMMANDS: [&str; 24] = [
    "abre",
    "busca",
    "cierra",
    "comprueba",
    "confirma",
    "contesta",
    "copia",
    "deja",
    "descarga",
    "elige",
    "envía",
    "escribe",
    "espera",
    "guarda",
    "ingresa",
    "introduce",
    "lee",
    "llama",
    "pide",
    "pulsa",
    "responde",
    "revisa",
    "usa",
    "vuelve",
];

/// What is wrong with the words of one language.
fn words(tag: &str, catalogue: &Catalogue) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((file, name), sentence) in catalogue {
        for text in &sentence.texts {
            let faults = faults(tag, file, text);
            wrong.extend(faults.iter().map(|f| format!("{tag}/{file}: {name} {f}")));
        }
    }
    wrong
}

fn faults(tag: &str, file: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if text.trim().is_empty() {
        faults.push("is empty".to_owned());
    }
    if text.contains(['!', '¡']) {
        faults.push("has an exclamation mark; stay calm".to_owned());
    }
    let mut unwanted = NOWHERE.to_vec();
    if matches!(file, "portal" | "mail" | "office") {
        unwanted.extend(PAGES);
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    for (word, instead) in unwanted {
        if words.contains(&word) {
            faults.push(format!("says {word:?}; say: {instead}"));
        }
    }
    // A reply is one line of ASCII.
    if matches!(file, "smtp" | "policy") {
        let marks = |text: &str| text.matches('?').count();
        if text.contains('\n') || marks(&sealpost::texts::ascii(text)) != marks(text) {
            faults.push("cannot be one line of ASCII".to_owned());
        }
    }
    if tag == "es" {
        faults.extend(spanish(&lower, &words));
    }
    faults
}

fn spanish(lower: &str, words: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for word in words.iter().filter(|w| FAMILIAR.contains(w)) {
        faults.push(format!("says {word:?}: write usted"));
    }
    for sentence in lower.split(['.', ':', '?', '¿', ';', '\n']) {
        let start = sentence.trim_start_matches(|c: char| !c.is_alphabetic());
        let first = start.split(|c: char| !c.is_alphabetic()).next();
        if let Some(first) = first.filter(|word| COMMANDS.contains(word)) {
            faults.push(format!("begins with {first:?}: write usted"));
        }
    }
    if lower.matches('?').count() != lower.matches('¿').count() {
        faults.push("asks with one question mark; write both".to_owned());
    }
    faults
}

fn catalogue(tag: &str) -> io::Result<(Catalogue, Vec<String>)> {
    let (mut catalogue, mut wrong) = (Catalogue::new(), Vec::new());
    for entry in fs::read_dir(format!("src/texts/{tag}"))? {
        let path = entry?.path();
        let file = path.file_stem().unwrap_or_default().to_string_lossy();
        wrong.extend(read(&file, &fs::read_to_string(&path)?, &mut catalogue));
    }
    Ok((catalogue, wrong))
}

fn sources(folder: &Path, found: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_none_or(|e| e != "ftl") {
            let octets = fs::read(&path)?;
            let text = String::from_utf8_lossy(&octets);
            let code = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            let text = code.to_owned();
            found.push(Source { path, text });
        }
    }
    Ok(())
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_sentence_is_in_both_languages_with_the_same_values() {
    let (english, mut wrong) = catalogue("en").unwrap();
    let (spanish, more) = catalogue("es").unwrap();
    wrong.extend(more);
    wrong.extend(compare(&english, &spanish));
    none(&wrong);
}

#[test]
fn every_sentence_is_used_and_every_one_asked_for_exists() {
    let (english, _) = catalogue("en").unwrap();
    let mut found = Vec::new();
    sources(Path::new("src"), &mut found).unwrap();
    none(&uses(&english, &found));
}

#[test]
fn the_words_are_calm_plain_and_polite() {
    for tag in ["en", "es"] {
        let (catalogue, _) = catalogue(tag).unwrap();
        none(&words(tag, &catalogue));
    }
}

fn made_up(file: &str, source: &str) -> Catalogue {
    let mut catalogue = Catalogue::new();
    read(file, source, &mut catalogue);
    catalogue
}

#[test]
fn a_broken_or_doubled_sentence_is_found() {
    let mut catalogue = Catalogue::new();
    assert_eq!(read("a", "x = { $\n", &mut catalogue).len(), 1);
    assert_eq!(read("b", "y = one\ny = two\n", &mut catalogue).len(), 1);
}

#[test]
fn a_missing_translation_a_lost_value_and_a_copy_are_found() {
    let english = made_up("a", "one = A { $n }\ntwo = Read this\nthree = Here\n");
    let spanish = made_up("a", "one = Un { $m }\ntwo = Read this\nfour = Sí\n");
    let wrong = compare(&english, &spanish);
    assert_eq!(wrong.len(), 4, "{wrong:?}");
    let both = "n = { $n ->\n    [one] uno { $x }\n   *[other] más\n }\n";
    assert_eq!(
        made_up("a", both)[&("a".into(), "n".into())].values.len(),
        2
    );
}

#[test]
fn an_unused_sentence_and_a_misspelt_one_are_found() {
    let catalogue = made_up("portal", "portal-title = A\nportal-old = B\n");
    let source = |path: &str, text: &str| Source {
        path: path.into(),
        text: text.to_owned(),
    };
    let sources = [
        source(
            "src/portal/a.html",
            "<p class=\"portal-box\">{{ t(\"portal-titel\") }}",
        ),
        source("src/portal/mod.rs", "say(\"portal-title\")"),
        source("src/config/mod.rs", "key(\"portal-url\")"),
    ];
    let wrong = uses(&catalogue, &sources);
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[test]
fn shouting_jargon_and_familiar_forms_are_found() {
    for (tag, file, text) in [
        ("en", "portal", "Welcome!"),
        ("en", "portal", "Two attachments"),
        ("en", "smtp", "Your OTP"),
        ("en", "smtp", "The sign ☎"),
        ("es", "portal", "Revise tu correo"),
        ("es", "portal", "Gracias. Escribe el código"),
        ("es", "portal", "Más tiempo?"),
    ] {
        assert_eq!(faults(tag, file, text).len(), 1, "{text}");
    }
    for text in [
        "Escriba el código",
        "La clínica escribe",
        "¿Necesita más tiempo?",
    ] {
        assert!(faults("es", "portal", text).is_empty(), "{text}");
    }
}
