//! What stands in front of the codec: commands it cannot read (LIST with
//! options, STATUS within LIST, CREATE with a use, RETURN and `$` of SEARCH),
//! and LOGIN, whose password no library shall copy about.

use crate::wire::imap::answer::{Answer, Code};
use crate::wire::imap::command::{
    Command, List, ListReturn, ListSelect, Returns, Special, StatusItem,
};
use crate::wire::imap::dialect::Dialect;
use crate::wire::imap::names;
use crate::wire::imap::reader::Reader;
use crate::wire::imap::verb::Verb;
use crate::wire::sasl::{self, Credentials};
use std::borrow::Cow;
use zeroize::Zeroize;

/// Most patterns of one LIST: each mailbox is held against each of them.
const MAX_PATTERNS: usize = 32;
/// Most items of one STATUS, told apart or not: there are nine.
const MAX_STATUS: usize = 32;

/// Stands for `$` while the codec reads a command: a set that names a message
/// which cannot exist, twice. A command that holds it already is refused.
pub(super) const SAVED: &str = "4294967295,4294967295";

/// LOGIN. `None` if it cannot be read.
pub(super) fn login(arguments: &[u8]) -> Option<Result<Credentials, sasl::Fault>> {
    let mut reader = Reader::new(arguments);
    let identity = reader.astring()?;
    reader.take(" ")?;
    let mut password = reader.astring()?;
    let credentials = match (
        std::str::from_utf8(&identity),
        std::str::from_utf8(&password),
    ) {
        (Ok(identity), Ok(password)) => sasl::credentials(identity, password),
        _ => Err(sasl::Fault::Malformed),
    };
    if let Cow::Owned(password) = &mut password {
        password.zeroize();
    }
    reader.end().map(|()| credentials)
}

/// LIST and LSUB (RFC 5258 §6, RFC 5819 §4, RFC 6154 §6).
pub(super) fn list(arguments: &[u8], lsub: bool, dialect: Dialect) -> Option<Result<List, Answer>> {
    let mut reader = Reader::new(arguments);
    // RFC 5258 §3: with options, an empty pattern is a name that nobody has.
    let extended = arguments.starts_with(b"(") || arguments.ends_with(b")");
    let select = if !lsub && arguments.starts_with(b"(") {
        let select = list_select(&mut reader)?;
        reader.take(" ")?;
        select
    } else {
        ListSelect::default()
    };
    let reference = reader.astring()?;
    reader.take(" ")?;
    let patterns = if !lsub && reader.rest().starts_with(b"(") {
        reader.list(Reader::pattern)?
    } else {
        vec![reader.pattern()?]
    };
    let mut returns = if !lsub && reader.has(" RETURN ") {
        list_return(&mut reader, dialect)?
    } else {
        ListReturn::default()
    };
    reader.end()?;
    (!patterns.is_empty()).then_some(())?;
    // RFC 5258 §3.1: SUBSCRIBED asks for the attribute too.
    returns.subscribed |= select.subscribed;
    Some(
        names_of(&reference, &patterns, dialect).map(|(reference, patterns)| List {
            reference,
            delimiter: !extended && patterns.iter().all(String::is_empty),
            patterns,
            lsub,
            select,
            returns,
        }),
    )
}

