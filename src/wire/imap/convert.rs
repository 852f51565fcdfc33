//! From the codec's types to ours. Nothing of the codec is seen outside.

use crate::model::{Flags, Keyword, System};
use crate::wire::imap::answer::{Answer, Code};
use crate::wire::imap::command::{
    Append, Command, Fetch, Item, Label, QResync, Section, Select, Store, StoreMode, Transfer,
    Wanted,
};
use crate::wire::imap::dialect::Dialect;
use crate::wire::imap::set::{STAR, Set, Which};
use crate::wire::imap::{names, query};
use imap_codec::CommandCodec;
use imap_codec::decode::Decoder as _;
use imap_codec::imap_types::command::{CommandBody, FetchModifier, SelectParameter, StoreModifier};
use imap_codec::imap_types::core::{AString, IString, NString, Vec1};
use imap_codec::imap_types::datetime::DateTime;
use imap_codec::imap_types::fetch::{
    MacroOrMessageDataItemNames, MessageDataItemName, Part, Section as CodecSection,
};
use imap_codec::imap_types::flag::{Flag, StoreResponse, StoreType};
use imap_codec::imap_types::mailbox::Mailbox;
use imap_codec::imap_types::sequence::{SeqOrUid, Sequence, SequenceSet};
use jiff::Timestamp;
use std::num::NonZeroU32;

/// Most items of one FETCH: more than a message has parts worth asking for.
/// Each may be answered with the whole message.
const MAX_ITEMS: usize = 100;
/// Most fields of ID, and the longest value (RFC 2971 §3.3).
const MAX_FIELDS: usize = 30;
const MAX_FIELD: usize = 1_024;
/// Most keywords in one command: a message has no more.
const MAX_KEYWORDS: usize = 64;

/// What the codec read.
pub(super) enum Parsed {
    Command(Command),
    /// ENABLE, in capitals.
    Enable(Vec<String>),
    Append(Append),
}

/// Reads a whole command, with its tag and its CRLF. `None` if it cannot be
/// read; an error if it can, but not be done. `length` is that of APPEND's message.
pub(super) fn read(text: &[u8], length: u64, dialect: Dialect) -> Option<Result<Parsed, Answer>> {
    let (rest, command) = CommandCodec::default().decode(text).ok()?;
    rest.is_empty().then_some(())?;
    let parsed = match command.body {
        CommandBody::Append {
            mailbox,
            flags: named,
            date,
            message: _,
        } => append(name(&mailbox, dialect), &named, date.as_ref(), length).map(Parsed::Append),
        CommandBody::Enable { capabilities } => {
            let names = capabilities.into_inner().into_iter();
            Ok(Parsed::Enable(
                names
                    .map(|name| name.to_string().to_ascii_uppercase())
                    .collect(),
            ))
        }
        body => command_of(body, dialect)?.map(Parsed::Command),
    };
    Some(parsed)
}

fn command_of(body: CommandBody<'_>, dialect: Dialect) -> Option<Result<Command, Answer>> {
    let named = |mailbox: &Mailbox<'_>| name(mailbox, dialect);
    Some(match body {
        CommandBody::Id { parameters } => Ok(id(&parameters.unwrap_or_default())),
        CommandBody::Select {
            mailbox,
            parameters,
        } => select(named(&mailbox), parameters, false),
        CommandBody::Examine {
            mailbox,
            parameters,
        } => select(named(&mailbox), parameters, true),
        CommandBody::Delete { mailbox } => named(&mailbox).map(Command::Delete),
        CommandBody::Subscribe { mailbox } => named(&mailbox).map(Command::Subscribe),
        CommandBody::Unsubscribe { mailbox } => named(&mailbox).map(Command::Unsubscribe),
        CommandBody::Rename { from, to } => rename(named(&from), &to, dialect),
        CommandBody::ExpungeUid { sequence_set } => {
            Ok(Command::Expunge(Some(which(&sequence_set))))
        }
        CommandBody::Fetch {
            sequence_set,
            macro_or_item_names,
            uid,
            modifiers,
        } => return fetch(which(&sequence_set), macro_or_item_names, uid, &modifiers),
        CommandBody::Store {
            sequence_set,
            kind,
            response,
            flags: set_to,
            uid,
            modifiers,
        } => flags(&set_to).map(|flags| {
            Command::Store(Store {
                set: which(&sequence_set),
                uid,
                mode: mode(&kind),
                flags,
                silent: response == StoreResponse::Silent,
                unchanged_since: modifiers.first().map(|StoreModifier::UnchangedSince(n)| *n),
            })
        }),
        CommandBody::Copy {
            sequence_set,
            mailbox,
            uid,
        } => transfer(&sequence_set, named(&mailbox), uid).map(Command::Copy),
        CommandBody::Move {
            sequence_set,
            mailbox,
            uid,
        } => transfer(&sequence_set, named(&mailbox), uid).map(Command::Move),
        body => return query::read(body),
    })
}

