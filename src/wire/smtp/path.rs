//! The arguments of MAIL and RCPT: a path and its parameters.
//!
//! Our own reader, not a library's: a quoted local part keeps its quotes, ORCPT
//! keeps its type, and nothing is taken that we do not offer.

use crate::model::parcel::Wanted;
use crate::model::{Address, Envelope, Notify, Reply, Return};
use crate::wire::smtp::replies;

/// Longest ENVID, in octets as sent (RFC 3461 §4.4 allows 100 characters, each
/// of which xtext may write with three).
const MAX_ENVID: usize = 300;
/// Longest ORCPT, in octets as sent (RFC 3461 §4.2).
const MAX_ORCPT: usize = 500;
/// A size has at most twenty digits (RFC 1870 §6.1).
const MAX_SIZE_DIGITS: usize = 20;

/// Reads what follows `MAIL`: `FROM:<path> [parameters]`.
pub(super) fn mail(arguments: &str) -> Result<Envelope, Reply> {
    let (path, parameters) = split(arguments, "FROM:").ok_or(replies::SENDER_ADDRESS)?;
    let sender = match path {
        "" => None,
        path => Some(address(path).ok_or(replies::SENDER_ADDRESS)?),
    };
    let mut envelope = Envelope {
        sender,
        recipients: Vec::new(),
        announced: None,
        international: false,
        ret: None,
        envid: None,
    };
    let mut seen = Seen::default();
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = seen.next(parameter)?;
        mail_parameter(&mut envelope, &name, value)?;
    }
    let international = envelope
        .sender
        .as_ref()
        .is_some_and(Address::is_international);
    if international && !envelope.international {
        return Err(replies::INTERNATIONAL);
    }
    Ok(envelope)
}

fn mail_parameter(envelope: &mut Envelope, name: &str, value: Option<&str>) -> Result<(), Reply> {
    match (name, value) {
        ("SIZE", Some(size)) => envelope.announced = Some(octets(size)?),
        // RFC 6152 §2. BINARYMIME is not offered.
        ("BODY", Some(body))
            if body.eq_ignore_ascii_case("7BIT") || body.eq_ignore_ascii_case("8BITMIME") => {}
        ("SMTPUTF8", None) => envelope.international = true,
        ("RET", Some(ret)) if ret.eq_ignore_ascii_case("FULL") => envelope.ret = Some(Return::Full),
        ("RET", Some(ret)) if ret.eq_ignore_ascii_case("HDRS") => {
            envelope.ret = Some(Return::Headers)
        }
        ("ENVID", Some(id)) if is_xtext(id) && id.len() <= MAX_ENVID => {
            envelope.envid = Some(id.to_owned());
        }
        // RFC 4954 §5: who first submitted it. We trust the session alone.
        ("AUTH", Some(value)) if is_xtext(value) => {}
        _ => {
            return Err(refused(
                name,
                &["SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH"],
            ));
        }
    }
    Ok(())
}

/// Reads what follows `RCPT`: `TO:<path> [parameters]`. An international
/// address needs SMTPUTF8 on MAIL, which the caller knows.
pub(super) fn rcpt(arguments: &str) -> Result<Wanted, Reply> {
    let (path, parameters) = split(arguments, "TO:").ok_or(replies::RECIPIENT_ADDRESS)?;
    let mut wanted = Wanted {
        address: address(path).ok_or(replies::RECIPIENT_ADDRESS)?,
        notify: Notify::Default,
        original: None,
    };
    let mut seen = Seen::default();
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = seen.next(parameter)?;
        match (name.as_str(), value) {
            ("NOTIFY", Some(list)) => {
                wanted.notify = notify(list).ok_or(replies::PARAMETER_VALUE)?
            }
            ("ORCPT", Some(original)) if is_original(original) => {
                wanted.original = Some(original.to_owned());
            }
            _ => return Err(refused(&name, &["NOTIFY", "ORCPT"])),
        }
    }
    Ok(wanted)
}

/// Splits `FROM:<path> parameters`; the path without its angle brackets.
fn split<'a>(arguments: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let head = arguments.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    // RFC 5321 §3.3 allows no space here; old Outlook sends one, and it is harmless.
    let path = arguments
        .get(keyword.len()..)?
        .trim_start_matches(' ')
        .strip_prefix('<')?;
    let end = closing(path)?;
    let parameters = path.get(end + 1..)?;
    if !parameters.is_empty() && !parameters.starts_with(' ') {
        return None;
    }
    Some((path.get(..end)?, parameters))
}

/// Where the path ends: at the first `>` outside quotes.
fn closing(path: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    path.bytes().position(|octet| {
        if escaped {
            escaped = false;
            return false;
        }
        match octet {
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' => return !quoted,
            _ => {}
        }
        false
    })
}

fn address(path: &str) -> Option<Address> {
    // RFC 5321 §4.1.1.3 and appendix C: a source route is read and forgotten.
    let path = match path.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => path,
    };
    Address::parse(path).ok()
}

/// The parameters met so far; none may come twice (RFC 5321 §4.1.1.11).
#[derive(Default)]
struct Seen(Vec<String>);

impl Seen {
    fn next<'a>(&mut self, parameter: &'a str) -> Result<(String, Option<&'a str>), Reply> {
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (parameter, None),
        };
        let name = name.to_ascii_uppercase();
        if self.0.contains(&name) {
            return Err(replies::PARAMETER_VALUE);
        }
        self.0.push(name.clone());
        Ok((name, value))
    }
}