fn names_of(
    reference: &[u8],
    patterns: &[Cow<'_, [u8]>],
    dialect: Dialect,
) -> Result<(String, Vec<String>), Answer> {
    if patterns.len() > MAX_PATTERNS {
        return Err(Answer::no("These are too many patterns for one LIST.").with(Code::Limit));
    }
    let any = |octets: &[u8]| names::any(octets, dialect);
    let patterns = patterns.iter().map(|pattern| any(pattern));
    Ok((any(reference)?, patterns.collect::<Result<_, _>>()?))
}

fn list_select(reader: &mut Reader<'_>) -> Option<ListSelect> {
    let mut select = ListSelect::default();
    reader.list(|reader| {
        match reader.atom()?.to_ascii_uppercase().as_slice() {
            b"SUBSCRIBED" => select.subscribed = true,
            b"RECURSIVEMATCH" => select.recursive = true,
            b"SPECIAL-USE" => select.special = true,
            // RFC 5258 §3.1: we know of no mailboxes elsewhere.
            b"REMOTE" => {}
            _ => return None,
        }
        Some(())
    })?;
    // RFC 5258 §3.1: RECURSIVEMATCH says how something else matches.
    (!select.recursive || select.subscribed || select.special).then_some(select)
}

fn list_return(reader: &mut Reader<'_>, dialect: Dialect) -> Option<ListReturn> {
    let mut returns = ListReturn::default();
    reader.list(|reader| {
        match reader.atom()?.to_ascii_uppercase().as_slice() {
            b"SUBSCRIBED" => returns.subscribed = true,
            b"CHILDREN" => returns.children = true,
            // The uses are always told (RFC 6154 §2).
            b"SPECIAL-USE" => {}
            b"STATUS" => {
                reader.take(" ")?;
                returns.status = status_items(reader, dialect)?;
            }
            _ => return None,
        }
        Some(())
    })?;
    Some(returns)
}

/// STATUS.
pub(super) fn status(arguments: &[u8], dialect: Dialect) -> Option<Result<Command, Answer>> {
    let mut reader = Reader::new(arguments);
    let mailbox = reader.astring()?;
    reader.take(" ")?;
    let items = status_items(&mut reader, dialect)?;
    reader.end()?;
    Some(names::mailbox(&mailbox, dialect).map(|mailbox| Command::Status { mailbox, items }))
}

/// `"(" status-att *(SP status-att) ")"`, each once. RFC 9051 has no RECENT.
fn status_items(reader: &mut Reader<'_>, dialect: Dialect) -> Option<Vec<StatusItem>> {
    let there = |item: &StatusItem| !dialect.is_rev2() || *item != StatusItem::Recent;
    let named = reader.list(|reader| StatusItem::of(reader.atom()?).filter(there))?;
    let mut items = Vec::new();
    for item in &named {
        if !items.contains(item) {
            items.push(*item);
        }
    }
    (!items.is_empty() && named.len() <= MAX_STATUS).then_some(items)
}

/// CREATE (RFC 3501 §6.3.3, RFC 6154 §3).
pub(super) fn create(arguments: &[u8], dialect: Dialect) -> Option<Result<Command, Answer>> {
    let mut reader = Reader::new(arguments);
    let mailbox = reader.astring()?;
    let mut uses = Vec::new();
    if reader.has(" (USE ") {
        uses = reader.list(|reader| reader.atom().map(Special::of))?;
        reader.take(")")?;
    }
    reader.end()?;
    Some(created(&mailbox, &uses, dialect))
}

fn created(mailbox: &[u8], uses: &[Option<Special>], dialect: Dialect) -> Result<Command, Answer> {
    let special = match uses {
        [] => None,
        [Some(special)] => Some(*special),
        _ => {
            let text =
                "A mailbox here has one of the uses \\Archive, \\Drafts, \\Junk, \\Sent, \\Trash.";
            return Err(Answer::no(text).with(Code::UseAttr));
        }
    };
    let mailbox = names::made(mailbox.strip_suffix(b"/").unwrap_or(mailbox), dialect)?;
    Ok(Command::Create { mailbox, special })
}

/// `RETURN (…) ` in front of the arguments of SEARCH, and what follows it.
pub(super) fn returns(arguments: &[u8]) -> Option<(Option<Returns>, &[u8])> {
    let mut reader = Reader::new(arguments);
    if !reader.has("RETURN ") {
        return Some((None, arguments));
    }
    let mut returns = Returns::default();
    let options = reader.list(|reader| {
        match reader.atom()?.to_ascii_uppercase().as_slice() {
            b"MIN" => returns.min = true,
            b"MAX" => returns.max = true,
            b"ALL" => returns.all = true,
            b"COUNT" => returns.count = true,
            b"SAVE" => returns.save = true,
            _ => return None,
        }
        Some(())
    })?;
    reader.take(" ")?;
    // RFC 4731 §3.1: an empty list asks for ALL.
    returns.all |= options.is_empty();
    Some((Some(returns), reader.rest()))
}

/// The arguments of a command with [`SAVED`] in the place of `$`; borrowed if
/// there is none. `None` if that cannot be told.
pub(super) fn saved(verb: Verb, arguments: &[u8]) -> Option<Cow<'_, [u8]>> {
    let taken = |window: &[u8]| window == SAVED.as_bytes();
    if arguments.windows(SAVED.len()).any(taken) {
        return None;
    }
    if !arguments.contains(&b'$') {
        return Some(Cow::Borrowed(arguments));
    }
    let text = match verb {
        Verb::Search | Verb::Sort | Verb::Thread => search(verb, arguments)?,
        Verb::Fetch | Verb::Store | Verb::Copy | Verb::Move | Verb::Expunge => {
            match arguments.strip_prefix(b"$") {
                Some(rest) if rest.is_empty() || rest.starts_with(b" ") => {
                    [SAVED.as_bytes(), rest].concat()
                }
                _ => return Some(Cow::Borrowed(arguments)),
            }
        }
        _ => return Some(Cow::Borrowed(arguments)),
    };
    Some(Cow::Owned(text))
}

/// What stands before the keys of SEARCH, SORT or THREAD, and the keys; the space
/// between them is among the first.
pub(super) fn split(verb: Verb, arguments: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::new(arguments);
    match verb {
        // REVERSE is a token as its criterion is.
        Verb::Sort => drop(reader.list(Reader::token)?),
        Verb::Thread => drop(reader.token()?),
        _ if reader.has("CHARSET ") => {}
        _ => return Some((&[], arguments)),
    }
    if verb != Verb::Search {
        reader.take(" ")?;
    }
    reader.token()?;
    reader.take(" ")?;
    arguments.split_at_checked(arguments.len() - reader.rest().len())
}

