//! Reads the sources and holds them against docs/architecture.md: who may
//! import whom, how long a file may be, what may not stand anywhere.

#[path = "shape/rows.rs"]
mod rows;
#[path = "shape/source.rs"]
mod source;

use source::{blank, imports, lines_with};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The layers of docs/architecture.md, the lowest first. A module imports only
/// what stands further up in this table.
const LAYERS: [(&str, &[&str]); 11] = [
    ("words", &["model", "texts"]),
    ("formats", &["config", "mime", "pki", "setup", "wire"]),
    ("ground", &["store", "net"]),
    (
        "parts",
        &[
            "policy", "trust", "route", "queue", "access", "contacts", "folders",
        ],
    ),
    (
        "steps",
        &["alert", "reading", "release", "report", "upload"],
    ),
    (
        "flows",
        &["outbound", "inbound", "delivery", "fetch", "chart", "sweep"],
    ),
    ("desks", &["desk", "visit", "mailbox", "web"]),
    (
        "doors",
        &["smtp", "imap", "portal", "office", "dns", "admin"],
    ),
    ("wiring", &["serve"]),
    ("commands", &["cli", "demo"]),
    ("top", &["lib", "main"]),
];
const FORMATS: usize = 1;
const PARTS: usize = 3;
const DOORS: usize = 7;

/// Neighbours in one layer that may speak, one way.
const NEIGHBOURS: [(&str, &str); 3] = [("texts", "model"), ("cli", "demo"), ("main", "lib")];

/// What a door may name of the store: types that are looked at, not worked with.
const VIEWS: [&str; 6] = [
    "CodeMail",
    "ContactStatus",
    "Ended",
    "Error",
    "TaskKind",
    "ThreadId",
];

/// The whole configuration is seen where the parts are wired together; every
/// other module is handed its piece.
const SEES_ALL_SETTINGS: [&str; 6] = ["config", "serve", "cli", "demo", "lib", "main"];

/// Crates with one home, so that they can be replaced there. The demonstration
/// plays the office's mail client, which is a program of its own.
const HOMES: [(&str, &str); 2] = [("lettre", "delivery"), ("sled", "store")];
const PLAYS_A_CLIENT: &str = "demo";

/// What words and formats do without: they are computed, not done.
const DEEDS: [&str; 8] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "std::net::Tcp",
    "std::net::Udp",
    "tokio",
    "async fn",
];

/// Code lines in a file, blank ones and comments counted, tests not.
const LONGEST: usize = 500;

/// One source file, taken apart: what is code, without comments and strings.
struct File {
    path: PathBuf,
    /// The top-level module it belongs to.
    module: String,
    /// Before the tests.
    code: String,
    /// The tests.
    tests: String,
}

impl File {
    fn new(path: &Path, source: &str) -> Self {
        let inside = path.strip_prefix("src").unwrap_or(path);
        let first = inside.iter().next().unwrap_or_default();
        let blank = blank(source);
        // A file of nothing but tests hangs on `#[cfg(test)] mod tests;`.
        let only_tests = path.ends_with("tests.rs") || inside.iter().skip(1).any(|p| p == "tests");
        let cut = match blank.find("#[cfg(test)]\nmod tests {") {
            _ if only_tests => 0,
            Some(at) => at,
            None => blank.len(),
        };
        let (code, tests) = blank.split_at(cut);
        Self {
            path: path.to_owned(),
            module: first.to_string_lossy().trim_end_matches(".rs").to_owned(),
            code: code.to_owned(),
            tests: tests.to_owned(),
        }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let Some(own) = layer(&self.module) else {
            let fault = "stands in no layer; give it one here and in docs/architecture.md";
            return vec![self.says(1, fault)];
        };
        faults.extend(self.directions(own, &self.code));
        faults.extend(self.directions(own, &self.tests));
        faults.extend(self.manners(own));
        faults.extend(self.places(own));
        faults.extend(self.detours());
        faults.extend(self.silenced());
        faults.extend(self.wordless());
        faults.extend(self.length());
        faults
    }

