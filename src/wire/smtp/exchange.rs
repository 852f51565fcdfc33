//! Signing in: SASL PLAIN (RFC 4616) and LOGIN (never standardised, what Outlook
//! speaks; draft-murchison-sasl-login). What passes through here is a
//! password: it is wiped, and nothing of it is shown or kept.

use crate::model::{Reply, Secret};
use crate::wire::smtp::replies;
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

/// Where an exchange stands: what the next line of the client means.
#[derive(Debug)]
pub(super) enum Exchange {
    Plain,
    LoginName,
    LoginPassword(Name),
}

/// An identity on its way; not shown.
pub(super) struct Name(String);

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(…)")
    }
}

/// What follows from a line.
#[derive(Debug)]
pub(super) enum Progress {
    /// Ask on.
    More(Exchange),
    /// All is said.
    Done(Credentials),
    /// It ends here.
    Refused(Reply),
}

impl Exchange {
    /// The exchange of a mechanism.
    pub(super) fn named(mechanism: &str) -> Option<Self> {
        match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => Some(Self::Plain),
            "LOGIN" => Some(Self::LoginName),
            _ => None,
        }
    }

    /// The line that asks the client on. PLAIN asks nothing (RFC 4954 §4: "334 "
    /// with nothing after the space); LOGIN says "Username:" and "Password:".
    pub(super) const fn challenge(&self) -> &'static [u8] {
        match self {
            Self::Plain => b"334 \r\n",
            Self::LoginName => b"334 VXNlcm5hbWU6\r\n",
            Self::LoginPassword(_) => b"334 UGFzc3dvcmQ6\r\n",
        }
    }

    /// Takes the client's answer, or its initial response.
    pub(super) fn answer(self, line: &[u8]) -> Progress {
        // RFC 4954 §4: a lone "*" cancels.
        if line == b"*" {
            return Progress::Refused(replies::SIGN_IN_CANCELLED);
        }
        let Ok(octets) = data_encoding::BASE64.decode(line).map(Zeroizing::new) else {
            return Progress::Refused(replies::SIGN_IN_MALFORMED);
        };
        let Ok(text) = std::str::from_utf8(&octets) else {
            return Progress::Refused(replies::SIGN_IN_MALFORMED);
        };
        match self {
            Self::Plain => plain(text),
            Self::LoginName => match field(text) {
                Some(name) => Progress::More(Self::LoginPassword(Name(name.to_owned()))),
                None => Progress::Refused(replies::SIGN_IN_MALFORMED),
            },
            Self::LoginPassword(Name(identity)) => done(identity, text),
        }
    }
}

/// RFC 4616 §2: `[authzid] NUL authcid NUL passwd`.
fn plain(text: &str) -> Progress {
    let mut fields = text.split('\0');
    let (Some(acting), Some(identity), Some(password), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Progress::Refused(replies::SIGN_IN_MALFORMED);
    };
    let Some(identity) = field(identity) else {
        return Progress::Refused(replies::SIGN_IN_MALFORMED);
    };
    // Nobody acts as somebody else here.
    if !acting.is_empty() && !acting.eq_ignore_ascii_case(identity) {
        return Progress::Refused(replies::SIGN_IN_OTHER);
    }
    done(identity.to_owned(), password)
}

fn done(identity: String, password: &str) -> Progress {
    match field(password) {
        Some(password) => Progress::Done(Credentials {
            identity,
            password: Secret::new(password),
        }),
        None => Progress::Refused(replies::SIGN_IN_MALFORMED),
    }
}

fn field(text: &str) -> Option<&str> {
    let fits = !text.is_empty() && text.len() <= MAX_FIELD && !text.chars().any(char::is_control);
    fits.then_some(text)
}
