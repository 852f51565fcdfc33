//! Plays the dialogues in `tests/dialogs/` against the submission machine.
//!
//! A file holds dialogues, each under a line `== what it shows`:
//!
//! ```text
//! @ tls                  the connection is encrypted from the start
//! @ signed in            the same, and EHLO and AUTH have gone well
//! @ max-size 100         and recipients, errors, language: the session's options
//! @ refuse mail 553 5.7.1 smtp-fault    the driver's answer to this question, once or more
//! @ whole                only fed group by group (what shows depends on timing)
//! C: a line              the client's line; CRLF is added
//! C| octets              the client's octets; nothing is added
//! S: 250 2.1.0 *         a line we answer; `*` at its end stands for the rest
//! D: 2s                  the answer that follows is delayed
//! M: octets              a message was finished and holds this
//! E: abort               the driver was told that the message will not come
//! X                      we close; T: TLS is made
//! # a comment
//! ```
//!
//! Octets are written `\r \n \0 \xHH \\`, and `\{1000*x}` is a thousand `x`.
//! Each dialogue is fed three ways: group by group, octet by octet, and each
//! group in two halves at every place. The answers must be the same.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot read its files says so and stops"
)]

use bytes::BytesMut;
use sealpost::model::{Language, Reply};
use sealpost::wire::smtp::{Event, Options, Session, Step, Tls};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Dialogues below which somebody has lost some.
const LEAST: usize = 60;
/// Largest group that is split at every place; the work grows with its square.
const SPLIT_ALL: usize = 3_000;

