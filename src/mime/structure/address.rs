//! Address lists as an ENVELOPE shows them (RFC 3501 §7.4.2): read leniently,
//! and encoded words left as they are. Who may write to whom is judged by
//! [`mailboxes`] alone, which is strict.
//!
//! [`mailboxes`]: crate::mime::mailboxes

use crate::mime::mailboxes::{BLANKS, SPECIALS, encoded_word};

/// How many entries of a field are shown. The fields of a message with more are
/// no letter's, and an ENVELOPE is held in memory whole.
const MAX_ENTRIES: usize = 5000;
/// How far the end of an encoded word is looked for, in octets: one has 75
/// (RFC 2047 §2), and sloppy writers' fit on a line.
const MAX_WORD: usize = 998;
/// What stands where an address lacks a half: NIL would make it a group. Dovecot
/// writes the same.
const NO_LOCAL: &str = "MISSING_MAILBOX";
const NO_DOMAIN: &str = "MISSING_DOMAIN";

/// A piece of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A group begins (RFC 5322 §3.4).
    Group(String),
    /// The group ends.
    End,
    /// A mailbox.
    Mailbox {
        name: Option<String>,
        /// The source route (RFC 5322 §4.4).
        route: Option<String>,
        local: String,
        domain: String,
    },
}

/// Reads a field's value on one line.
pub(super) fn parse(line: &str) -> Vec<Entry> {
    let mut list = List::default();
    let mut lexer = Lexer { rest: line };
    while let Some(token) = lexer.next()
        && list.entries.len() < MAX_ENTRIES
    {
        list.take(token);
    }
    list.mailbox();
    list.end_group();
    list.entries
}

/// The first mailbox of a list: its local part, for SORT (RFC 5256 §3).
pub(super) fn first_local(line: &str) -> Option<String> {
    let mut list = List::default();
    let mut lexer = Lexer { rest: line };
    let found = |list: &mut List| {
        let local = |entry: Entry| match entry {
            Entry::Mailbox { local, .. } => Some(local),
            _ => None,
        };
        std::mem::take(&mut list.entries)
            .into_iter()
            .find_map(local)
    };
    while let Some(token) = lexer.next() {
        list.take(token);
        if let Some(local) = found(&mut list) {
            return Some(local);
        }
    }
    list.mailbox();
    found(&mut list)
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// An atom with its dots, an encoded word, a domain literal, or a quoted
    /// string without its quotes.
    Word(String),
    Comment(String),
    Sign(char),
}

impl Token {
    fn is(&self, sign: char) -> bool {
        *self == Self::Sign(sign)
    }
}

/// A list so far.
#[derive(Default)]
struct List {
    entries: Vec<Entry>,
    /// What stands since the last comma.
    tokens: Vec<Token>,
    comment: Option<String>,
    in_group: bool,
    /// Whether an angle bracket is open.
    in_angle: bool,
}

impl List {
    fn take(&mut self, token: Token) {
        match token {
            // A route has commas: `<@a,@b:c@d>`.
            Token::Sign(',') if self.in_angle && self.is_route() => self.tokens.push(token),
            Token::Sign(',') => self.mailbox(),
            Token::Sign(';') => {
                self.mailbox();
                self.end_group();
            }
            Token::Sign(':') if !self.in_angle => self.colon(),
            Token::Comment(text) => self.comment = Some(text),
            _ => {
                self.in_angle |= token.is('<');
                self.in_angle &= !token.is('>');
                self.tokens.push(token);
            }
        }
    }

    fn is_route(&self) -> bool {
        let mut inner = self.tokens.iter().skip_while(|t| !t.is('<')).skip(1);
        inner.next().is_some_and(|t| t.is('@'))
    }

    fn colon(&mut self) {
        // A group in a group is none; its name goes.
        let name = words(&std::mem::take(&mut self.tokens), " ");
        if !self.in_group {
            self.entries.push(Entry::Group(name));
            self.in_group = true;
        }
        self.comment = None;
    }

    fn end_group(&mut self) {
        if std::mem::take(&mut self.in_group) {
            self.entries.push(Entry::End);
        }
    }

