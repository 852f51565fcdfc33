//! The queue: work that is durable, due at a time, and in one hand only.
//!
//! A job lies under its id; one [`Due`] entry puts it into its lane's order.
//! That entry is also the lock. To take a job is to move its entry to the end
//! of a lease, with a fencing number in it; to finish, defer or drop it is to
//! move or remove the entry as it was seen. Two workers, or two processes, that
//! reach for the same entry cannot both commit. The job itself, with the mail
//! in it, is not written again for a lease, so a lease costs a few dozen octets.
//!
//! ```text
//!  push ──▶ due ──take──▶ leased ──done──▶ (gone)
//!            ▲              │ │ └─defer──▶ due, later
//!            │  lease's end │ └─set_aside──▶ aside ──retry──▶ due
//!            └──────────────┘
//! ```
//!
//! A worker waits on [`Store::watch`] and on `Clock::sleep_until(next_due)`.

mod operator;
pub mod schedule;

use crate::model::{Answer, JobId, Lane, secret};
use crate::store::records::{Due, Job, Work};
use crate::store::{Error, Held, Store, Tx};
use jiff::{SignedDuration, Timestamp};
pub use operator::{Listed, Refused, drop, drop_all, list, retry};
use std::collections::HashSet;

/// The due time of a job that was set aside: it waits for an operator.
pub const ASIDE: Timestamp = Timestamp::MAX;

/// How often one call tries to lease while others reach for the same jobs.
/// Each lost race means that somebody else won, so a few are enough.
const RACES: u32 = 4;
/// No job waits longer than this for its next try, and no lease lasts longer: an
/// entry further ahead was written before the clock was set back, and its job
/// is due now. Above the longest pause and the longest lease, both under two
/// hours.
const LONGEST: SignedDuration = SignedDuration::from_hours(3);
/// How many index entries one step of a search reads: a few kilobytes.
const PAGE: usize = 256;

/// A job in the hand of one worker, until its lease ends.
#[derive(Clone, Debug)]
pub struct Leased {
    job: Job,
    due: Held<Due>,
}

impl Leased {
    /// The job.
    #[must_use]
    pub const fn job(&self) -> &Job {
        &self.job
    }

    /// Notes that the delay has been reported; [`defer`] keeps it.
    pub const fn warned(&mut self) {
        self.job.warned = true;
    }

    /// When the lease ends: from then on somebody else may take the job.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        self.due.record.due
    }
}

/// Adds a job that is due at once to the caller's commit.
pub fn push(tx: &mut Tx, now: Timestamp, lane: Lane, work: Work) -> JobId {
    let job = Job {
        id: JobId::new(now),
        lane,
        work,
        created: now,
        due: now,
        attempts: 0,
        warned: false,
        answer: None,
    };
    tx.insert(&job);
    tx.put(&due_of(&job));
    job.id
}

/// Takes up to `limit` due jobs, lane after lane, each for `span`. All leases
/// are one durable commit. Returns fewer, or none, if there is no more to do or
/// another worker was quicker.
///
/// # Errors
/// Whatever the store reports, except a lost race.
pub async fn take(
    store: &Store,
    lanes: &[Lane],
    limit: usize,
    span: SignedDuration,
) -> Result<Vec<Leased>, Error> {
    take_beside(store, lanes, (limit, span), &HashSet::new()).await
}

/// The same, without the jobs in `held`: the caller works on them, and a clock
/// that was set forward has ended their leases before their time.
///
/// # Errors
/// As [`take`].
pub async fn take_beside(
    store: &Store,
    lanes: &[Lane],
    (limit, span): (usize, SignedDuration),
    held: &HashSet<JobId>,
) -> Result<Vec<Leased>, Error> {
    for _ in 0..RACES {
        let now = store.clock().now();
        let mut found = Vec::new();
        for lane in lanes {
            let left = limit.saturating_sub(found.len());
            found.extend(find_due(store, *lane, (left, now), held).await?);
        }
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let until = now.saturating_add(span).unwrap_or(ASIDE);
        match lease(store, found, until).await {
            Err(Error::Conflict) => {}
            result => return result,
        }
    }
    Ok(Vec::new())
}

/// Up to `limit` due jobs of a lane, without a lease: for work that does nothing
/// but commit, where two who do the same at once are one too many and no harm.
/// The commit that ends the job fails for the second of them.
///
/// # Errors
/// Whatever the store reports.
pub async fn look(store: &Store, lane: Lane, limit: usize) -> Result<Vec<Leased>, Error> {
    let bounds = (limit, store.clock().now());
    let found = find_due(store, lane, bounds, &HashSet::new()).await?;
    let jobs = found.into_iter().map(|(due, job)| Leased { job, due });
    Ok(jobs.collect())
}

