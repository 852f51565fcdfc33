//! What a client can ask of its mailboxes, as types. Mailbox names are UTF-8,
//! without control characters, at most 1,000 octets, and `INBOX` in capitals.

mod search;

pub use search::{Criterion, Field, Key, Returns, Search, SortBy, Threading, When};

use crate::model::Flags;
use crate::wire::imap::set::{Set, Which};
use jiff::Timestamp;

/// A command for the driver. It writes the data that the command asks for and
/// answers; what the machine can do itself never gets here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// NOOP, CHECK: is there news?
    Noop,
    /// ID (RFC 2971): what the client says of itself, at most 30 fields.
    Id(Vec<(String, Option<String>)>),
    /// NAMESPACE (RFC 2342).
    Namespace,
    /// SELECT, EXAMINE.
    Select(Select),
    /// CLOSE, UNSELECT (RFC 3691).
    Close {
        /// Whether messages with `\Deleted` go. Not in a mailbox that is read only.
        expunge: bool,
    },
    /// LIST, LSUB.
    List(List),
    /// STATUS.
    Status {
        /// The mailbox.
        mailbox: String,
        /// What of it, each once.
        items: Vec<StatusItem>,
    },
    /// CREATE, with the use of RFC 6154.
    Create {
        /// Its name; a `/` at its end is the client's way to say that others
        /// will lie in it (RFC 3501 §6.3.3), and is not part of it.
        mailbox: String,
        /// What it is for.
        special: Option<Special>,
    },
    /// DELETE.
    Delete(String),
    /// RENAME.
    Rename {
        /// The old name.
        from: String,
        /// The new one.
        to: String,
    },
    /// SUBSCRIBE.
    Subscribe(String),
    /// UNSUBSCRIBE.
    Unsubscribe(String),
    /// FETCH, UID FETCH.
    Fetch(Fetch),
    /// STORE, UID STORE.
    Store(Store),
    /// SEARCH, UID SEARCH.
    Search(Search),
    /// SORT, UID SORT (RFC 5256).
    Sort {
        /// What decides first, what next; at least one.
        by: Vec<Criterion>,
        /// Which messages.
        search: Search,
    },
    /// THREAD, UID THREAD (RFC 5256).
    Thread {
        /// How.
        algorithm: Threading,
        /// Which messages.
        search: Search,
    },
    /// COPY, UID COPY.
    Copy(Transfer),
    /// MOVE, UID MOVE (RFC 6851).
    Move(Transfer),
    /// EXPUNGE, or UID EXPUNGE of these (RFC 4315).
    Expunge(Option<Which>),
}

/// SELECT or EXAMINE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    /// The mailbox.
    pub mailbox: String,
    /// EXAMINE: nothing may change.
    pub read_only: bool,
    /// CONDSTORE (RFC 7162 §3.1.8).
    pub condstore: bool,
    /// What the client knows from before (RFC 7162 §3.2.5).
    pub qresync: Option<QResync>,
}

/// What a client knows of a mailbox from before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QResync {
    /// The UIDVALIDITY it knows. Another one, and the rest counts for nothing.
    pub uid_validity: u32,
    /// The mod-sequence it has seen.
    pub modseq: u64,
    /// The UIDs it knows; `None` is all of them.
    pub known: Option<Set>,
    /// Sequence numbers, and the UIDs it knows under them.
    pub matched: Option<(Set, Set)>,
}

/// LIST (RFC 3501 §6.3.8, RFC 5258, RFC 5819, RFC 6154) or LSUB.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// What stands before each pattern.
    pub reference: String,
    /// Patterns, 1 to 32.
    pub patterns: Vec<String>,
    /// `LIST "" ""`, which asks for the delimiter alone: one line with no name.
    pub delimiter: bool,
    /// LSUB: answered by LSUB lines, of subscribed names.
    pub lsub: bool,
    /// Which mailboxes.
    pub select: ListSelect,
    /// What is said of them.
    pub returns: ListReturn,
}

