//! What can be asked, and what comes back.

use crate::access::app_password::Wish;
use crate::desk::accounts::{AccountView, Change};
use crate::desk::audit::{AuditPiece, AuditVerifiedView, AuditWish};
use crate::desk::contacts::{ContactsView, Draft, ImportView, RecordView};
use crate::desk::extend::ExtendedView;
use crate::desk::holds::HoldView;
use crate::desk::messages::MessageView;
use crate::desk::queue::JobView;
use crate::desk::recall::RecalledView;
use crate::desk::store::{CompactedView, VerifiedView};
use crate::desk::tasks::TaskView;
use crate::model::{AccountPolicy, Address, ContactId, JobId, MessageId, Role, Secret, TaskId};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What can be asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verb", deny_unknown_fields)]
pub enum Verb {
    /// Make an account.
    UserAdd {
        /// The address it sends from and signs in with.
        address: Address,
        /// What its owner does.
        role: Role,
        /// The password for the office page; none is set without it.
        password: Option<Password>,
        /// Whether its mail is protected.
        policy: AccountPolicy,
    },
    /// Set whether an account's mail is protected.
    UserPolicy {
        /// Whose.
        address: Address,
        /// How.
        policy: AccountPolicy,
    },
    /// Set an account's name, and what it may do without a provider.
    UserSet {
        /// Whose.
        address: Address,
        /// What.
        change: Change,
    },
    /// Say who releases in a provider's stead.
    UserDeputy {
        /// The provider who is away.
        provider: Address,
        /// Who stands in, to the end of which day in the clinic's zone; without it,
        /// nobody any more.
        deputy: Option<(Address, Date)>,
    },
    /// Show the accounts.
    UserList,
    /// Set the password for the office page.
    UserPasswd {
        /// Whose.
        address: Address,
        /// The new one.
        password: Password,
    },
    /// Take an account's second factor away.
    UserFactorReset {
        /// Whose.
        address: Address,
    },
    /// Switch an account off.
    UserDisable {
        /// Which.
        address: Address,
    },
    /// Switch an account on again.
    UserEnable {
        /// Which.
        address: Address,
    },
    /// Take a device's passwords back.
    UserRevoke {
        /// Whose.
        address: Address,
        /// What its owner calls it.
        name: String,
    },
    /// Make a password for one device.
    UserAppPassword {
        /// Whose.
        address: Address,
        /// What it is called and opens.
        wish: Wish,
    },
    /// Show the newest messages.
    MessageList {
        /// At most so many.
        limit: usize,
        /// Whether addresses are shown whole, which is audited.
        addresses: bool,
    },
    /// Show one message.
    MessageShow {
        /// Which.
        #[serde(with = "as_text")]
        id: MessageId,
        /// Whether addresses are shown whole, which is audited.
        addresses: bool,
    },
    /// Take a message back.
    MessageRecall {
        /// Which.
        #[serde(with = "as_text")]
        id: MessageId,
        /// From whom; without one, from all its recipients.
        recipient: Option<Address>,
    },
    /// Give more time to read a message.
    MessageExtend {
        /// Which.
        #[serde(with = "as_text")]
        id: MessageId,
        /// To whom; without one, to all its recipients.
        recipient: Option<Address>,
        /// To the end of this day in the clinic's zone; without one, for
        /// `policy.expires` from now.
        until: Option<Date>,
    },
    /// Show what waits for release.
    HoldList {
        /// Whether addresses are shown whole, which is audited.
        addresses: bool,
    },
    /// Show one message that waits for release.
    HoldShow {
        /// Which.
        #[serde(with = "as_text")]
        id: MessageId,
        /// Whether addresses are shown whole, which is audited.
        addresses: bool,
    },
    /// Take a message back that waits for release.
    HoldWithdraw {
        /// Which.
        #[serde(with = "as_text")]
        id: MessageId,
    },
    /// Show the open tasks.
    TaskList {
        /// Whether addresses are shown whole, which is audited.
        addresses: bool,
    },
    /// Close a task.
    TaskDone {
        /// Which.
        #[serde(with = "as_text")]
        id: TaskId,
    },
    /// Do something with the directory of contacts.
    Contact(ContactVerb),
    /// Do something with the audit trail.
    Audit(AuditVerb),
    /// Show what waits to leave.
    QueueList,
    /// Try a job now.
    QueueRetry {
        /// Which.
        #[serde(with = "as_text")]
        id: JobId,
    },
    /// Give a job up and tell its sender.
    QueueDrop {
        /// Which.
        #[serde(with = "as_text")]
        id: JobId,
    },
    /// Give back the space of what was deleted.
    StoreCompact,
    /// Read everything and say what is damaged.
    StoreVerify,
}

