//! Signing in: SASL PLAIN (RFC 4616) and LOGIN (never standardised, what Outlook
//! speaks; draft-murchison-sasl-login). What passes through here is a
//! password: it is wiped, and nothing of it is shown or kept.

use crate::model::Reply;
use crate::wire::sasl::{self, Credentials, Fault};
use crate::wire::smtp::replies;
use std::fmt;

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
        self.text(line).unwrap_or_else(|fault| {
            Progress::Refused(match fault {
                Fault::Malformed => replies::SIGN_IN_MALFORMED,
                Fault::Other => replies::SIGN_IN_OTHER,
            })
        })
    }

    fn text(self, line: &[u8]) -> Result<Progress, Fault> {
        let text = sasl::decode(line)?;
        match self {
            Self::Plain => sasl::plain(&text).map(Progress::Done),
            Self::LoginName => {
                let name = sasl::field(&text).ok_or(Fault::Malformed)?;
                Ok(Progress::More(Self::LoginPassword(Name(name.to_owned()))))
            }
            Self::LoginPassword(Name(identity)) => {
                sasl::credentials(&identity, &text).map(Progress::Done)
            }
        }
    }
}