    /// Ends a mailbox, if one has begun (`a, , b` is an old form of two).
    fn mailbox(&mut self) {
        let tokens = std::mem::take(&mut self.tokens);
        let comment = self.comment.take();
        self.in_angle = false;
        if tokens.is_empty() {
            return;
        }
        let split = |at: &[Token], sign| at.iter().position(|t: &Token| t.is(sign));
        let (name, inner) = match split(&tokens, '<') {
            Some(open) => tokens.split_at(open),
            None => bare(&tokens),
        };
        let inner = inner.get(usize::from(inner.first().is_some_and(|t| t.is('<')))..);
        let inner = inner.unwrap_or_default();
        let inner = inner.split(|t| t.is('>')).next().unwrap_or_default();
        let (route, address) = match inner.iter().rposition(|t| t.is(':')) {
            Some(colon) => inner.split_at(colon),
            None => inner.split_at(0),
        };
        let at = address.iter().rposition(|t| t.is('@'));
        let (local, domain) = address.split_at(at.unwrap_or(address.len()));
        let or = |text: String, missing: &str| match text.is_empty() {
            true => missing.to_owned(),
            false => text,
        };
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        self.entries.push(Entry::Mailbox {
            name: some(words(name, " ")).or(comment),
            route: some(signs(route)),
            local: or(words(local, ""), NO_LOCAL),
            domain: or(words(domain, ""), NO_DOMAIN),
        });
    }
}

/// A mailbox without angle brackets, as its name and its address. What has no
/// `@` is a name if it is more than a word.
fn bare(tokens: &[Token]) -> (&[Token], &[Token]) {
    match tokens.iter().rposition(|t| t.is('@')) {
        Some(at) => {
            let mut local = tokens.iter().take(at).rev().peekable();
            // `jane . doe@x`: a dot joins what it stands between.
            let mut length = usize::from(local.next().is_some());
            while let Some(Token::Word(word)) = local.next()
                && (word.ends_with('.') || joins(tokens.get(at - length)))
            {
                length += 1;
            }
            tokens.split_at(at - length)
        }
        None if tokens.len() > 1 => tokens.split_at(tokens.len()),
        None => tokens.split_at(0),
    }
}

fn joins(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::Word(word)) if word.starts_with('.'))
}

/// The words among tokens.
fn words(tokens: &[Token], between: &str) -> String {
    let mut text = String::new();
    for token in tokens {
        if let Token::Word(word) = token {
            if !text.is_empty() {
                text.push_str(between);
            }
            text.push_str(word);
        }
    }
    text
}

/// Tokens as they were written.
fn signs(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Word(word) => text.push_str(word),
            Token::Sign(sign) => text.push(*sign),
            Token::Comment(_) => {}
        }
    }
    text
}

struct Lexer<'a> {
    rest: &'a str,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<Token> {
        self.rest = self.rest.trim_start_matches(BLANKS);
        let first = self.rest.chars().next()?;
        Some(match first {
            '"' => Token::Word(self.enclosed('"', '"')),
            '(' => Token::Comment(self.enclosed('(', ')')),
            '[' => Token::Word(format!("[{}]", self.enclosed('[', ']'))),
            sign if SPECIALS.contains(&sign) => {
                self.cut(sign.len_utf8());
                Token::Sign(sign)
            }
            _ => Token::Word(self.atom()),
        })
    }

    fn atom(&mut self) -> String {
        if self.rest.starts_with("=?") {
            let near = self.rest.get(..self.rest.floor_char_boundary(MAX_WORD));
            if let Some(length) = near.and_then(encoded_word) {
                return self.cut(length);
            }
        }
        let end = |c: char| BLANKS.contains(&c) || SPECIALS.contains(&c);
        self.cut(self.rest.find(end).unwrap_or(self.rest.len()))
    }

    fn cut(&mut self, length: usize) -> String {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.rest = rest;
        taken.to_owned()
    }

    /// What stands between two signs, the escapes resolved; up to the end of
    /// the line if the second one is missing.
    fn enclosed(&mut self, open: char, close: char) -> String {
        let (mut text, mut depth, mut escaped) = (String::new(), 0_usize, false);
        let mut length = self.rest.len();
        for (at, c) in self.rest.char_indices() {
            let is_plain = !std::mem::take(&mut escaped);
            if is_plain && c == '\\' {
                escaped = true;
                continue;
            }
            if is_plain && c == close && depth > 0 {
                depth -= 1;
                if depth == 0 || open == close {
                    length = at + c.len_utf8();
                    break;
                }
            } else if is_plain && c == open && (depth == 0 || open == '(') {
                depth += 1;
                if depth == 1 {
                    continue;
                }
            }
            text.push(c);
        }
        self.cut(length);
        text
    }
}
