//! SEARCH, SORT and THREAD, from the codec's types to ours.

use crate::model::{Keyword, System};
use crate::wire::imap::answer::{Answer, Code};
use crate::wire::imap::command::{Command, Criterion, Field, Key, Search, SortBy, Threading, When};
use crate::wire::imap::convert::which;
use imap_codec::imap_types::command::CommandBody;
use imap_codec::imap_types::core::{AString, Atom, Charset};
use imap_codec::imap_types::datetime::NaiveDate;
use imap_codec::imap_types::extensions::sort::{SortCriterion, SortKey};
use imap_codec::imap_types::extensions::thread::ThreadingAlgorithm;
use imap_codec::imap_types::search::SearchKey;
use jiff::civil::Date;

/// `None` if it is another command, or asks for what is not offered.
pub(super) fn read(body: CommandBody<'_>) -> Option<Result<Command, Answer>> {
    match body {
        CommandBody::Search {
            charset,
            criteria,
            uid,
        } => search(charset.as_ref(), criteria.as_ref(), uid).map(|s| s.map(Command::Search)),
        CommandBody::Sort {
            sort_criteria,
            charset,
            search_criteria,
            uid,
        } => {
            let by = criteria(sort_criteria.as_ref())?;
            let search = search(Some(&charset), search_criteria.as_ref(), uid)?;
            Some(search.map(|search| Command::Sort { by, search }))
        }
        CommandBody::Thread {
            algorithm,
            charset,
            search_criteria,
            uid,
        } => {
            let algorithm = match algorithm {
                ThreadingAlgorithm::OrderedSubject => Threading::OrderedSubject,
                ThreadingAlgorithm::References => Threading::References,
                ThreadingAlgorithm::Other(_) => return None,
            };
            let search = search(Some(&charset), search_criteria.as_ref(), uid)?;
            Some(search.map(|search| Command::Thread { algorithm, search }))
        }
        _ => None,
    }
}

fn search(
    charset: Option<&Charset<'_>>,
    keys: &[SearchKey<'_>],
    uid: bool,
) -> Option<Result<Search, Answer>> {
    let known = |charset: &Charset<'_>| {
        let name = charset.as_ref();
        name.eq_ignore_ascii_case("UTF-8") || name.eq_ignore_ascii_case("US-ASCII")
    };
    if !charset.is_none_or(known) {
        let answer = Answer::no("Text to search for comes in US-ASCII or UTF-8.");
        return Some(Err(answer.with(Code::BadCharset)));
    }
    Some(Ok(Search {
        uid,
        key: all(keys)?,
        returns: None,
        refused: None,
    }))
}

