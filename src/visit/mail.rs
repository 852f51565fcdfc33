//! The two mails that a visit causes: the code, and the office's alert.

use crate::access::passcode::VALID;
use crate::alert;
use crate::mime::letter::Head;
use crate::mime::notice::{self, CodeMail};
use crate::model::parcel::Body;
use crate::model::{Address, GrantId, Mailbox, MessageId, Parcel, Purpose, Secret};
use crate::route::verp::{self, Handle};
use crate::store::records::Grant;
use crate::store::{Label, Store, Tx};
use crate::visit::{Error, Letterhead, Rules};
use jiff::Timestamp;

/// The mail with a one-time code, for the recipient's own address alone.
pub(super) fn code(
    store: &Store,
    letterhead: &Letterhead,
    grant: &Grant,
    (reference, serial, code): (&str, u32, &Secret),
) -> Result<Parcel, Error> {
    let now = store.clock().now();
    let mail = CodeMail {
        head: Head {
            from: &from(letterhead),
            to: &grant.address,
            reply_to: None,
            message_id: &message_id(letterhead, now),
            date: now,
        },
        language: grant.language,
        clinic: &letterhead.clinic,
        code,
        reference,
        serial,
        minutes: u32::try_from(VALID.as_mins()).unwrap_or_default(),
    };
    Ok(Parcel {
        sender: Some(bounce(store, letterhead, grant.id)?),
        recipient: grant.address.clone(),
        purpose: Purpose::Code {
            grant: grant.id,
            serial,
        },
        body: Body::Here(notice::code(&mail)),
    })
}

/// Adds the office's alert to a change, if the office wants any.
pub(super) async fn alert(store: &Store, rules: &Rules, tx: &mut Tx) -> Result<(), Error> {
    let Some(to) = &rules.notify else {
        return Ok(());
    };
    let Letterhead {
        hostname, language, ..
    } = &rules.letterhead;
    let office = alert::Office {
        to,
        from: &from(&rules.letterhead),
        hostname,
        language: *language,
    };
    Ok(alert::add(store, tx, &office).await?)
}

fn from(letterhead: &Letterhead) -> Mailbox {
    Mailbox {
        name: Some(letterhead.clinic.clone()),
        address: letterhead.from.clone(),
    }
}

fn message_id(letterhead: &Letterhead, now: Timestamp) -> String {
    format!("{}@{}", MessageId::new(now), letterhead.hostname)
}

fn bounce(store: &Store, letterhead: &Letterhead, grant: GrantId) -> Result<Address, Error> {
    verp::make(&letterhead.bounce, Handle::Code(grant), |pieces| {
        store.mac(Label::Tokens, pieces)
    })
    .map_err(|_| {
        Error::Message(
            "the bounce address is too long to be signed; shorten [notice] bounce-address",
        )
    })
}
