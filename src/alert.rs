//! The office's alert: a mail without content to an outside address, which says
//! that there is something in the secure mailbox, or that it still waits.

use crate::mime::letter::Head;
use crate::mime::notice::{self, Alert, News};
use crate::model::parcel::Body;
use crate::model::{Address, Lane, Language, Mailbox, MessageId, Parcel, Purpose};
use crate::queue;
use crate::store::records::{Throttle, Work};
use crate::store::{Error, Label, Store, Tx};
use jiff::{SignedDuration, Timestamp};

/// At most one alert that says the same in this time for an office address (issue §8).
const BETWEEN: SignedDuration = SignedDuration::from_mins(15);

/// Who is alerted, and how.
#[derive(Clone, Copy, Debug)]
pub struct Office<'a> {
    /// The outside address.
    pub to: &'a Address,
    /// Whom the alert is from.
    pub from: &'a Mailbox,
    /// The gateway's host name.
    pub hostname: &'a str,
    /// The language the office reads.
    pub language: Language,
}

/// Adds the office's alert to a change, at most one in a quarter of an hour:
/// at once, or when the last quarter is over, so that none is lost.
///
/// What it counts as one alert says the same: that something came, or that something
/// lies unread with these accounts, or with these while they are switched off. So an
/// alert that is under way speaks for another one like it, and for no other.
///
/// # Errors
/// The store's own.
pub async fn add(
    store: &Store,
    tx: &mut Tx,
    office: &Office<'_>,
    news: News<'_>,
) -> Result<(), Error> {
    let key = key(store, office.to, news);
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
        Work::Deliver(mail(office, due, news)),
    );
    Ok(())
}

/// What alerts that say the same are counted under.
fn key(store: &Store, to: &Address, news: News<'_>) -> [u8; 32] {
    let to = to.folded();
    match news {
        News::Came(_) => store.mac(Label::Index, &[b"alert", to.as_bytes()]),
        News::Unread { mailboxes, off, .. } => {
            let off = [u8::from(off)];
            let mut mailboxes: Vec<_> = mailboxes.iter().map(Address::folded).collect();
            mailboxes.sort_unstable();
            let mut pieces: Vec<&[u8]> = vec![b"unread", &off, to.as_bytes()];
            pieces.extend(mailboxes.iter().map(|mailbox| mailbox.as_bytes()));
            store.mac(Label::Index, &pieces)
        }
    }
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

fn mail(office: &Office<'_>, due: Timestamp, news: News<'_>) -> Parcel {
    let mail = Alert {
        head: Head {
            from: office.from,
            to: office.to,
            reply_to: None,
            message_id: &format!("{}@{}", MessageId::new(due), office.hostname),
            date: due,
        },
        language: office.language,
        news,
    };
    Parcel {
        // A report of a lost report would help nobody (RFC 5321 §4.5.5).
        sender: None,
        recipient: office.to.clone(),
        purpose: Purpose::Alert,
        body: Body::Here(notice::alert(&mail)),
    }
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