fn all(keys: &[SearchKey<'_>]) -> Option<Key> {
    let mut keys: Vec<Key> = keys.iter().map(key).collect::<Option<_>>()?;
    match keys.len() {
        1 => keys.pop(),
        _ => Some(Key::And(keys)),
    }
}

/// `None` if a text is not UTF-8. Without CHARSET it should be ASCII, but
/// programs send UTF-8, and there is nothing else that it could mean.
fn key(searched: &SearchKey<'_>) -> Option<Key> {
    Some(match searched {
        SearchKey::And(keys) => all(keys.as_ref())?,
        SearchKey::Or(one, other) => Key::Or(Box::new((key(one)?, key(other)?))),
        SearchKey::Not(one) => not(key(one)?),
        SearchKey::SequenceSet(set) => Key::Sequence(which(set)),
        SearchKey::Uid(set) => Key::Uid(which(set)),
        SearchKey::Header(name, value) => Key::Header(text(name)?, text(value)?),
        SearchKey::Bcc(value) => Key::Within(Field::Bcc, text(value)?),
        SearchKey::Cc(value) => Key::Within(Field::Cc, text(value)?),
        SearchKey::From(value) => Key::Within(Field::From, text(value)?),
        SearchKey::Subject(value) => Key::Within(Field::Subject, text(value)?),
        SearchKey::To(value) => Key::Within(Field::To, text(value)?),
        SearchKey::Body(value) => Key::Body(text(value)?),
        SearchKey::Text(value) => Key::Text(text(value)?),
        SearchKey::Before(day) => Key::Arrived(When::Before, date(day)?),
        SearchKey::On(day) => Key::Arrived(When::On, date(day)?),
        SearchKey::Since(day) => Key::Arrived(When::Since, date(day)?),
        SearchKey::SentBefore(day) => Key::Sent(When::Before, date(day)?),
        SearchKey::SentOn(day) => Key::Sent(When::On, date(day)?),
        SearchKey::SentSince(day) => Key::Sent(When::Since, date(day)?),
        SearchKey::Larger(octets) => Key::Larger(*octets),
        SearchKey::Smaller(octets) => Key::Smaller(*octets),
        SearchKey::Older(seconds) => Key::Older(seconds.get()),
        SearchKey::Younger(seconds) => Key::Younger(seconds.get()),
        // RFC 7162 §3.1.5: a server with one mod-sequence for a message's
        // flags goes by it, whichever flag is named.
        SearchKey::ModSequence { modseq, .. } => Key::ModSeq(*modseq),
        SearchKey::Keyword(atom) => keyword(atom),
        SearchKey::Unkeyword(atom) => not(keyword(atom)),
        searched => flag(searched),
    })
}

fn flag(searched: &SearchKey<'_>) -> Key {
    match searched {
        SearchKey::Answered => Key::Flag(System::ANSWERED),
        SearchKey::Deleted => Key::Flag(System::DELETED),
        SearchKey::Draft => Key::Flag(System::DRAFT),
        SearchKey::Flagged => Key::Flag(System::FLAGGED),
        SearchKey::Seen => Key::Flag(System::SEEN),
        SearchKey::Unanswered => not(Key::Flag(System::ANSWERED)),
        SearchKey::Undeleted => not(Key::Flag(System::DELETED)),
        SearchKey::Undraft => not(Key::Flag(System::DRAFT)),
        SearchKey::Unflagged => not(Key::Flag(System::FLAGGED)),
        SearchKey::Unseen => not(Key::Flag(System::SEEN)),
        // No message is \Recent here, so every one is old.
        SearchKey::All | SearchKey::Old => Key::All,
        _ => Key::Nothing,
    }
}

fn not(key: Key) -> Key {
    Key::Not(Box::new(key))
}

fn keyword(atom: &Atom<'_>) -> Key {
    Keyword::new(atom.as_ref()).map_or(Key::Nothing, Key::Keyword)
}

fn text(value: &AString<'_>) -> Option<String> {
    String::from_utf8(value.as_ref().to_vec()).ok()
}

fn date(day: &NaiveDate) -> Option<Date> {
    day.as_ref().to_string().parse().ok()
}

/// Each once: what was compared already decides nothing when it comes again.
fn criteria(named: &[SortCriterion]) -> Option<Vec<Criterion>> {
    let mut criteria: Vec<Criterion> = Vec::new();
    for named in named {
        let next = criterion(named)?;
        if !criteria.iter().any(|before| before.by == next.by) {
            criteria.push(next);
        }
    }
    Some(criteria)
}

/// `None` for DISPLAYFROM and DISPLAYTO (RFC 5957), which are not offered.
fn criterion(criterion: &SortCriterion) -> Option<Criterion> {
    let by = match criterion.key {
        SortKey::Arrival => SortBy::Arrival,
        SortKey::Cc => SortBy::Cc,
        SortKey::Date => SortBy::Date,
        SortKey::From => SortBy::From,
        SortKey::Size => SortBy::Size,
        SortKey::Subject => SortBy::Subject,
        SortKey::To => SortBy::To,
        SortKey::DisplayFrom | SortKey::DisplayTo => return None,
    };
    Some(Criterion {
        by,
        reverse: criterion.reverse,
    })
}
