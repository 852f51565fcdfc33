//! What a recipient is shown, as plain values: no markup, no records.

use crate::model::{AddressKey, GrantId, Language, MessageId, Secret, Token, TokenKey};
use crate::store::records::CodeMail;
use crate::visit::people::People;
use jiff::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;

/// Who is asking, as far as the door can tell.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The client's address, behind trusted proxies.
    pub ip: IpAddr,
    /// The cookie of a browser that verified a code before.
    pub known: Option<Token>,
    /// A short fixed word for the kind of browser; it goes into the audit.
    pub agent: &'static str,
    /// Whether this request counts as looking: false for HEAD and prefetch.
    pub counts: bool,
}

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    /// A message that can be read.
    Open(Front),
    /// Its time is over.
    Expired(Closed),
    /// The office took it back.
    Withdrawn(Closed),
    /// Too many wrong codes were typed; the office can send it again. Only
    /// [`super::Visit::ask_again`] says so: a known browser is still let in.
    Locked(Closed),
    /// No link of ours, or not the whole of one.
    Unknown,
}

/// The front page of a message that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// The recipient's address, masked.
    pub masked: String,
    /// The language of the recipient's mails.
    pub language: Language,
    /// Until when it can be read.
    pub expires: Timestamp,
}

/// The front page of a message that can no longer be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The language of the recipient's mails.
    pub language: Language,
    /// Whether the office has already been asked to send it again.
    pub asked: bool,
}

/// What the code page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePage {
    /// The recipient's address, masked.
    pub masked: String,
    /// The language of the recipient's mails.
    pub language: Language,
    /// Four letters that also stand in the code's mail; `None` while nobody
    /// has asked for a code.
    pub reference: Option<String>,
    /// What is known of the newest code's mail, and when it was asked for.
    pub mail: Option<(CodeMail, Timestamp)>,
    /// Until when the newest code can be used, as far as known.
    pub valid: Option<Timestamp>,
    /// From when a further code can be asked for; `None`: now.
    pub again: Option<Timestamp>,
}

/// What a press on "Send me a code" did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A code is on its way.
    Sent(CodePage),
    /// One is on its way already; no further one was sent.
    Joined(CodePage),
    /// Too many codes were asked for; none was sent. `again` in the page says
    /// from when.
    TooMany(CodePage),
    /// Too many wrong codes: locked until the office sends it again.
    Locked(Closed),
    /// The link leads to nothing that can be read.
    Closed(Landing),
}

/// What trying a code did.
#[derive(Clone, Debug)]
pub enum Verified {
    /// The code was right.
    In(Entry),
    /// Wrong, used, out of date, or for another message: all alike.
    Wrong {
        /// How many tries are left before a new code is needed.
        left: u32,
        /// The page to show again.
        page: CodePage,
    },
    /// Too many wrong tries: no code is looked at before this time.
    Wait {
        /// The time.
        until: Timestamp,
        /// The page to show again.
        page: CodePage,
    },
    /// Too many wrong codes: locked until the office sends it again.
    Locked(Closed),
    /// The link leads to nothing that can be read.
    Closed(Landing),
}

/// A fresh session's cookies, and where to go.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The session cookie's value.
    pub session: Token,
    /// The value of the cookie by which this browser is known again.
    pub known: Token,
    /// Whether both outlive the browser ("This is my private device").
    pub private: bool,
    /// The message the link names.
    pub grant: GrantId,
}

/// What a question for a code at the front page led to. Nothing of it says
/// whether the address is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontAsked {
    /// It was taken.
    Taken,
    /// This network has asked too often; it waits until then.
    Slow(Timestamp),
    /// Codes of the front page rest until then; links work.
    Resting(Timestamp),
}

/// What an address and a password led to.
#[derive(Clone, Debug)]
pub enum FrontSignIn {
    /// Both are right, and the browser proved the mailbox before.
    In(FrontEntry),
    /// Both are right; a code is on its way.
    Code(FrontAsked),
    /// They do not fit; nothing more is said.
    Wrong,
    /// Nothing is looked at before then.
    Slow(Timestamp),
    /// It could not be looked at just now.
    Busy,
}

/// What the page for a code of the front page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontCode {
    /// The address that was typed, masked.
    pub masked: String,
    /// Four letters that also stand in the code's mail.
    pub reference: String,
}

/// What trying a code of the front page did.
#[derive(Clone, Debug)]
pub enum FrontTried {
    /// The code was right.
    In(FrontEntry),
    /// Wrong, used, out of date, or never sent: all alike.
    Wrong {
        /// How many tries are left before a new code is needed.
        left: u32,
    },
    /// Nothing is looked at from this network before then.
    Slow(Timestamp),
    /// Codes of the front page rest until then; links work.
    Resting(Timestamp),
    /// This browser has asked for no code.
    Unasked,
}

/// A fresh session's cookies.
#[derive(Clone, Debug)]
pub struct FrontEntry {
    /// The session cookie's value.
    pub session: Token,
    /// The value of the cookie by which this browser is known again; `None` if it
    /// keeps the one it has.
    pub known: Option<Token>,
    /// Whether both outlive the browser ("This is my private device").
    pub private: bool,
    /// The language of the mails to whoever may sign in.
    pub language: Language,
}

/// Why a message is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// The office took it back.
    Withdrawn,
    /// It is about somebody whose mail is for an address of their own.
    Private,
    /// It is not this reader's, or no longer available.
    Gone,
}