/// Which mailboxes LIST names (RFC 5258 §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListSelect {
    /// Subscribed ones only.
    pub subscribed: bool,
    /// Also those that do not match, but have children that do.
    pub recursive: bool,
    /// Only those with a special use.
    pub special: bool,
}

/// What LIST says of each mailbox besides its name (RFC 5258 §3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListReturn {
    /// Whether it is subscribed. Also if only such are asked for.
    pub subscribed: bool,
    /// Whether it has children.
    pub children: bool,
    /// A STATUS line for each (RFC 5819); empty for none.
    pub status: Vec<StatusItem>,
}

/// What STATUS can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusItem {
    /// Messages in all.
    Messages,
    /// `\Recent` ones: none here.
    Recent,
    /// The next UID.
    UidNext,
    /// UIDVALIDITY.
    UidValidity,
    /// Messages without `\Seen`.
    Unseen,
    /// Messages with `\Deleted` (RFC 9051 §6.3.11).
    Deleted,
    /// Octets in all (RFC 8438).
    Size,
    /// The highest mod-sequence (RFC 7162 §3.1.7).
    HighestModSeq,
    /// Largest APPEND, in octets (RFC 7889 §3.1).
    AppendLimit,
}

/// What a mailbox is for (RFC 6154 §2), as far as we have such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// `\Archive`
    Archive,
    /// `\Drafts`
    Drafts,
    /// `\Junk`
    Junk,
    /// `\Sent`
    Sent,
    /// `\Trash`
    Trash,
}

/// FETCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Which messages.
    pub set: Which,
    /// Whether `set` holds UIDs.
    pub uid: bool,
    /// What of each, 1 to 100 items, each once. `Uid` is there if `uid` is,
    /// `ModSeq` if `changed_since` is.
    pub items: Vec<Item>,
    /// Only those changed after this mod-sequence (RFC 7162 §3.1.4.1).
    pub changed_since: Option<u64>,
    /// Also which of `set` are gone since then (RFC 7162 §3.2.6).
    pub vanished: bool,
}

/// What FETCH can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// UID
    Uid,
    /// FLAGS
    Flags,
    /// INTERNALDATE
    InternalDate,
    /// RFC822.SIZE
    Size,
    /// ENVELOPE
    Envelope,
    /// BODY, without the extension data.
    Body,
    /// BODYSTRUCTURE
    BodyStructure,
    /// MODSEQ
    ModSeq,
    /// Octets of the message.
    Section(Section),
}

/// Octets of a message: `BODY[1.HEADER]<0.100>`, `BINARY[2]`, RFC822 and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Which part: `[1, 2]` is `BODY[1.2]`, nothing is the whole message.
    pub path: Vec<u32>,
    /// What of the part.
    pub wanted: Wanted,
    /// From which octet, and how many at most (at least 1). It may begin
    /// beyond the end: that is an empty string (RFC 3501 §6.4.5).
    pub partial: Option<(u32, u32)>,
    /// Whether `\Seen` stays as it is.
    pub peek: bool,
    /// How the answer names it.
    pub(in crate::wire::imap) label: Label,
}

/// What of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it; of a part, its body without its MIME header.
    All,
    /// The header of a message.
    Header,
    /// The text of a message.
    Text,
    /// The MIME header of a part.
    Mime,
    /// The octets of a part with its transfer encoding undone: BINARY
    /// (RFC 3516 §4.2, RFC 9051 §6.4.5).
    Decoded,
    /// How many those are: BINARY.SIZE. It never shows anything, so `peek` holds.
    DecodedSize,
    /// The lines of a header with these names, or with `except` all others.
    Fields {
        /// Names as the client wrote them.
        names: Vec<String>,
        /// HEADER.FIELDS.NOT
        except: bool,
    },
}

/// By which name a section was asked for, and is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::wire::imap) enum Label {
    Body,
    Rfc822,
    Rfc822Header,
    Rfc822Text,
}