    /// Whether every import goes down.
    fn directions(&self, own: usize, code: &str) -> Vec<String> {
        let mut faults = Vec::new();
        for (line, path) in imports(code) {
            let Some(other) = path.first().filter(|other| **other != self.module) else {
                continue;
            };
            let neighbours = NEIGHBOURS.contains(&(self.module.as_str(), other.as_str()));
            let fault = match layer(other) {
                Some(theirs) if theirs < own || neighbours => continue,
                Some(theirs) if theirs == own => format!(
                    "{} and {other} are both {}, which never import each other; \
                     let something above call both, or move what they share down",
                    self.module,
                    called(own)
                ),
                Some(_) => format!(
                    "{} may not import {other}, which stands above it; \
                     hand it in, or move what it needs down",
                    self.module
                ),
                // A macro or a function of the crate's root.
                None => continue,
            };
            faults.push(self.says(line, &fault));
        }
        faults
    }

    /// What single layers and modules may not import besides.
    fn manners(&self, own: usize) -> Vec<String> {
        let mut faults = Vec::new();
        for (line, path) in imports(&self.code) {
            let Some(other) = path.first() else { continue };
            let last = path.last().map_or("", String::as_str);
            if own == DOORS && other == "store" && !VIEWS.contains(&last) {
                let fault = format!("a door may not use the store's {last}; let a desk do it");
                faults.push(self.says(line, &fault));
            }
            if own == DOORS && layer(other) == Some(PARTS) && other != "access" {
                let fault = format!("a door may not use the part {other}; let a desk do it");
                faults.push(self.says(line, &fault));
            }
            if self.module == "policy" && !matches!(other.as_str(), "policy" | "model") {
                let fault = "policy judges by the facts it is given; it imports model alone";
                faults.push(self.says(line, fault));
            }
            let whole = other == "config" && path.get(1).is_some_and(|name| name == "Config");
            if whole && !SEES_ALL_SETTINGS.contains(&self.module.as_str()) {
                faults.push(self.says(line, "take the piece of the configuration you need"));
            }
        }
        faults
    }

    /// Deeds among the words, and crates outside their home.
    fn places(&self, own: usize) -> Vec<String> {
        let mut faults = Vec::new();
        // Invariant 8: the clock alone reads the time and waits.
        let computes = own <= FORMATS && self.path != Path::new("src/model/clock.rs");
        for deed in DEEDS.iter().filter(|_| computes) {
            let fault = format!("{deed} has no place in {}; do it further up", called(own));
            let lines = lines_with(&self.code, deed);
            faults.extend(lines.iter().map(|line| self.says(*line, &fault)));
        }
        for (name, home) in HOMES
            .iter()
            .filter(|(_, home)| *home != self.module && self.module != PLAYS_A_CLIENT)
        {
            let fault = format!("{name} is used in {home} alone");
            let lines = lines_with(&self.code, &format!("{name}::"));
            faults.extend(lines.iter().map(|line| self.says(*line, &fault)));
        }
        faults
    }

    /// Imports that leave the module otherwise than by `crate::`.
    fn detours(&self) -> Vec<String> {
        let inside = self.path.strip_prefix("src").unwrap_or(&self.path);
        // `super` of a file leads to its folder's module; of mod.rs one further.
        let steps = inside.iter().count() - usize::from(self.path.ends_with("mod.rs"));
        let out = "super::".repeat(steps.max(1));
        let mut faults = Vec::new();
        for line in lines_with(&self.code, &out) {
            faults.push(self.says(line, "leaves its module by super; write crate::…"));
        }
        if self.module != "main" {
            for line in lines_with(&self.code, "sealpost::") {
                faults.push(self.says(line, "names its own crate; write crate::…"));
            }
        }
        faults
    }

    fn silenced(&self) -> Vec<String> {
        let all = format!("{}{}", self.code, self.tests);
        let attribute = |line: &(usize, &str)| {
            let line = line.1.trim_start();
            line.contains("[allow(") || (line.contains("cfg_attr") && line.contains("allow("))
        };
        (1..)
            .zip(all.lines())
            .filter(attribute)
            .map(|(line, _)| self.says(line, "write #[expect(lint, reason = \"…\")], not allow"))
            .collect()
    }

