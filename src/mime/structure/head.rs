//! What a part's header says of it, in the words of the header: BODYSTRUCTURE
//! hands them on (RFC 3501 §7.4.2). What they mean for us, the type and the
//! delimiter, is read as the indexer reads it.

use super::lines::{RawField, raw_fields};
use crate::mime::index;
use mail_parser::parsers::MessageStream;

/// Longest value whose meaning is read, in octets; a long file name in many
/// pieces is under 4 KiB. mail-parser joins such pieces one by one.
const MAX_VALUE: usize = 32 * 1024;
/// How many parameters a value may have. Real ones have under ten, or under
/// thirty where a file name comes in pieces (RFC 2231 §3).
const MAX_PARAMETERS: usize = 100;
/// How many languages a part may name; real ones name one.
const MAX_LANGUAGES: usize = 16;
/// The type of octets of which nothing is known (RFC 2046 §4.5.1).
pub(super) const OCTETS: &str = "application/octet-stream";

/// Names and values.
pub(super) type Parameters = Vec<(String, String)>;

/// A part's header.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Media type and subtype in lower case.
    pub(super) kind: String,
    pub(super) parameters: Parameters,
    pub(super) charset: Option<String>,
    /// What separates the parts within, if the part is a multipart.
    pub(super) boundary: Option<Vec<u8>>,
    pub(super) encoding: String,
    pub(super) id: Option<String>,
    pub(super) description: Option<String>,
    pub(super) disposition: Option<(String, Parameters)>,
    pub(super) languages: Vec<String>,
    pub(super) location: Option<String>,
}

impl Head {
    /// Reads a header; `default` is the type of a part that names none.
    pub(super) fn read(header: &[u8], default: &str) -> Self {
        let mut head = Self {
            kind: default.to_owned(),
            encoding: "7bit".to_owned(),
            ..Self::default()
        };
        for field in raw_fields(header) {
            head.take(&field);
        }
        head
    }

    /// Where a field stands twice, the last one counts, as in the indexer.
    fn take(&mut self, field: &RawField<'_>) {
        let is_content = field.name.get(..8);
        if !is_content.is_some_and(|start| start.eq_ignore_ascii_case(b"content-")) {
            return;
        }
        let text = || Some(field.unfolded()).filter(|text| !text.is_empty());
        if field.is("Content-Type") {
            self.take_type(field);
        } else if field.is("Content-Transfer-Encoding") {
            let (word, _) = words(&field.unfolded());
            self.encoding = if word.is_empty() {
                "7bit".to_owned()
            } else {
                word
            };
        } else if field.is("Content-ID") {
            self.id = text();
        } else if field.is("Content-Description") {
            self.description = text();
        } else if field.is("Content-Disposition") {
            self.disposition = Some(words(&field.unfolded())).filter(|(word, _)| !word.is_empty());
        } else if field.is("Content-Language") {
            let line = field.unfolded();
            let tags = line.split(',').map(str::trim).filter(|tag| !tag.is_empty());
            self.languages = tags.take(MAX_LANGUAGES).map(str::to_owned).collect();
        } else if field.is("Content-Location") {
            self.location = text();
        }
    }

    fn take_type(&mut self, field: &RawField<'_>) {
        let Some((kind, charset, boundary)) = meaning(field) else {
            return;
        };
        self.kind = kind.unwrap_or_else(|| OCTETS.to_owned());
        self.charset = charset;
        self.boundary = boundary;
        (_, self.parameters) = words(&field.unfolded());
    }
}

type Meaning = (Option<String>, Option<String>, Option<Vec<u8>>);