/// 501 for a wrong value of a parameter we know, 555 for one we do not.
fn refused(name: &str, known: &[&str]) -> Reply {
    if known.contains(&name) {
        replies::PARAMETER_VALUE
    } else {
        replies::PARAMETER
    }
}

fn octets(digits: &str) -> Result<u64, Reply> {
    if digits.is_empty()
        || digits.len() > MAX_SIZE_DIGITS
        || !digits.bytes().all(|d| d.is_ascii_digit())
    {
        return Err(replies::PARAMETER_VALUE);
    }
    // Twenty digits can pass what fits; that is too large in any case.
    Ok(digits.parse().unwrap_or(u64::MAX))
}

/// RFC 3461 §4.1: `NEVER`, or a list without it.
fn notify(list: &str) -> Option<Notify> {
    if list.eq_ignore_ascii_case("NEVER") {
        return Some(Notify::Never);
    }
    let (mut success, mut failure, mut delay) = (false, false, false);
    for word in list.split(',') {
        match word.to_ascii_uppercase().as_str() {
            "SUCCESS" => success = true,
            "FAILURE" => failure = true,
            "DELAY" => delay = true,
            _ => return None,
        }
    }
    Some(Notify::On {
        success,
        failure,
        delay,
    })
}

/// RFC 3461 §4.2: `type;address`, the address in xtext, or in UTF-8 (RFC 6533 §3).
fn is_original(original: &str) -> bool {
    let Some((kind, address)) = original.split_once(';') else {
        return false;
    };
    let atom = |c: char| c.is_ascii_alphanumeric() || c == '-';
    original.len() <= MAX_ORCPT
        && !kind.is_empty()
        && kind.chars().all(atom)
        && !address.is_empty()
        && (is_xtext(address) || is_utf8_text(kind, address))
}

fn is_utf8_text(kind: &str, address: &str) -> bool {
    kind.eq_ignore_ascii_case("utf-8")
        && address
            .chars()
            .all(|c| c.is_ascii_graphic() || (!c.is_ascii() && !c.is_control()))
}

/// RFC 3461 §4: printable ASCII without `=`, `+` only before two capital hex digits.
fn is_xtext(text: &str) -> bool {
    let hex = |o: Option<u8>| o.is_some_and(|o| o.is_ascii_digit() || (b'A'..=b'F').contains(&o));
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        let fits = match octet {
            b'+' => hex(octets.next()) && hex(octets.next()),
            b'=' => false,
            _ => octet.is_ascii_graphic(),
        };
        if !fits {
            return false;
        }
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{mail, rcpt};
    use crate::model::{Notify, Return};

    #[test]
    fn a_sender_with_every_parameter_is_read() {
        let envelope = mail(
            "FROM:<Jane@Example.COM> SIZE=1000 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb AUTH=<>",
        )
        .unwrap();
        assert_eq!(envelope.sender.unwrap().as_str(), "Jane@example.com");
        assert_eq!(envelope.announced, Some(1000));
        assert!(envelope.international);
        assert_eq!(envelope.ret, Some(Return::Headers));
        assert_eq!(envelope.envid.as_deref(), Some("a+2Bb"));
        assert!(mail("from: <>").unwrap().sender.is_none());
        assert_eq!(
            mail("FROM:<> SIZE=99999999999999999999").unwrap().announced,
            Some(u64::MAX)
        );
    }

    #[test]
    fn a_quoted_local_part_keeps_its_quotes_and_orcpt_its_type() {
        let wanted = rcpt(
            r#"TO:<"a> b@c\""@example.com> NOTIFY=success,DELAY ORCPT=rfc822;a+3E@example.com"#,
        )
        .unwrap();
        assert_eq!(wanted.address.as_str(), r#""a> b@c\""@example.com"#);
        assert_eq!(wanted.original.as_deref(), Some("rfc822;a+3E@example.com"));
        assert_eq!(
            wanted.notify,
            Notify::On {
                success: true,
                failure: false,
                delay: true
            }
        );
        assert_eq!(
            rcpt("TO:<@a.example,@b.example:c@d.example>")
                .unwrap()
                .address
                .as_str(),
            "c@d.example"
        );
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_own_code() {
        for (arguments, code) in [
            ("FROM:a@example.com", 553),
            ("FROM:<a@example.com", 553),
            ("FROM:<a@example.com>SIZE=1", 553),
            ("TO:<a@example.com>", 553),
            ("FROM:<a b@example.com>", 553),
            ("FROM:<josé@example.com>", 553),
            ("FROM:<> SIZE=-1", 501),
            ("FROM:<> SIZE=1 size=1", 501),
            ("FROM:<> BODY=BINARYMIME", 501),
            ("FROM:<> SMTPUTF8=yes", 501),
            ("FROM:<> ENVID=a+2b", 501),
            ("FROM:<> MT-PRIORITY=3", 555),
            ("FROM:<> REQUIRETLS", 555),
        ] {
            assert_eq!(mail(arguments).unwrap_err().code, code, "{arguments}");
        }
        for (arguments, code) in [
            ("TO:<>", 553),
            ("TO:<postmaster>", 553),
            ("TO:<a@example.com> NOTIFY=NEVER,SUCCESS", 501),
            ("TO:<a@example.com> ORCPT=a@example.com", 501),
            ("TO:<a@example.com> RRVS=2026-01-01T00:00:00Z", 555),
        ] {
            assert_eq!(rcpt(arguments).unwrap_err().code, code, "{arguments}");
        }
    }
}
