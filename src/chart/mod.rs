//! The chart: every file that a patient sends is also written into a folder of
//! the clinic's own, and the clinic's own program may hear of it.
//!
//! ```text
//!  visit ─ one commit: the answer, a job for each file, a job for the news
//!              ▼                                  ▼
//!   lane chart: a file under a       lane webhook: POST, signed,
//!   temporary name, synced, named    until it is taken or a day is over
//! ```
//!
//! Both are jobs in lanes of their own: a disk that is full or lost, or a program
//! that does not answer, holds up neither mail nor the other lane.
//!
//! *Architecture invariant:* a file is written once, also after a kill at any
//! moment, and its content is kept until it is.

mod folder;
mod name;
mod shelf;
mod webhook;
mod write;

use crate::model::message::PartRole;
use crate::model::{Answer, ContactId, Lane, Live, MessageId, Part};
use crate::queue::{self, Leased, schedule};
use crate::store::records::{Charting, Job, News, NewsKind, Work};
use crate::store::{Error, Store, Tx};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
pub use shelf::{Lying, Shelf, Taken};
use std::path::PathBuf;
use tokio::sync::watch;
pub use webhook::Webhook;

/// Pause after the store failed, or while the folder or the webhook is not set.
const RETRY: SignedDuration = SignedDuration::from_secs(15);

/// What the configuration says about the chart.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder that patients' files are written into.
    pub folder: Option<PathBuf>,
    /// Who is told of news.
    pub webhook: Option<Webhook>,
    /// The clinic's zone: a file bears the day on which it came there.
    pub zone: TimeZone,
}

/// What is to follow an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whether its files are to be written.
    pub files: bool,
    /// Whether news of it is to be told.
    pub news: bool,
}

/// An answer that is being kept.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// Its id.
    pub message: MessageId,
    /// Whose it is, if the office knows them.
    pub contact: Option<ContactId>,
    /// Its parts.
    pub parts: &'a [Part],
}

/// The name under which a file is put into the chart that comes on this day, if no
/// other one has it.
#[must_use]
pub fn filed(day: Date, name: Option<&str>) -> String {
    name::file(day, name, 1)
}

/// Puts into the caller's commit what is to follow an answer.
pub fn follow(tx: &mut Tx, now: Timestamp, wanted: Wanted, answer: &Answered<'_>) {
    let (message, contact) = (answer.message, answer.contact);
    for (part, n) in answer.parts.iter().zip(0..) {
        if wanted.files && matches!(part.role, PartRole::File | PartRole::Inline) {
            tx.put(&Charting {
                message,
                part: n,
                contact,
                inode: None,
            });
            let work = Work::Chart { message, part: n };
            queue::push(tx, now, Lane::Chart, work);
        }
    }
    if wanted.news {
        let news = News {
            kind: NewsKind::Reply,
            message,
            contact,
            part: None,
        };
        queue::push(tx, now, Lane::Webhook, Work::Announce(news));
    }
}

/// Puts into the caller's commit what follows when an operator drops `job`:
/// nobody waits for its file any more.
pub fn dropped(tx: &mut Tx, job: &Job) {
    if let Work::Chart { message, part } = job.work {
        tx.delete(&Charting::at(message, part));
    }
}

/// The chart of one gateway.
#[derive(Clone, Debug)]
pub struct Chart {
    store: Store,
    settings: Live<Settings>,
}

/// What one look at a lane came to.
enum Turn {
    /// A job was in hand; there may be more.
    More,
    /// Nothing is due.
    Idle,
    /// What the lane's jobs need is not set.
    Off,
}

impl Chart {
    /// A chart over one store.
    #[must_use]
    pub const fn new(store: Store, settings: Live<Settings>) -> Self {
        Self { store, settings }
    }

