//! Under which key each record is kept. No address and no token stands in a
//! key, only its keyed hash.

use crate::model::{
    Account, AccountId, AddressKey, AppPasswordId, GrantId, JobId, Lane, MessageId, Recipient,
    TaskId, TokenKey, WorkId,
};
use crate::store::records::{
    AccountAddress, AppPassword, Asking, Browser, CodeTally, Draft, Due, Ended, Ending, Factor,
    Grant, Job, Link, MailboxGrant, MailboxReply, Message, OfficeBrowser, OfficeSession, OpenTask,
    PortalPassword, Protected, Quarantined, Request, Session, Submitted, Task, Thread, ThreadId,
    Throttle, Unfinished,
};
use crate::store::{Key, Record, Table};
use jiff::Timestamp;

/// Implements [`Record`] with a key built from fixed-width pieces, and a typed
/// constructor `Type::at(...)` for that key.
macro_rules! record {
    ($type:ty, $table:ident, |$me:ident| $own:expr, at($($arg:ident: $kind:ty),*) = $pieces:expr) => {
        impl $type {
            /// The key under which this record is kept.
            #[must_use]
            pub fn at($($arg: $kind),*) -> Key<Self> {
                Key::of(Table::$table, &$pieces)
            }
        }
        impl Record for $type {
            const TABLE: Table = Table::$table;
            const VERSION: u8 = 1;
            fn key(&self) -> Key<Self> {
                let $me = self;
                $own
            }
        }
    };
}

/// A time as a key piece: order kept, times before 1970 as 1970.
fn millis(at: Timestamp) -> [u8; 8] {
    at.as_millisecond().max(0).to_be_bytes()
}

/// What ends, as key pieces. A message's retention, its hold and the time to read it
/// may end in the same moment, and are three.
fn ended(what: &Ended) -> (&[u8; 16], &'static [u8]) {
    match what {
        Ended::Grant(grant) => (grant.octets(), b""),
        Ended::Content(message) => (message.octets(), b""),
        Ended::Hold(message) => (message.octets(), b"h"),
        Ended::Unread(message) => (message.octets(), b"u"),
    }
}

record!(Recipient, Recipient, |r| Self::at(r.message, r.n), at(message: MessageId, n: u16) = [message.octets().as_slice(), &n.to_be_bytes()]);
record!(Thread, Thread, |t| Self::at(t.id), at(id: ThreadId) = [id.0.as_slice()]);
record!(MailboxGrant, MailboxGrant, |m| Self::at(m.mailbox, m.grant), at(mailbox: AddressKey, grant: GrantId) = [mailbox.octets().as_slice(), grant.octets()]);
record!(Link, Link, |l| Self::at(l.token), at(token: TokenKey) = [token.octets().as_slice()]);
record!(Request, Request, |r| Self::at(r.grant), at(grant: GrantId) = [grant.octets().as_slice()]);
record!(CodeTally, CodeTally, |t| Self::at(t.mailbox), at(mailbox: AddressKey) = [mailbox.octets().as_slice()]);
record!(Browser, Browser, |b| Self::at(b.token, b.mailbox), at(token: TokenKey, mailbox: AddressKey) = [token.octets().as_slice(), mailbox.octets()]);
record!(Asking, Asking, |a| Self::at(a.token), at(token: TokenKey) = [token.octets().as_slice()]);
record!(PortalPassword, PortalPassword, |p| Self::at(p.mailbox), at(mailbox: AddressKey) = [mailbox.octets().as_slice()]);
record!(AccountAddress, AccountAddress, |a| Self::at(a.address), at(address: AddressKey) = [address.octets().as_slice()]);
record!(Job, Job, |j| Self::at(j.id), at(id: JobId) = [id.octets().as_slice()]);
record!(Due, Due, |d| Self::at(d.lane, d.due, d.job), at(lane: Lane, due: Timestamp, job: JobId) = [[lane as u8].as_slice(), &millis(due), job.octets()]);
record!(Throttle, Throttle, |t| Self::at(t.key), at(key: [u8; 32]) = [key.as_slice()]);
record!(Task, Task, |t| Self::at(t.id), at(id: TaskId) = [id.octets().as_slice()]);
record!(OpenTask, OpenTask, |t| Self::at(t.grant), at(grant: GrantId) = [grant.octets().as_slice()]);
record!(Submitted, Submitted, |s| Self::at(s.key), at(key: [u8; 32]) = [key.as_slice()]);
record!(Protected, Protected, |p| Self::at(p.key), at(key: [u8; 32]) = [key.as_slice()]);
record!(Ending, Ending, |e| Self::at(e.at, e.what), at(at: Timestamp, what: Ended) = [millis(at).as_slice(), ended(&what).0, ended(&what).1]);
record!(Factor, Factor, |f| Self::at(f.account), at(account: AccountId) = [account.octets().as_slice()]);
record!(OfficeSession, OfficeSession, |s| Self::at(s.token), at(token: TokenKey) = [token.octets().as_slice()]);
record!(OfficeBrowser, OfficeBrowser, |b| Self::at(b.token, b.account), at(token: TokenKey, account: AccountId) = [token.octets().as_slice(), account.octets()]);
record!(Unfinished, Unfinished, |u| Self::at(u.account, u.id), at(account: AccountId, id: WorkId) = [account.octets().as_slice(), id.octets()]);
record!(Quarantined, Quarantined, |q| Self::at(&q.key), at(key: &[u8]) = [key]);

