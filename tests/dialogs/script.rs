//! Dialogues: reading the files, feeding the octets, comparing the lines.

use std::path::{Path, PathBuf};

/// Largest group that is split at every place; the work grows with its square.
const SPLIT_ALL: usize = 3_000;

/// What a dialogue sets before it begins.
pub(crate) trait Setup: Default {
    /// `None` if there is no such setting.
    fn setting(&mut self, words: &[&str]) -> Option<()>;
    /// The machine with its driver. What it says at once is seen.
    fn driver(&self) -> Box<dyn Driver>;
}

/// A machine with a driver that does as the dialogue says.
pub(crate) trait Driver {
    /// What the client sends.
    fn feed(&mut self, octets: &[u8]);
    /// What was seen since the last time.
    fn seen(&mut self) -> Vec<String>;
}

pub(crate) struct Dialogue<S> {
    pub(crate) name: String,
    setup: S,
    whole: bool,
    turns: Vec<Turn>,
}

#[derive(Default)]
struct Turn {
    client: Vec<u8>,
    expected: Vec<String>,
}

pub(crate) enum Feeding {
    Whole,
    Octets,
    Halves(usize),
}

impl Feeding {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Whole => "group by group".to_owned(),
            Self::Octets => "octet by octet".to_owned(),
            Self::Halves(at) => format!("each group split after {at}"),
        }
    }

    fn pieces<'a>(&self, octets: &'a [u8]) -> Vec<&'a [u8]> {
        match self {
            Self::Whole => vec![octets],
            Self::Octets => octets.chunks(1).collect(),
            Self::Halves(at) => {
                let (left, right) = octets.split_at((*at).min(octets.len()));
                vec![left, right]
            }
        }
    }
}

impl<S: Setup> Dialogue<S> {
    pub(crate) fn feedings(&self) -> Vec<Feeding> {
        if self.whole {
            return vec![Feeding::Whole];
        }
        let longest = self
            .turns
            .iter()
            .map(|t| t.client.len())
            .max()
            .unwrap_or_default();
        let mut feedings = vec![Feeding::Whole, Feeding::Octets];
        if longest <= SPLIT_ALL {
            feedings.extend((1..longest).map(Feeding::Halves));
        }
        feedings
    }

    pub(crate) fn play(&self, feeding: &Feeding) -> Result<(), String> {
        let mut driver = self.setup.driver();
        for turn in &self.turns {
            for piece in feeding.pieces(&turn.client) {
                driver.feed(piece);
            }
            let seen = driver.seen();
            let lines = seen.len().max(turn.expected.len());
            let wrong = (0..lines).find(|&n| match (seen.get(n), turn.expected.get(n)) {
                (Some(seen), Some(pattern)) => !fits(seen, pattern),
                _ => true,
            });
            if let Some(n) = wrong {
                let client: String = escape(&turn.client).chars().take(200).collect();
                let (seen, expected) = (seen.get(n), turn.expected.get(n));
                return Err(format!(
                    "  client   {client}\n  line     {}\n  expected {expected:?}\n  seen     {seen:?}",
                    n + 1
                ));
            }
        }
        Ok(())
    }
}

fn fits(seen: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(head) => seen.starts_with(head),
        None => seen == pattern,
    }
}

/// All dialogues in a folder, in the order of its files.
pub(crate) fn read_all<S: Setup>(folder: &str) -> Vec<Dialogue<S>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    files.iter().flat_map(|file| read(file)).collect()
}

fn read<S: Setup>(file: &Path) -> Vec<Dialogue<S>> {
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let mut dialogues: Vec<Dialogue<S>> = Vec::new();
    for (n, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("== ") {
            let file = file.file_name().unwrap_or_default().to_string_lossy();
            dialogues.push(Dialogue::new(format!("{file}: {name}")));
            continue;
        }
        let dialogue = dialogues.last_mut().expect("a dialogue begins with ==");
        dialogue
            .line(line)
            .unwrap_or_else(|| panic!("{}:{}: {line}", file.display(), n + 1));
    }
    dialogues
}

impl<S: Setup> Dialogue<S> {
    fn new(name: String) -> Self {
        Self {
            name,
            setup: S::default(),
            whole: false,
            turns: vec![Turn::default()],
        }
    }

    fn line(&mut self, line: &str) -> Option<()> {
        if let Some(setting) = line.strip_prefix("@ ") {
            self.whole |= setting == "whole";
            let words: Vec<&str> = setting.split(' ').collect();
            return (setting == "whole")
                .then_some(())
                .or_else(|| self.setup.setting(&words));
        }
        if let Some(text) = line.strip_prefix("C: ").or(line.strip_prefix("C| ")) {
            if self.turns.last().is_some_and(|t| !t.expected.is_empty()) {
                self.turns.push(Turn::default());
            }
            let client = &mut self.turns.last_mut()?.client;
            client.extend(unescape(text)?);
            if line.starts_with("C: ") {
                client.extend_from_slice(b"\r\n");
            }
            return Some(());
        }
        let known = ["S: ", "D: ", "M: ", "E: ", "X", "T"];
        known.iter().find(|mark| line.starts_with(**mark))?;
        // The greeting comes before the client has said anything.
        self.turns.last_mut()?.expected.push(line.to_owned());
        Some(())
    }
}

fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        octets.extend_from_slice(plain.as_bytes());
        rest = escape.get(1..)?;
        match escape.as_bytes().first()? {
            b'r' => octets.push(b'\r'),
            b'n' => octets.push(b'\n'),
            b'0' => octets.push(0),
            b'\\' => octets.push(b'\\'),
            b'x' => {
                octets.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
                rest = rest.get(2..)?;
            }
            b'{' => {
                let (repeat, after) = rest.split_once('}')?;
                let (times, what) = repeat.split_once('*')?;
                octets.extend(unescape(&what.repeat(times.parse().ok()?))?);
                rest = after;
            }
            _ => return None,
        }
    }
    octets.extend_from_slice(rest.as_bytes());
    Some(octets)
}

/// Octets as a dialogue writes them.
pub(crate) fn escape(octets: &[u8]) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(octets).chars() {
        match c {
            '\r' => text.push_str("\\r"),
            '\n' => text.push_str("\\n"),
            '\0' => text.push_str("\\0"),
            '\\' => text.push_str("\\\\"),
            c => text.push(c),
        }
    }
    text
}
