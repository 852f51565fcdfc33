//! The mails that a visit causes: the codes, and the office's alert.

use crate::access::passcode::VALID;
use crate::mime::letter::Head;
use crate::mime::notice::{self, Alert, CodeMail, Opens};
use crate::model::parcel::Body;
use crate::model::{Address, GrantId, Lane, Language, Mailbox, MessageId, Parcel, Purpose, Secret};
use crate::queue;
use crate::route::verp::{self, Handle};
use crate::store::records::{Grant, Throttle, Work};
use crate::store::{Label, Store, Tx};
use crate::visit::{Error, Letterhead, Rules};
use jiff::{SignedDuration, Timestamp};

/// At most one alert in this time for an office address (issue §8).
const BETWEEN: SignedDuration = SignedDuration::from_mins(15);

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

/// Adds the office's alert to a change, at most one in a quarter of an hour:
/// at once, or when the last quarter is over, so that none is lost.
pub(super) async fn alert(store: &Store, rules: &Rules, tx: &mut Tx) -> Result<(), Error> {
    let Some(office) = &rules.notify else {
        return Ok(());
    };
    let key = store.mac(Label::Index, &[b"alert", office.folded().as_bytes()]);
    let now = store.clock().now();
    let last = store.get(&Throttle::at(key)).await?;
    let Some(due) = next_alert(last.and_then(|last| last.until), now) else {
        return Ok(());
    };
    tx.put(&Throttle {
        key,
        count: 1,
        since: now,
        until: due.checked_add(BETWEEN).ok(),
    });
    queue::push(
        tx,
        due,
        Lane::Report,
        Work::Deliver(alert_mail(&rules.letterhead, office, due)),
    );
    Ok(())
}

/// When the next alert leaves; `None` if one is under way that has not left.
/// `until` is the end of the last alert's quarter of an hour.
fn next_alert(until: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let Some(until) = until.filter(|until| *until > now) else {
        return Some(now);
    };
    let left = until.checked_sub(BETWEEN).is_ok_and(|left| left <= now);
    left.then_some(until)
}

fn alert_mail(letterhead: &Letterhead, office: &Address, due: Timestamp) -> Parcel {
    let mail = Alert {
        head: Head {
            from: &from(letterhead),
            to: office,
            reply_to: None,
            message_id: &message_id(letterhead, due),
            date: due,
        },
        language: letterhead.language,
        count: 1,
    };
    Parcel {
        // A report of a lost report would help nobody (RFC 5321 §4.5.5).
        sender: None,
        recipient: office.clone(),
        purpose: Purpose::Alert,
        body: Body::Here(notice::alert(&mail)),
    }
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

#[cfg(test)]
mod tests {
    use super::next_alert;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn alerts_leave_a_quarter_of_an_hour_apart_and_none_is_lost() {
        let at = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let quarter = |due: Timestamp| Some(due + SignedDuration::from_mins(15));
        assert_eq!(next_alert(None, at(0)), Some(at(0)));
        let first = quarter(at(0));
        assert_eq!(
            next_alert(first, at(5)),
            Some(at(15)),
            "told at the end of the quarter"
        );
        let second = quarter(at(15));
        assert_eq!(next_alert(second, at(6)), None, "one is under way");
        assert_eq!(
            next_alert(second, at(15)),
            Some(at(30)),
            "that one has left"
        );
        assert_eq!(next_alert(second, at(31)), Some(at(31)));
    }
}
