//! Untagged data about mailboxes and their messages.

use crate::model::Keyword;
use crate::wire::imap::answer::text::{
    flag_list, mailbox, nstring, number, numbers, parenthesised, string,
};
use crate::wire::imap::command::{Returns, Special, StatusItem};
use crate::wire::imap::dialect::Dialect;
use crate::wire::imap::set::compress;
use std::fmt::Display;
use std::io::Write as _;

/// A mailbox in LIST or LSUB.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the attributes of RFC 5258 are independent of each other"
)]
pub struct Listed<'a> {
    /// Its name; nothing for the answer to `LIST "" ""`.
    pub name: &'a str,
    /// It cannot be selected, but others lie in it.
    pub no_select: bool,
    /// Only its name is known: it is subscribed and was deleted (RFC 5258 §3).
    pub non_existent: bool,
    /// Whether others lie in it, if that is said.
    pub children: Option<bool>,
    /// `\Subscribed`
    pub subscribed: bool,
    /// What it is for.
    pub special: Option<Special>,
    /// With RECURSIVEMATCH: others in it are subscribed, and it may not match
    /// itself (RFC 5258 §3.5, CHILDINFO).
    pub subscribed_within: bool,
    /// The name by which a client asked for it, if it is kept under another
    /// (RFC 9051 §6.3.9.7, OLDNAME).
    pub old_name: Option<&'a str>,
}

/// What an ESEARCH line tells.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// What was found, in order: UIDs if the search asked for them.
    pub numbers: &'a [u32],
    /// Whether they are UIDs.
    pub uid: bool,
    /// The highest mod-sequence among them, if the search had MODSEQ.
    pub modseq: Option<u64>,
}

/// A message in THREAD. It and the messages that answer it stand in one list,
/// where they name each other by position: a thread may be as long as a mailbox.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Its UID or sequence number; 0 if it is missing and only holds others together.
    pub number: u32,
    /// Its answers, as positions in the list. Each node has one parent at most.
    pub answers: Vec<usize>,
}

/// Appends `* n EXISTS`.
pub fn exists(out: &mut Vec<u8>, count: usize) {
    line(out, format_args!("{count} EXISTS"));
}

/// Appends `* 0 RECENT`: no message is `\Recent` here. RFC 9051 has no such line.
pub fn recent(out: &mut Vec<u8>, dialect: Dialect) {
    if !dialect.is_rev2() {
        line(out, "0 RECENT");
    }
}

/// Appends `* n EXPUNGE`; the numbers behind move up at once.
pub fn expunge(out: &mut Vec<u8>, sequence: usize) {
    line(out, format_args!("{sequence} EXPUNGE"));
}

/// Appends `* VANISHED uids`, with `(EARLIER)` for what went before the
/// mailbox was selected (RFC 7162 §3.2.10). Nothing for no UIDs.
pub fn vanished(out: &mut Vec<u8>, earlier: bool, uids: &[u32]) {
    if !uids.is_empty() {
        let earlier = if earlier { "(EARLIER) " } else { "" };
        line(out, format_args!("VANISHED {earlier}{}", compress(uids)));
    }
}

/// Appends `* FLAGS (…)`: the system flags and these keywords.
pub fn flags(out: &mut Vec<u8>, keywords: &[Keyword]) {
    out.extend_from_slice(b"* FLAGS ");
    flag_list(out, keywords, false);
    out.extend_from_slice(b"\r\n");
}

/// Appends `* ENABLED …`.
pub fn enabled(out: &mut Vec<u8>, names: &[&str]) {
    words(out, "ENABLED", names.iter());
}

pub(in crate::wire::imap) fn capability(out: &mut Vec<u8>, list: &str) {
    line(out, format_args!("CAPABILITY {list}"));
}

/// Appends `* ID (…)` (RFC 2971).
pub fn id(out: &mut Vec<u8>, fields: &[(&str, &str)]) {
    out.extend_from_slice(b"* ID (");
    for (n, (name, value)) in fields.iter().enumerate() {
        if n > 0 {
            out.push(b' ');
        }
        string(out, name.as_bytes());
        out.push(b' ');
        string(out, value.as_bytes());
    }
    out.extend_from_slice(b")\r\n");
}