/// What can be asked of the directory of contacts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "contact", deny_unknown_fields)]
pub enum ContactVerb {
    /// Look for contacts.
    List {
        /// The words; empty: all of them.
        words: String,
        /// At most so many.
        limit: usize,
        /// Whether those are listed whom the office has only written to.
        unlisted: bool,
        /// Whether names and addresses are shown whole, which is audited.
        addresses: bool,
    },
    /// Show one contact.
    Show {
        /// Which.
        #[serde(with = "as_text")]
        id: ContactId,
        /// Whether names and addresses are shown whole, which is audited.
        addresses: bool,
    },
    /// Add a contact.
    Add {
        /// What is known of them.
        draft: Draft,
    },
    /// Change a contact.
    Set {
        /// Which.
        #[serde(with = "as_text")]
        id: ContactId,
        /// What is to be otherwise.
        draft: Draft,
    },
    /// Let a contact sign in to the portal.
    Grant {
        /// Which.
        #[serde(with = "as_text")]
        id: ContactId,
    },
    /// Let a contact sign in no longer.
    Revoke {
        /// Which.
        #[serde(with = "as_text")]
        id: ContactId,
    },
    /// Bring in a file.
    Import {
        /// The file.
        file: Octets,
        /// Whether only to say what would be done.
        dry_run: bool,
    },
    /// Write all contacts.
    Export {
        /// Whether semicolons stand between the cells.
        semicolons: bool,
    },
}

/// What can be asked of the audit trail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "audit", deny_unknown_fields)]
pub enum AuditVerb {
    /// Take a piece of it out.
    Read {
        /// Which.
        wish: AuditWish,
    },
    /// Follow its chain.
    Verify,
}

/// What comes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is done.
    Done,
    /// The accounts.
    Accounts(Vec<AccountView>),
    /// A new app password, shown this once.
    AppPassword(Password),
    /// Messages, the newest first.
    Messages(Vec<MessageView>),
    /// One message.
    Message(Box<MessageView>),
    /// What a recall did, recipient by recipient.
    Recalled(Vec<RecalledView>),
    /// What an extension did, recipient by recipient.
    Extended(Vec<ExtendedView>),
    /// What waits for release.
    Holds(Vec<HoldView>),
    /// One message that waits for release.
    Hold(Box<HoldView>),
    /// The open tasks.
    Tasks(Vec<TaskView>),
    /// Contacts, by name.
    Contacts(ContactsView),
    /// One contact.
    Contact(Box<RecordView>),
    /// The id of a new contact.
    Added(String),
    /// What an import did, or would do.
    Imported(ImportView),
    /// A file.
    File(Octets),
    /// A piece of the audit trail.
    Audit(AuditPiece),
    /// What following its chain found.
    AuditVerified(AuditVerifiedView),
    /// What waits to leave.
    Jobs(Vec<JobView>),
    /// What compaction gave back.
    Compacted(CompactedView),
    /// What verification found.
    Verified(VerifiedView),
    /// It cannot be done: why, and what to do instead.
    Refused(String),
    /// It failed, and that is our fault.
    Failed(String),
}

/// A password on its way through the socket, the one place where one is
/// written out.
#[derive(Clone, Debug)]
pub struct Password(pub Secret);

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(|text| Self(Secret::new(text)))
    }
}

/// A file on its way through the socket, in base64: what it holds need not be
/// text.
#[derive(Clone)]
pub struct Octets(pub Vec<u8>);

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Octets({})", self.0.len())
    }
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let octets = STANDARD.decode(text);
        octets.map(Self).map_err(serde::de::Error::custom)
    }
}

/// Ids as the 26 letters and digits that people copy.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::fmt::Display;
    use std::str::FromStr;

    pub(super) fn serialize<T: Display, S: Serializer>(id: &T, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(id)
    }

    pub(super) fn deserialize<'de, T, D>(d: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        String::deserialize(d)?.parse().map_err(Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Password, Verb};
    use crate::model::{AccountPolicy, Address, Role, Secret};

    #[test]
    fn a_verb_survives_the_socket_and_its_password_does_not_print() {
        let verb = Verb::UserAdd {
            address: Address::parse("jane@clinic.example").unwrap(),
            role: Role::Provider,
            password: Some(Password(Secret::new("canary in the mine"))),
            policy: AccountPolicy::Inherit,
        };
        assert!(!format!("{verb:?}").contains("canary"));
        let line = serde_json::to_string(&verb).unwrap();
        let Ok(Verb::UserAdd {
            password: Some(password),
            ..
        }) = serde_json::from_str(&line)
        else {
            panic!("{line}");
        };
        assert_eq!(password.0.expose(), "canary in the mine");
        assert!(!format!("{:?}", Answer::AppPassword(password)).contains("canary"));
    }

    #[test]
    fn what_is_no_verb_is_refused() {
        for line in [
            "{}",
            "{\"verb\":\"rm\"}",
            "{\"verb\":\"queue-drop\",\"id\":\"7\"}",
            "null",
        ] {
            assert!(serde_json::from_str::<Verb>(line).is_err(), "{line}");
        }
    }
}