    /// In a log line `message` is the sentence: a field of that name swallows it.
    fn wordless(&self) -> Vec<String> {
        let lines = ["message = %", "message = ?"].map(|field| lines_with(&self.code, field));
        let fault = "a field named message swallows the sentence; name it id or about";
        let lines = lines.iter().flatten();
        lines.map(|line| self.says(*line, fault)).collect()
    }

    fn length(&self) -> Option<String> {
        let lines = self.code.lines().count();
        (lines > LONGEST).then(|| {
            self.says(
                lines,
                &format!("{lines} lines before the tests, {LONGEST} at most; split it by duty"),
            )
        })
    }

    fn says(&self, line: usize, fault: &str) -> String {
        format!("{}:{line}: {fault}", self.path.display())
    }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS
        .iter()
        .position(|(_, modules)| modules.contains(&module))
}

fn called(layer: usize) -> &'static str {
    LAYERS.get(layer).map_or("", |(name, _)| name)
}

/// The modules of lib.rs stand in the order of their layers, so that the file
/// reads as a map.
fn order(lib: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut highest = 0;
    for line in blank(lib).lines() {
        let line = line.trim_start_matches("pub ").trim();
        let name = line.strip_prefix("mod ").map(|m| m.trim_end_matches(';'));
        let Some((name, layer)) = name.and_then(|name| Some((name, layer(name)?))) else {
            continue;
        };
        if layer < highest {
            faults.push(format!(
                "src/lib.rs: {name} stands after a higher layer; keep a group for each layer, the lowest first"
            ));
        }
        highest = highest.max(layer);
    }
    faults
}

/// Decisions are numbered without a gap: 0001-one-crate.md.
fn numbered(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    let mut faults = Vec::new();
    for (number, name) in (1..).zip(&names) {
        let title = name.strip_prefix(&format!("{number:04}-"));
        let title = title.and_then(|title| title.strip_suffix(".md"));
        if title.is_none_or(str::is_empty) {
            faults.push(format!(
                "docs/decisions/{name}: the {number}. decision is called {number:04}-title.md"
            ));
            break;
        }
    }
    faults
}

