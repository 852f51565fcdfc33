//! Numbers of 64 bits (RFC 9051 §9, `number64`) where the codec reads 32: in
//! `<from.count>` of FETCH, behind LARGER and SMALLER. No message here has 4 GiB,
//! so the largest number of 32 bits means the same there.

use crate::wire::imap::reader::Reader;
use crate::wire::imap::verb::Verb;
use std::borrow::Cow;

/// The arguments of a command with its sizes in 32 bits; borrowed if they are.
pub(super) fn narrowed(verb: Verb, arguments: &[u8]) -> Cow<'_, [u8]> {
    let large = |window: &[u8]| window.iter().all(u8::is_ascii_digit);
    let sizes = matches!(verb, Verb::Fetch | Verb::Search | Verb::Sort | Verb::Thread);
    if !sizes || !arguments.windows(10).any(large) {
        return Cow::Borrowed(arguments);
    }
    // What cannot be taken apart is refused by the codec as it stands.
    rewritten(verb, arguments).map_or(Cow::Borrowed(arguments), Cow::Owned)
}

fn rewritten(verb: Verb, arguments: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(arguments);
    let (mut text, mut is_size) = (Vec::new(), false);
    while reader.end().is_none() {
        if let Some(mark) = [" ", "(", ")"].into_iter().find(|mark| reader.has(mark)) {
            text.extend_from_slice(mark.as_bytes());
            continue;
        }
        let token = reader.token()?;
        let narrow = match verb {
            Verb::Fetch => partial(token),
            _ if is_size => number(token),
            _ => None,
        };
        is_size = [&b"LARGER"[..], b"SMALLER"]
            .iter()
            .any(|key| key.eq_ignore_ascii_case(token));
        match narrow {
            Some(narrow) => text.extend_from_slice(narrow.as_bytes()),
            None => text.extend_from_slice(token),
        }
    }
    Some(text)
}

/// `…]<from.count>`
fn partial(token: &[u8]) -> Option<String> {
    let token = std::str::from_utf8(token).ok()?.strip_suffix('>')?;
    let (section, range) = token.rsplit_once("]<")?;
    let (from, count) = range.split_once('.')?;
    let (from, count) = (number(from.as_bytes())?, number(count.as_bytes())?);
    Some(format!("{section}]<{from}.{count}>"))
}

fn number(digits: &[u8]) -> Option<String> {
    let digits = std::str::from_utf8(digits).ok()?;
    // Not all that Rust takes for a number is one: "+1".
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| plain)?;
    Some(number.min(u32::MAX.into()).to_string())
}

#[cfg(test)]
mod tests {
    use super::narrowed;
    use crate::wire::imap::verb::Verb;

    #[test]
    fn a_size_beyond_32_bits_is_the_largest_and_nothing_else_changes() {
        for (verb, given, kept) in [
            (
                Verb::Fetch,
                "1 (BODY[]<5000000000.9223372036854775807> BODY[HEADER.FIELDS (a)]<0.4294967296>)",
                "1 (BODY[]<4294967295.4294967295> BODY[HEADER.FIELDS (a)]<0.4294967295>)",
            ),
            (Verb::Fetch, "4294967296 FLAGS", "4294967296 FLAGS"),
            (
                Verb::Fetch,
                "1 BODY[HEADER.FIELDS (\"]<1.5000000000>\")]",
                "1 BODY[HEADER.FIELDS (\"]<1.5000000000>\")]",
            ),
            (
                Verb::Fetch,
                "1 BODY[]<0.18446744073709551616>",
                "1 BODY[]<0.18446744073709551616>",
            ),
            (
                Verb::Search,
                "MODSEQ 5000000000 OR larger 5000000000 SMALLER 6000000000",
                "MODSEQ 5000000000 OR larger 4294967295 SMALLER 4294967295",
            ),
            (
                Verb::Search,
                "TEXT {21}\r\nLARGER 5000000000 xyz",
                "TEXT {21}\r\nLARGER 5000000000 xyz",
            ),
            (Verb::Store, "1 FLAGS (5000000000)", "1 FLAGS (5000000000)"),
        ] {
            let found = narrowed(verb, given.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), kept);
        }
    }
}
