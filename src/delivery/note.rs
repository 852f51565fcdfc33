//! Notes what became of a parcel: the job, the recipient, the grant, the code,
//! the audit trail, all in one commit.

use crate::access::passcode;
use crate::delivery::outcome::{Duty, Outcome, enhanced, own_reason};
use crate::delivery::verdict::{Verdict, noticed, object, verdict};
use crate::folders;
use crate::mime::report::Reason;
use crate::model::{
    Actor, Answer, Event, EventKind, GrantId, Lane, MessageId, Parcel, Purpose, Recipient, State,
};
use crate::queue::{self, Leased};
use crate::report::{self, Case, News, Office};
use crate::store::records::{CodeMail, Ended, Ending, Grant, Job, Request, Work};
use crate::store::{Change, Error, Store, Tx};
use jiff::{SignedDuration, Timestamp};

/// How often a commit is tried while others change the same records: a press in
/// the portal, a sweep.
const RACES: u32 = 8;
/// Pause after the store failed.
const RETRY: SignedDuration = SignedDuration::from_secs(1);

/// Writes down what became of the job in hand. A mail that the relay has taken
/// is noted even if the lease is lost, since the alternative is a second copy;
/// while the store fails, it is tried until the lease ends.
pub(super) async fn note(store: &Store, office: &Office, leased: Leased, outcome: Outcome) {
    let job = leased.job();
    log(job, &outcome);
    let verdict = verdict(job, outcome, store.clock().now());
    let mut lost_races = 0;
    loop {
        let late = lost_races >= RACES / 2;
        let error = match write((store, office), &leased, &verdict, late).await {
            Ok(()) => return,
            Err(error) => error,
        };
        match error {
            Error::Conflict if lost_races < RACES => lost_races += 1,
            Error::Conflict => {
                tracing::warn!(
                    event = "delivery.lease-lost", job = %job.id,
                    "Another worker took over a mail while it was being delivered."
                );
                return;
            }
            error => {
                let clock = store.clock();
                tracing::error!(
                    event = "delivery.unsaved", job = %job.id, %error,
                    "What the relay answered could not be saved; it is tried again."
                );
                if clock.now() >= leased.until() {
                    return;
                }
                clock.sleep(RETRY).await;
            }
        }
    }
}

async fn write(
    (store, office): (&Store, &Office),
    leased: &Leased,
    verdict: &Verdict,
    late: bool,
) -> Result<(), Error> {
    let mut note = Note {
        store,
        office,
        tx: Tx::new(),
    };
    let job = leased.job();
    if let Work::Deliver(parcel) = &job.work {
        note.records(parcel, job.created, verdict).await?;
    }
    let tx = &mut note.tx;
    match verdict {
        Verdict::Taken(..) if late => queue::done_late(store, tx, leased).await?,
        Verdict::Taken(..) | Verdict::Lost(..) | Verdict::Gone => queue::done(tx, leased),
        Verdict::Aside(_) => queue::set_aside(tx, leased, None),
        Verdict::Back => queue::release(tx, leased),
        Verdict::Later { due, answer, warn } => {
            let mut leased = leased.clone();
            if *warn {
                leased.warned();
            }
            queue::defer(tx, &leased, *due, Some(answer.clone()));
        }
    }
    store.commit(note.tx).await.map(drop)
}

/// Tells a sender who asked for it that a recipient was reached, or has read the
/// message, and finishes the job. If that fails, the lease ends in its time and the job is taken
/// again.
pub(super) async fn tell(store: &Store, office: &Office, leased: &Leased) {
    let job = leased.job();
    let (Work::Tell { message, n } | Work::Displayed { message, n }) = job.work else {
        return;
    };
    let mut told = Err(Error::Conflict);
    for _ in 0..RACES {
        told = tell_once((store, office), leased, (message, n)).await;
        if !matches!(told, Err(Error::Conflict)) {
            break;
        }
    }
    match told {
        Ok(()) => tracing::info!(
            event = "delivery.told", job = %job.id, about = %format_args!("{message}/{n}"),
            "A sender who asked for it was told that a recipient was reached, or has read a message."
        ),
        Err(error) => tracing::error!(
            event = "delivery.untold", job = %job.id, about = %format_args!("{message}/{n}"), %error,
            "A report that a recipient was reached, or has read a message, could not be filed; it is tried again."
        ),
    }
}

async fn tell_once(
    (store, office): (&Store, &Office),
    leased: &Leased,
    (message, n): (MessageId, u16),
) -> Result<(), Error> {
    let mut tx = Tx::new();
    match leased.job().work {
        Work::Displayed { .. } => report::displayed(store, office, &mut tx, (message, n)).await?,
        _ => report::success(store, office, &mut tx, (message, n)).await?,
    }
    queue::done(&mut tx, leased);
    store.commit(tx).await.map(drop)
}

