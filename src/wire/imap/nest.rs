//! Search keys within search keys: the codec reads nine within each other, and
//! programs that look for one of fifty addresses write fifty ORs, one in the
//! other. Such a chain means the same however it is grouped, so it is handed on
//! grouped flat (decision 0024).

use crate::wire::imap::answer::{Answer, Code};
use crate::wire::imap::front::{self, arguments_of};
use crate::wire::imap::reader::Reader;
use crate::wire::imap::verb::Verb;
use std::borrow::Cow;

/// Keys around a key at most, as the codec reads them.
const DEEP: usize = 8;
/// Keys around a key that we follow to see whether they can be grouped flatter:
/// the right end of an OR does not count, nor what stands twice in brackets.
const FOLLOWED: usize = 64;

/// A key as it was written.
enum Written<'a> {
    /// A word with its arguments.
    Plain(&'a [u8]),
    Not(Box<Self>),
    /// Two or more.
    Or(Vec<Self>),
    /// One or more, in brackets.
    All(Vec<Self>),
}

/// Why keys were not read.
enum Fault {
    /// They are nested too deep.
    Deep,
    /// They are no keys, or some that the codec alone knows.
    Other,
}

/// The arguments of SEARCH, SORT or THREAD with keys that are nested as little as
/// can be; of any other command, as they are.
pub(super) fn grouped(
    verb: Verb,
    arguments: Cow<'_, [u8]>,
) -> Option<Result<Cow<'_, [u8]>, Answer>> {
    if !matches!(verb, Verb::Search | Verb::Sort | Verb::Thread) {
        return Some(Ok(arguments));
    }
    let (head, keys) = front::split(verb, &arguments)?;
    match flattened(keys) {
        Some(Ok(keys)) => Some(Ok([head, &keys].concat().into())),
        Some(Err(answer)) => Some(Err(answer)),
        None => Some(Ok(arguments)),
    }
}

/// Keys, grouped so that they are nested as little as can be. `None` if they
/// cannot be read here: the codec will say what they are.
fn flattened(keys: &[u8]) -> Option<Result<Vec<u8>, Answer>> {
    let mut reader = Reader::new(keys);
    let read = several(&mut reader, FOLLOWED);
    let read = match read {
        Ok(read) => {
            reader.end()?;
            read
        }
        Err(Fault::Deep) => return Some(Err(too_deep())),
        Err(Fault::Other) => return None,
    };
    if read.iter().any(|key| key.depth() > DEEP) {
        return Some(Err(too_deep()));
    }
    let mut text = Vec::with_capacity(keys.len() + 16);
    write_all(&read, &mut text);
    Some(Ok(text))
}

fn too_deep() -> Answer {
    Answer::no("The search is nested too deep. Search in steps.").with(Code::Limit)
}

fn several<'a>(reader: &mut Reader<'a>, left: usize) -> Result<Vec<Written<'a>>, Fault> {
    let mut keys = vec![key(reader, left)?];
    while reader.has(" ") {
        keys.push(key(reader, left)?);
    }
    Ok(keys)
}

fn key<'a>(reader: &mut Reader<'a>, left: usize) -> Result<Written<'a>, Fault> {
    let left = left.checked_sub(1).ok_or(Fault::Deep)?;
    if reader.has("(") {
        let mut keys = several(reader, left)?;
        reader.take(")").ok_or(Fault::Other)?;
        return Ok(match keys.pop() {
            Some(only) if keys.is_empty() => only,
            last => {
                keys.extend(last);
                Written::All(keys)
            }
        });
    }
    if reader.has("NOT ") {
        return Ok(match key(reader, left)? {
            Written::Not(inner) => *inner,
            inner => Written::Not(Box::new(inner)),
        });
    }
    let mut either = Vec::new();
    while reader.has("OR ") {
        add(&mut either, key(reader, left)?);
        reader.take(" ").ok_or(Fault::Other)?;
    }
    if either.is_empty() {
        return plain(reader).ok_or(Fault::Other);
    }
    add(&mut either, key(reader, left)?);
    Ok(Written::Or(either))
}

/// An OR in an OR is one OR.
fn add<'a>(either: &mut Vec<Written<'a>>, key: Written<'a>) {
    match key {
        Written::Or(more) => either.extend(more),
        key => either.push(key),
    }
}