impl Grant {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(id: GrantId) -> Key<Self> {
        Key::of(Table::Grant, &[id.octets().as_slice()])
    }
}

impl Record for Grant {
    const TABLE: Table = Table::Grant;
    const VERSION: u8 = 2;

    fn key(&self) -> Key<Self> {
        Self::at(self.id)
    }

    /// Version 1 ended before `extended` and `reminded`; an absent value is one
    /// octet, zero.
    fn upgrade(version: u8, octets: &[u8]) -> Option<Self> {
        let whole = (version == 1).then(|| [octets, &[0, 0]].concat())?;
        postcard::from_bytes(&whole).ok()
    }
}

impl Message {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(id: MessageId) -> Key<Self> {
        Key::of(Table::Message, &[id.octets().as_slice()])
    }
}

impl Record for Message {
    const TABLE: Table = Table::Message;
    const VERSION: u8 = 2;

    fn key(&self) -> Key<Self> {
        Self::at(self.id)
    }

    /// Version 1 ended before `receipt`; "no" is one octet, zero.
    fn upgrade(version: u8, octets: &[u8]) -> Option<Self> {
        let whole = (version == 1).then(|| [octets, &[0]].concat())?;
        postcard::from_bytes(&whole).ok()
    }
}

impl Account {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(id: AccountId) -> Key<Self> {
        Key::of(Table::Account, &[id.octets().as_slice()])
    }
}

impl Record for Account {
    const TABLE: Table = Table::Account;
    const VERSION: u8 = 2;

    fn key(&self) -> Key<Self> {
        Self::at(self.id)
    }

    /// Version 1 ended before `name`; an absent value and an empty list are one
    /// octet each, zero.
    fn upgrade(version: u8, octets: &[u8]) -> Option<Self> {
        let whole = (version == 1).then(|| [octets, &[0, 0, 0]].concat())?;
        postcard::from_bytes(&whole).ok()
    }
}

/// Implements [`Record`] for one whose second form has one field more, at its end,
/// and whose first is read with that field absent, empty or false: one octet, zero.
macro_rules! grown {
    ($type:ty, $table:ident, |$me:ident| $own:expr, at($($arg:ident: $kind:ty),*) = $pieces:expr) => {
        impl $type {
            /// The key under which this record is kept.
            #[must_use]
            pub fn at($($arg: $kind),*) -> Key<Self> {
                Key::of(Table::$table, &$pieces)
            }
        }
        impl Record for $type {
            const TABLE: Table = Table::$table;
            const VERSION: u8 = 2;
            fn key(&self) -> Key<Self> {
                let $me = self;
                $own
            }
            fn upgrade(version: u8, octets: &[u8]) -> Option<Self> {
                let whole = (version == 1).then(|| [octets, &[0]].concat())?;
                postcard::from_bytes(&whole).ok()
            }
        }
    };
}

grown!(MailboxReply, MailboxReply, |m| Self::at(m.mailbox, m.message), at(mailbox: AddressKey, message: MessageId) = [mailbox.octets().as_slice(), message.octets()]);
grown!(Session, Session, |s| Self::at(s.token), at(token: TokenKey) = [token.octets().as_slice()]);
grown!(Draft, Draft, |d| Self::at(d.mailbox, d.grant), at(mailbox: AddressKey, grant: GrantId) = [mailbox.octets().as_slice(), grant.octets()]);
grown!(AppPassword, AppPassword, |a| Self::at(a.account, a.id), at(account: AccountId, id: AppPasswordId) = [account.octets().as_slice(), id.octets()]);

#[cfg(test)]
mod tests {
    use crate::model::{
        Account, AccountId, Address, AddressKey, AppPasswordId, ContentId, Direction, GrantId,
        MessageId, Role, Scope, TokenKey,
    };
    use crate::store::records::{
        AppPassword, Draft, Ended, Ending, Grant, MailboxReply, Message, Session, ThreadId,
    };
    use crate::store::{Record, samples};
    use jiff::Timestamp;

