//! What stands in an answer of IMAP (RFC 3501 §4), as a tree.

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// `NIL`.
    Nil,
    /// A number, a flag, the name of an item.
    Atom(String),
    /// A quoted string or a literal.
    Text(Vec<u8>),
    /// Values in parentheses.
    List(Vec<Value>),
}

impl Value {
    /// What a list holds; nothing if this is none.
    pub(crate) fn list(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            _ => &[],
        }
    }

    /// A text's octets.
    pub(crate) fn text(&self) -> Option<&[u8]> {
        match self {
            Self::Text(octets) => Some(octets),
            _ => None,
        }
    }
}

/// Reads one value, and gives what stands behind it; `None` if that is none.
pub(crate) fn read(octets: &[u8]) -> Option<(Value, &[u8])> {
    match octets.first()? {
        b'(' => list(octets.get(1..)?),
        b'"' => quoted(octets.get(1..)?),
        b'{' => literal(octets.get(1..)?),
        // RFC 3516: what holds a NUL.
        b'~' => literal(octets.strip_prefix(b"~{")?),
        _ => {
            let end = octets
                .iter()
                .position(|o| b" ()\r\n\"".contains(o))
                .unwrap_or(octets.len());
            let (atom, rest) = octets.split_at(end);
            let atom = std::str::from_utf8(atom).ok().filter(|a| !a.is_empty())?;
            let value = match atom {
                "NIL" => Value::Nil,
                atom => Value::Atom(atom.to_owned()),
            };
            Some((value, rest))
        }
    }
}

/// The values up to the closing parenthesis. Those of a list stand apart by one
/// space, but lists may follow each other without.
fn list(octets: &[u8]) -> Option<(Value, &[u8])> {
    let (mut values, mut rest) = (Vec::new(), octets);
    loop {
        if let Some(rest) = rest.strip_prefix(b")") {
            return Some((Value::List(values), rest));
        }
        let after_list = matches!(values.last(), Some(Value::List(_)));
        match rest.strip_prefix(b" ") {
            Some(after) if !values.is_empty() => rest = after,
            None if values.is_empty() || after_list && rest.starts_with(b"(") => {}
            _ => return None,
        }
        let (value, after) = read(rest)?;
        values.push(value);
        rest = after;
    }
}

fn quoted(octets: &[u8]) -> Option<(Value, &[u8])> {
    let (mut text, mut escaped) = (Vec::new(), false);
    for (at, octet) in octets.iter().enumerate() {
        match octet {
            // RFC 3501 §9: no 8-bit character, NUL or line break in quotes.
            0 | b'\r' | b'\n' | 128.. => return None,
            b'"' | b'\\' if escaped => {
                text.push(*octet);
                escaped = false;
            }
            _ if escaped => return None,
            b'\\' => escaped = true,
            b'"' => return Some((Value::Text(text), octets.get(at + 1..)?)),
            octet => text.push(*octet),
        }
    }
    None
}

fn literal(octets: &[u8]) -> Option<(Value, &[u8])> {
    let end = octets.iter().position(|o| *o == b'}')?;
    let length: usize = std::str::from_utf8(octets.get(..end)?).ok()?.parse().ok()?;
    let rest = octets.get(end + 1..)?.strip_prefix(b"\r\n")?;
    let (text, rest) = rest.split_at_checked(length)?;
    Some((Value::Text(text.to_vec()), rest))
}