/// Walks over the keys of a search; a `$` counts where a key stands, not where
/// a key has its text.
fn search(verb: Verb, arguments: &[u8]) -> Option<Vec<u8>> {
    let (head, keys) = split(verb, arguments)?;
    let mut reader = Reader::new(keys);
    let mut text = head.to_vec();
    let mut arguments = 0;
    while reader.end().is_none() {
        if let Some(mark) = [" ", "(", ")"].into_iter().find(|mark| reader.has(mark)) {
            text.extend_from_slice(mark.as_bytes());
            continue;
        }
        let token = reader.token()?;
        if arguments == 0 && token == b"$" {
            text.extend_from_slice(SAVED.as_bytes());
            continue;
        }
        arguments = match arguments {
            0 => arguments_of(token),
            more => more - 1,
        };
        text.extend_from_slice(token);
    }
    Some(text)
}

/// How many pieces of text or number follow a search key.
pub(super) fn arguments_of(key: &[u8]) -> usize {
    match key.to_ascii_uppercase().as_slice() {
        b"HEADER" => 2,
        b"BCC" | b"BEFORE" | b"BODY" | b"CC" | b"FROM" | b"KEYWORD" | b"LARGER" | b"OLDER"
        | b"ON" | b"SENTBEFORE" | b"SENTON" | b"SENTSINCE" | b"SINCE" | b"SMALLER" | b"SUBJECT"
        | b"TEXT" | b"TO" | b"UNKEYWORD" | b"YOUNGER" => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{SAVED, returns, saved};
    use crate::wire::imap::answer::Answer;
    use crate::wire::imap::command::List;
    use crate::wire::imap::dialect::Dialect;
    use crate::wire::imap::verb::Verb;

    fn list(arguments: &[u8], lsub: bool) -> Option<Result<List, Answer>> {
        super::list(arguments, lsub, Dialect::Rev1)
    }

    #[test]
    fn a_dollar_is_the_saved_result_where_a_set_stands_and_nowhere_else() {
        for (verb, text) in [
            (Verb::Fetch, "@ FLAGS"),
            (Verb::Expunge, "@"),
            (Verb::Store, "1 +FLAGS ($)"),
            (Verb::Copy, "@ $"),
            (Verb::Copy, "1 $"),
            (Verb::Search, "@ SUBJECT $ @"),
            (Verb::Search, "CHARSET UTF-8 OR (@ UID @) NOT @"),
            (
                Verb::Search,
                "HEADER $ $ @ FROM \"$ \\\" $\" TEXT {3+}\r\n $  @",
            ),
            (Verb::Search, "KEYWORD $ KEYWORD $Forwarded @"),
            (Verb::Sort, "(REVERSE DATE SUBJECT) UTF-8 @ TO $"),
            (Verb::Thread, "REFERENCES $ @"),
        ] {
            let found = saved(verb, text.replace('@', "$").as_bytes()).map(|t| t.into_owned());
            let wanted = text.replace('@', SAVED).into_bytes();
            assert_eq!(found, Some(wanted), "{verb:?} {text}");
        }
        let both = format!("$ {SAVED}");
        assert_eq!(saved(Verb::Search, both.as_bytes()), None);
    }

    #[test]
    fn what_list_may_return_is_read_in_any_order_and_nothing_unknown_is() {
        let good = list(b"(SUBSCRIBED RECURSIVEMATCH) \"\" (\"%\" a*) RETURN (CHILDREN STATUS (MESSAGES SIZE MESSAGES))", false);
        let good = good.expect("it can be read").expect("it is allowed");
        assert!(good.select.recursive && good.returns.subscribed && good.returns.children);
        assert_eq!((good.patterns.len(), good.returns.status.len()), (2, 2));
        for wrong in [
            "(RECURSIVEMATCH) \"\" %",
            "(X) \"\" %",
            "\"\" ()",
            "\"\" % RETURN (X)",
            "\"\" % RETURN (STATUS ())",
            "\"\" % RETURN",
            "\"\" % x",
            "\"\"",
        ] {
            assert!(list(wrong.as_bytes(), false).is_none(), "{wrong}");
        }
        assert!(list(b"(SUBSCRIBED) \"\" %", true).is_none());
    }

    #[test]
    fn an_empty_return_asks_for_all() {
        let (found, rest) = returns(b"return () UNSEEN").expect("it can be read");
        assert!(found.is_some_and(|r| r.all && !r.min && !r.save));
        assert_eq!(rest, b"UNSEEN");
        assert!(returns(b"RETURN (PARTIAL 1:2) ALL").is_none());
    }
}