    #[test]
    fn a_message_of_the_first_form_is_read_as_one_of_which_no_receipt_was_asked() {
        let at = Timestamp::UNIX_EPOCH;
        let message = Message {
            id: MessageId::new(at),
            direction: Direction::Outgoing,
            account: None,
            thread: ThreadId([1; 16]),
            accepted: at,
            size: 7,
            content: ContentId::new(at),
            head: vec![1, 2],
            digest: [3; 32],
            recipients: 1,
            protected: true,
            dispatched: true,
            ret: None,
            envid: None,
            lasts: Some(60),
            answers: None,
            purged: None,
            receipt: false,
        };
        let now = postcard::to_stdvec(&message).unwrap();
        let first = now.strip_suffix(&[0]).unwrap();
        assert_eq!(Message::upgrade(1, first), Some(message));
        assert_eq!(Message::upgrade(0, first), None);
    }

    #[test]
    fn a_grant_of_the_first_form_is_read_with_neither_extension_nor_reminder() {
        let jane = Address::parse("jane@example.test").unwrap();
        let at = Timestamp::UNIX_EPOCH;
        let grant = samples::unkeyed_grant(at, MessageId::new(at), &jane);
        let now = postcard::to_stdvec(&grant).unwrap();
        let first = now.strip_suffix(&[0, 0]).unwrap();
        assert_eq!(Grant::upgrade(1, first), Some(grant));
        assert_eq!(Grant::upgrade(0, first), None);
    }

    #[test]
    fn an_account_of_the_first_form_has_no_name_and_holds_as_the_clinic_has_it() {
        let ruiz = Address::parse("ruiz@clinic.example").unwrap();
        let account = Account::new(ruiz, Role::Provider, Timestamp::UNIX_EPOCH);
        let now = postcard::to_stdvec(&account).unwrap();
        let first = now.strip_suffix(&[0, 0, 0]).unwrap();
        assert_eq!(Account::upgrade(1, first), Some(account));
        assert_eq!(Account::upgrade(0, first), None);
    }

    #[test]
    fn all_that_ends_of_one_message_may_end_in_the_same_moment() {
        let (at, id) = (Timestamp::UNIX_EPOCH, MessageId::from_octets([7; 16]));
        let ends = [Ended::Hold(id), Ended::Content(id), Ended::Unread(id)];
        let keys = ends.map(|what| Ending::at(at, what).octets().to_vec());
        let keys: std::collections::HashSet<_> = keys.into_iter().collect();
        assert_eq!(keys.len(), ends.len());
    }

    #[test]
    fn sessions_drafts_and_answers_of_the_first_form_are_read() {
        fn first<R: Record + PartialEq + std::fmt::Debug>(now: &R) {
            let octets = postcard::to_stdvec(now).unwrap();
            let first = octets.strip_suffix(&[0]).unwrap();
            assert_eq!(R::upgrade(1, first).as_ref(), Some(now));
            assert!(R::upgrade(0, first).is_none());
        }
        let at = Timestamp::UNIX_EPOCH;
        let mailbox = AddressKey::from_octets([1; 32]);
        first(&Session {
            token: TokenKey::from_octets([2; 32]),
            mailbox,
            address: Address::parse("jane@example.test").unwrap(),
            started: at,
            seen: at,
            private: true,
            form: "ABC".into(),
            front: false,
        });
        first(&Draft {
            mailbox,
            grant: GrantId::new(at),
            text: "Thank you".into(),
            at,
            subject: String::new(),
        });
        first(&MailboxReply {
            mailbox,
            message: MessageId::new(at),
            contact: None,
        });
    }

    #[test]
    fn an_app_password_of_the_first_form_opens_from_anywhere() {
        let at = Timestamp::UNIX_EPOCH;
        let password = AppPassword {
            account: AccountId::new(at),
            id: AppPasswordId::new(at),
            name: "front desk".into(),
            scope: Scope::Both,
            hash: "$argon2id$".into(),
            tag: [1, 2],
            created: at,
            used: None,
            networks: Vec::new(),
        };
        let now = postcard::to_stdvec(&password).unwrap();
        let first = now.strip_suffix(&[0]).unwrap();
        assert_eq!(AppPassword::upgrade(1, first), Some(password.clone()));
        assert_eq!(AppPassword::upgrade(0, first), None);
        let networks = ["10.0.0.0/8", "2001:db8::/32"].map(|n| n.parse().unwrap());
        let limited = AppPassword {
            networks: networks.to_vec(),
            ..password
        };
        let octets = postcard::to_stdvec(&limited).unwrap();
        assert_eq!(postcard::from_bytes(&octets), Ok(limited));
    }
}