/// Puts into the caller's commit what follows when an operator drops `job`: the
/// recipient's state, and the report to the sender.
///
/// # Errors
/// Whatever the store reports.
pub async fn dropped(store: &Store, office: &Office, tx: &mut Tx, job: &Job) -> Result<(), Error> {
    let Work::Deliver(parcel) = &job.work else {
        return Ok(());
    };
    let now = store.clock().now();
    let answer = job.answer.clone().unwrap_or(Answer {
        at: now,
        code: 0,
        text: String::new(),
    });
    let verdict = Verdict::Lost(Answer { at: now, ..answer }, Reason::Dropped);
    let mut note = Note {
        store,
        office,
        tx: std::mem::take(tx),
    };
    let done = note.records(parcel, job.created, &verdict).await;
    *tx = note.tx;
    done
}

/// A commit that is being put together.
struct Note<'a> {
    store: &'a Store,
    office: &'a Office,
    tx: Tx,
}

impl Note<'_> {
    /// What a parcel's verdict changes besides its job, which was made at
    /// `queued`.
    async fn records(
        &mut self,
        parcel: &Parcel,
        queued: Timestamp,
        verdict: &Verdict,
    ) -> Result<(), Error> {
        let mut again = false;
        let (message, n, states) = match parcel.purpose {
            Purpose::Reminder { message, n, .. } => {
                return self.reminder((message, n), verdict).await;
            }
            Purpose::Alert | Purpose::Report { .. } => return Ok(()),
            Purpose::Code { grant, serial } => return self.code(grant, serial, verdict).await,
            Purpose::Clear { message, n } => (message, n, (State::Relayed, State::Failed)),
            Purpose::Notice { message, n, grant } => {
                if let Verdict::Taken(answer, _) = verdict {
                    again = !self.start(grant, answer.at).await?;
                }
                (message, n, (State::NoticeAccepted, State::NoticeBounced))
            }
        };
        self.recipient((message, n, again), states, verdict).await?;
        let (news, answer) = match verdict {
            Verdict::Lost(answer, reason) => (News::Failed(*reason), answer),
            Verdict::Later {
                answer, warn: true, ..
            } => (News::Late(queued), answer),
            _ => return Ok(()),
        };
        let case = Case {
            message,
            n,
            recipient: &parcel.recipient,
            answer: Some(answer),
            news,
        };
        report::file(self.store, self.office, &mut self.tx, &case).await
    }

    /// The recipient of a notice or a clear mail, in the first state of
    /// `states` after success and in the second after failure. `again`: its
    /// sender has heard of a success before.
    async fn recipient(
        &mut self,
        (message, n, again): (MessageId, u16, bool),
        states: (State, State),
        verdict: &Verdict,
    ) -> Result<(), Error> {
        let event = Event::new(Actor::Gateway, EventKind::Notice, format!("{message}/{n}"));
        let (state, at, event) = match verdict {
            Verdict::Taken(answer, _) => (states.0, answer.at, event.noted("accepted")),
            Verdict::Lost(answer, why) => (states.1, answer.at, event.failed(word(*why))),
            Verdict::Aside(why) => {
                self.tx.audit(event.failed(why));
                return Ok(());
            }
            Verdict::Gone => {
                self.tx.audit(event.failed("withdrawn"));
                return Ok(());
            }
            Verdict::Later { answer, .. } => return self.heard((message, n), answer).await,
            Verdict::Back => return Ok(()),
        };
        if let Some(held) = self.store.hold(&Recipient::at(message, n)).await? {
            let moved = held.record.moved(state, at);
            let first = moved.is_some() && !again;
            let mut next = moved.unwrap_or_else(|| held.record.clone());
            if let Verdict::Taken(answer, _) | Verdict::Lost(answer, _) = verdict {
                next.answer = Some(answer.clone());
            }
            // The report is a job of its own: nothing that goes wrong with it
            // may keep us from noting what the relay has taken.
            if first && matches!(verdict, Verdict::Taken(_, Duty::Ours)) && next.notify.success() {
                let work = Work::Tell { message, n };
                queue::push(&mut self.tx, self.store.clock().now(), Lane::Success, work);
            }
            if next.state == held.record.state {
                self.tx.replace(&held, &next);
            } else {
                folders::track(self.store, &mut self.tx, message, &[(&held, next)]).await?;
            }
        }
        self.tx.change(Change::Message(message));
        self.tx.audit(event);
        Ok(())
    }

    /// A reminder moves nothing and is reported to nobody: the notice before it
    /// was taken.
    async fn reminder(
        &mut self,
        (message, n): (MessageId, u16),
        verdict: &Verdict,
    ) -> Result<(), Error> {
        let event = Event::new(Actor::Gateway, EventKind::Notice, format!("{message}/{n}"));
        let (answer, event) = match verdict {
            Verdict::Taken(answer, _) => (Some(answer), event.noted("accepted-reminder")),
            Verdict::Lost(answer, _) => (Some(answer), event.failed("undelivered-reminder")),
            Verdict::Later { answer, .. } => return self.heard((message, n), answer).await,
            Verdict::Aside(why) => (None, event.failed(why)),
            Verdict::Gone => (None, event.failed("unwanted-reminder")),
            Verdict::Back => return Ok(()),
        };
        if let Some(answer) = answer {
            self.heard((message, n), answer).await?;
        }
        self.tx.change(Change::Message(message));
        self.tx.audit(event);
        Ok(())
    }

    /// Keeps what the relay said last.
    async fn heard(
        &mut self,
        (message, n): (MessageId, u16),
        answer: &Answer,
    ) -> Result<(), Error> {
        if let Some(held) = self.store.hold(&Recipient::at(message, n)).await? {
            let mut next = held.record.clone();
            next.answer = Some(answer.clone());
            self.tx.replace(&held, &next);
        }
        Ok(())
    }

    /// The time of a grant begins to run. Returns whether it is the first of
    /// its notices that the relay took.
    async fn start(&mut self, id: GrantId, at: Timestamp) -> Result<bool, Error> {
        let Some(held) = self.store.hold(&Grant::at(id)).await? else {
            return Ok(true);
        };
        if let Some(next) = noticed(&held.record, at) {
            let what = Ended::Grant(id);
            self.tx.delete(&Ending::at(held.record.expires, what));
            let at = next.expires;
            self.tx.put(&Ending { at, what });
            self.tx.replace(&held, &next);
        }
        Ok(held.record.noticed.is_none())
    }

    async fn code(&mut self, grant: GrantId, serial: u32, verdict: &Verdict) -> Result<(), Error> {
        let mail = match verdict {
            Verdict::Taken(answer, _) => CodeMail::Handed(answer.at),
            Verdict::Later { due, .. } => CodeMail::Deferred(*due),
            Verdict::Lost(Answer { at, .. }, _) => CodeMail::Refused(*at),
            Verdict::Aside(_) => CodeMail::Refused(self.store.clock().now()),
            Verdict::Gone | Verdict::Back => return Ok(()),
        };
        if let Some(held) = self.store.hold(&Request::at(grant)).await? {
            let mut next = held.record.clone();
            passcode::mailed(&mut next, serial, mail);
            if next != held.record {
                self.tx.replace(&held, &next);
            }
        }
        Ok(())
    }
}