/// Appends `* NAMESPACE` (RFC 2342): the account's own mailboxes have no
/// prefix; those it shares with others begin with `shared`, if there are any.
pub fn namespace(out: &mut Vec<u8>, dialect: Dialect, shared: Option<&str>) {
    out.extend_from_slice(b"* NAMESPACE ((\"\" \"/\")) NIL ");
    match shared {
        Some(prefix) => {
            out.extend_from_slice(b"((");
            mailbox(out, dialect, prefix);
            out.extend_from_slice(b" \"/\"))");
        }
        None => nstring(out, None),
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends `* LIST`, or with `lsub` `* LSUB`.
pub fn list(out: &mut Vec<u8>, dialect: Dialect, lsub: bool, listed: &Listed<'_>) {
    out.extend_from_slice(if lsub { b"* LSUB " } else { b"* LIST " });
    let children = listed.children.map(|has| match has {
        true => "\\HasChildren",
        false => "\\HasNoChildren",
    });
    let no_select = listed.no_select || listed.name.is_empty();
    let attributes = [
        no_select.then_some("\\Noselect"),
        listed.non_existent.then_some("\\NonExistent"),
        children,
        listed.subscribed.then_some("\\Subscribed"),
        listed.special.map(Special::attribute),
    ];
    parenthesised(out, attributes.into_iter().flatten());
    out.extend_from_slice(b" \"/\" ");
    mailbox(out, dialect, listed.name);
    if listed.subscribed_within {
        out.extend_from_slice(b" (\"CHILDINFO\" (\"SUBSCRIBED\"))");
    } else if let Some(old) = listed.old_name {
        out.extend_from_slice(b" (\"OLDNAME\" (");
        mailbox(out, dialect, old);
        out.extend_from_slice(b"))");
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends `* STATUS name (…)`.
pub fn status(out: &mut Vec<u8>, dialect: Dialect, name: &str, items: &[(StatusItem, u64)]) {
    out.extend_from_slice(b"* STATUS ");
    mailbox(out, dialect, name);
    for (n, (item, value)) in items.iter().enumerate() {
        out.extend_from_slice(if n == 0 { b" (" } else { b" " });
        out.extend_from_slice(item.name().as_bytes());
        out.push(b' ');
        number(out, *value);
    }
    out.extend_from_slice(if items.is_empty() {
        b" ()\r\n"
    } else {
        b")\r\n"
    });
}

/// Appends `* SEARCH`, with the highest mod-sequence among what was found if
/// the search had MODSEQ (RFC 7162 §3.1.5).
pub fn search(out: &mut Vec<u8>, found: &Found<'_>) {
    out.extend_from_slice(b"* SEARCH");
    numbers(out, found.numbers);
    if let Some(modseq) = found.modseq.filter(|_| !found.numbers.is_empty()) {
        let _ = write!(out, " (MODSEQ {modseq})");
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends `* SORT` (RFC 5256): the numbers in the order that was asked for.
pub fn sort(out: &mut Vec<u8>, found: &[u32]) {
    out.extend_from_slice(b"* SORT");
    numbers(out, found);
    out.extend_from_slice(b"\r\n");
}

/// Appends `* ESEARCH` (RFC 4731): of what was found, what was asked for. `tag`
/// is that of the command ([`crate::wire::imap::Session::tag`]). Nothing if
/// SAVE alone was asked for (RFC 5182 §2.1).
pub fn esearch(out: &mut Vec<u8>, tag: &str, returns: Returns, found: &Found<'_>) {
    let Returns {
        min,
        max,
        all,
        count,
        save,
    } = returns;
    if save && !(min || max || all || count) {
        return;
    }
    out.extend_from_slice(b"* ESEARCH (TAG ");
    string(out, tag.as_bytes());
    out.extend_from_slice(if found.uid { b") UID" } else { b")" });
    if let [first, ..] = found.numbers
        && min
    {
        let _ = write!(out, " MIN {first}");
    }
    if let [.., last] = found.numbers
        && max
    {
        let _ = write!(out, " MAX {last}");
    }
    if all && !found.numbers.is_empty() {
        let _ = write!(out, " ALL {}", compress(found.numbers));
    }
    if count {
        let _ = write!(out, " COUNT {}", found.numbers.len());
    }
    if let Some(modseq) = found.modseq.filter(|_| !found.numbers.is_empty()) {
        let _ = write!(out, " MODSEQ {modseq}");
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends `* THREAD` (RFC 5256 §4): the threads that begin at `roots`.
/// A position that does not exist is left out.
pub fn thread(out: &mut Vec<u8>, roots: &[usize], nodes: &[Node]) {
    enum Next {
        Open(usize),
        Close,
        /// In the same parentheses as the message it answers.
        Member(usize),
    }
    out.extend_from_slice(b"* THREAD");
    if !roots.is_empty() {
        out.push(b' ');
    }
    // A stack of our own: a thread may be longer than the program's is deep.
    let mut stack: Vec<Next> = roots.iter().rev().map(|root| Next::Open(*root)).collect();
    while let Some(next) = stack.pop() {
        let at = match next {
            Next::Close => {
                out.push(b')');
                continue;
            }
            Next::Open(at) => {
                out.push(b'(');
                stack.push(Next::Close);
                at
            }
            Next::Member(at) => at,
        };
        let Some(node) = nodes.get(at) else { continue };
        if node.number != 0 {
            space(out);
            number(out, node.number.into());
        }
        match node.answers.as_slice() {
            [] => {}
            [only] => stack.push(Next::Member(*only)),
            answers => {
                space(out);
                stack.extend(answers.iter().rev().map(|answer| Next::Open(*answer)));
            }
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// Between two members of a thread, not before the first.
fn space(out: &mut Vec<u8>) {
    if out.last() != Some(&b'(') {
        out.push(b' ');
    }
}

fn words<T: Display>(out: &mut Vec<u8>, name: &str, words: impl Iterator<Item = T>) {
    let _ = write!(out, "* {name}");
    for word in words {
        let _ = write!(out, " {word}");
    }
    out.extend_from_slice(b"\r\n");
}

fn line(out: &mut Vec<u8>, rest: impl Display) {
    let _ = write!(out, "* {rest}\r\n");
}
