//! More time to read a message, also after its time was over, with a new notice.

use crate::access::passcode::LOCK;
use crate::access::{codes, link};
use crate::desk::recall::grant_of;
use crate::desk::underway::{Addressee, Case, RACES};
use crate::desk::{Desk, Refused, Settings, wish};
use crate::folders::{self, Moved};
use crate::model::{Address, Event, EventKind, Head, Lane, MessageId, State};
use crate::queue;
use crate::route::portal;
use crate::store::records::{Contact, Ended, Ending, Grant, Work};
use crate::store::{Change, Error, Held, Tx};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What an extension did for one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtendedView {
    /// The place in the message.
    pub n: u16,
    /// The address, masked.
    pub address: String,
    /// Whether it was given more time.
    pub extended: bool,
    /// When it can no longer be read; `None` where it has no end of its own.
    pub expires: Option<Timestamp>,
    /// The same in a sentence.
    pub said: String,
}

/// Until when a message is to be readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    at: Timestamp,
    /// Whether the end of its retention came first.
    cut: bool,
    /// Whether the office named the day.
    named: bool,
}

impl Desk {
    /// Gives one recipient or all more time: to the end of `until` in the
    /// clinic's zone, or for the configured span from now if it ends before that;
    /// never longer than the content is kept. A new notice is queued, old links open again, the lock
    /// after a hundred wrong codes is lifted, and the request to send it again
    /// is closed. What was withdrawn stays so.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such message or recipient, its content
    /// is destroyed, or the date will not do; then nothing has changed.
    pub async fn extend(
        &self,
        id: MessageId,
        only: Option<&Address>,
        until: Option<Date>,
    ) -> Result<Vec<ExtendedView>, Refused> {
        for _ in 1..RACES {
            match self.extend_once(id, only, until).await {
                Err(Refused::Store(Error::Conflict)) => {}
                done => return done,
            }
        }
        self.extend_once(id, only, until).await
    }

    async fn extend_once(
        &self,
        id: MessageId,
        only: Option<&Address>,
        until: Option<Date>,
    ) -> Result<Vec<ExtendedView>, Refused> {
        let case = self.case(id, only).await?;
        let settings = self.settings.current();
        if let Some(at) = case.message.purged {
            return Err(wish(format!(
                "the content of {id} was destroyed on {}, so it cannot be read again; write it anew",
                self.written(at)
            )));
        }
        let head = case.head.as_ref().ok_or_else(|| {
            wish(format!(
                "the content of {id} cannot be opened; `sealpost store verify` says more"
            ))
        })?;
        let wanted = self.wanted(&case, &settings, until)?;
        let mut tx = Tx::new();
        let (mut views, mut moved) = (Vec::new(), Vec::new());
        for addressee in &case.to {
            let view = self.give(&mut tx, addressee, (head, wanted)).await?;
            if view.extended {
                moved.extend(self.awaits_notice(addressee));
            }
            views.push(view);
        }
        if !views.iter().any(|view| view.extended) {
            let said: Vec<String> = views.into_iter().map(|view| view.said).collect();
            return Err(wish(said.join("\n")));
        }
        folders::track(&self.store, &mut tx, id, &moved).await?;
        tx.change(Change::Message(id));
        self.store.commit(tx).await?;
        Ok(views)
    }

    /// Until when, if that can be.
    fn wanted(
        &self,
        case: &Case,
        settings: &Settings,
        until: Option<Date>,
    ) -> Result<Wanted, Refused> {
        let now = self.store.clock().now();
        let zone = &settings.office.zone;
        let kept = case.message.accepted.saturating_add(settings.office.retain);
        let kept = kept.unwrap_or(Timestamp::MAX);
        let Some(date) = until else {
            let at = now.saturating_add(settings.expires);
            let at = at.unwrap_or(Timestamp::MAX);
            return Ok(at_most(at, kept, false));
        };
        let at = end_of(date, zone).ok_or_else(|| {
            wish(format!(
                "{date} is no day that can be reckoned with; choose a nearer one"
            ))
        })?;
        if at <= now {
            return Err(wish(format!("{date} is over; choose a later day")));
        }
        let last = kept.to_zoned(zone.clone()).date();
        if date > last {
            return Err(wish(format!(
                "the content of {} is kept until {} and then destroyed; the last day is {last}",
                case.message.id,
                self.written(kept)
            )));
        }
        Ok(at_most(at, kept, true))
    }