/// The reason as the audit trail has it.
const fn word(reason: Reason) -> &'static str {
    match reason {
        Reason::NoMailbox => "no-mailbox",
        Reason::NoDomain => "no-domain",
        Reason::Full => "mailbox-full",
        Reason::Refused => "refused",
        Reason::TimedOut => "gave-up",
        Reason::Dropped => "dropped",
        Reason::NoRoute => "no-route",
    }
}

/// The relay's words may quote an address: only its codes are logged.
fn log(job: &Job, outcome: &Outcome) {
    let (id, lane, attempt) = (job.id, job.lane, job.attempts.saturating_add(1));
    let about = match &job.work {
        Work::Deliver(parcel) => object(parcel.purpose),
        Work::Dispatch(message) => message.to_string(),
        Work::Tell { message, n } | Work::Displayed { message, n } => format!("{message}/{n}"),
        Work::Chart { message, part } => format!("{message}/{part}"),
        Work::Announce(news) => news.message.to_string(),
    };
    match outcome {
        Outcome::Accepted(answer, _) => tracing::info!(
            event = "delivery.accepted", job = %id, %about, ?lane, attempt,
            relay.code = answer.code, relay.enhanced = enhanced(answer),
            "The relay took a mail."
        ),
        Outcome::Deferred(answer) => tracing::warn!(
            event = "delivery.deferred", job = %id, %about, ?lane, attempt,
            relay.code = answer.code, relay.enhanced = enhanced(answer), reason = own_reason(answer),
            "The relay did not take a mail yet; it is tried again."
        ),
        Outcome::Failed(answer) => tracing::warn!(
            event = "delivery.failed", job = %id, %about, ?lane, attempt,
            relay.code = answer.code, relay.enhanced = enhanced(answer), reason = own_reason(answer),
            "The relay refused a mail for good."
        ),
        Outcome::Fault(answer, step, why) => tracing::error!(
            event = "relay.fault", job = %id, %about, ?lane, attempt,
            relay.step = step.name(), relay.code = answer.code,
            relay.enhanced = enhanced(answer), reason = %why,
            "The relay or the settings for it are at fault; all mail waits. Check [relay]."
        ),
        Outcome::Unfit(why) => tracing::error!(
            event = "delivery.set-aside", job = %id, %about, ?lane, reason = why,
            "A mail must not leave as it is and was set aside; this is a fault of the gateway."
        ),
        Outcome::Unstarted => tracing::debug!(
            event = "delivery.put-back", job = %id, %about, ?lane,
            "A mail was put back, since the gateway stops."
        ),
        Outcome::Unwanted => tracing::info!(
            event = "delivery.unwanted", job = %id, %about, ?lane,
            "Nobody waits for a mail any more; it was dropped."
        ),
    }
}
