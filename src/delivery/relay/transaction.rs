//! One mail for one recipient, and the commands that hand it over. Pure.

use super::offer::Offer;
use crate::delivery::outcome::{Duty, Trouble};
use crate::mime::dsn;
use crate::model::{Address, Notify, Return};

/// One mail for one recipient.
#[derive(Clone, Copy, Debug)]
pub struct Transaction<'a> {
    /// The envelope sender; `None` for the null sender.
    pub sender: Option<&'a Address>,
    /// The one recipient.
    pub recipient: &'a Address,
    /// What the sender wants to hear, where the mail is the sender's own. The
    /// gateway's own mails have no such wishes.
    pub wishes: Option<&'a Wishes>,
    /// The mail.
    pub mail: &'a [u8],
}

/// What a sender wants to hear of a mail (RFC 3461 §4), as it was submitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// NOTIFY.
    pub notify: Notify,
    /// ORCPT, `type;address`.
    pub original: Option<String>,
    /// RET.
    pub ret: Option<Return>,
    /// ENVID.
    pub envid: Option<String>,
}

impl Transaction<'_> {
    /// The MAIL command, with 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), SIZE
    /// (RFC 1870) and DSN (RFC 3461) where the mail needs them or the relay
    /// offers them.
    pub(super) fn mail(&self, offer: &Offer) -> Result<String, Trouble> {
        let from = self.sender.map_or("", Address::as_str);
        // An `Address` holds no line break and no angle bracket.
        let mut command = format!("MAIL FROM:<{from}>");
        if self.is_international() {
            if !offer.has("SMTPUTF8") {
                return Err(Trouble::Cannot("SMTPUTF8"));
            }
            command.push_str(" SMTPUTF8");
        }
        if !self.mail.is_ascii() {
            if !offer.has("8BITMIME") {
                return Err(Trouble::Cannot("8BITMIME"));
            }
            command.push_str(" BODY=8BITMIME");
        }
        if offer.has("SIZE") {
            command.push_str(&format!(" SIZE={}", self.mail.len()));
        }
        if let Some(wishes) = self.passed_on(offer) {
            let ret = match wishes.ret {
                Some(Return::Full) => Some("FULL"),
                Some(Return::Headers) => Some("HDRS"),
                None => None,
            };
            add(&mut command, "RET", ret);
            add(&mut command, "ENVID", wishes.envid.as_deref());
        }
        command.push_str("\r\n");
        Ok(command)
    }

    /// The RCPT command.
    pub(super) fn rcpt(&self, offer: &Offer) -> String {
        let mut command = format!("RCPT TO:<{}>", self.recipient.as_str());
        if let Some(wishes) = self.passed_on(offer) {
            let original = wishes.original.as_deref().map(|original| {
                // RFC 6533 §3: without SMTPUTF8 it is written in ASCII.
                if self.is_international() {
                    original.to_owned()
                } else {
                    dsn::in_ascii(original)
                }
            });
            add(&mut command, "NOTIFY", notify(wishes.notify).as_deref());
            add(&mut command, "ORCPT", original.as_deref());
        }
        command.push_str("\r\n");
        command
    }

    /// Who reports on the mail once the relay has taken it: with the sender's
    /// wishes goes the duty to fulfil them (RFC 3461 §5.2.1).
    pub(super) fn duty(&self, offer: &Offer) -> Duty {
        match self.passed_on(offer) {
            Some(_) => Duty::Relays,
            None => Duty::Ours,
        }
    }

    fn passed_on(&self, offer: &Offer) -> Option<&Wishes> {
        self.wishes.filter(|_| offer.has("DSN"))
    }

    /// Whether an address or the header needs SMTPUTF8 (RFC 6531 §3.4).
    fn is_international(&self) -> bool {
        let sender = self.sender.is_some_and(Address::is_international);
        sender || self.recipient.is_international() || !header(self.mail).is_ascii()
    }
}

/// The header of a mail, or all of it if nothing else is in it.
fn header(mail: &[u8]) -> &[u8] {
    let end = mail.windows(4).position(|four| four == b"\r\n\r\n");
    mail.get(..end.unwrap_or(mail.len())).unwrap_or_default()
}

/// Adds a parameter. What could end the command, or begin another parameter,
/// was refused at submission; it is left out here all the same.
fn add(command: &mut String, keyword: &str, value: Option<&str>) {
    let breaks = |c: char| c.is_whitespace() || c.is_control();
    if let Some(value) = value.filter(|value| !value.contains(breaks)) {
        command.push_str(&format!(" {keyword}={value}"));
    }
}

/// The value of NOTIFY; `None` where nothing was said.
fn notify(notify: Notify) -> Option<String> {
    let (success, failure, delay) = match notify {
        Notify::Default => return None,
        Notify::Never => return Some("NEVER".to_owned()),
        Notify::On {
            success,
            failure,
            delay,
        } => (success, failure, delay),
    };
    let words = [(success, "SUCCESS"), (failure, "FAILURE"), (delay, "DELAY")];
    let wanted: Vec<_> = words.iter().filter(|(on, _)| *on).map(|w| w.1).collect();
    (!wanted.is_empty()).then(|| wanted.join(","))
}