    /// Works until `stop` says so. What is in hand is broken off, and begun anew
    /// at the next start: a share that hangs must not hold up the end.
    pub async fn work(self, stop: watch::Receiver<bool>) {
        let files = self.lane(Lane::Chart, stop.clone());
        let news = self.lane(Lane::Webhook, stop);
        futures_util::future::join(files, news).await;
    }

    async fn lane(&self, lane: Lane, mut stop: watch::Receiver<bool>) {
        let mut changed = self.store.watch();
        while !*stop.borrow() {
            // What is committed after this line wakes us again.
            changed.mark_unchanged();
            let due = tokio::select! {
                due = self.round(lane) => due,
                _ = stop.changed() => break,
            };
            tokio::select! {
                _ = changed.changed() => {}
                stopped = stop.changed() => if stopped.is_err() { break },
                () = self.store.clock().sleep_until(due) => {}
            }
        }
    }

    /// Does all that is due; returns when to look again.
    async fn round(&self, lane: Lane) -> Timestamp {
        let due = loop {
            match self.turn(lane).await {
                Ok(Turn::More) => {}
                Ok(Turn::Idle) => break queue::next_due(&self.store, &[lane]).await,
                Ok(Turn::Off) => break Ok(Some(self.later())),
                Err(error) => break Err(error),
            }
        };
        due.map_or_else(
            |error| {
                tracing::error!(event = "chart.stalled", ?lane, reason = %error, "The queue could not be read or written; what is for the chart waits.");
                self.later()
            },
            |due| due.unwrap_or(Timestamp::MAX),
        )
    }

    async fn turn(&self, lane: Lane) -> Result<Turn, Error> {
        let settings = self.settings.current();
        // Nobody else works on these lanes, so a lease, one more durable write,
        // is not needed.
        let next = async || {
            let found = queue::look(&self.store, lane, 1).await?;
            Ok::<_, Error>(found.into_iter().next())
        };
        match (lane, &settings.folder, &settings.webhook) {
            (Lane::Chart, Some(folder), _) => {
                let Some(job) = next().await? else {
                    return Ok(Turn::Idle);
                };
                let place = write::Place {
                    root: folder,
                    zone: &settings.zone,
                    news: settings.webhook.is_some(),
                };
                self.write(&place, &job).await?;
            }
            (Lane::Webhook, _, Some(webhook)) => {
                let Some(job) = next().await? else {
                    return Ok(Turn::Idle);
                };
                self.announce(webhook, &job).await?;
            }
            _ => return Ok(Turn::Off),
        }
        Ok(Turn::More)
    }

    /// Puts a job back with what went wrong; `None` if its time is over.
    async fn defer(&self, job: &Leased, code: u16, why: &str) -> Result<Option<Timestamp>, Error> {
        let now = self.store.clock().now();
        let (job_is, tried) = (job.job(), job.job().attempts.saturating_add(1));
        let mut tx = Tx::new();
        let due = schedule::next(job_is.lane, job_is.created, tried, now);
        match due {
            Some(due) => {
                let text = why.chars().take(200).collect();
                let answer = Answer {
                    at: now,
                    code,
                    text,
                };
                queue::defer(&mut tx, job, due, Some(answer));
            }
            None => queue::done(&mut tx, job),
        }
        self.commit(tx).await?;
        Ok(due)
    }

    /// Sets a job aside that trying again cannot help: `sealpost queue list` shows
    /// it, and the rest flows on.
    async fn set_aside(&self, job: &Leased) -> Result<(), Error> {
        let mut tx = Tx::new();
        queue::set_aside(&mut tx, job, None);
        self.commit(tx).await
    }

    /// Commits what ends a job, or puts it back.
    async fn commit(&self, tx: Tx) -> Result<(), Error> {
        match self.store.commit(tx).await {
            // The operator dropped it at this moment, or has it tried now.
            Ok(_) | Err(Error::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn later(&self) -> Timestamp {
        let now = self.store.clock().now();
        now.saturating_add(RETRY).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests;
