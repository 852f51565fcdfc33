//! SASL PLAIN (RFC 4616), as SMTP and IMAP both speak it. What passes through
//! here is a password: it is wiped, and nothing of it is shown or kept.

use crate::model::Secret;
use std::fmt;
use zeroize::Zeroizing;

/// Longest identity and longest password, in octets: an address has 254, and
/// our app passwords far less than this.
const MAX_FIELD: usize = 255;

/// What a client signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who it says it is; 1 to 255 octets without control characters. Not
    /// known to be an address.
    pub identity: String,
    /// The password, 1 to 255 octets.
    pub password: Secret,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// What is wrong with what a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not base64, or not what the mechanism says.
    Malformed,
    /// It signs in as one and asks to act as another.
    Other,
}

/// The text that a line of an exchange holds.
pub(super) fn decode(line: &[u8]) -> Result<Zeroizing<String>, Fault> {
    let octets = data_encoding::BASE64
        .decode(line)
        .map_err(|_| Fault::Malformed)?;
    match String::from_utf8(octets) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(Fault::Malformed)
        }
    }
}

/// RFC 4616 §2: `[authzid] NUL authcid NUL passwd`.
pub(super) fn plain(text: &str) -> Result<Credentials, Fault> {
    let mut fields = text.split('\0');
    let (Some(acting), Some(identity), Some(password), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(Fault::Malformed);
    };
    let identity = field(identity).ok_or(Fault::Malformed)?;
    // Nobody acts as somebody else here.
    if !acting.is_empty() && !acting.eq_ignore_ascii_case(identity) {
        return Err(Fault::Other);
    }
    credentials(identity, password)
}

/// An identity and a password that came one by one.
pub(super) fn credentials(identity: &str, password: &str) -> Result<Credentials, Fault> {
    match (field(identity), field(password)) {
        (Some(identity), Some(password)) => Ok(Credentials {
            identity: identity.to_owned(),
            password: Secret::new(password),
        }),
        _ => Err(Fault::Malformed),
    }
}

/// An identity or a password; `None` if it is empty, too long, or holds
/// control characters.
pub(super) fn field(text: &str) -> Option<&str> {
    let fits = !text.is_empty() && text.len() <= MAX_FIELD && !text.chars().any(char::is_control);
    fits.then_some(text)
}
