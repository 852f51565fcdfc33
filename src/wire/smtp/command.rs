//! Verbs: which command a line is, and how long it may be.

use crate::wire::smtp::line::MAX_LINE;

/// Longest command line with its CRLF (RFC 5321 §4.5.3.1.4).
const MAX_COMMAND: usize = 512;
/// The same for MAIL and RCPT: 512, and what SIZE, BODY, SMTPUTF8, AUTH and DSN
/// add to it (RFC 1870 26, RFC 6152 17, RFC 6531 10, RFC 4954 500, RFC 3461 501),
/// rounded up.
const MAX_WITH_PARAMETERS: usize = 2_048;
/// What a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Ehlo,
    Helo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
    /// A command of SMTP that we do not offer.
    NotHere,
    /// A command of HTTP.
    Http,
    Unknown,
}

impl Verb {
    /// The verb of a line, and its arguments without the space between them.
    pub(super) fn of(line: &str) -> (Self, &str) {
        let (verb, arguments) = line.split_once(' ').unwrap_or((line, ""));
        // RFC 5321 §4.1.1: trailing space is tolerated.
        (Self::named(verb), arguments.trim_end_matches([' ', '\t']))
    }

    fn named(verb: &str) -> Self {
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => Self::Ehlo,
            "HELO" => Self::Helo,
            "STARTTLS" => Self::StartTls,
            "AUTH" => Self::Auth,
            "MAIL" => Self::Mail,
            "RCPT" => Self::Rcpt,
            "DATA" => Self::Data,
            "BDAT" => Self::Bdat,
            "RSET" => Self::Rset,
            "NOOP" => Self::Noop,
            "VRFY" => Self::Vrfy,
            "HELP" => Self::Help,
            "QUIT" => Self::Quit,
            "EXPN" | "TURN" | "ETRN" | "ATRN" | "SEND" | "SOML" | "SAML" | "BURL" | "XCLIENT"
            | "XFORWARD" | "LHLO" => Self::NotHere,
            "GET" | "POST" | "PUT" | "HEAD" | "OPTIONS" | "CONNECT" | "DELETE" | "TRACE"
            | "PATCH" | "PRI" => Self::Http,
            _ => Self::Unknown,
        }
    }

    /// The longest line it may come in, with its CRLF.
    pub(super) const fn longest(self) -> usize {
        match self {
            Self::Auth => MAX_LINE,
            Self::Mail | Self::Rcpt => MAX_WITH_PARAMETERS,
            _ => MAX_COMMAND,
        }
    }
}

/// Whether EHLO names the client. Programs give themselves all kinds of names;
/// none means anything here, and none is kept (RFC 5321 §4.1.4 forbids to refuse
/// for the name itself).
pub(super) fn is_client(arguments: &str) -> bool {
    !arguments.is_empty() && !arguments.contains(' ')
}

/// `size [LAST]` of BDAT (RFC 3030 §2). `None` if it is anything else: where the
/// chunk ends is then unknown.
pub(super) fn chunk(arguments: &str) -> Option<(u64, bool)> {
    let (digits, last) = match arguments.split_once(' ') {
        None => (arguments, false),
        Some((digits, last)) if last.eq_ignore_ascii_case("LAST") => (digits, true),
        Some(_) => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|d| d.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, last))
}

#[cfg(test)]
mod tests {
    use super::{Verb, chunk};

    #[test]
    fn verbs_are_read_in_any_case_and_with_trailing_space() {
        assert_eq!(Verb::of("mAiL FROM:<> "), (Verb::Mail, "FROM:<>"));
        assert_eq!(Verb::of("DATA"), (Verb::Data, ""));
        assert_eq!(Verb::of("MAILFROM:<>").0, Verb::Unknown);
        assert_eq!(Verb::of("GET / HTTP/1.1").0, Verb::Http);
    }

    #[test]
    fn a_chunk_says_its_size_or_nothing_is_believed() {
        assert_eq!(chunk("12"), Some((12, false)));
        assert_eq!(chunk("0 last"), Some((0, true)));
        for wrong in ["", "x", "-1", "1 LAST x", "+1", "99999999999999999999999"] {
            assert_eq!(chunk(wrong), None, "{wrong}");
        }
    }
}
