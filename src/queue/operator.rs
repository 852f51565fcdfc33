//! What an operator wishes of the queue: to see it, to have a job tried at
//! once, to have it dropped.

use crate::model::{JobId, Lane};
use crate::queue::{PAGE, due_of, find_entry, move_due};
use crate::store::records::{Due, Job, Work};
use crate::store::{Error, Held, Store, Tx};
use jiff::Timestamp;

/// The lanes in the order in which one job leads to another: a dispatch to a
/// notice, that to a success, that to a report; a file in the chart to news of it. A list that is read in this
/// order while jobs end sees the job or what it led to, and so never too little.
const COURSE: [Lane; 8] = [
    Lane::Dispatch,
    Lane::Clear,
    Lane::Notice,
    Lane::Success,
    Lane::Report,
    Lane::Code,
    Lane::Chart,
    Lane::Webhook,
];

/// A job as it stands in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The job.
    pub job: Job,
    /// When it is due next, or when its lease ends; [`ASIDE`] if it waits for
    /// an operator.
    pub due: Timestamp,
    /// Whether a worker holds it, or held it when it died.
    pub leased: bool,
}

/// Why an operator's wish was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such job: it may have just finished.
    #[error("no such job in the queue; `sealpost queue list` shows what there is")]
    Unknown,
    /// A worker has it in hand.
    #[error("the job is being worked on at this moment; try again in a minute")]
    InHand,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What is in the queue, lane after lane in order of time, at most `limit`.
///
/// # Errors
/// Whatever the store reports.
pub async fn list(store: &Store, limit: usize) -> Result<Vec<Listed>, Error> {
    let mut listed = Vec::new();
    for lane in COURSE {
        for due in store.range::<Due>(&[&[lane as u8]], None, limit).await? {
            // A job that ends between the two reads is simply not listed.
            if let Some(job) = store.get(&Job::at(due.job)).await? {
                listed.push(Listed {
                    job,
                    due: due.due,
                    leased: due.lease.is_some(),
                });
            }
        }
    }
    let urgency = |listed: &Listed| Lane::ALL.iter().position(|lane| *lane == listed.job.lane);
    listed.sort_by_key(urgency);
    listed.truncate(limit);
    Ok(listed)
}

/// Makes a job due now, whatever it waited for.
///
/// # Errors
/// [`Refused`] if there is no such job or it is in hand.
pub async fn retry(store: &Store, tx: &mut Tx, id: JobId) -> Result<Job, Refused> {
    let (held, mut job) = idle(store, id).await?;
    job.due = store.clock().now();
    move_due(tx, &held, &due_of(&job));
    tx.put(&job);
    Ok(job)
}

/// Takes a job out of the queue. Who waits for its outcome is told by the
/// caller, in the same commit.
///
/// # Errors
/// [`Refused`] if there is no such job or it is in hand.
pub async fn drop(store: &Store, tx: &mut Tx, id: JobId) -> Result<Job, Refused> {
    let (held, job) = idle(store, id).await?;
    tx.remove(&held);
    tx.delete(&Job::at(id));
    Ok(job)
}

/// Takes every job of these lanes that `is_over` names out of the queue, in the
/// caller's commit; those that a worker has in hand stay, and it asks once more
/// whether they are wanted. Returns the jobs. Reads the lanes whole, as a list
/// does: for an operator's wish, not for every message.
///
/// # Errors
/// Whatever the store reports.
pub async fn drop_all(
    store: &Store,
    tx: &mut Tx,
    lanes: &[Lane],
    is_over: impl Fn(&Work) -> bool,
) -> Result<Vec<Job>, Error> {
    let now = store.clock().now();
    let mut dropped = Vec::new();
    for lane in lanes {
        let mut after = None;
        loop {
            let prefix: [&[u8]; 1] = [&[*lane as u8]];
            let page = store.range::<Due>(&prefix, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(Due::at(last.lane, last.due, last.job));
            let idle = page.iter().filter(|d| d.lease.is_none() || d.due <= now);
            for due in idle {
                let job = match store.get(&Job::at(due.job)).await {
                    Ok(Some(job)) if is_over(&job.work) => job,
                    // A job that cannot be read is whoever takes it's to set aside.
                    Ok(_) | Err(Error::Damaged(_) | Error::Newer | Error::Sealed) => continue,
                    Err(error) => return Err(error),
                };
                let entry = store.hold(&Due::at(due.lane, due.due, due.job)).await?;
                let Some(entry) = entry else { continue };
                tx.remove(&entry);
                tx.delete(&Job::at(job.id));
                dropped.push(job);
            }
        }
    }
    Ok(dropped)
}

/// A job that no living worker holds, with its entry.
async fn idle(store: &Store, id: JobId) -> Result<(Held<Due>, Job), Refused> {
    let job = store.get(&Job::at(id)).await?.ok_or(Refused::Unknown)?;
    let held = find_entry(store, &job).await?.ok_or(Refused::Unknown)?;
    let entry = &held.record;
    if entry.lease.is_some() && entry.due > store.clock().now() {
        return Err(Refused::InHand);
    }
    Ok((held, job))
}