/// What a session cookie is worth.
#[derive(Clone, Debug)]
pub enum Admission {
    /// A live session.
    In(Reader),
    /// One that timed out a short while ago: good for keeping a draft, no more.
    Stale(Stale),
    /// Nothing.
    Out,
}

/// A signed-in recipient: one mailbox.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) token: TokenKey,
    pub(super) mailbox: AddressKey,
    pub(super) address: crate::model::Address,
    /// Who reads here.
    pub(super) people: Arc<People>,
    /// The address, masked: it stands on every page.
    pub masked: String,
    /// The value that this session's forms carry.
    pub form: Secret,
    /// When the session ends if nothing more is done.
    pub idle_ends: Timestamp,
    /// When it ends in any case.
    pub ends: Timestamp,
}

impl Reader {
    /// Whose drafts this session may keep.
    #[must_use]
    pub const fn owner(&self) -> Owner {
        Owner(self.mailbox)
    }

    /// Whether somebody here may write to the office, and sign in without a link.
    #[must_use]
    pub fn is_granted(&self) -> bool {
        self.people.granted().next().is_some()
    }
}

/// A session that timed out a short while ago.
#[derive(Clone, Debug)]
pub struct Stale {
    pub(super) mailbox: AddressKey,
    /// The value that the session's forms carried: check it as for a live one.
    pub form: Secret,
}

impl Stale {
    /// Whose draft may be kept.
    #[must_use]
    pub const fn owner(&self) -> Owner {
        Owner(self.mailbox)
    }
}

/// The mailbox a draft belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(pub(super) AddressKey);

/// Which message a reader means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Which {
    /// One that the office wrote.
    Received(GrantId),
    /// One of the reader's own answers.
    Sent(MessageId),
}

/// One page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    /// The lines.
    pub lines: Vec<T>,
    /// Where the next page begins: hand it back as `before`.
    pub next: Option<Which>,
}

/// One line of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxLine {
    /// Which message.
    pub which: Which,
    /// Who wrote it.
    pub from: String,
    /// Its subject; `None` where it can no longer be read.
    pub subject: Option<String>,
    /// When it was sent.
    pub date: Timestamp,
    /// Until when it can be read.
    pub expires: Timestamp,
    /// Whom it is about, where several read at the mailbox.
    pub about: Option<String>,
    /// How many files it has.
    pub files: usize,
    /// How it stands.
    pub mark: Mark,
}

/// How a received message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Not opened yet.
    New,
    /// Opened.
    Read,
    /// Answered.
    Answered,
    /// No longer available.
    Gone,
}

/// One line of the sent answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentLine {
    /// Which answer.
    pub which: Which,
    /// Whom it was written to.
    pub to: String,
    /// Its subject; `None` where its content has been destroyed.
    pub subject: Option<String>,
    /// When it reached the office.
    pub date: Timestamp,
    /// Whom it is about, where several read at the mailbox.
    pub about: Option<String>,
    /// How many files it has.
    pub files: usize,
}

/// One line of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLine {
    /// The message it is in.
    pub which: Which,
    /// Who sent it: the office's writer; `None` for the reader.
    pub from: Option<String>,
    /// When.
    pub date: Timestamp,
    /// Whom its message is about, where several read at the mailbox.
    pub about: Option<String>,
    /// The file.
    pub file: File,
}

/// One file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its number in the message: what its address says.
    pub n: u16,
    /// Its name, or `None` if it has none. Never a path.
    pub name: Option<String>,
    /// Its media type in lower case.
    pub kind: String,
    /// Its size in octets, exact to a few octets.
    pub size: u64,
}

/// A message as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Which it is.
    pub which: Which,
    /// Who wrote it: the name, else the address.
    pub from: String,
    /// Whom it went to: the office side and the reader, nobody else.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Whom it is about, where several read at the mailbox.
    pub about: Option<String>,
    /// When it was sent, or when the answer reached the office.
    pub date: Timestamp,
    /// Until when it can be read; `None` for an answer.
    pub expires: Option<Timestamp>,
    /// Its text, if it has a text part that is to be read.
    pub text: Option<String>,
    /// Whether it has a body to be shown in a frame, from [`super::Visit::body`].
    pub framed: bool,
    /// Its files.
    pub files: Vec<File>,
    /// When it was last answered.
    pub replied: Option<Timestamp>,
    /// A text that was being written when a session ended.
    pub draft: Option<String>,
}

/// What the page for a new message shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPage {
    /// Those for whom somebody may write here; never empty.
    pub for_whom: Vec<Writer>,
    /// Whether several people read at this mailbox.
    pub shared: bool,
    /// Whom one may write to; empty: the provider, or the clinic.
    pub to: Vec<Writer>,
    /// Subject and text that were being written when a session ended.
    pub draft: Option<(String, String)>,
}

/// Somebody who can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// The value by which the form names them.
    pub id: String,
    /// What they are called.
    pub name: String,
}

/// A new message as its form says it, without text and files.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewMessage<'a> {
    /// For whom it is written: [`Writer::id`], or nothing.
    pub for_whom: &'a str,
    /// To whom: [`Writer::id`], or nothing.
    pub to: &'a str,
    /// What it is about.
    pub subject: &'a str,
}

/// An answer that is safe in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its id: the reference the page shows.
    pub message: MessageId,
    /// When it reached the office.
    pub at: Timestamp,
}