/// A type, its charset, and its delimiter; `None` if the field says nothing.
fn meaning(field: &RawField<'_>) -> Option<Meaning> {
    if field.value.len() > MAX_VALUE {
        return Some((None, None, None));
    }
    let line = field.line();
    let value = MessageStream::new(&line).parse_content_type();
    let content = value.as_content_type()?;
    let kind = index::kind(content);
    let boundary = index::boundary(content).filter(|_| kind.starts_with("multipart/"));
    // IMAP wants both halves.
    let halves = kind.split_once('/');
    let whole = halves.is_some_and(|(main, sub)| !main.is_empty() && !sub.is_empty());
    Some((whole.then_some(kind), index::charset(content), boundary))
}

/// The word at the start of a value, in lower case, and the parameters behind
/// it (RFC 2045 §5.1, RFC 2183 §2).
fn words(line: &str) -> (String, Parameters) {
    let mut pieces = Pieces { rest: line };
    let first = pieces.next().map_or_else(String::new, |(word, _)| word);
    let mut word: String = first.to_ascii_lowercase();
    word.retain(|c| !c.is_whitespace());
    let named = pieces.filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value?)));
    let named = named.filter(|(name, _)| !name.is_empty());
    (word, joined(named.take(MAX_PARAMETERS).collect()))
}

/// Parameters with those joined that came in pieces (RFC 2231 §3). A value that
/// is encoded stays so, under its name with an asterisk (§4).
fn joined(parameters: Parameters) -> Parameters {
    let (mut whole, mut pieces) = (Vec::new(), Vec::new());
    for (name, value) in parameters {
        match numbered(&name) {
            Some((name, number, encoded)) => pieces.push((name, number, encoded, value)),
            None => whole.push((name, value)),
        }
    }
    pieces.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    for group in pieces.chunk_by(|a, b| a.0 == b.0) {
        let Some((name, _, is_encoded, _)) = group.first() else {
            continue;
        };
        let mut value = String::new();
        for (_, _, encoded, piece) in group {
            if *is_encoded && !encoded {
                value.push_str(&piece.replace('%', "%25"));
            } else {
                value.push_str(piece);
            }
        }
        let star = if *is_encoded { "*" } else { "" };
        whole.push((format!("{name}{star}"), value));
    }
    whole
}

/// `name*3*` as its name, its number, and whether its value is encoded.
fn numbered(name: &str) -> Option<(String, u32, bool)> {
    let (bare, encoded) = name.strip_suffix('*').map_or((name, false), |n| (n, true));
    let (name, number) = bare.split_once('*')?;
    Some((name.to_owned(), number.parse().ok()?, encoded))
}

/// What stands between semicolons, as name and value.
struct Pieces<'a> {
    rest: &'a str,
}

impl Iterator for Pieces<'_> {
    type Item = (String, Option<String>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut name, mut value, mut is_whole) = (String::new(), None::<String>, false);
        let mut after_blank = true;
        while let Some(c) = self.take() {
            match c {
                ';' => break,
                '(' if after_blank => self.comment(),
                _ if is_whole => {}
                '=' if value.is_none() => value = Some(String::new()),
                '"' if value.as_deref().is_some_and(|v| v.trim().is_empty()) => {
                    value = Some(self.quoted());
                    is_whole = true;
                }
                c => value.as_mut().unwrap_or(&mut name).push(c),
            }
            // RFC 822 has comments anywhere; "report(1).pdf" without quotes has
            // none.
            after_blank = c.is_whitespace() || c == '=' || c == '"';
        }
        let value = value.map(|v| if is_whole { v } else { v.trim().to_owned() });
        Some((name.trim().to_owned(), value))
    }
}

impl Pieces<'_> {
    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
        Some(c)
    }

    /// Passes over a comment whose parenthesis was taken.
    fn comment(&mut self) {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.take() {
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                Some('\\') => drop(self.take()),
                Some(_) => {}
                None => return,
            }
        }
    }

    /// The rest of a quoted string whose quote was taken.
    fn quoted(&mut self) -> String {
        let mut text = String::new();
        loop {
            match self.take() {
                Some('\\') => text.extend(self.take()),
                Some('"') | None => return text,
                Some(c) => text.push(c),
            }
        }
    }
}
