//! The portal: the content stays sealed here, and a notice with a link leaves.

use crate::mime::letter::Head;
use crate::mime::notice::{Kind, Notice, notice};
use crate::model::parcel::Body;
use crate::model::{Address, Language, Mailbox, MessageId, Parcel, Purpose, Token};
use crate::route::verp::{self, Handle};
use crate::store::records::Grant;
use crate::store::{Label, Store};
use crate::texts::dates;
use jiff::{Timestamp, tz::TimeZone};

/// How the gateway's own mails speak: what the clinic has set.
#[derive(Clone, Debug)]
pub struct Voice {
    /// The gateway's host name: for Received and Message-ID.
    pub hostname: String,
    /// The clinic's name.
    pub clinic: String,
    /// Who the mails are from.
    pub from: Address,
    /// Where bounces go: its local part takes a signed extension.
    pub bounce: Address,
    /// The notice's subject, if the clinic chose one.
    pub subject: Option<String>,
    /// Whether a notice names the person who wrote.
    pub show_sender: bool,
    /// The portal's address, without a slash at its end.
    pub portal: String,
    /// The language of whoever has not told us theirs.
    pub language: Language,
    /// The clinic's time zone.
    pub zone: TimeZone,
}

impl Voice {
    /// The link a token stands in.
    #[must_use]
    pub fn link(&self, token: &Token) -> String {
        format!("{}/m/{}", self.portal, token.expose())
    }

    /// The From field of the gateway's own mails.
    #[must_use]
    pub fn author(&self) -> Mailbox {
        Mailbox {
            name: Some(self.clinic.clone()),
            address: self.from.clone(),
        }
    }

    /// The envelope sender of a mail about `handle`; the plain bounce address
    /// where its local part is too long to take the signature.
    #[must_use]
    pub fn return_address(&self, store: &Store, handle: Handle) -> Address {
        let signed = verp::make(&self.bounce, handle, |pieces| {
            store.mac(Label::Tokens, pieces)
        });
        signed.unwrap_or_else(|_| self.bounce.clone())
    }
}

/// Why a notice leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The right has just been given.
    Given,
    /// The office has given more time, now.
    Extended(Timestamp),
    /// The message is unread, and its time will be over.
    Reminder(Timestamp),
}

/// Whom a notice is about, and why.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// Why it leaves.
    pub cause: Cause,
    /// The right to read that it announces.
    pub grant: &'a Grant,
    /// Who wrote the message.
    pub sender: Option<&'a Mailbox>,
    /// The reader's language, once known.
    pub known: Option<Language>,
}

/// A notice, ready to leave.
#[derive(Debug)]
pub struct Prepared {
    /// What goes to the relay.
    pub parcel: Parcel,
    /// The same mail for the records, its token masked.
    pub kept: Vec<u8>,
}

/// Prepares the notice of a grant. `token` stands in this mail and nowhere else.
#[must_use]
pub fn prepare(store: &Store, voice: &Voice, occasion: &Occasion<'_>, token: &Token) -> Prepared {
    let grant = occasion.grant;
    let language = grant.language;
    // Whoever has not told us their language gets a line in the other one.
    let second = match occasion.known {
        Some(_) => None,
        None => Language::ALL.into_iter().find(|l| *l != language),
    };
    let (message, n) = (grant.message, grant.n);
    let first = Purpose::Notice {
        message,
        n,
        grant: grant.id,
    };
    // Each is a mail of its own: with an old Message-ID it would be taken for a
    // copy and not shown.
    let (kind, id, date, purpose) = match occasion.cause {
        Cause::Given => (Kind::Message, grant.id.to_string(), grant.created, first),
        Cause::Extended(at) => (Kind::Message, MessageId::new(at).to_string(), at, first),
        Cause::Reminder(at) => {
            let purpose = Purpose::Reminder {
                message,
                n,
                grant: grant.id,
            };
            (Kind::Reminder, MessageId::new(at).to_string(), at, purpose)
        }
    };
    let octets = notice(&Notice {
        kind,
        head: Head {
            from: &voice.author(),
            to: &grant.address,
            reply_to: None,
            message_id: &format!("{id}@{}", voice.hostname),
            date,
        },
        language,
        second,
        clinic: &voice.clinic,
        sender: occasion
            .sender
            .filter(|_| voice.show_sender)
            .and_then(|m| m.name.as_deref()),
        link: &voice.link(token),
        expires: &dates::moment(language, grant.expires, &voice.zone),
        subject: voice.subject.as_deref(),
    });
    Prepared {
        kept: masked(&octets, token.expose().as_bytes()),
        parcel: Parcel {
            sender: Some(voice.return_address(store, Handle::Notice(grant.id))),
            recipient: grant.address.clone(),
            purpose,
            body: Body::Here(octets),
        },
    }
}

/// The mail with every occurrence of `token` made unreadable, also where
/// quoted-printable has broken it over two lines (RFC 2045 §6.7).
fn masked(octets: &[u8], token: &[u8]) -> Vec<u8> {
    let mut mail = octets.to_vec();
    let mut at = 0;
    while at < mail.len() {
        let places = occurrence(&mail, at, token);
        for place in &places {
            if let Some(octet) = mail.get_mut(*place) {
                *octet = b'*';
            }
        }
        at = places.last().map_or(at, |last| *last) + 1;
    }
    mail
}

/// The places of the token's octets if it begins at `at`; else none.
fn occurrence(mail: &[u8], at: usize, token: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut here = at;
    for wanted in token {
        while mail
            .get(here..)
            .is_some_and(|rest| rest.starts_with(b"=\r\n"))
            && !places.is_empty()
        {
            here += 3;
        }
        if mail.get(here) != Some(wanted) {
            return Vec::new();
        }
        places.push(here);
        here += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_token_is_masked_also_where_a_line_breaks_in_it() {
        let mail = b"https://a.example/m/abcdef and abc=\r\ndef, abcdex";
        let kept = masked(mail, b"abcdef");
        assert_eq!(kept, b"https://a.example/m/****** and ***=\r\n***, abcdex");
        assert_eq!(masked(mail, b"zzz"), mail);
    }
}
