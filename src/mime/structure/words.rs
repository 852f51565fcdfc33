//! What SEARCH, SORT and THREAD look at in a message's header, read once.

use super::address;
use super::lines::{RawField, raw_fields};
use crate::mime::search::fold;
use jiff::fmt::rfc2822::DateTimeParser;
use mail_parser::parsers::MessageStream;
use serde::{Deserialize, Serialize};

/// Longest field that is kept, in octets: more than any letter's, so that a card
/// stays small. A longer one is found by TEXT and HEADER alone.
const MAX_FIELD: usize = 64 * 1024;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// A header's words. Texts are decoded (RFC 2047) and folded
/// ([`fold`]); empty where the header has no such field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// From, names and addresses.
    pub from: String,
    /// To.
    pub to: String,
    /// Cc.
    pub cc: String,
    /// Bcc.
    pub bcc: String,
    /// Subject.
    pub subject: String,
    /// Message-ID as it stands.
    pub message_id: String,
    /// In-Reply-To as it stands.
    pub in_reply_to: String,
    /// References as it stands.
    pub references: String,
    /// Date as it stands.
    pub date: String,
    /// When it was sent, if Date says so.
    pub sent: Option<Sent>,
    /// The local part of the first mailbox of From, folded (RFC 5256 §3).
    pub first_from: String,
    /// The same of To.
    pub first_to: String,
    /// The same of Cc.
    pub first_cc: String,
}

/// When a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sent {
    /// In seconds since 1970 (UTC), for SORT and THREAD.
    pub at: i64,
    /// Its day as the writer's clock had it, in days since 1970-01-01, for
    /// SENTBEFORE, SENTON and SENTSINCE (RFC 3501 §6.4.4).
    pub day: i64,
}

impl Words {
    /// Reads a header.
    pub(super) fn read(header: &[u8]) -> Self {
        let mut words = Self::default();
        for field in raw_fields(header) {
            words.take(&field);
        }
        words
    }

    fn take(&mut self, field: &RawField<'_>) {
        if field.value.len() > MAX_FIELD {
            return;
        }
        // A mailbox field that stands twice is one list, as in the ENVELOPE; of
        // the others the first one counts.
        let (texts, first) = match field.name.to_ascii_lowercase().as_slice() {
            b"from" => (&mut self.from, Some(&mut self.first_from)),
            b"to" => (&mut self.to, Some(&mut self.first_to)),
            b"cc" => (&mut self.cc, Some(&mut self.first_cc)),
            b"bcc" => (&mut self.bcc, None),
            b"subject" if self.subject.is_empty() => (&mut self.subject, None),
            b"message-id" => return first_one(&mut self.message_id, field),
            b"in-reply-to" => return first_one(&mut self.in_reply_to, field),
            b"references" => return first_one(&mut self.references, field),
            b"date" if self.sent.is_none() => {
                self.sent = sent(field);
                return first_one(&mut self.date, field);
            }
            _ => return,
        };
        if !texts.is_empty() {
            texts.push(' ');
        }
        texts.push_str(&fold(&field.decoded()));
        if let Some(first) = first.filter(|first| first.is_empty()) {
            let local = address::first_local(&field.unfolded());
            *first = fold(&local.unwrap_or_default());
        }
    }
}

fn first_one(kept: &mut String, field: &RawField<'_>) {
    if kept.is_empty() {
        *kept = field.unfolded();
    }
}

/// A date (RFC 5322 §3.3), by the parser that forgives most, then by the one
/// that knows a time without seconds before the name of a zone (§4.3).
fn sent(field: &RawField<'_>) -> Option<Sent> {
    let line = field.line();
    let date = MessageStream::new(&line).parse_date().into_datetime();
    if let Some(date) = date.filter(mail_parser::DateTime::is_valid) {
        return Some(Sent {
            at: date.to_timestamp(),
            day: date.to_timestamp_local().div_euclid(DAY),
        });
    }
    let parser = DateTimeParser::new().relaxed_weekday(true);
    let date = parser.parse_zoned(field.unfolded()).ok()?;
    let at = date.timestamp().as_second();
    let local = at.saturating_add(i64::from(date.offset().seconds()));
    Some(Sent {
        at,
        day: local.div_euclid(DAY),
    })
}
