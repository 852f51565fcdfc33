//! What stands in the store, once it is unsealed (`store::records`): whatever
//! the octets are, reading ends, and what was read is written and read again
//! as the same.

use sealpost::model::{Account, Head, Recipient};
use sealpost::store::Record;
use sealpost::store::records as r;
use std::fmt::Debug;

/// The first octet chooses the kind of record; the others are read as one.
pub fn run(octets: &[u8]) {
    let Some((kind, octets)) = octets.split_first() else {
        return;
    };
    if let Some(read) = KINDS.get(usize::from(*kind)) {
        read(octets);
    }
}

/// Every kind; a new one comes last, since seeds name them by their place.
const KINDS: [fn(&[u8]); 33] = [
    record::<r::Message>,
    record::<r::Thread>,
    record::<r::Grant>,
    record::<r::MailboxGrant>,
    record::<r::MailboxReply>,
    record::<r::Link>,
    record::<r::Request>,
    record::<r::CodeTally>,
    record::<r::Browser>,
    record::<r::Session>,
    record::<r::Draft>,
    record::<r::Contact>,
    record::<r::ContactAddress>,
    record::<r::AccountAddress>,
    record::<r::AppPassword>,
    record::<r::MailFolder>,
    record::<r::Job>,
    record::<r::Due>,
    record::<r::Throttle>,
    record::<r::Task>,
    record::<r::OpenTask>,
    record::<r::Submitted>,
    record::<r::Protected>,
    record::<r::Ending>,
    record::<r::Quarantined>,
    record::<Account>,
    record::<Recipient>,
    plain::<Head>,
    plain::<sealpost::model::Parcel>,
    record::<r::AccountFolder>,
    record::<r::Card>,
    record::<r::Charting>,
    record::<r::ChartRoot>,
];

/// A record also has a key, whatever stands in it.
fn record<R: Record + PartialEq + Debug>(octets: &[u8]) {
    if let Some(record) = value::<R>(octets) {
        assert_eq!(record.key().octets().first(), Some(&R::TABLE.octet()));
    }
}

fn value<R>(octets: &[u8]) -> Option<R>
where
    R: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    let read: R = postcard::from_bytes(octets).ok()?;
    let written = postcard::to_stdvec(&read).expect("what was read can be written");
    let again: R = postcard::from_bytes(&written).expect("what was written can be read");
    assert_eq!(again, read);
    Some(read)
}

/// What is kept within a record.
fn plain<R>(octets: &[u8])
where
    R: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    let _ = value::<R>(octets);
}
