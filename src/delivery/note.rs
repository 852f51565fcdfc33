//! Notes what became of a parcel: the job, the recipient, the grant, the code,
//! the audit trail, all in one commit.

use crate::delivery::outcome::{Outcome, enhanced};
use crate::delivery::verdict::{Verdict, mailed, moved, noticed, object, verdict};
use crate::model::{
    Actor, Answer, Event, EventKind, GrantId, MessageId, Purpose, Recipient, State,
};
use crate::queue::{self, Leased};
use crate::store::records::{CodeMail, Ended, Ending, Grant, Job, Request, Work};
use crate::store::{Change, Error, Store, Tx};
use jiff::{SignedDuration, Timestamp};

/// How often a commit is tried while others change the same records: a press in
/// the portal, a sweep.
const RACES: u32 = 8;
/// Recipients of one message: above what the settings allow.
const MOST: usize = 1_000;
/// Pause after the store failed.
const RETRY: SignedDuration = SignedDuration::from_secs(1);

/// Writes down what became of the job in hand. A mail that the relay has taken
/// is noted even if the lease is lost, since the alternative is a second copy;
/// while the store fails, it is tried until the lease ends.
pub(super) async fn note(store: &Store, leased: Leased, outcome: Outcome) {
    let job = leased.job();
    log(job, &outcome);
    let verdict = verdict(job, outcome, store.clock().now());
    let mut lost_races = 0;
    loop {
        let late = lost_races >= RACES / 2;
        let error = match write(store, &leased, &verdict, late).await {
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

async fn write(store: &Store, leased: &Leased, verdict: &Verdict, late: bool) -> Result<(), Error> {
    let mut note = Note {
        store,
        tx: Tx::new(),
    };
    let purpose = match &leased.job().work {
        Work::Deliver(parcel) => Some(parcel.purpose),
        Work::Dispatch(_) => None,
    };
    if let Some(purpose) = purpose {
        note.records(purpose, verdict).await?;
    }
    let tx = &mut note.tx;
    match verdict {
        Verdict::Taken(_) if late => queue::done_late(store, tx, leased).await?,
        Verdict::Taken(_) | Verdict::Lost(..) | Verdict::Gone => queue::done(tx, leased),
        Verdict::Aside(_) => queue::set_aside(tx, leased, None),
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

/// Puts into the caller's commit that an operator gave `job` up: for everybody
/// concerned it is as if the relay had refused it for good.
///
/// # Errors
/// The store's own.
pub async fn give_up(store: &Store, tx: Tx, job: &Job) -> Result<Tx, Error> {
    let at = store.clock().now();
    let answer = job.answer.clone();
    let answer = answer.unwrap_or_else(|| answer_without_words(at));
    let verdict = Verdict::Lost(Answer { at, ..answer }, "dropped");
    let mut note = Note { store, tx };
    match &job.work {
        Work::Deliver(parcel) => note.records(parcel.purpose, &verdict).await?,
        Work::Dispatch(message) => {
            // Its routes were never chosen: it reaches nobody.
            let failed = (State::Failed, State::Failed);
            let prefix: [&[u8]; 1] = [message.octets()];
            let recipients = store.range::<Recipient>(&prefix, None, MOST).await?;
            for recipient in recipients {
                note.recipient(*message, recipient.n, failed, &verdict)
                    .await?;
            }
        }
    }
    Ok(note.tx)
}

const fn answer_without_words(at: Timestamp) -> Answer {
    Answer {
        at,
        code: 0,
        text: String::new(),
    }
}

/// A commit that is being put together.
struct Note<'a> {
    store: &'a Store,
    tx: Tx,
}

impl Note<'_> {
    async fn records(&mut self, purpose: Purpose, verdict: &Verdict) -> Result<(), Error> {
        match purpose {
            Purpose::Code { grant, serial } => self.code(grant, serial, verdict).await,
            Purpose::Notice { message, n, grant } => {
                if let Verdict::Taken(answer) = verdict {
                    self.start(grant, answer.at).await?;
                }
                let states = (State::NoticeAccepted, State::NoticeBounced);
                self.recipient(message, n, states, verdict).await
            }
            Purpose::Clear { message, n } => {
                let states = (State::Relayed, State::Failed);
                self.recipient(message, n, states, verdict).await
            }
            Purpose::Alert | Purpose::Report { .. } => Ok(()),
        }
    }

    /// The recipient of a notice or a clear mail, in the first state of
    /// `states` after success and in the second after failure.
    async fn recipient(
        &mut self,
        message: MessageId,
        n: u16,
        states: (State, State),
        verdict: &Verdict,
    ) -> Result<(), Error> {
        let event = Event::new(Actor::Gateway, EventKind::Notice, format!("{message}/{n}"));
        let (state, at, event) = match verdict {
            Verdict::Taken(answer) => (states.0, answer.at, event.noted("accepted")),
            Verdict::Lost(answer, why) => (states.1, answer.at, event.failed(why)),
            Verdict::Aside(why) => {
                self.tx.audit(event.failed(why));
                return Ok(());
            }
            Verdict::Gone => {
                self.tx.audit(event.failed("withdrawn"));
                return Ok(());
            }
            Verdict::Later { .. } => return Ok(()),
        };
        if let Some(held) = self.store.hold(&Recipient::at(message, n)).await?
            && let Some(next) = moved(&held.record, state, at)
        {
            self.tx.replace(&held, &next);
        }
        self.tx.change(Change::Message(message));
        self.tx.audit(event);
        Ok(())
    }

    /// The time of a grant begins to run.
    async fn start(&mut self, id: GrantId, at: Timestamp) -> Result<(), Error> {
        let Some(held) = self.store.hold(&Grant::at(id)).await? else {
            return Ok(());
        };
        if let Some(next) = noticed(&held.record, at) {
            let what = Ended::Grant(id);
            self.tx.delete(&Ending::at(held.record.expires, what));
            let at = next.expires;
            self.tx.put(&Ending { at, what });
            self.tx.replace(&held, &next);
        }
        Ok(())
    }

    async fn code(&mut self, grant: GrantId, serial: u32, verdict: &Verdict) -> Result<(), Error> {
        let mail = match verdict {
            Verdict::Taken(answer) => CodeMail::Handed(answer.at),
            Verdict::Later { due, .. } => CodeMail::Deferred(*due),
            Verdict::Lost(Answer { at, .. }, _) => CodeMail::Refused(*at),
            Verdict::Aside(_) => CodeMail::Refused(self.store.clock().now()),
            Verdict::Gone => return Ok(()),
        };
        if let Some(held) = self.store.hold(&Request::at(grant)).await?
            && let Some(next) = mailed(&held.record, serial, mail)
        {
            self.tx.replace(&held, &next);
        }
        Ok(())
    }
}

/// The relay's words may quote an address: only its codes are logged.
fn log(job: &Job, outcome: &Outcome) {
    let (id, lane, attempt) = (job.id, job.lane, job.attempts.saturating_add(1));
    let about = match &job.work {
        Work::Deliver(parcel) => object(parcel.purpose),
        Work::Dispatch(message) => message.to_string(),
    };
    match outcome {
        Outcome::Accepted(answer) => tracing::info!(
            event = "delivery.accepted", job = %id, %about, ?lane, attempt,
            relay.code = answer.code, relay.enhanced = enhanced(answer),
            "The relay took a mail."
        ),
        Outcome::Deferred(answer) => tracing::warn!(
            event = "delivery.deferred", job = %id, %about, ?lane, attempt,
            relay.code = answer.code, relay.enhanced = enhanced(answer),
            "The relay did not take a mail yet; it is tried again."
        ),
        Outcome::Failed(answer) => tracing::warn!(
            event = "delivery.failed", job = %id, %about, ?lane, attempt,
            relay.code = answer.code, relay.enhanced = enhanced(answer),
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
        Outcome::Unwanted => tracing::info!(
            event = "delivery.unwanted", job = %id, %about, ?lane,
            "Nobody waits for a mail any more; it was dropped."
        ),
    }
}
