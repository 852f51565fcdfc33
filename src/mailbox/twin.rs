//! Recognises the copy of a sent message that a mail program puts into Sent,
//! where the gateway's own copy lies already (requirements C4.10).
//!
//! The two agree if their bodies do, octet for octet, and the fields that say
//! what the message is. Ours lacks Bcc and tags in the subject, and has more
//! fields; a program may fold a field otherwise. Where anything else differs,
//! both stay.

use crate::mailbox::cards::open;
use crate::mailbox::search::range;
use crate::mailbox::{Mailboxes, View};
use crate::mime::structure::{Section, fields};
use crate::store::{ContentReader, Error, Row};
use aws_lc_rs::digest::{Context, SHA256};

/// Longest header that is compared, in octets; a longer one is no copy of ours.
const MAX_HEADER: usize = 64 * 1024;
/// How far back in Sent a copy is looked for: programs store it at once, or
/// when they are next online.
const BACK: usize = 200;
/// Octets read at a time.
const PIECE: u64 = 64 * 1024;
/// How a subject begins, folded as [`field`] does.
const SUBJECT: &[u8] = b"subject:";
/// The fields that must agree.
const NAMES: [&str; 8] = [
    "from",
    "to",
    "cc",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

/// Our own copy of the same message.
pub(super) struct Twin {
    /// Where it stands.
    pub(super) row: Row,
}

/// What a message is recognised by, gathered while it comes in.
pub(super) struct Print {
    header: Vec<u8>,
    /// The header is complete, or too long.
    past: bool,
    body: Body,
}

/// A message's print, complete.
#[derive(PartialEq, Eq)]
pub(super) struct Printed {
    fields: Vec<Vec<u8>>,
    subject: Vec<u8>,
    body: Vec<u8>,
}

/// The hash of a body without the empty lines at its end, which the ways of
/// transport add and take.
struct Body {
    sum: Context,
    /// Line ends that count only if something follows.
    held: Vec<u8>,
}

impl Print {
    pub(super) fn new() -> Self {
        Self {
            header: Vec::new(),
            past: false,
            body: Body::new(),
        }
    }

    pub(super) fn write(&mut self, octets: &[u8]) {
        if self.past {
            return self.body.write(octets);
        }
        // The empty line may lie across two pieces.
        let from = self.header.len().saturating_sub(3);
        self.header.extend_from_slice(octets);
        let rest = self.header.get(from..).unwrap_or_default();
        if let Some(at) = memchr::memmem::find(rest, b"\r\n\r\n") {
            let body = self.header.split_off(from + at + 4);
            self.body.write(&body);
            self.past = true;
        } else if self.header.len() > MAX_HEADER {
            self.header.clear();
            self.past = true;
        }
    }

    pub(super) fn finish(self) -> Printed {
        Printed::new(&self.header, self.body)
    }
}

impl Printed {
    fn new(header: &[u8], body: Body) -> Self {
        Self {
            fields: NAMES.map(|name| field(header, name)).to_vec(),
            subject: field(header, "subject"),
            body: body.sum.finish().as_ref().to_vec(),
        }
    }

    fn message_id(&self) -> &[u8] {
        self.fields.get(4).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether `ours` is the same message: its subject may lack tags.
    fn is_of(&self, ours: &Self) -> bool {
        let theirs = self.subject.strip_prefix(SUBJECT).unwrap_or_default();
        let without = ours.subject.strip_prefix(SUBJECT).unwrap_or_default();
        let same = without.is_empty() || memchr::memmem::find(theirs, without).is_some();
        self.fields == ours.fields && self.body == ours.body && same
    }
}

impl Body {
    fn new() -> Self {
        Self {
            sum: Context::new(&SHA256),
            held: Vec::new(),
        }
    }

    fn write(&mut self, octets: &[u8]) {
        let is_end = |b: &u8| matches!(b, b'\r' | b'\n');
        let ends = octets.iter().rev().take_while(|b| is_end(b)).count();
        let (text, tail) = octets.split_at(octets.len() - ends);
        if !text.is_empty() {
            self.sum.update(&self.held);
            self.held.clear();
            self.sum.update(text);
        }
        self.held.extend_from_slice(tail);
    }
}

impl Twin {
    /// Looks for our own copy among the newest of a folder.
    pub(super) async fn of(
        mailboxes: &Mailboxes,
        view: &View,
        theirs: &Printed,
    ) -> Result<Option<Self>, Error> {
        let id = String::from_utf8_lossy(theirs.message_id()).into_owned();
        let id = id.split_once(':').map_or("", |(_, id)| id.trim());
        if id.is_empty() {
            return Ok(None);
        }
        let newest = view.newest();
        let rows: Vec<&Row> = newest.rows.iter().rev().take(BACK).collect();
        let messages: Vec<_> = rows.iter().map(|row| row.message).collect();
        let cards = mailboxes.0.cards.many(&messages).await?;
        for (row, card) in rows.into_iter().zip(cards) {
            let Some(card) = card.filter(|card| card.words.message_id.trim() == id) else {
                continue;
            };
            let Some(content) = open(&mailboxes.0.store, row.message).await? else {
                continue;
            };
            let section = card.sections.first();
            let Some(ours) = printed(&content, section).await? else {
                continue;
            };
            if theirs.is_of(&ours) {
                return Ok(Some(Self { row: row.clone() }));
            }
        }
        Ok(None)
    }
}

async fn printed(
    content: &ContentReader,
    section: Option<&Section>,
) -> Result<Option<Printed>, Error> {
    let Some(section) = section.filter(|s| s.header.end <= MAX_HEADER as u64) else {
        return Ok(None);
    };
    let header = range(content, section.header.clone()).await?;
    let (mut body, mut at) = (Body::new(), section.header.end);
    while at < content.length() {
        let piece = range(content, at..at + PIECE).await?;
        if piece.is_empty() {
            break;
        }
        at += piece.len() as u64;
        body.write(&piece);
    }
    Ok(Some(Printed::new(&header, body)))
}

/// A field without the line ends and blanks that folding adds.
fn field(header: &[u8], name: &str) -> Vec<u8> {
    let mut octets = fields(header, &[name], false).to_ascii_lowercase();
    octets.retain(|b| !b.is_ascii_whitespace());
    octets
}
