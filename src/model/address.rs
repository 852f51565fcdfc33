//! E-mail addresses as the envelope and the headers carry them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest address we accept, in octets (RFC 5321 §4.5.3.1.3 allows a path of
/// 256 with its angle brackets).
const MAX_ADDRESS: usize = 254;
/// Longest local part, in octets (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// One mailbox address (RFC 5321 §4.1.2, RFC 6531 §3.3): a local part and a
/// domain. The domain is held in lower case; the local part as written.
///
/// `Debug` shows nothing, and there is no `Display`: an address reaches a mail
/// or a page only where somebody wrote [`Address::as_str`], which can be
/// searched for.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    text: String,
    at: usize,
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no `@`, or nothing on one side of it.
    #[error("an address has the form name@domain")]
    Shape,
    /// A character that may not stand in an address, a line break among them.
    #[error("the address contains a character that is not allowed")]
    Character,
    /// Longer than 254 octets, or a local part longer than 64.
    #[error("the address is too long")]
    Length,
}

impl Address {
    /// Reads `local@domain`. A quoted local part is taken with its quotes.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let at = text.rfind('@').ok_or(AddressError::Shape)?;
        let (local, domain) = (text.get(..at), text.get(at + 1..));
        let (Some(local), Some(domain)) = (local, domain) else {
            return Err(AddressError::Shape);
        };
        // What is judged is what is kept: a few letters become two in lower
        // case, and an address must be one again when a record is read.
        let domain = domain.to_lowercase();
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Shape);
        }
        if local.len() > MAX_LOCAL || at + 1 + domain.len() > MAX_ADDRESS {
            return Err(AddressError::Length);
        }
        if !is_local(local) || !is_domain(&domain) {
            return Err(AddressError::Character);
        }
        Ok(Self {
            text: format!("{local}@{domain}"),
            at,
        })
    }

    /// The whole address, for a place that is meant to hold one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// The part after the `@`, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// The form under which an address is looked up: its ASCII letters in
    /// lower case, since no real mail system tells `Jane@` from `jane@`. Other
    /// letters of the local part stay: Unicode folds some of them into ASCII
    /// (U+212A, the Kelvin sign, into `k`), and two mailboxes must not become
    /// one. The domain is in lower case already.
    #[must_use]
    pub fn folded(&self) -> String {
        self.text.to_ascii_lowercase()
    }

    /// `j•••@example.com`: enough for its owner to know it again.
    #[must_use]
    pub fn masked(&self) -> String {
        let first = self.local().trim_start_matches('"').chars().next();
        format!("{}•••@{}", first.unwrap_or('•'), self.domain())
    }

    /// Whether the address has octets outside ASCII and so needs SMTPUTF8
    /// (RFC 6531).
    #[must_use]
    pub fn is_international(&self) -> bool {
        !self.text.is_ascii()
    }
}

fn is_local(local: &str) -> bool {
    if let Some(inner) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) {
        return is_quoted(inner);
    }
    // RFC 5321 §4.1.2 Dot-string; RFC 6531 adds everything outside ASCII.
    local.split('.').all(|atom| {
        !atom.is_empty()
            && atom.chars().all(|c| {
                c.is_ascii_alphanumeric()
                    || "!#$%&'*+-/=?^_`{|}~".contains(c)
                    || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
            })
    })
}

fn is_quoted(inner: &str) -> bool {
    let mut escaped = false;
    for c in inner.chars() {
        if c.is_control() {
            return false;
        }
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == '"' {
            return false;
        }
    }
    !escaped && !inner.is_empty()
}

/// A domain in lower case.
fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']')) {
        let literal = literal.strip_prefix("ipv6:").unwrap_or(literal);
        return literal.parse::<std::net::IpAddr>().is_ok();
    }
    domain.split('.').all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| {
                c.is_ascii_alphanumeric()
                    || c == '-'
                    || c == '_'
                    || (!c.is_ascii() && c.is_alphanumeric())
            })
    })
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl std::str::FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.text
    }
}

/// An address with the name a person goes by, as in a From or To field
/// (RFC 5322 §3.4).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The display name, decoded, on one line; `None` where there is none.
    pub name: Option<String>,
    /// The address itself.
    pub address: Address,
}

impl Mailbox {
    /// The name if there is one, else the address: what a page shows.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.address.as_str())
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressError};

    #[test]
    fn an_address_keeps_its_local_part_and_lowers_its_domain() {
        let address = Address::parse("Jane.Doe@Example.COM").unwrap();
        assert_eq!(address.as_str(), "Jane.Doe@example.com");
        assert_eq!(address.local(), "Jane.Doe");
        assert_eq!(address.folded(), "jane.doe@example.com");
        assert_eq!(address.masked(), "J•••@example.com");
    }

    #[test]
    fn a_letter_that_only_looks_like_another_makes_another_mailbox() {
        let folded = |text| Address::parse(text).unwrap().folded();
        assert_eq!(folded("KIM@example.com"), "kim@example.com");
        assert_ne!(folded("\u{212a}im@example.com"), "kim@example.com");
        assert_eq!(
            folded("jos\u{e9}@EJEMPLO.\u{c9}S"),
            "jos\u{e9}@ejemplo.\u{e9}s"
        );
    }

    #[test]
    fn quoted_and_international_addresses_are_read() {
        assert!(Address::parse("\"jane doe\"@example.com").is_ok());
        assert!(Address::parse("\"a@b\"@example.com").is_ok());
        assert!(
            Address::parse("josé@ejemplo.es")
                .unwrap()
                .is_international()
        );
        assert!(Address::parse("jane@[192.0.2.1]").is_ok());
    }

    #[test]
    fn an_address_that_was_taken_is_taken_again_as_it_is_kept() {
        for text in ["jane@[IPv6:2001:db8::1]", "j@B\u{dc}CHER.example"] {
            let address = Address::parse(text).unwrap();
            assert_eq!(Address::parse(address.as_str()), Ok(address));
        }
        // In lower case it is an i and a dot that stands for itself.
        assert!(Address::parse("jane@\u{130}.example").is_err());
    }

    #[test]
    fn what_could_break_out_of_a_header_is_no_address() {
        for text in [
            "a\r\nBcc: b@c.example@d.example",
            "a b@example.com",
            "\"a\"b\"@example.com",
            "a@exa mple.com",
            "a@b\r\n",
            "a<b@example.com",
            "a..b@example.com",
        ] {
            assert!(Address::parse(text).is_err(), "{text:?} was taken");
        }
        assert_eq!(Address::parse("jane"), Err(AddressError::Shape));
        let long = format!("{}@example.com", "a".repeat(65));
        assert_eq!(Address::parse(&long), Err(AddressError::Length));
    }

    #[test]
    fn debug_never_shows_the_person() {
        let address = Address::parse("canary@example.com").unwrap();
        assert!(!format!("{address:?}").contains("canary"));
    }
}
