//! What an outcome does to a job and to the records it concerns. Pure.

use crate::delivery::outcome::{Duty, Outcome};
use crate::mime::report::Reason;
use crate::model::{Answer, Purpose};
use crate::queue::schedule;
use crate::store::records::{Grant, Job};
use jiff::{SignedDuration, Timestamp};

/// What becomes of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The relay took it; who reports on it now.
    Taken(Answer, Duty),
    /// Another try at `due`; `warn` if its sender is to hear of the delay now.
    Later {
        due: Timestamp,
        answer: Answer,
        warn: bool,
    },
    /// It ends without success.
    Lost(Answer, Reason),
    /// Our own fault: it waits for an operator. Why, in a word.
    Aside(&'static str),
    /// Nobody waits for it.
    Gone,
    /// It was not tried, and is due as before.
    Back,
}

/// The verdict on `job` after one try that ended at `now`.
pub(super) fn verdict(job: &Job, outcome: Outcome, now: Timestamp) -> Verdict {
    match outcome {
        Outcome::Accepted(answer, duty) => Verdict::Taken(answer, duty),
        Outcome::Failed(answer) => {
            let why = Reason::of(&answer);
            Verdict::Lost(answer, why)
        }
        Outcome::Unfit(why) => Verdict::Aside(why),
        Outcome::Unwanted => Verdict::Gone,
        Outcome::Unstarted => Verdict::Back,
        Outcome::Deferred(answer) | Outcome::Fault(answer, ..) => {
            let tried = job.attempts.saturating_add(1);
            match schedule::next(job.lane, job.created, tried, now) {
                Some(due) => Verdict::Later {
                    due,
                    answer,
                    warn: !job.warned && schedule::is_late(job.lane, job.created, now),
                },
                None => Verdict::Lost(answer, Reason::TimedOut),
            }
        }
    }
}

/// The grant after the relay took its notice at `at`: its time begins to run
/// (foundations §4), unless the office has set its end since. `None` if it runs
/// already or was withdrawn.
pub(super) fn noticed(grant: &Grant, at: Timestamp) -> Option<Grant> {
    let open = grant.noticed.is_none() && grant.recalled.is_none() && grant.purged.is_none();
    let lasts = SignedDuration::from_secs(grant.lasts);
    let ends = at.saturating_add(lasts).unwrap_or(Timestamp::MAX);
    open.then(|| Grant {
        noticed: Some(at),
        expires: grant.extended.map_or(ends, |_| grant.expires),
        ..grant.clone()
    })
}

/// The id of what a parcel is about, for the log and the audit trail.
pub(super) fn object(purpose: Purpose) -> String {
    match purpose {
        Purpose::Notice { message, n, .. }
        | Purpose::Reminder { message, n, .. }
        | Purpose::Clear { message, n } => {
            format!("{message}/{n}")
        }
        Purpose::Code { grant, .. } => grant.to_string(),
        Purpose::Report { message } => message.to_string(),
        Purpose::Alert => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, noticed, verdict};
    use crate::delivery::outcome::{Outcome, answer};
    use crate::mime::report::Reason;
    use crate::model::{Address, JobId, Lane, MessageId, State};
    use crate::store::records::{Grant, Job, Work};
    use crate::store::samples;
    use jiff::Timestamp;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn job(lane: Lane) -> Job {
        Job {
            id: JobId::new(at(0)),
            lane,
            work: Work::Dispatch(MessageId::new(at(0))),
            created: at(0),
            due: at(0),
            attempts: 0,
            warned: false,
            answer: None,
        }
    }

    fn deferred(now: i64) -> Outcome {
        Outcome::Deferred(answer(at(now), 450, "4.7.1 later"))
    }

    #[test]
    fn a_deferred_notice_is_late_once_and_given_up_at_last() {
        let mut job = job(Lane::Notice);
        let early = verdict(&job, deferred(0), at(0));
        assert!(matches!(early, Verdict::Later { warn: false, due, .. } if due == at(60)));
        let late = verdict(&job, deferred(14_400), at(14_400));
        assert!(matches!(late, Verdict::Later { warn: true, .. }));
        job.warned = true;
        let again = verdict(&job, deferred(15_000), at(15_000));
        assert!(matches!(again, Verdict::Later { warn: false, .. }));
        job.attempts = 50;
        let end = verdict(&job, deferred(172_000), at(172_000));
        assert!(matches!(end, Verdict::Lost(_, Reason::TimedOut)));
    }

    fn grant() -> Grant {
        let jane = Address::parse("jane@example.test").unwrap();
        samples::unkeyed_grant(at(0), MessageId::new(at(0)), &jane)
    }

    #[test]
    fn a_recipient_moves_on_and_never_back() {
        let queued = samples::recipient(&grant(), State::Queued);
        let next = queued.moved(State::NoticeAccepted, at(9)).unwrap();
        assert_eq!((next.state, next.since), (State::NoticeAccepted, at(9)));
        for state in [
            State::Opened,
            State::Replied,
            State::Expired,
            State::Recalled,
        ] {
            let further = samples::recipient(&grant(), state);
            assert_eq!(further.moved(State::NoticeAccepted, at(9)), None);
            assert_eq!(further.moved(State::NoticeBounced, at(9)), None);
        }
    }

    #[test]
    fn a_grants_time_runs_from_the_first_acceptance_of_its_notice() {
        let grant = Grant {
            lasts: 1_000,
            expires: at(1_000),
            ..grant()
        };
        let first = noticed(&grant, at(300)).unwrap();
        assert_eq!((first.noticed, first.expires), (Some(at(300)), at(1_300)));
        assert_eq!(noticed(&first, at(900)), None);
        let recalled = Grant {
            recalled: Some(at(1)),
            ..grant
        };
        assert_eq!(noticed(&recalled, at(300)), None);
        let extended = Grant {
            recalled: None,
            extended: Some(at(2)),
            ..recalled
        };
        let kept = noticed(&extended, at(300)).unwrap();
        assert_eq!(kept.expires, at(1_000), "the office has set its end");
    }
}
