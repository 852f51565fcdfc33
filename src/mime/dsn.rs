//! What a client says in the parameters of RFC 3461, as a report gives it back.
//! A report is ASCII, one field a line: what is no visible ASCII character does
//! not get through as it is.

use crate::model::Address;

/// Longest address that a report gives back, in characters: a header line may
/// have 998 (RFC 5322 §2.1.1).
const MAX_ADDRESS: usize = 900;

/// The envelope id that an ENVID stands for (RFC 3464 §2.2.1).
#[must_use]
pub fn envelope_id(envid: &str) -> String {
    let octets = decode(envid);
    octets.into_iter().map(|o| visible(char::from(o))).collect()
}

/// The recipient that an ORCPT stands for, `type;address` (RFC 3464 §2.3.1).
#[must_use]
pub fn original_recipient(orcpt: &str) -> String {
    let (kind, address) = orcpt.split_once(';').unwrap_or(("unknown", orcpt));
    let octets = decode(address);
    let address = if kind.eq_ignore_ascii_case("utf-8") {
        in_ascii(&String::from_utf8_lossy(&octets))
    } else {
        octets.into_iter().map(char::from).collect()
    };
    let text = format!("{kind};{address}");
    text.chars().map(visible).take(MAX_ADDRESS).collect()
}

/// The recipient that was tried, `type; address` (RFC 3464 §2.3.2); outside
/// ASCII in the form of RFC 6533 §3.
#[must_use]
pub fn final_recipient(address: &Address) -> String {
    if !address.is_international() {
        let text: String = address.as_str().chars().map(visible).collect();
        return format!("rfc822; {text}");
    }
    let mut text = String::from("utf-8; ");
    for c in address.as_str().chars() {
        if c.is_ascii_graphic() && !matches!(c, '\\' | '+' | '=') {
            text.push(c);
        } else {
            text.push_str(&embedded(c));
        }
    }
    text
}

/// An address of type `utf-8` in ASCII alone (RFC 6533 §3).
#[must_use]
pub fn in_ascii(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            written.push(c);
        } else {
            written.push_str(&embedded(c));
        }
    }
    written
}

/// The enhanced status code with which a text begins (RFC 3463 §2).
#[must_use]
pub fn status(text: &str) -> Option<&str> {
    let word = text.split(' ').next()?;
    let mut parts = word.split('.');
    let class = parts.next()?;
    let (subject, detail) = (parts.next()?, parts.next()?);
    let short = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|octet| octet.is_ascii_digit())
    };
    let fits = matches!(class, "2" | "4" | "5") && short(subject) && short(detail);
    (fits && parts.next().is_none()).then_some(word)
}

fn embedded(c: char) -> String {
    format!("\\x{{{:X}}}", u32::from(c))
}

/// Undoes xtext (RFC 3461 §4): `+` and two capital hexadecimal digits are one
/// octet.
fn decode(xtext: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(xtext.len());
    let mut rest = xtext.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'+');
        let coded = digits.and_then(|d| data_encoding::HEXUPPER.decode(d).ok());
        if let Some(coded) = coded {
            octets.extend(coded);
            rest = after.get(2..).unwrap_or_default();
        } else {
            octets.push(*first);
            rest = after;
        }
    }
    octets
}

/// A decoded octet could be a line end, and begin a field of its own.
fn visible(c: char) -> char {
    if c.is_ascii_graphic() || c == ' ' {
        c
    } else {
        '?'
    }
}

#[cfg(test)]
mod tests {
    use super::{envelope_id, in_ascii, original_recipient};

    #[test]
    fn a_report_gives_back_what_xtext_stands_for() {
        assert_eq!(envelope_id("QQ314159"), "QQ314159");
        assert_eq!(envelope_id("q+2B1+3D+20x"), "q+1= x");
        assert_eq!(
            original_recipient("rfc822;jane+2Btag@example.com"),
            "rfc822;jane+tag@example.com"
        );
        assert_eq!(original_recipient("x400;/G=Jane+3B"), "x400;/G=Jane;");
        // What is no xtext stays as it was given.
        assert_eq!(envelope_id("a+2x+"), "a+2x+");
    }

    #[test]
    fn an_original_recipient_outside_ascii_is_written_in_ascii() {
        for orcpt in [
            "utf-8;jos\u{e9}@example.com",
            "utf-8;jos\\x{E9}@example.com",
            "UTF-8;jos+C3+A9@example.com",
        ] {
            let shown = original_recipient(orcpt).to_ascii_lowercase();
            assert_eq!(shown, "utf-8;jos\\x{e9}@example.com");
        }
        assert_eq!(
            in_ascii("utf-8;\u{1F600}@example.com"),
            "utf-8;\\x{1F600}@example.com"
        );
    }

    #[test]
    fn what_is_decoded_cannot_add_a_line_or_an_octet_that_is_not_ascii() {
        let hostile = "a+0D+0AStatus:+202.0.0+00+7F+FF+C3+A9";
        assert_eq!(envelope_id(hostile), "a??Status: 2.0.0?????");
        for kind in ["rfc822", "utf-8"] {
            let shown = original_recipient(&format!("{kind};{hostile}"));
            assert!(
                shown.bytes().all(|o| o == b' ' || o.is_ascii_graphic()),
                "{shown}"
            );
        }
        let long = format!("utf-8;{}", "\u{e9}".repeat(250));
        assert_eq!(original_recipient(&long).len(), 900);
    }
}