/// Removes a finished job in the caller's commit, which fails if the lease was
/// lost. Finished is finished, for better or worse: a job that failed for good
/// ends here too.
pub fn done(tx: &mut Tx, leased: &Leased) {
    tx.remove(&leased.due);
    tx.delete(&Job::at(leased.job.id));
}

/// Puts a job back, due at `due`, with what the relay said; counts the try. The
/// commit fails if the lease was lost.
pub fn defer(tx: &mut Tx, leased: &Leased, due: Timestamp, answer: Option<Answer>) {
    let job = Job {
        due,
        attempts: leased.job.attempts.saturating_add(1),
        answer: answer.or_else(|| leased.job.answer.clone()),
        ..leased.job.clone()
    };
    move_due(tx, &leased.due, &due_of(&job));
    tx.put(&job);
}

/// Puts a job back that was not tried: it is due as it was.
pub fn release(tx: &mut Tx, leased: &Leased) {
    move_due(tx, &leased.due, &due_of(&leased.job));
}

/// Sets a job aside that our own fault keeps from being done: it stays in the
/// queue, named, until an operator retries or drops it. The rest flows on.
pub fn set_aside(tx: &mut Tx, leased: &Leased, answer: Option<Answer>) {
    defer(tx, leased, ASIDE, answer);
}

/// When the first job of these lanes is due, or its lease ends; `None` if they
/// are empty. Never much later than now, since the clock may be set back.
///
/// # Errors
/// Whatever the store reports.
pub async fn next_due(store: &Store, lanes: &[Lane]) -> Result<Option<Timestamp>, Error> {
    next_due_beside(store, lanes, &HashSet::new()).await
}

/// The same, without the jobs in `held`.
///
/// # Errors
/// As [`next_due`].
pub async fn next_due_beside(
    store: &Store,
    lanes: &[Lane],
    held: &HashSet<JobId>,
) -> Result<Option<Timestamp>, Error> {
    let mut first = None;
    for lane in lanes {
        let prefix: [&[u8]; 1] = [&[*lane as u8]];
        let due = store.range::<Due>(&prefix, None, held.len() + 1).await?;
        let due = due.iter().find(|due| !held.contains(&due.job));
        first = due.map(|d| d.due).into_iter().chain(first).min();
    }
    let end = ahead(store.clock().now());
    Ok(first.map(|first| {
        if first == ASIDE {
            first
        } else {
            first.min(end)
        }
    }))
}

fn ahead(now: Timestamp) -> Timestamp {
    now.saturating_add(LONGEST).unwrap_or(ASIDE)
}