#[test]
fn every_dialogue_goes_as_written_however_its_octets_arrive() {
    let (mut played, mut wrong) = (0, String::new());
    for dialogue in read_all() {
        for feeding in dialogue.feedings() {
            played += 1;
            if let Err(difference) = dialogue.play(&feeding) {
                let _ = writeln!(
                    wrong,
                    "{} ({})\n{difference}",
                    dialogue.name,
                    feeding.name()
                );
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(played > 3 * LEAST);
}

#[test]
fn there_are_dialogues_for_every_rule() {
    assert!(
        read_all().len() >= LEAST,
        "only {} dialogues",
        read_all().len()
    );
}

struct Dialogue {
    name: String,
    options: Options,
    signed_in: bool,
    whole: bool,
    refusals: Vec<(String, Reply)>,
    turns: Vec<Turn>,
}

#[derive(Default)]
struct Turn {
    client: Vec<u8>,
    expected: Vec<String>,
}

enum Feeding {
    Whole,
    Octets,
    Halves(usize),
}

impl Feeding {
    fn name(&self) -> String {
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

impl Dialogue {
    fn feedings(&self) -> Vec<Feeding> {
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

    fn play(&self, feeding: &Feeding) -> Result<(), String> {
        let mut driver = Driver::new(self);
        if self.signed_in {
            driver.feed(
                b"EHLO client.example\r\nAUTH PLAIN AGphbmVAY2xpbmljLmV4YW1wbGUAc2VjcmV0\r\n",
            );
            driver.seen.clear();
        } else {
            driver.feed(b"");
        }
        for turn in &self.turns {
            for piece in feeding.pieces(&turn.client) {
                driver.feed(piece);
            }
            let seen = std::mem::take(&mut driver.seen);
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

/// The scripted driver: says yes, unless the dialogue has it refuse.
struct Driver<'a> {
    session: Session,
    input: BytesMut,
    refusals: Vec<&'a (String, Reply)>,
    message: Vec<u8>,
    seen: Vec<String>,
    closed: bool,
}

impl<'a> Driver<'a> {
    fn new(dialogue: &'a Dialogue) -> Self {
        Self {
            session: Session::new(dialogue.options.clone()),
            input: BytesMut::new(),
            refusals: dialogue.refusals.iter().collect(),
            message: Vec::new(),
            seen: Vec::new(),
            closed: false,
        }
    }

    fn feed(&mut self, octets: &[u8]) {
        if self.closed {
            return;
        }
        self.input.extend_from_slice(octets);
        loop {
            let step = self.session.step(&mut self.input);
            self.show();
            match step {
                Step::Read => return,
                Step::Pause(span) => self.seen.push(format!("D: {}s", span.as_secs())),
                Step::StartTls => {
                    self.seen.push("T".to_owned());
                    self.session.secured();
                }
                Step::Close => {
                    self.seen.push("X".to_owned());
                    self.closed = true;
                    return;
                }
                Step::Ask(event) => self.decide(event),
            }
        }
    }

    fn show(&mut self) {
        let output = String::from_utf8(self.session.output()).expect("replies are UTF-8");
        assert!(output.is_empty() || output.ends_with("\r\n"));
        for line in output.split_terminator("\r\n") {
            assert!(
                line.len() <= 510 && !line.contains(['\r', '\n']),
                "{line:?}"
            );
            self.seen.push(format!("S: {line}"));
        }
    }

    fn decide(&mut self, event: Event) {
        let name = match event {
            Event::SignIn(credentials) => {
                assert!(credentials.identity.contains('@'));
                "sign-in"
            }
            Event::Mail(_) => "mail",
            Event::Recipient(_) => "recipient",
            Event::Begin(envelope) => {
                assert!(!envelope.recipients.is_empty());
                self.message.clear();
                "begin"
            }
            Event::Content(octets) => {
                self.message.extend_from_slice(&octets);
                if self
                    .refusals
                    .first()
                    .is_some_and(|(name, _)| name == "content")
                {
                    self.session.answer(self.refusals.remove(0).1.clone());
                }
                return;
            }
            Event::Abort => return self.seen.push("E: abort".to_owned()),
            Event::Finish => {
                let message = std::mem::take(&mut self.message);
                self.seen.push(format!("M: {}", escape(&message)));
                "finish"
            }
        };
        match self
            .refusals
            .iter()
            .position(|(refused, _)| refused == name)
        {
            Some(at) => self.session.answer(self.refusals.remove(at).1.clone()),
            None => self.session.accept(),
        }
    }
}

fn read_all() -> Vec<Dialogue> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dialogs");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    files.iter().flat_map(read).collect()
}

fn read(file: &PathBuf) -> Vec<Dialogue> {
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let mut dialogues: Vec<Dialogue> = Vec::new();
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

impl Dialogue {
    fn new(name: String) -> Self {
        Self {
            name,
            options: Options {
                hostname: "mail.clinic.example".to_owned(),
                language: Language::English,
                tls: Tls::Offered,
                max_size: 50_000_000,
                recipients: 100,
                errors: 10,
            },
            signed_in: false,
            whole: false,
            refusals: Vec::new(),
            turns: vec![Turn::default()],
        }
    }

    fn line(&mut self, line: &str) -> Option<()> {
        if let Some(setting) = line.strip_prefix("@ ") {
            return self.setting(setting);
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

    fn setting(&mut self, setting: &str) -> Option<()> {
        let words: Vec<&str> = setting.split(' ').collect();
        match words.as_slice() {
            ["tls"] => self.options.tls = Tls::Already,
            ["signed", "in"] => {
                self.options.tls = Tls::Already;
                self.signed_in = true;
            }
            ["whole"] => self.whole = true,
            ["max-size", n] => self.options.max_size = n.parse().ok()?,
            ["recipients", n] => self.options.recipients = n.parse().ok()?,
            ["errors", n] => self.options.errors = n.parse().ok()?,
            ["language", tag] => self.options.language = Language::from_tag(tag)?,
            ["refuse", event, code, enhanced, text] => {
                let mut numbers = enhanced.split('.').map(|n| n.parse::<u16>().ok());
                let class = u8::try_from(numbers.next()??).ok()?;
                let enhanced = (class, numbers.next()??, numbers.next()??);
                let text = String::leak((*text).to_owned());
                let reply = Reply::new(code.parse().ok()?, enhanced, text);
                self.refusals.push(((*event).to_owned(), reply));
            }
            _ => return None,
        }
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

fn escape(octets: &[u8]) -> String {
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
