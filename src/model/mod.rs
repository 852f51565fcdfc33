//! Words: the types every other module speaks with. They cannot hold a wrong
//! value, do no I/O, and print nothing about a person.
//!
//! Two things here reach outside `std`: [`Clock`], the only reader of time,
//! and [`secret`], the only maker of random tokens.

pub mod account;
pub mod address;
pub mod audit;
pub mod clock;
pub mod flags;
#[cfg(test)]
pub(crate) mod heard;
pub mod id;
pub mod live;
pub mod message;
pub mod office;
pub mod pace;
pub mod parcel;
pub mod reply;
pub mod secret;

pub use account::{Account, AccountPolicy, Role, Scope, Staff, Standing};
pub use address::{Address, AddressError, Mailbox};
pub use audit::{Actor, Event, EventKind};
pub use clock::{Clock, ManualClock};
pub use flags::{Flags, Keyword, System};
pub use id::{
    AccountId, AppPasswordId, ContactId, ContentId, GrantId, JobId, MailboxId, MessageId, TaskId,
    WorkId,
};
pub use live::Live;
pub use message::{Direction, Head, Language, Part, Recipient, RecipientKind, Route, State};
pub use office::{Composing, Office};
pub use pace::Pace;
pub use parcel::{Answer, Envelope, Lane, Notify, Parcel, Purpose, Return};
pub use reply::{Arg, Reply};
pub use secret::{AddressKey, NetworkKey, Secret, Seed, Token, TokenKey};