/// STORE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Which messages.
    pub set: Which,
    /// Whether `set` holds UIDs.
    pub uid: bool,
    /// What is done with the flags.
    pub mode: StoreMode,
    /// The flags.
    pub flags: Flags,
    /// `.SILENT`: no FETCH lines, but for the MODSEQ of CONDSTORE.
    pub silent: bool,
    /// Only if not changed after this mod-sequence (RFC 7162 §3.1.3).
    pub unchanged_since: Option<u64>,
}

/// What STORE does with its flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreMode {
    /// `FLAGS`: these and no others.
    Replace,
    /// `+FLAGS`
    Add,
    /// `-FLAGS`
    Remove,
}

/// COPY or MOVE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Which messages.
    pub set: Which,
    /// Whether `set` holds UIDs.
    pub uid: bool,
    /// Where to.
    pub mailbox: String,
}

/// A message that a client puts into a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// Which mailbox.
    pub mailbox: String,
    /// Its flags.
    pub flags: Flags,
    /// Its INTERNALDATE, if the client says one.
    pub date: Option<Timestamp>,
    /// How many octets will come; at least 1, at most the append limit.
    pub length: u64,
}

impl Section {
    /// What of the part with these numbers, all of it; `\Seen` stays as it is.
    #[must_use]
    pub const fn peek(path: Vec<u32>, wanted: Wanted) -> Self {
        Self {
            path,
            wanted,
            partial: None,
            peek: true,
            label: Label::Body,
        }
    }
}

impl Special {
    /// Its attribute in LIST.
    #[must_use]
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Archive => "\\Archive",
            Self::Drafts => "\\Drafts",
            Self::Junk => "\\Junk",
            Self::Sent => "\\Sent",
            Self::Trash => "\\Trash",
        }
    }

    pub(in crate::wire::imap) fn of(attribute: &[u8]) -> Option<Self> {
        let all = [
            Self::Archive,
            Self::Drafts,
            Self::Junk,
            Self::Sent,
            Self::Trash,
        ];
        let named = |s: &Self| s.attribute().as_bytes().eq_ignore_ascii_case(attribute);
        all.into_iter().find(named)
    }
}

impl StatusItem {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messages => "MESSAGES",
            Self::Recent => "RECENT",
            Self::UidNext => "UIDNEXT",
            Self::UidValidity => "UIDVALIDITY",
            Self::Unseen => "UNSEEN",
            Self::Deleted => "DELETED",
            Self::Size => "SIZE",
            Self::HighestModSeq => "HIGHESTMODSEQ",
            Self::AppendLimit => "APPENDLIMIT",
        }
    }

    pub(in crate::wire::imap) fn of(name: &[u8]) -> Option<Self> {
        let all = [
            Self::Messages,
            Self::Recent,
            Self::UidNext,
            Self::UidValidity,
            Self::Unseen,
            Self::Deleted,
            Self::Size,
            Self::HighestModSeq,
            Self::AppendLimit,
        ];
        let named = |item: &Self| item.name().as_bytes().eq_ignore_ascii_case(name);
        all.into_iter().find(named)
    }
}

impl Command {
    /// Whether it makes the server count mod-sequences for this session
    /// (RFC 7162 §3.1, "CONDSTORE enabling command").
    pub(in crate::wire::imap) fn enables_condstore(&self) -> bool {
        match self {
            Self::Select(select) => select.condstore || select.qresync.is_some(),
            Self::Status { items, .. } => items.contains(&StatusItem::HighestModSeq),
            Self::List(list) => list.returns.status.contains(&StatusItem::HighestModSeq),
            Self::Fetch(fetch) => fetch.items.contains(&Item::ModSeq),
            Self::Store(store) => store.unchanged_since.is_some(),
            Self::Search(search) | Self::Sort { search, .. } | Self::Thread { search, .. } => {
                search.key.has_modseq()
            }
            _ => false,
        }
    }
}
