//! Identifiers. An id sorts by the time it was made and says nothing else.

use crate::model::secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Sixteen octets: 48 bits of milliseconds since 1970, then 80 random bits, so
/// that a table keyed by ids is a table in order of time.
fn fresh(now: Timestamp) -> [u8; 16] {
    let mut octets: [u8; 16] = secret::random();
    let millis = now.as_millisecond().max(0).to_be_bytes();
    for (slot, octet) in octets.iter_mut().zip(millis.iter().skip(2)) {
        *slot = *octet;
    }
    octets
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name([u8; 16]);

        impl $name {
            /// A new id, made at `now`.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                Self(fresh(now))
            }

            /// The id as the sixteen octets a key is built from.
            #[must_use]
            pub const fn octets(&self) -> &[u8; 16] {
                &self.0
            }

            /// The id that these octets are.
            #[must_use]
            pub const fn from_octets(octets: [u8; 16]) -> Self {
                Self(octets)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&data_encoding::BASE32_DNSSEC.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl std::str::FromStr for $name {
            type Err = NoId;
            fn from_str(text: &str) -> Result<Self, NoId> {
                let octets = data_encoding::BASE32_DNSSEC
                    .decode(text.to_ascii_lowercase().as_bytes())
                    .map_err(|_| NoId)?;
                octets.try_into().map(Self).map_err(|_| NoId)
            }
        }
    )*};
}

/// A text that is no id: an id is 26 letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id has 26 letters and digits; `sealpost message list` shows them")]
pub struct NoId;

ids! {
    /// Names an accepted message or a patient's answer; also the reference a sender sees.
    MessageId
    /// Names an office account.
    AccountId
    /// Names one app password of an account.
    AppPasswordId
    /// Names a contact: anybody the office has written to.
    ContactId
    /// Names a sealed content object.
    ContentId
    /// Names one recipient's right to read one message.
    GrantId
    /// Names a job in the queue.
    JobId
    /// Names a mailbox as IMAP will show it.
    MailboxId
    /// Names a task for the office.
    TaskId
    /// Names what somebody of the office writes on a page, from its first form to its
    /// last.
    WorkId
}

#[cfg(test)]
mod tests {
    use super::MessageId;
    use jiff::Timestamp;

    #[test]
    fn ids_sort_by_time_and_survive_writing() {
        let early = MessageId::new(Timestamp::from_second(1_000_000).unwrap());
        let late = MessageId::new(Timestamp::from_second(1_000_001).unwrap());
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse::<MessageId>().unwrap(), early);
        assert!("not an id".parse::<MessageId>().is_err());
    }
}
