//! The mails that a visit causes: the codes, and the office's alerts.

use crate::access::passcode::VALID;
use crate::alert;
use crate::mime::letter::Head;
use crate::mime::notice::{self, CodeMail, News, Opens};
use crate::model::parcel::Body;
use crate::model::{Address, GrantId, Language, Mailbox, MessageId, Parcel, Purpose, Secret};
use crate::route::verp::{self, Handle};
use crate::store::records::{Ended, Ending, Grant};
use crate::store::{Label, Store, Tx};
use crate::visit::{Error, Letterhead, Rules};
use jiff::Timestamp;

/// Whom a code goes to, and under which id its request is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whom<'a> {
    pub(super) grant: GrantId,
    pub(super) address: &'a Address,
    pub(super) language: Language,
}

impl<'a> Whom<'a> {
    pub(super) const fn of(grant: &'a Grant) -> Self {
        Self {
            grant: grant.id,
            address: &grant.address,
            language: grant.language,
        }
    }
}

/// The mail with a one-time code for a message, for the recipient's own address
/// alone.
pub(super) fn code(
    store: &Store,
    letterhead: &Letterhead,
    whom: Whom<'_>,
    code: (&str, u32, &Secret),
) -> Result<Parcel, Error> {
    written(store, letterhead, (whom, Opens::Message), code)
}

/// The mail with a one-time code for the front page.
pub(super) fn sign_in(
    store: &Store,
    letterhead: &Letterhead,
    whom: Whom<'_>,
    code: (&str, u32, &Secret),
) -> Result<Parcel, Error> {
    written(store, letterhead, (whom, Opens::Portal), code)
}

fn written(
    store: &Store,
    letterhead: &Letterhead,
    (whom, opens): (Whom<'_>, Opens),
    (reference, serial, code): (&str, u32, &Secret),
) -> Result<Parcel, Error> {
    let now = store.clock().now();
    let mail = CodeMail {
        head: Head {
            from: &from(letterhead),
            to: whom.address,
            reply_to: None,
            message_id: &message_id(letterhead, now),
            date: now,
        },
        language: whom.language,
        opens,
        clinic: &letterhead.clinic,
        code,
        reference,
        serial,
        minutes: u32::try_from(VALID.as_mins()).unwrap_or_default(),
    };
    Ok(Parcel {
        sender: Some(bounce(store, letterhead, whom.grant)?),
        recipient: whom.address.clone(),
        purpose: Purpose::Code {
            grant: whom.grant,
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
    Ok(alert::add(store, tx, &office, News::Came(1)).await?)
}

/// Adds the alert of what a patient wrote, and the time at which `sweep` looks whether
/// it still waits.
pub(super) async fn wrote(
    store: &Store,
    rules: &Rules,
    tx: &mut Tx,
    id: MessageId,
) -> Result<(), Error> {
    let now = store.clock().now();
    let end = rules.unread_after.map(|after| now.checked_add(after));
    if let Some(Ok(at)) = end {
        tx.put(&Ending {
            at,
            what: Ended::Unread(id),
        });
    }
    alert(store, rules, tx).await
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
