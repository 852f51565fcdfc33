//! Reminds of a message that nobody has read, once, before its time is over.
//!
//! There is no list of reminders to be kept right: the index of endings says
//! whose time is over soon, in order. The sweep goes through it once, up to the
//! setting's span from now, and the grant itself remembers that its reminder
//! was queued, in the same commit (decision 0019). So a restart, an extension
//! and a recall need nothing of their own.

use crate::access::link::{self, LinkState};
use crate::model::{Actor, Event, EventKind, GrantId, Lane, Recipient, State};
use crate::queue;
use crate::route::portal;
use crate::store::records::{Contact, Ended, Ending, Grant, Message, Work};
use crate::store::{Change, Error, Record, Tx};
use crate::sweep::{BATCH, Settings, Sweep};
use jiff::{SignedDuration, Timestamp};

impl Sweep {
    /// Reminds of what ends soon. Returns whether there is more to do at once.
    pub(super) async fn remind(&mut self, now: Timestamp) -> Result<bool, Error> {
        let settings = self.settings.current();
        let Some(before) = settings.reminder else {
            return Ok(false);
        };
        let soon = now.saturating_add(before).unwrap_or(Timestamp::MAX);
        let after = self.looked.clone();
        let endings = self
            .store
            .range::<Ending>(&[], after.as_ref(), BATCH)
            .await?;
        let mut looked = 0;
        for ending in endings.iter().take_while(|e| e.at <= soon) {
            if let Ended::Grant(id) = ending.what {
                match self.remind_of(id, (&settings, before), now).await {
                    Ok(()) => {}
                    // Somebody used the grant at this very moment: look again.
                    Err(Error::Conflict) => return Ok(true),
                    Err(error @ (Error::Damaged(_) | Error::Newer | Error::Sealed)) => {
                        tracing::error!(event = "sweep.not-reminded", grant = %id, reason = %error, "A message cannot be read, so nobody is reminded of it.");
                    }
                    Err(error) => return Err(error),
                }
            }
            self.looked = Some(ending.key());
            looked += 1;
        }
        Ok(looked == BATCH)
    }

    /// Queues the reminder of one grant, if it is due.
    async fn remind_of(
        &self,
        id: GrantId,
        (settings, before): (&Settings, SignedDuration),
        now: Timestamp,
    ) -> Result<(), Error> {
        let store = &self.store;
        let Some(held) = store.hold(&Grant::at(id)).await? else {
            return Ok(());
        };
        let grant = &held.record;
        let recipient = store.get(&Recipient::at(grant.message, grant.n)).await?;
        if !recipient.is_some_and(|r| is_due(grant, r.state, before, now)) {
            return Ok(());
        }
        let Some(message) = store.get(&Message::at(grant.message)).await? else {
            return Ok(());
        };
        let Some(content) = store.open_content(message.content).await? else {
            return Ok(());
        };
        let head = content.open_head(&message.head)?;
        let contact = store.get(&Contact::at(grant.contact)).await?;
        let mut next = grant.clone();
        next.reminded = Some(now);
        let mut tx = Tx::new();
        let token = link::make(store, &mut tx, id);
        let occasion = portal::Occasion {
            cause: portal::Cause::Reminder(now),
            grant: &next,
            sender: head.from.as_ref(),
            known: contact.and_then(|c| c.language),
        };
        let mail = portal::prepare(store, &settings.voice, &occasion, &token);
        queue::push(&mut tx, now, Lane::Notice, Work::Deliver(mail.parcel));
        tx.replace(&held, &next);
        tx.change(Change::Message(next.message));
        let event = Event::new(Actor::Gateway, EventKind::Notice, id);
        tx.audit(event.noted("reminder"));
        store.commit(tx).await.map(drop)
    }
}

/// Whether a reminder is to leave now: its notice arrived, as far as anybody
/// knows, nobody has read the message, and the last mail that named its end is
/// older than the span that the reminder comes before it.
fn is_due(grant: &Grant, state: State, before: SignedDuration, now: Timestamp) -> bool {
    let unread = grant.opened.is_none() && state == State::NoticeAccepted;
    let first = grant.reminded.is_none();
    let Some(told) = grant.noticed.max(grant.extended) else {
        return false;
    };
    let due = grant.expires.saturating_sub(before);
    let due = due.is_ok_and(|due| due > told && due <= now);
    let open = link::state(grant, now) == LinkState::Open;
    unread && first && grant.noticed.is_some() && open && due
}

#[cfg(test)]
mod tests {
    use super::is_due;
    use crate::model::{Address, MessageId, State};
    use crate::store::records::Grant;
    use crate::store::samples;
    use jiff::{SignedDuration, Timestamp};

    const BEFORE: SignedDuration = SignedDuration::from_secs(200);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Its notice was taken at 10, and its time is over at 1000.
    fn grant() -> Grant {
        let jane = Address::parse("jane@example.test").unwrap();
        Grant {
            noticed: Some(at(10)),
            expires: at(1_000),
            ..samples::unkeyed_grant(at(0), MessageId::new(at(0)), &jane)
        }
    }

    fn due(grant: &Grant, now: i64) -> bool {
        is_due(grant, State::NoticeAccepted, BEFORE, at(now))
    }

    #[test]
    fn an_unread_message_is_due_from_the_span_before_its_end_until_its_end() {
        for (now, wanted) in [(799, false), (800, true), (999, true), (1_000, false)] {
            assert_eq!(due(&grant(), now), wanted, "at {now}");
        }
    }

    #[test]
    fn nobody_is_reminded_of_what_was_read_withdrawn_or_never_announced() {
        type Change = fn(&mut Grant);
        let changes: [(&str, Change); 4] = [
            ("read", |g| g.opened = Some(at(500))),
            ("withdrawn", |g| g.recalled = Some(at(500))),
            ("reminded", |g| g.reminded = Some(at(800))),
            ("never announced", |g| g.noticed = None),
        ];
        for (what, change) in changes {
            let mut grant = grant();
            change(&mut grant);
            assert!(!due(&grant, 900), "{what}");
        }
        let bounced = is_due(&grant(), State::NoticeBounced, BEFORE, at(900));
        assert!(!bounced, "its notice came back");
    }

    #[test]
    fn whoever_was_just_told_of_the_end_is_not_told_again() {
        let short = Grant {
            noticed: Some(at(900)),
            ..grant()
        };
        assert!(!due(&short, 950), "the notice itself came that late");
        let mut extended = Grant {
            extended: Some(at(1_500)),
            expires: at(1_600),
            ..grant()
        };
        assert!(!due(&extended, 1_550), "so did the new notice");
        extended.expires = at(2_000);
        assert!(due(&extended, 1_900));
    }
}