fn plain<'a>(reader: &mut Reader<'a>) -> Option<Written<'a>> {
    let start = reader.rest();
    let word = reader.token()?;
    let mut count = arguments_of(word);
    if word.eq_ignore_ascii_case(b"UID") {
        count = 1;
    }
    if word.eq_ignore_ascii_case(b"MODSEQ") {
        // RFC 7162 §3.1.5: a flag and its kind may stand before the number.
        count = if reader.rest().starts_with(b" \"") {
            3
        } else {
            1
        };
    }
    for _ in 0..count {
        reader.take(" ")?;
        reader.token()?;
    }
    let length = start.len() - reader.rest().len();
    start.get(..length).map(Written::Plain)
}

impl Written<'_> {
    /// How many keys stand around the innermost.
    fn depth(&self) -> usize {
        let deepest = |keys: &[Self]| keys.iter().map(Self::depth).max().unwrap_or_default();
        match self {
            Self::Plain(_) => 0,
            Self::Not(key) => key.depth() + 1,
            Self::All(keys) => deepest(keys) + 1,
            // As deep as halves of halves go.
            Self::Or(keys) => deepest(keys) + keys.len().next_power_of_two().ilog2() as usize,
        }
    }

    fn write(&self, text: &mut Vec<u8>) {
        match self {
            Self::Plain(octets) => text.extend_from_slice(octets),
            Self::Not(key) => {
                text.extend_from_slice(b"NOT ");
                key.write(text);
            }
            Self::All(keys) => {
                text.push(b'(');
                write_all(keys, text);
                text.push(b')');
            }
            Self::Or(keys) => write_either(keys, text),
        }
    }
}

fn write_all(keys: &[Written<'_>], text: &mut Vec<u8>) {
    for (n, key) in keys.iter().enumerate() {
        if n > 0 {
            text.push(b' ');
        }
        key.write(text);
    }
}

fn write_either(keys: &[Written<'_>], text: &mut Vec<u8>) {
    match keys {
        [only] => only.write(text),
        keys => {
            let (one, other) = keys.split_at(keys.len() / 2);
            text.extend_from_slice(b"OR ");
            write_either(one, text);
            text.push(b' ');
            write_either(other, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::flattened;

    fn flat(keys: &str) -> Option<String> {
        let text = flattened(keys.as_bytes())?.ok()?;
        Some(String::from_utf8(text).unwrap())
    }

    #[test]
    fn a_chain_of_ors_is_grouped_flat_and_all_else_stays() {
        for (keys, wanted) in [
            ("OR a OR b OR c d", "OR OR a b OR c d"),
            ("OR OR OR a b c d", "OR OR a b OR c d"),
            ("NOT NOT NOT a b", "NOT a b"),
            ("((a)) (b c)", "a (b c)"),
            (
                "OR FROM \"OR x\" NOT (TO {4+}\r\n) (  b)",
                "OR FROM \"OR x\" NOT (TO {4+}\r\n) (  b)",
            ),
            (
                "OR MODSEQ 5 MODSEQ \"/flags/\\\\seen\" all 7",
                "OR MODSEQ 5 MODSEQ \"/flags/\\\\seen\" all 7",
            ),
            ("OR UID 1:2 HEADER x y 3:4", "OR UID 1:2 HEADER x y 3:4"),
        ] {
            assert_eq!(flat(keys).as_deref(), Some(wanted), "{keys}");
        }
        for other in ["", "(", "(a", "a)", "OR a", "a  b", "FROM"] {
            assert!(flattened(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn what_is_too_deep_is_refused_in_words() {
        let deep = |open: &str, close: &str, times: usize| {
            let keys = format!("{}a{}", open.repeat(times), close.repeat(times));
            flattened(keys.as_bytes()).is_some_and(|read| read.is_err())
        };
        assert!(!deep("NOT (b ", ")", 4) && deep("NOT (b ", ")", 5));
        assert!(deep("OR (", ") b", 10_000) && deep("(", ")", 10_000));
        // 2 to the power of 8.
        assert!(!deep("OR b ", "", 255) && deep("OR b ", "", 256));
    }
}
