//! Which command a line is, and where it is allowed.

/// The commands that are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Append,
    Authenticate,
    Capability,
    Check,
    Close,
    Copy,
    Create,
    Delete,
    Enable,
    Examine,
    Expunge,
    Fetch,
    Id,
    Idle,
    List,
    Login,
    Logout,
    Lsub,
    Move,
    Namespace,
    Noop,
    Rename,
    Search,
    Select,
    Sort,
    StartTls,
    Status,
    Store,
    Subscribe,
    Thread,
    Unselect,
    Unsubscribe,
}

/// Where a command is allowed (RFC 3501 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// Before signing in.
    Stranger,
    /// After signing in.
    SignedIn,
    /// A mailbox.
    Selected,
}

/// A command, taken apart as far as every command is alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) tag: &'a str,
    /// Everything behind the tag.
    pub(super) body: &'a [u8],
}

/// Longest tag: programs use up to a dozen octets, and it is kept and repeated.
const MAX_TAG: usize = 64;

impl<'a> Line<'a> {
    /// `None` if it has no tag that an answer could name.
    pub(super) fn new(text: &'a [u8]) -> Option<Self> {
        let at = text.iter().position(|b| *b == b' ')?;
        let (tag, rest) = text.split_at_checked(at)?;
        let tag = std::str::from_utf8(tag).ok()?;
        // RFC 3501 §9: any ASTRING-CHAR but "+".
        let fits = |b: u8| b.is_ascii_graphic() && !b"(){%*\"\\+".contains(&b);
        let good = !tag.is_empty() && tag.len() <= MAX_TAG && tag.bytes().all(fits);
        good.then_some(())?;
        let body = rest.get(1..)?;
        Some(Self { tag, body })
    }

    /// Whether `UID` stands before the command, the command in capitals, and
    /// its arguments without the space before them.
    pub(super) fn split(&self) -> (bool, Vec<u8>, &'a [u8]) {
        let (uid, rest) = match self.body.split_at_checked(4) {
            Some((head, rest)) if head.eq_ignore_ascii_case(b"UID ") => (true, rest),
            _ => (false, self.body),
        };
        let end = rest.iter().position(|b| *b == b' ');
        let (verb, rest) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or_default();
        // A space and nothing behind it is an argument too: an empty one.
        let arguments = match rest {
            [_, arguments @ ..] if !arguments.is_empty() => arguments,
            rest => rest,
        };
        (uid, verb.to_ascii_uppercase(), arguments)
    }

    /// Whether it is the first line of HTTP, perhaps sent by a hostile page.
    pub(super) fn is_http(&self) -> bool {
        let version = b" HTTP/1.1";
        let end = self.body.len().saturating_sub(version.len());
        let end = self.body.get(end..).unwrap_or_default();
        matches!(end, [b' ', b'H', b'T', b'T', b'P', b'/', _, b'.', _])
    }
}

impl Verb {
    const ALL: [Self; 32] = [
        Self::Append,
        Self::Authenticate,
        Self::Capability,
        Self::Check,
        Self::Close,
        Self::Copy,
        Self::Create,
        Self::Delete,
        Self::Enable,
        Self::Examine,
        Self::Expunge,
        Self::Fetch,
        Self::Id,
        Self::Idle,
        Self::List,
        Self::Login,
        Self::Logout,
        Self::Lsub,
        Self::Move,
        Self::Namespace,
        Self::Noop,
        Self::Rename,
        Self::Search,
        Self::Select,
        Self::Sort,
        Self::StartTls,
        Self::Status,
        Self::Store,
        Self::Subscribe,
        Self::Thread,
        Self::Unselect,
        Self::Unsubscribe,
    ];

    /// The command of this name, in capitals; behind `UID` only those of
    /// RFC 3501 §6.4.8 and its extensions.
    pub(super) fn named(name: &[u8], uid: bool) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        let verb = all.find(|verb| verb.name().as_bytes() == name)?;
        (!uid || verb.by_uid()).then_some(verb)
    }

    const fn by_uid(self) -> bool {
        matches!(
            self,
            Self::Fetch
                | Self::Store
                | Self::Search
                | Self::Sort
                | Self::Thread
                | Self::Copy
                | Self::Move
                | Self::Expunge
        )
    }

    pub(super) const fn needs(self) -> Needs {
        match self {
            Self::Capability | Self::Noop | Self::Logout | Self::Id => Needs::Nothing,
            Self::StartTls | Self::Authenticate | Self::Login => Needs::Stranger,
            Self::Check
            | Self::Close
            | Self::Unselect
            | Self::Expunge
            | Self::Fetch
            | Self::Store
            | Self::Search
            | Self::Sort
            | Self::Thread
            | Self::Copy
            | Self::Move => Needs::Selected,
            _ => Needs::SignedIn,
        }
    }

    /// Whether it changes what lies in the selected mailbox.
    pub(super) const fn changes(self) -> bool {
        matches!(self, Self::Store | Self::Expunge | Self::Move)
    }

    /// Whether it stands alone.
    pub(super) const fn bare(self, uid: bool) -> bool {
        match self {
            Self::Expunge => !uid,
            _ => matches!(
                self,
                Self::Capability
                    | Self::Check
                    | Self::Close
                    | Self::Idle
                    | Self::Logout
                    | Self::Namespace
                    | Self::Noop
                    | Self::StartTls
                    | Self::Unselect
            ),
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Append => "APPEND",
            Self::Authenticate => "AUTHENTICATE",
            Self::Capability => "CAPABILITY",
            Self::Check => "CHECK",
            Self::Close => "CLOSE",
            Self::Copy => "COPY",
            Self::Create => "CREATE",
            Self::Delete => "DELETE",
            Self::Enable => "ENABLE",
            Self::Examine => "EXAMINE",
            Self::Expunge => "EXPUNGE",
            Self::Fetch => "FETCH",
            Self::Id => "ID",
            Self::Idle => "IDLE",
            Self::List => "LIST",
            Self::Login => "LOGIN",
            Self::Logout => "LOGOUT",
            Self::Lsub => "LSUB",
            Self::Move => "MOVE",
            Self::Namespace => "NAMESPACE",
            Self::Noop => "NOOP",
            Self::Rename => "RENAME",
            Self::Search => "SEARCH",
            Self::Select => "SELECT",
            Self::Sort => "SORT",
            Self::StartTls => "STARTTLS",
            Self::Status => "STATUS",
            Self::Store => "STORE",
            Self::Subscribe => "SUBSCRIBE",
            Self::Thread => "THREAD",
            Self::Unselect => "UNSELECT",
            Self::Unsubscribe => "UNSUBSCRIBE",
        }
    }
}