fn id(fields: &[(IString<'_>, NString<'_>)]) -> Command {
    let fields = fields.iter().take(MAX_FIELDS);
    let fields = fields.map(|(name, value)| (text(name.as_ref()), nstring(value)));
    Command::Id(fields.collect())
}

fn append(
    mailbox: Result<String, Answer>,
    named: &[Flag<'_>],
    date: Option<&DateTime>,
    length: u64,
) -> Result<Append, Answer> {
    let date = date.map(|date| Timestamp::from_second(date.as_ref().timestamp()));
    Ok(Append {
        mailbox: mailbox?,
        flags: flags(named)?,
        // The codec knows years 0 to 9999; jiff knows them all.
        date: date.and_then(Result::ok),
        length,
    })
}

fn select(
    mailbox: Result<String, Answer>,
    parameters: Vec<SelectParameter>,
    read_only: bool,
) -> Result<Command, Answer> {
    let condstore = parameters.contains(&SelectParameter::CondStore);
    let mut qresync = None;
    for parameter in parameters {
        if let SelectParameter::QResync {
            uid_validity,
            mod_sequence_value,
            known_uids,
            seq_match_data,
        } = parameter
        {
            qresync = Some(QResync {
                uid_validity: uid_validity.get(),
                modseq: mod_sequence_value.get(),
                known: known_uids.as_ref().map(set),
                matched: seq_match_data.map(|(numbers, uids)| (set(&numbers), set(&uids))),
            });
        }
    }
    let sets = qresync.iter().flat_map(|q| {
        let matched = q.matched.iter().flat_map(|(numbers, uids)| [numbers, uids]);
        q.known.iter().chain(matched)
    });
    // RFC 7162 §7: "*" is not allowed in any of them.
    if sets.into_iter().any(Set::has_star) {
        return Err(Answer::bad("QRESYNC takes numbers, not \"*\"."));
    }
    Ok(Command::Select(Select {
        mailbox: mailbox?,
        read_only,
        condstore,
        qresync,
    }))
}

fn rename(
    from: Result<String, Answer>,
    to: &Mailbox<'_>,
    dialect: Dialect,
) -> Result<Command, Answer> {
    let to = match to {
        Mailbox::Inbox => "INBOX".to_owned(),
        Mailbox::Other(other) => names::made(other.as_ref(), dialect)?,
    };
    Ok(Command::Rename { from: from?, to })
}

fn transfer(
    sequence_set: &SequenceSet,
    mailbox: Result<String, Answer>,
    uid: bool,
) -> Result<Transfer, Answer> {
    Ok(Transfer {
        set: which(sequence_set),
        uid,
        mailbox: mailbox?,
    })
}

const fn mode(kind: &StoreType) -> StoreMode {
    match kind {
        StoreType::Replace => StoreMode::Replace,
        StoreType::Add => StoreMode::Add,
        StoreType::Remove => StoreMode::Remove,
    }
}

fn fetch(
    set: Which,
    names: MacroOrMessageDataItemNames<'_>,
    uid: bool,
    modifiers: &[FetchModifier],
) -> Option<Result<Command, Answer>> {
    let names = match &names {
        MacroOrMessageDataItemNames::Macro(short) => short.expand(),
        MacroOrMessageDataItemNames::MessageDataItemNames(names) => names.clone(),
    };
    (!names.is_empty()).then_some(())?;
    let vanished = modifiers.contains(&FetchModifier::Vanished);
    let changed_since = modifiers.iter().find_map(|modifier| match modifier {
        FetchModifier::ChangedSince(modseq) => Some(modseq.get()),
        FetchModifier::Vanished => None,
    });
    // RFC 7162 §3.2.6: only with CHANGEDSINCE, only in UID FETCH.
    (!vanished || (uid && changed_since.is_some())).then_some(())?;
    let mut items = Vec::new();
    items.extend(uid.then_some(Item::Uid));
    items.extend(changed_since.map(|_| Item::ModSeq));
    for name in names {
        let item = item(name)?;
        if !items.contains(&item) {
            items.push(item);
        }
        if items.len() > MAX_ITEMS {
            let answer = Answer::no("These are too many items for one FETCH.");
            return Some(Err(answer.with(Code::Limit)));
        }
    }
    Some(Ok(Command::Fetch(Fetch {
        set,
        uid,
        items,
        changed_since,
        vanished,
    })))
}

fn item(name: MessageDataItemName<'_>) -> Option<Item> {
    let whole = |label, wanted, peek| {
        Item::Section(Section {
            path: Vec::new(),
            wanted,
            partial: None,
            peek,
            label,
        })
    };
    Some(match name {
        MessageDataItemName::Uid => Item::Uid,
        MessageDataItemName::Flags => Item::Flags,
        MessageDataItemName::InternalDate => Item::InternalDate,
        MessageDataItemName::Rfc822Size => Item::Size,
        MessageDataItemName::Envelope => Item::Envelope,
        MessageDataItemName::Body => Item::Body,
        MessageDataItemName::BodyStructure => Item::BodyStructure,
        MessageDataItemName::ModSeq => Item::ModSeq,
        MessageDataItemName::Rfc822 => whole(Label::Rfc822, Wanted::All, false),
        MessageDataItemName::Rfc822Header => whole(Label::Rfc822Header, Wanted::Header, true),
        MessageDataItemName::Rfc822Text => whole(Label::Rfc822Text, Wanted::Text, false),
        MessageDataItemName::BodyExt {
            section,
            partial,
            peek,
        } => {
            let (path, wanted) = section.map_or((Vec::new(), Wanted::All), part);
            Item::Section(Section {
                path,
                wanted,
                partial: partial.map(|(from, most)| (from, most.get())),
                peek,
                label: Label::Body,
            })
        }
        MessageDataItemName::Binary {
            section,
            partial,
            peek,
        } => Item::Section(Section {
            partial: partial.map(|(from, most)| (from, most.get())),
            peek,
            ..Section::peek(numbers(&section), Wanted::Decoded)
        }),
        MessageDataItemName::BinarySize { section } => {
            Item::Section(Section::peek(numbers(&section), Wanted::DecodedSize))
        }
    })
}

fn numbers(part: &[NonZeroU32]) -> Vec<u32> {
    part.iter().map(|number| number.get()).collect()
}

fn part(section: CodecSection<'_>) -> (Vec<u32>, Wanted) {
    let path = |part: Option<Part>| part.map_or_else(Vec::new, |part| numbers(part.0.as_ref()));
    let fields = |names: Vec1<AString<'_>>, except| Wanted::Fields {
        names: names
            .as_ref()
            .iter()
            .map(|name| text(name.as_ref()))
            .collect(),
        except,
    };
    match section {
        CodecSection::Part(part) => (path(Some(part)), Wanted::All),
        CodecSection::Header(part) => (path(part), Wanted::Header),
        CodecSection::Text(part) => (path(part), Wanted::Text),
        CodecSection::Mime(part) => (path(Some(part)), Wanted::Mime),
        CodecSection::HeaderFields(part, names) => (path(part), fields(names, false)),
        CodecSection::HeaderFieldsNot(part, names) => (path(part), fields(names, true)),
    }
}

