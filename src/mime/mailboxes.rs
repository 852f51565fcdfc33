//! Address lists (RFC 5322 §3.4), read strictly. Who wrote a message, and to
//! whom, must be what every other reader finds there too, so anything that can
//! be read in two ways is no list.

use crate::mime::one_line;
use crate::model::{Address, Mailbox};
use mail_parser::parsers::MessageStream;

/// How deep comments may stand in one another; real ones do not.
const MAX_COMMENTS: usize = 8;
/// What separates words, the line breaks of a fold among it (RFC 5322 §3.2.2).
/// Other blanks, such as the no-break space that some programs put into a name,
/// are letters like any other outside ASCII (RFC 6532 §3.2).
pub(in crate::mime) const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];
/// What is no atom (RFC 5322 §3.2.3), the dot left out.
pub(in crate::mime) const SPECIALS: [char; 12] =
    ['(', ')', '<', '>', '[', ']', ':', ';', '@', ',', '"', '\\'];

/// Reads a field's value, folded lines and all: mailboxes in their order,
/// groups taken apart. `None` if anything in it is no mailbox.
#[must_use]
pub fn parse(value: &str) -> Option<Vec<Mailbox>> {
    let mut found = Vec::new();
    let mut entry = Entry::default();
    let mut in_group = false;
    let mut lexer = Lexer { rest: value };
    while let Some(token) = lexer.next()? {
        match token {
            Token::Comma => found.extend(entry.take()?),
            // A group's name is for people, and is not kept.
            Token::Colon if !in_group && entry.is_phrase() => {
                entry = Entry::default();
                in_group = true;
            }
            Token::Semicolon if in_group => {
                found.extend(entry.take()?);
                in_group = false;
            }
            Token::Colon | Token::Semicolon => return None,
            Token::Comment(text) => entry.comment = Some(text),
            token => entry.tokens.push(token),
        }
    }
    found.extend(entry.take()?);
    (!in_group).then_some(found)
}

