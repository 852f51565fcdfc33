//! The small parser in front of the codec: atoms, strings, lists.

use std::borrow::Cow;

/// Reads a command from its front. A step that does not fit gives `None`; the
/// command is then refused, so nothing is ever put back.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// What has not been read.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// `Some` if everything was read.
    pub(super) fn end(&self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }

    /// This token, in any case.
    pub(super) fn take(&mut self, token: &str) -> Option<()> {
        let (head, rest) = self.rest.split_at_checked(token.len())?;
        head.eq_ignore_ascii_case(token.as_bytes())
            .then(|| self.rest = rest)
    }

    /// Whether this token stood here; it is taken if it did.
    pub(super) fn has(&mut self, token: &str) -> bool {
        self.take(token).is_some()
    }

    /// RFC 3501 §9, `atom`; also the `\` in front of an attribute.
    pub(super) fn atom(&mut self) -> Option<&'a [u8]> {
        self.run(|b| is_atom(b) || b == b'\\')
    }

    /// `astring`: an atom, which may hold `]`, or a string.
    pub(super) fn astring(&mut self) -> Option<Cow<'a, [u8]>> {
        self.word(|b| is_atom(b) || b == b']')
    }

    /// `list-mailbox`: the same, with wildcards.
    pub(super) fn pattern(&mut self) -> Option<Cow<'a, [u8]>> {
        self.word(|b| is_atom(b) || b"]%*".contains(&b))
    }

    /// `"(" [item *(SP item)] ")"`
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.take("(")?;
        let mut items = Vec::new();
        while !self.has(")") {
            if !items.is_empty() {
                self.take(" ")?;
            }
            items.push(item(self)?);
        }
        Some(items)
    }

    /// Anything up to a space or a parenthesis, or a whole string: what of a
    /// command is one piece, whatever it means.
    pub(super) fn token(&mut self) -> Option<&'a [u8]> {
        let before = self.rest;
        match before.first()? {
            b'"' | b'{' => drop(self.string()?),
            _ => drop(self.run(|b| !b" ()".contains(&b))?),
        }
        before.get(..before.len() - self.rest.len())
    }

    fn word(&mut self, fits: impl Fn(u8) -> bool) -> Option<Cow<'a, [u8]>> {
        match self.rest.first()? {
            b'"' | b'{' => self.string(),
            _ => self.run(fits).map(Cow::Borrowed),
        }
    }

    fn run(&mut self, fits: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        let end = self.rest.iter().position(|b| !fits(*b));
        let (run, rest) = self.rest.split_at_checked(end.unwrap_or(self.rest.len()))?;
        self.rest = rest;
        (!run.is_empty()).then_some(run)
    }

    fn string(&mut self) -> Option<Cow<'a, [u8]>> {
        if self.has("\"") {
            return self.quoted();
        }
        self.take("{")?;
        let digits = std::str::from_utf8(self.run(|b| b.is_ascii_digit())?).ok()?;
        self.has("+");
        self.take("}\r\n")?;
        let (octets, rest) = self.rest.split_at_checked(digits.parse().ok()?)?;
        self.rest = rest;
        (!octets.contains(&0)).then_some(Cow::Borrowed(octets))
    }

    fn quoted(&mut self) -> Option<Cow<'a, [u8]>> {
        let mut text = Cow::Borrowed(&b""[..]);
        loop {
            let plain = self
                .run(|b| !b"\"\\\r\n\0".contains(&b))
                .unwrap_or_default();
            match &mut text {
                Cow::Borrowed([]) => text = Cow::Borrowed(plain),
                text => text.to_mut().extend_from_slice(plain),
            }
            if self.has("\"") {
                return Some(text);
            }
            self.take("\\")?;
            let (escaped, rest) = self.rest.split_first()?;
            b"\"\\".contains(escaped).then(|| self.rest = rest)?;
            text.to_mut().push(*escaped);
        }
    }
}

fn is_atom(b: u8) -> bool {
    b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::Reader;

    fn astring(text: &str) -> Option<Vec<u8>> {
        let mut reader = Reader::new(text.as_bytes());
        let found = reader.astring()?.into_owned();
        reader.end().map(|()| found)
    }

    #[test]
    fn a_string_is_read_in_each_of_its_forms() {
        for (text, wanted) in [
            ("atom]", "atom]"),
            ("\"\"", ""),
            ("\"a b\"", "a b"),
            ("\"a\\\"\\\\\"", "a\"\\"),
            ("{3}\r\na\r\n", "a\r\n"),
            ("{0+}\r\n", ""),
        ] {
            assert_eq!(astring(text).as_deref(), Some(wanted.as_bytes()), "{text}");
        }
        for wrong in [
            "",
            "\"a",
            "\"a\\b\"",
            "\"a\r\"",
            "{4}\r\nabc",
            "{1}a",
            "{1}\r\n\0",
            "a b",
            "(",
            "{99999999999999999999}\r\n",
            "\"\\\"",
        ] {
            assert_eq!(astring(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_list_may_be_empty_and_has_single_spaces() {
        let list = |text: &str| Reader::new(text.as_bytes()).list(|r| r.atom().map(<[u8]>::to_vec));
        assert_eq!(list("()"), Some(vec![]));
        assert_eq!(list("(a \\b)"), Some(vec![b"a".to_vec(), b"\\b".to_vec()]));
        for wrong in ["(a  b)", "(a b", "( a)", "(a )", "a"] {
            assert_eq!(list(wrong), None, "{wrong}");
        }
    }
}