/// Ends every lease, so that what a killed process had in hand is due at once
/// and not only at the lease's end. To be called at start, before any worker,
/// and only where this process is the only one on the store. Returns how many
/// jobs were in hand.
///
/// # Errors
/// Whatever the store reports.
pub async fn reclaim(store: &Store) -> Result<usize, Error> {
    let mut reclaimed = 0;
    for lane in Lane::ALL {
        let mut after = None;
        loop {
            let prefix: [&[u8]; 1] = [&[lane as u8]];
            let page = store.range::<Due>(&prefix, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(Due::at(last.lane, last.due, last.job));
            let mut tx = Tx::new();
            let held = page.iter().filter(|due| due.lease.is_some());
            let before = reclaimed;
            for due in held {
                tx.delete(&Due::at(due.lane, due.due, due.job));
                tx.put(&Due {
                    due: store.clock().now(),
                    lease: None,
                    ..due.clone()
                });
                reclaimed += 1;
            }
            if reclaimed > before {
                store.commit(tx).await?;
            }
        }
    }
    Ok(reclaimed)
}

/// Takes a job out of the queue whoever holds it: for a worker whose lease
/// ended while the relay was taking its mail. To leave the job would be to
/// send the mail twice.
///
/// # Errors
/// Whatever the store reports.
pub async fn done_late(store: &Store, tx: &mut Tx, leased: &Leased) -> Result<(), Error> {
    if let Some(held) = find_entry(store, &leased.job).await? {
        tx.remove(&held);
    }
    tx.delete(&Job::at(leased.job.id));
    Ok(())
}

fn due_of(job: &Job) -> Due {
    Due {
        lane: job.lane,
        due: job.due,
        job: job.id,
        lease: None,
    }
}

fn move_due(tx: &mut Tx, from: &Held<Due>, to: &Due) {
    let (old, new) = (&from.record, to);
    if Due::at(old.lane, old.due, old.job).octets() == Due::at(new.lane, new.due, new.job).octets()
    {
        tx.replace(from, to);
    } else {
        tx.remove(from);
        tx.put(to);
    }
}

/// The due jobs of a lane, at most `limit`, with their entries as they are now.
async fn find_due(
    store: &Store,
    lane: Lane,
    (limit, now): (usize, Timestamp),
    held: &HashSet<JobId>,
) -> Result<Vec<(Held<Due>, Job)>, Error> {
    let mut found = Vec::new();
    if limit == 0 {
        return Ok(found);
    }
    let prefix: [&[u8]; 1] = [&[lane as u8]];
    let mut entries = store
        .range::<Due>(&prefix, None, limit.saturating_add(held.len()))
        .await?;
    entries.retain(|due| due.due <= now && !held.contains(&due.job));
    if entries.is_empty() {
        entries = left_ahead(store, lane, now).await?;
    }
    for due in entries.into_iter().take(limit) {
        let entry = store.hold(&Due::at(due.lane, due.due, due.job)).await?;
        if let Some(entry) = entry
            && let Some(job) = readable(store, &entry).await?
        {
            found.push((entry, job));
        }
    }
    Ok(found)
}

/// What waits for a time that lies too far ahead: the clock was set back. What
/// is leased stays with its worker, which may be sending it at this moment; a
/// start ends the leases of workers that are gone.
async fn left_ahead(store: &Store, lane: Lane, now: Timestamp) -> Result<Vec<Due>, Error> {
    let after = Due::at(lane, ahead(now), JobId::from_octets([u8::MAX; 16]));
    let prefix: [&[u8]; 1] = [&[lane as u8]];
    let mut entries = store.range::<Due>(&prefix, Some(&after), PAGE).await?;
    entries.retain(|due| due.due < ASIDE && due.lease.is_none());
    Ok(entries)
}

/// The entry's job. An entry without a job is removed, and one whose job cannot
/// be read is set aside, so that nothing else waits behind it.
async fn readable(store: &Store, entry: &Held<Due>) -> Result<Option<Job>, Error> {
    let due = &entry.record;
    let mut tx = Tx::new();
    match store.get(&Job::at(due.job)).await {
        Ok(Some(job)) => return Ok(Some(job)),
        Ok(None) => tx.remove(entry),
        Err(error @ (Error::Damaged(_) | Error::Newer | Error::Sealed)) => {
            tracing::error!(
                event = "queue.set-aside", job = %due.job, %error,
                "a job cannot be read and was set aside; `sealpost store verify` says more"
            );
            let aside = Due {
                due: ASIDE,
                lease: None,
                ..due.clone()
            };
            move_due(&mut tx, entry, &aside);
        }
        Err(error) => return Err(error),
    }
    match store.commit(tx).await {
        Ok(_) | Err(Error::Conflict) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn lease(
    store: &Store,
    found: Vec<(Held<Due>, Job)>,
    until: Timestamp,
) -> Result<Vec<Leased>, Error> {
    let number = u64::from_be_bytes(secret::random());
    let mut tx = Tx::new();
    for (entry, _) in &found {
        let leased = Due {
            due: until,
            lease: Some(number),
            ..entry.record.clone()
        };
        move_due(&mut tx, entry, &leased);
    }
    store.commit(tx).await?;
    let mut leased = Vec::with_capacity(found.len());
    for (_, job) in found {
        let due = store.hold(&Due::at(job.lane, until, job.id)).await?;
        if let Some(due) = due.filter(|due| due.record.lease == Some(number)) {
            leased.push(Leased { job, due });
        }
    }
    Ok(leased)
}

/// The job's entry, wherever it stands: at its own time, or, under a lease,
/// somewhere else in its lane.
async fn find_entry(store: &Store, job: &Job) -> Result<Option<Held<Due>>, Error> {
    let usual = store.hold(&Due::at(job.lane, job.due, job.id)).await?;
    if usual.is_some() {
        return Ok(usual);
    }
    let mut after = None;
    loop {
        let prefix: [&[u8]; 1] = [&[job.lane as u8]];
        let page = store.range::<Due>(&prefix, after.as_ref(), PAGE).await?;
        if let Some(due) = page.iter().find(|due| due.job == job.id) {
            return store.hold(&Due::at(due.lane, due.due, due.job)).await;
        }
        let Some(last) = page.last() else {
            return Ok(None);
        };
        after = Some(Due::at(last.lane, last.due, last.job));
    }
}

#[cfg(test)]
mod tests;