/// A piece of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// An atom, dots included, or an encoded word.
    Atom(&'a str),
    /// A quoted string with its quotes.
    Quoted(&'a str),
    /// A domain literal with its brackets.
    Literal(&'a str),
    Comment(&'a str),
    At,
    Open,
    Close,
    Comma,
    Colon,
    Semicolon,
}

/// What stands between two commas.
#[derive(Default)]
struct Entry<'a> {
    tokens: Vec<Token<'a>>,
    comment: Option<&'a str>,
}

impl<'a> Entry<'a> {
    fn is_phrase(&self) -> bool {
        self.tokens
            .iter()
            .all(|t| matches!(t, Token::Atom(_) | Token::Quoted(_)))
    }

    /// The mailbox that ends here; none for nothing (`a, , b` is an old form of
    /// two).
    fn take(&mut self) -> Option<Option<Mailbox>> {
        let Self { tokens, comment } = std::mem::take(self);
        if tokens.is_empty() {
            return Some(None);
        }
        let Some(open) = tokens.iter().position(|t| *t == Token::Open) else {
            return Some(Some(Mailbox {
                address: address(&tokens)?,
                name: comment.and_then(decoded),
            }));
        };
        let (before, after) = tokens.split_at(open);
        let [Token::Open, inner @ .., Token::Close] = after else {
            return None;
        };
        let address = address(inner)?;
        Some(Some(Mailbox {
            name: name(before, &address)?,
            address,
        }))
    }
}

fn address(tokens: &[Token<'_>]) -> Option<Address> {
    match tokens {
        [
            Token::Atom(local) | Token::Quoted(local),
            Token::At,
            Token::Atom(domain) | Token::Literal(domain),
        ] => Address::parse(&format!("{local}@{domain}")).ok(),
        _ => None,
    }
}

/// The name before an address. Some programs write the address there again
/// without quotes, which is no phrase, but cannot be mistaken either.
fn name(tokens: &[Token<'_>], is: &Address) -> Option<Option<String>> {
    if address(tokens).is_some_and(|again| again.folded() == is.folded()) {
        return Some(None);
    }
    let mut words = Vec::new();
    for token in tokens {
        match token {
            Token::Atom(atom) => words.push((*atom).to_owned()),
            Token::Quoted(quoted) => words.push(unquoted(quoted)),
            _ => return None,
        }
    }
    Some(decoded(&words.join(" ")))
}

fn unquoted(quoted: &str) -> String {
    let mut escaped = false;
    let inner = quoted
        .strip_prefix('"')
        .and_then(|q| q.strip_suffix('"'))
        .unwrap_or(quoted);
    let kept = inner.chars().filter(|c| {
        escaped = *c == '\\' && !escaped;
        !escaped
    });
    kept.collect()
}

/// A name with its encoded words decoded (RFC 2047), on one line.
fn decoded(text: &str) -> Option<String> {
    let line = format!(" {}\r\n", one_line(text));
    let value = MessageStream::new(line.as_bytes()).parse_unstructured();
    Some(one_line(value.as_text()?)).filter(|name| !name.is_empty())
}

struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    /// The next token; `Some(None)` at the end, `None` if there is none here.
    fn next(&mut self) -> Option<Option<Token<'a>>> {
        self.rest = self.rest.trim_start_matches(BLANKS);
        let Some(first) = self.rest.chars().next() else {
            return Some(None);
        };
        let single = match first {
            '@' => Token::At,
            '<' => Token::Open,
            '>' => Token::Close,
            ',' => Token::Comma,
            ':' => Token::Colon,
            ';' => Token::Semicolon,
            '"' => return self.quoted().map(|t| Some(Token::Quoted(t))),
            '(' => return self.comment().map(|t| Some(Token::Comment(t))),
            '[' => {
                return self
                    .cut(self.rest.find(']')? + 1)
                    .map(|t| Some(Token::Literal(t)));
            }
            ')' | ']' | '\\' => return None,
            _ => return self.atom().map(|t| Some(Token::Atom(t))),
        };
        self.cut(1)?;
        Some(Some(single))
    }

    /// Takes the first `length` octets.
    fn cut(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn atom(&mut self) -> Option<&'a str> {
        if let Some(length) = encoded_word(self.rest) {
            return self.cut(length);
        }
        // What begins as an encoded word and cannot be decoded ends elsewhere
        // for every reader, unless a blank comes first.
        let word = self.rest.split(BLANKS).next()?;
        if word.starts_with("=?") && word.contains(SPECIALS) {
            return None;
        }
        let end = |c: char| BLANKS.contains(&c) || SPECIALS.contains(&c);
        self.cut(self.rest.find(end).unwrap_or(self.rest.len()))
    }

    fn quoted(&mut self) -> Option<&'a str> {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        })?;
        self.cut(end.0 + 1)
    }

    /// A comment, and what stands in its parentheses.
    fn comment(&mut self) -> Option<&'a str> {
        let (mut depth, mut escaped) = (0_usize, false);
        let end = self.rest.char_indices().find(|(_, c)| {
            let is_plain = !escaped;
            escaped = *c == '\\' && !escaped;
            match c {
                '(' if is_plain => depth += 1,
                ')' if is_plain => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 || depth > MAX_COMMENTS
        })?;
        let whole = self.cut(end.0 + 1)?;
        whole.strip_prefix('(').and_then(|c| c.strip_suffix(')'))
    }
}

/// How long the encoded word at the start of `text` is (RFC 2047 §2). Some
/// programs leave commas and parentheses in it as they are.
pub(in crate::mime) fn encoded_word(text: &str) -> Option<usize> {
    // A word has no blank in it; what is behind one is not looked through again
    // for every word of a long field.
    let inner = text.split(BLANKS).next()?.strip_prefix("=?")?;
    let (charset, rest) = inner.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (word, _) = rest.split_once("?=")?;
    let mut escapes = word.split('=').skip(1);
    let decodes = match encoding {
        "b" | "B" => word
            .bytes()
            .all(|o| o.is_ascii_alphanumeric() || b"+/=".contains(&o)),
        "q" | "Q" => escapes.all(|after| {
            let digits = after.as_bytes().get(..2);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        }),
        _ => false,
    };
    let visible = |text: &str| !text.is_empty() && text.bytes().all(|o| o.is_ascii_graphic());
    (decodes && visible(charset) && (word.is_empty() || visible(word)) && !word.contains('?'))
        .then_some(2 + charset.len() + 1 + encoding.len() + 1 + word.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        let shown = |m: crate::model::Mailbox| {
            format!("{}|{}", m.name.unwrap_or_default(), m.address.as_str())
        };
        Some(
            parse(text)?
                .into_iter()
                .map(shown)
                .collect::<Vec<_>>()
                .join(";"),
        )
    }

    #[test]
    fn mailboxes_are_read_with_names_and_groups() {
        for (text, found) in [
            ("", ""),
            (
                "Jane <jane@example.com>, bob@example.com",
                "Jane|jane@example.com;|bob@example.com",
            ),
            (
                "=?utf-8?q?Mar=C3=ADa?=\r\n =?utf-8?q?_Ruiz?= <m@example.com>",
                "María Ruiz|m@example.com",
            ),
            (
                "=?utf-8?q?Doe,_Jane?= <jane@example.com>",
                "Doe, Jane|jane@example.com",
            ),
            (
                "\"Doe, Jane \\\"J\\\"\" <jane@example.com>",
                "Doe, Jane \"J\"|jane@example.com",
            ),
            (
                "\"=?utf-8?q?Mar=C3=ADa?=\" <m@example.com>",
                "María|m@example.com",
            ),
            (
                "Dr. J. Doe <jane@example.com>",
                "Dr. J. Doe|jane@example.com",
            ),
            ("undisclosed-recipients:;", ""),
            (
                "Our team: a@example.com, b@example.com;, c@example.com",
                "|a@example.com;|b@example.com;|c@example.com",
            ),
            (
                "\"\" <a@example.com>, , <b@example.com>",
                "|a@example.com;|b@example.com",
            ),
            (
                "=?utf-8?q?a=0D=0AX:_y?= <a@example.com>",
                "a X: y|a@example.com",
            ),
            (
                "jane@example.com (Jane <Doe>)",
                "Jane <Doe>|jane@example.com",
            ),
            ("\"jane doe\"@example.com", "|\"jane doe\"@example.com"),
            ("jane@[192.0.2.1]", "|jane@[192.0.2.1]"),
            ("jane@example.com <Jane@example.com>", "|Jane@example.com"),
            ("José <josé@ejemplo.example>", "José|josé@ejemplo.example"),
            (
                "\u{a0}Jane\u{a0}Doe\u{3000}<jane@example.com>,\u{a0}<bob@example.com>",
                "Jane Doe|jane@example.com;|bob@example.com",
            ),
        ] {
            assert_eq!(read(text).as_deref(), Some(found), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_no_list() {
        for text in [
            "jane",
            "Jane <jane>",
            "<>",
            "a@b.example c@d.example",
            "a@b.example; c@d.example",
            "a@b.example <c@d.example>",
            "a@b.example <c@d.example> <e@f.example>",
            "<a@b.example> Jane",
            "Jane <a@b.example",
            "<@x.example:a@b.example>",
            "\"a\".b@x.example",
            "\"open <a@b.example>",
            "(open a@b.example",
            "a@b@c.example",
            "x: y: a@b.example;;",
            "x: a@b.example",
            "a @ b.example, @",
            "=?utf-8?q?x:1]@,y?b?8Q==?= <c@d.example>",
            "=?utf-8?q?=4,a@b.example,?= <c@d.example>",
            "=?utf-8?b?a@b.example,?= <c@d.example>",
            "=?utf-8?x?a@b.example,?= <c@d.example>",
        ] {
            assert_eq!(read(text), None, "{text} was taken");
        }
    }

    proptest! {
        #[test]
        fn no_text_upsets_the_reader(text in "[ -~\r\n\té]{0,120}") {
            let _ = parse(&text);
        }
    }
}