fn flags(named: &[Flag<'_>]) -> Result<Flags, Answer> {
    let mut flags = Flags::default();
    let mut count = 0;
    for flag in named {
        let mut one = Flags::default();
        match flag {
            Flag::Answered => one.system = System::ANSWERED,
            Flag::Deleted => one.system = System::DELETED,
            Flag::Draft => one.system = System::DRAFT,
            Flag::Flagged => one.system = System::FLAGGED,
            Flag::Seen => one.system = System::SEEN,
            // \Recent is among them, which no client may set (RFC 3501 §2.3.2).
            Flag::Extension(_) => {
                return Err(Answer::bad("No other system flag can be set."));
            }
            Flag::Keyword(atom) => {
                count += 1;
                let keyword = Keyword::new(atom.as_ref()).filter(|_| count <= MAX_KEYWORDS);
                one.keywords = vec![keyword.ok_or_else(too_many_keywords)?];
            }
        }
        flags.add(&one);
    }
    Ok(flags)
}

fn too_many_keywords() -> Answer {
    let text = "A message has at most 64 keywords, each of at most 64 characters.";
    Answer::no(text).with(Code::Limit)
}

/// Which messages: the set, or [`crate::wire::imap::front::SAVED`], which stands for `$`.
pub(super) fn which(sequence_set: &SequenceSet) -> Which {
    let largest =
        |n: &Sequence| matches!(n, Sequence::Single(SeqOrUid::Value(n)) if n.get() == u32::MAX);
    match sequence_set.0.as_ref() {
        [first, second] if largest(first) && largest(second) => Which::Saved,
        _ => Which::Set(set(sequence_set)),
    }
}

fn set(set: &SequenceSet) -> Set {
    let end = |end: &SeqOrUid| match end {
        SeqOrUid::Value(n) => n.get(),
        SeqOrUid::Asterisk => STAR,
    };
    let ranges = set.0.as_ref().iter().map(|sequence| match sequence {
        Sequence::Single(n) => (end(n), end(n)),
        Sequence::Range(from, to) => (end(from), end(to)),
    });
    Set(ranges.collect())
}

fn name(mailbox: &Mailbox<'_>, dialect: Dialect) -> Result<String, Answer> {
    match mailbox {
        Mailbox::Inbox => Ok("INBOX".to_owned()),
        Mailbox::Other(other) => names::mailbox(other.as_ref(), dialect),
    }
}

fn nstring(value: &NString<'_>) -> Option<String> {
    value.0.as_ref().map(|value| text(value.as_ref()))
}

/// A text that nothing depends on, cut where it is absurdly long.
fn text(octets: &[u8]) -> String {
    let octets = octets.get(..MAX_FIELD).unwrap_or(octets);
    String::from_utf8_lossy(octets).into_owned()
}