    /// Gives one recipient more time.
    async fn give(
        &self,
        tx: &mut Tx,
        addressee: &Addressee,
        (head, wanted): (&Head, Wanted),
    ) -> Result<ExtendedView, Error> {
        let who = addressee.masked();
        let view = |extended, expires, said| ExtendedView {
            n: addressee.recipient.record.n,
            address: who.clone(),
            extended,
            expires,
            said,
        };
        let Some(held) = &addressee.grant else {
            let said = format!("{who}: not extended; {}", addressee.beyond());
            return Ok(view(false, None, said));
        };
        let grant = &held.record;
        if let Some(at) = grant.recalled {
            let said = format!(
                "{who}: not extended; it was withdrawn on {}, and what was withdrawn is not given back: write it anew",
                self.written(at)
            );
            return Ok(view(false, None, said));
        }
        if wanted.named && wanted.at < grant.expires {
            let said = format!(
                "{who}: not changed; it can be read until {} as it is, and its time is never made shorter",
                self.written(grant.expires)
            );
            return Ok(view(false, Some(grant.expires), said));
        }
        // Who names no day wants a new notice, and at least this much time.
        let at = wanted.at.max(grant.expires);
        if at <= self.store.clock().now() {
            let said = format!(
                "{who}: not extended; its content was to be kept until {} and no longer: write it anew, or set store.retain longer",
                self.written(wanted.at)
            );
            return Ok(view(false, None, said));
        }
        let locked = grant.failures >= LOCK;
        self.renew(tx, held, (head, at)).await?;
        let mut said = format!(
            "{who}: can be read until {}; a new notice is in the queue",
            self.written(at)
        );
        if wanted.cut && at == wanted.at {
            said += "; its content is kept no longer";
        }
        if locked {
            said += "; the lock after a hundred wrong codes is lifted";
        }
        if self.close_task(tx, grant.id).await? {
            said += "; the request to send it again is closed";
        }
        let event = Event::new(self.actor, EventKind::Expiry, addressee.object());
        tx.audit(event.noted("extended"));
        Ok(view(true, Some(at), said))
    }

    /// The grant with its new end, and a notice with a new link. Notices that
    /// still wait would only say what is no longer true.
    async fn renew(
        &self,
        tx: &mut Tx,
        held: &Held<Grant>,
        (head, expires): (&Head, Timestamp),
    ) -> Result<(), Error> {
        let (store, settings) = (&self.store, self.settings.current());
        let now = store.clock().now();
        let contact = store.get(&Contact::at(held.record.contact)).await?;
        let known = contact.and_then(|c| c.language);
        let mut next = held.record.clone();
        next.expires = expires;
        next.extended = Some(now);
        next.language = known.unwrap_or(next.language);
        if next.failures >= LOCK {
            codes::unlock(tx, &mut next);
        }
        let is_over = |work: &Work| grant_of(work) == Some(next.id);
        queue::drop_all(store, tx, &[Lane::Notice], is_over).await?;
        let token = link::make(store, tx, next.id);
        let occasion = portal::Occasion {
            cause: portal::Cause::Extended(now),
            grant: &next,
            sender: head.from.as_ref(),
            known,
        };
        let notice = portal::prepare(store, &settings.voice, &occasion, &token);
        next.notice = notice.kept;
        queue::push(tx, now, Lane::Notice, Work::Deliver(notice.parcel));
        let what = Ended::Grant(next.id);
        tx.delete(&Ending::at(held.record.expires, what));
        tx.put(&Ending { at: expires, what });
        tx.replace(held, &next);
        Ok(())
    }

    /// The recipient waits for a notice again; whoever has read the message
    /// stays one who has.
    fn awaits_notice<'a>(&self, addressee: &'a Addressee) -> Option<Moved<'a>> {
        let mut moved = addressee.recipient.record.clone();
        let awaits = matches!(
            moved.state,
            State::Expired | State::NoticeAccepted | State::NoticeBounced
        );
        moved.state = State::Queued;
        moved.since = self.store.clock().now();
        awaits.then_some((&addressee.recipient, moved))
    }
}

fn at_most(at: Timestamp, kept: Timestamp, named: bool) -> Wanted {
    Wanted {
        at: at.min(kept),
        cut: kept < at,
        named,
    }
}

/// The last second of a day. `None` beyond what can be reckoned with.
pub(super) fn end_of(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    let next = date.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    let second = SignedDuration::from_secs(1);
    next.timestamp().checked_sub(second).ok()
}

#[cfg(test)]
mod tests {
    use super::end_of;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    #[test]
    fn a_day_ends_with_its_last_second_also_when_the_clocks_change() {
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        for (day, wanted) in [
            (date(2026, 10, 31), "2026-11-01T06:59:59Z"),
            (date(2026, 11, 1), "2026-11-02T07:59:59Z"),
        ] {
            assert_eq!(end_of(day, &zone).unwrap().to_string(), wanted);
        }
    }
}
