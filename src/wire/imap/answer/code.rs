//! How a command ended: OK, NO or BAD, with a response code.

use crate::model::Keyword;
use crate::wire::imap::answer::text::{flag_list, number};
use crate::wire::imap::set::compress;
use std::borrow::Cow;

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(in crate::wire::imap) condition: Condition,
    pub(in crate::wire::imap) code: Option<Code>,
    pub(in crate::wire::imap) text: Cow<'static, str>,
}

/// RFC 3501 §7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::wire::imap) enum Condition {
    Ok,
    No,
    Bad,
}

impl Answer {
    /// It was done.
    #[must_use]
    pub fn ok(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Condition::Ok, text)
    }

    /// It was understood and not done.
    #[must_use]
    pub fn no(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Condition::No, text)
    }

    /// The client should not have sent it.
    #[must_use]
    pub fn bad(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Condition::Bad, text)
    }

    /// The same with a response code.
    #[must_use]
    pub fn with(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    fn new(condition: Condition, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            condition,
            code: None,
            text: text.into(),
        }
    }
}

/// A response code (RFC 3501 §7.1, RFC 5530, and where it says).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// A person should read the text.
    Alert,
    /// CREATE or RENAME: there is one of this name.
    AlreadyExists,
    /// The UIDVALIDITY and the UID of what was appended (RFC 4315 §3).
    AppendUid(u32, u32),
    /// The sign-in was refused, no more is said.
    AuthenticationFailed,
    /// SEARCH in a charset we do not have; ours are named.
    BadCharset,
    /// It can never be done.
    Cannot,
    /// What follows belongs to another mailbox (RFC 7162 §3.2.11).
    Closed,
    /// UIDVALIDITY of the target, UIDs there and here, side by side (RFC 4315 §3).
    CopyUid {
        /// UIDVALIDITY of where they went.
        uid_validity: u32,
        /// Their UIDs here.
        from: Vec<u32>,
        /// Their UIDs there, in the same order.
        to: Vec<u32>,
    },
    /// Somebody expunged a message that was asked for.
    ExpungeIssued,
    /// DELETE: others lie in it (RFC 9051 §7.1).
    HasChildren,
    /// The highest mod-sequence (RFC 7162 §3.1.2.1); at least 1.
    HighestModSeq(u64),
    /// It is in use.
    InUse,
    /// A limit of ours is reached.
    Limit,
    /// STORE did not change these UIDs or sequence numbers (RFC 7162 §3.1.3).
    Modified(Vec<u32>),
    /// There is no such mailbox.
    NonExistent,
    /// It is not for this account.
    NoPerm,
    /// SEARCH saved nothing (RFC 5182 §2.1).
    NotSaved,
    /// There is no room.
    OverQuota,
    /// Flags that can be changed for good: the system flags, these, and new
    /// ones. `None`: none at all.
    PermanentFlags(Option<Vec<Keyword>>),
    /// TLS first.
    PrivacyRequired,
    /// The mailbox is open for reading.
    ReadOnly,
    /// The mailbox is open for changes.
    ReadWrite,
    /// Something of ours is out of order.
    ServerBug,
    /// The message or literal is too large (RFC 4469 §4).
    TooBig,
    /// COPY or APPEND would do if the mailbox were created first.
    TryCreate,
    /// The next UID.
    UidNext(u32),
    /// UIDVALIDITY.
    UidValidity(u32),
    /// Something we need is not there just now.
    Unavailable,
    /// A transfer encoding that we cannot undo or keep (RFC 3516 §4.3).
    UnknownCte,
    /// The sequence number of the first message without `\Seen`.
    Unseen(u32),
    /// CREATE for a use that we do not have (RFC 6154 §3).
    UseAttr,
    /// What the session offers now.
    Capability(String),
}

impl Code {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::AppendUid(uid_validity, uid) => {
                numbered(out, "APPENDUID", (*uid_validity).into());
                out.push(b' ');
                number(out, (*uid).into());
            }
            Self::CopyUid {
                uid_validity,
                from,
                to,
            } => {
                numbered(out, "COPYUID", (*uid_validity).into());
                for uids in [from, to] {
                    out.push(b' ');
                    out.extend_from_slice(compress(uids).as_bytes());
                }
            }
            Self::HighestModSeq(modseq) => numbered(out, "HIGHESTMODSEQ", *modseq),
            Self::Modified(numbers) => {
                out.extend_from_slice(b"MODIFIED ");
                out.extend_from_slice(compress(numbers).as_bytes());
            }
            Self::PermanentFlags(keywords) => {
                out.extend_from_slice(b"PERMANENTFLAGS ");
                match keywords {
                    Some(keywords) => flag_list(out, keywords, true),
                    None => out.extend_from_slice(b"()"),
                }
            }
            Self::UidNext(uid) => numbered(out, "UIDNEXT", (*uid).into()),
            Self::UidValidity(validity) => numbered(out, "UIDVALIDITY", (*validity).into()),
            Self::Unseen(sequence) => numbered(out, "UNSEEN", (*sequence).into()),
            Self::Capability(list) => {
                out.extend_from_slice(b"CAPABILITY ");
                out.extend_from_slice(list.as_bytes());
            }
            code => out.extend_from_slice(code.word().as_bytes()),
        }
    }

    /// The code itself, if it has no arguments of its own.
    const fn word(&self) -> &'static str {
        match self {
            Self::Alert => "ALERT",
            Self::AlreadyExists => "ALREADYEXISTS",
            Self::AuthenticationFailed => "AUTHENTICATIONFAILED",
            Self::BadCharset => "BADCHARSET (US-ASCII UTF-8)",
            Self::Cannot => "CANNOT",
            Self::Closed => "CLOSED",
            Self::ExpungeIssued => "EXPUNGEISSUED",
            Self::HasChildren => "HASCHILDREN",
            Self::InUse => "INUSE",
            Self::Limit => "LIMIT",
            Self::NonExistent => "NONEXISTENT",
            Self::NoPerm => "NOPERM",
            Self::NotSaved => "NOTSAVED",
            Self::OverQuota => "OVERQUOTA",
            Self::PrivacyRequired => "PRIVACYREQUIRED",
            Self::ReadOnly => "READ-ONLY",
            Self::ReadWrite => "READ-WRITE",
            Self::TooBig => "TOOBIG",
            Self::TryCreate => "TRYCREATE",
            Self::Unavailable => "UNAVAILABLE",
            Self::UnknownCte => "UNKNOWN-CTE",
            Self::UseAttr => "USEATTR",
            _ => "SERVERBUG",
        }
    }
}

fn numbered(out: &mut Vec<u8>, name: &str, value: u64) {
    out.extend_from_slice(name.as_bytes());
    out.push(b' ');
    number(out, value);
}