fn read(folder: &Path, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(File::new(&path, &fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn none(mut faults: Vec<String>) {
    faults.sort();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_module_keeps_to_its_layer_and_every_file_to_its_size() {
    let mut files = Vec::new();
    read(Path::new("src"), &mut files).unwrap();
    none(files.iter().flat_map(File::faults).collect());
}

#[test]
fn the_tests_are_no_place_for_silenced_lints_or_endless_files_either() {
    let mut files = Vec::new();
    read(Path::new("tests"), &mut files).unwrap();
    let faults = |file: &File| file.silenced().into_iter().chain(file.length());
    none(files.iter().flat_map(faults).collect());
}

#[test]
fn the_map_reads_from_the_words_up() {
    none(order(&fs::read_to_string("src/lib.rs").unwrap()));
}

#[test]
fn decisions_are_numbered() {
    let folder = fs::read_dir("docs/decisions").expect("docs/decisions holds the decisions");
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let names = folder.map(|entry| name(entry).to_string_lossy().into_owned());
    none(numbered(names.collect()));
}

fn faults(path: &str, source: &str) -> Vec<String> {
    File::new(Path::new(path), source).faults()
}

/// Sources with one breach each, and a piece of what must be said about it.
const BREACHES: [(&str, &str, &str); 22] = [
    (
        "src/store/mod.rs",
        "\nuse crate::queue::Job;",
        ":2: store may not import queue",
    ),
    (
        "src/mime/a.rs",
        "fn f(x: crate::config::Size) {}",
        "both formats",
    ),
    ("src/model/a.rs", "use crate::texts::say;", "both words"),
    (
        "src/queue/mod.rs",
        "use crate::{model::Id, route};",
        "both parts",
    ),
    (
        "src/serve.rs",
        "use crate::{model::{A, B}, cli::Args};",
        "not import cli",
    ),
    (
        "src/portal/a.rs",
        "use crate::store::records::{CodeMail, Grant};",
        "the store's Grant",
    ),
    ("src/portal/a.rs", "use crate::store;", "the store's store"),
    (
        "src/smtp/a.rs",
        "use crate::policy::admit;",
        "the part policy",
    ),
    ("src/smtp/a.rs", "use crate::portal::Page;", "both doors"),
    (
        "src/policy/a.rs",
        "use crate::texts;",
        "imports model alone",
    ),
    (
        "src/outbound/a.rs",
        "use crate::config::Config;",
        "the piece",
    ),
    ("src/model/a.rs", "std::fs::read(x)", "no place in words"),
    ("src/wire/a.rs", "use tokio::io;", "no place in formats"),
    ("src/queue/a.rs", "sled::open()", "sled is used in store"),
    (
        "src/texts/dates.rs",
        "use super::super::model::X;",
        "by super",
    ),
    ("src/texts/mod.rs", "use super::model::X;", "by super"),
    (
        "src/texts/mod.rs",
        "use sealpost::model::X;",
        "its own crate",
    ),
    ("src/newcomer/mod.rs", "", "no layer"),
    ("src/queue/a.rs", "warn!(message = %id, x)", "the sentence"),
    ("src/model/a.rs", "#[allow(dead_code)]", "not allow"),
    ("src/model/a.rs", "#![allow(dead_code)]", "not allow"),
    (
        "src/queue/a.rs",
        "#[cfg(test)]\nmod tests { use crate::outbound; }",
        "not import outbound",
    ),
];

#[test]
fn each_breach_is_found_where_it_stands() {
    for (path, source, said) in BREACHES {
        let found = faults(path, source);
        assert_eq!(found.len(), 1, "{path} {source}: {found:?}");
        assert!(found[0].contains(said), "{found:?} does not say {said:?}");
    }
}

#[test]
fn a_file_that_grew_too_long_is_found() {
    let found = faults("src/model/a.rs", &"x\n".repeat(501));
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("501 lines before the tests"));
}

#[test]
fn what_is_right_is_let_through() {
    for (path, source) in [
        (
            "src/queue/mod.rs",
            "use crate::store::{self, Store, records::{Due as D, Job}};",
        ),
        ("src/queue/mod.rs", "use crate::queue::schedule;"),
        (
            "src/texts/dates.rs",
            "use super::say; use crate::model::Arg;",
        ),
        (
            "src/portal/a.rs",
            "use crate::{access::Session, visit, store::records::CodeMail};",
        ),
        (
            "src/model/a.rs",
            "/// [`crate::store::Store`] // x\nlet s = \"crate::store\"; // crate::cli",
        ),
        (
            "src/model/a.rs",
            "let s = r#\"a \" crate::cli\"#; let c = '\"'; let d = '\\'';\nfn f<'a>(x: &'a str) {}",
        ),
        (
            "src/model/a.rs",
            "throttle.allow(now); use other_crate::store;",
        ),
        (
            "src/model/a.rs",
            &format!(
                "{}#[cfg(test)]\nmod tests {{\n{}}}",
                "x\n".repeat(499),
                "y\n".repeat(99)
            ),
        ),
        ("src/store/tests.rs", &"x\n".repeat(900)),
        ("src/main.rs", "sealpost::cli::run()"),
    ] {
        assert_eq!(faults(path, source), Vec::<String>::new(), "{source:.80}");
    }
}

#[test]
fn a_map_out_of_order_and_a_gap_in_the_numbers_are_found() {
    assert!(order("pub mod model;\n\npub mod mime;\npub mod store;").is_empty());
    assert_eq!(order("pub mod store;\npub mod model;").len(), 1);
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
    assert!(numbered(names(&["0002-b.md", "0001-a.md"])).is_empty());
    assert_eq!(numbered(names(&["0001-a.md", "0003-c.md"])).len(), 1);
    assert_eq!(numbered(names(&["one.md"])).len(), 1);
}
