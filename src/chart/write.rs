//! Writes one file into the chart's folder.
//!
//! ```text
//!  temporary name, whole, synced ─▶ its inode number, committed ─▶ its own name
//!                                                     ─▶ the job's end, committed
//! ```
//!
//! A gateway that was killed behind the first commit looks for the inode: under
//! the temporary name the file gets its own, under another one it has it already,
//! and nowhere means that the disk is another one, and it is written anew.

use crate::chart::folder::{Drawer, Found, Root};
use crate::chart::{Chart, name};
use crate::mime::decode::Decoder;
use crate::model::{Actor, Event, EventKind, Lane, MessageId, Part};
use crate::queue::{self, Leased};
use crate::store::records::{ChartRoot, Charting, Contact, Message, News, NewsKind, Work};
use crate::store::{ContentReader, Error, Held, Tx};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt;

/// Octets read from the content at once: one sealed chunk.
const STEP: usize = 64 * 1024;

/// Where files go, and what follows.
pub(super) struct Place<'a> {
    pub(super) root: &'a Path,
    pub(super) zone: &'a TimeZone,
    /// Whether news of a file is told.
    pub(super) news: bool,
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
enum Fault {
    /// The disk, or who set it up: it may do later.
    #[error("{0}: {1}")]
    Disk(&'static str, io::Error),
    /// The message is gone, or has no such part.
    #[error("its content is not there any more")]
    Gone,
    #[error(transparent)]
    Store(#[from] Error),
}

/// A file to be written.
struct Open {
    content: ContentReader,
    part: Part,
    day: Date,
}

impl Chart {
    /// Writes the file of a job, and ends the job or puts it back.
    pub(super) async fn write(&self, place: &Place<'_>, job: &Leased) -> Result<(), Error> {
        let Work::Chart { message, part } = job.job().work else {
            return self.set_aside(job).await;
        };
        let id = job.job().id;
        let Some(held) = self.store.hold(&Charting::at(message, part)).await? else {
            let mut tx = Tx::new();
            queue::done(&mut tx, job);
            return self.commit(tx).await;
        };
        match self.write_file(place, &held).await {
            Ok(()) => {
                self.done(place, job, &held.record).await?;
                tracing::info!(event = "chart.written", job = %id, about = %format_args!("{message}/{part}"), "A patient's file was written into the chart's folder.");
            }
            Err(Fault::Store(error @ (Error::Damaged(_) | Error::Newer | Error::Sealed))) => {
                tracing::error!(event = "chart.set-aside", job = %id, about = %format_args!("{message}/{part}"), reason = %error, "A patient's file cannot be read and is not in the chart; it is set aside. `sealpost queue list` shows it.");
                self.set_aside(job).await?;
            }
            Err(Fault::Store(error)) => return Err(error),
            Err(fault @ Fault::Gone) => {
                tracing::error!(event = "chart.lost", job = %id, about = %format_args!("{message}/{part}"), reason = %fault, "A patient's file could not be written into the chart's folder.");
                self.clear(place, &held.record).await;
                self.gone(job, (message, part)).await?;
            }
            Err(fault @ Fault::Disk(..)) => {
                let why = fault.to_string();
                tracing::error!(event = "chart.deferred", job = %id, about = %format_args!("{message}/{part}"), reason = %why, "A patient's file could not be written into the chart's folder; it is tried again.");
                self.defer(job, 0, &why).await?;
            }
        }
        Ok(())
    }

    async fn write_file(&self, place: &Place<'_>, held: &Held<Charting>) -> Result<(), Fault> {
        let Charting { message, part, .. } = held.record;
        let open = self.open(place, (message, part)).await?;
        let temporary = temporary(message, part);
        let drawer = self.drawer(place.root, &held.record).await?;
        let (mut drawer, found) = match held.record.inode {
            Some(inode) => {
                let looked = temporary.clone();
                disk("the patient's folder cannot be read", move || {
                    let found = drawer.find(inode, &looked)?;
                    Ok((drawer, found))
                })
                .await?
            }
            None => (drawer, Found::Nowhere),
        };
        if found == Found::Named {
            // Where names are given by links, a kill may leave the first one.
            return disk("the first name cannot be taken away", move || {
                drawer.discard(&temporary)
            })
            .await;
        }
        if found == Found::Nowhere {
            drawer = self.fill(drawer, &temporary, &open, held).await?;
        }
        let (day, given) = (open.day, open.part.name);
        disk("the file cannot be given its name", move || {
            drawer.name(&temporary, |n| name::file(day, given.as_deref(), n))
        })
        .await
    }

    /// The part, and the day on which it came.
    async fn open(&self, place: &Place<'_>, (id, part): (MessageId, u16)) -> Result<Open, Fault> {
        let message = self.store.get(&Message::at(id)).await?.ok_or(Fault::Gone)?;
        let content = self.store.open_content(message.content).await?;
        let content = content.ok_or(Fault::Gone)?;
        let mut head = content.open_head(&message.head)?;
        let part = usize::from(part);
        if part >= head.parts.len() {
            return Err(Fault::Gone);
        }
        let day = message.accepted.to_zoned(place.zone.clone()).date();
        Ok(Open {
            part: head.parts.swap_remove(part),
            content,
            day,
        })
    }

    /// The patient's folder.
    async fn drawer(&self, root: &Path, charting: &Charting) -> Result<Drawer, Fault> {
        let path: PathBuf = root.to_owned();
        let shown = root.to_string_lossy().into_owned();
        let before = self.store.get(&ChartRoot::place()).await?;
        let known = before.is_some_and(|before| before.path == shown);
        let contact = match charting.contact {
            Some(id) => self.store.get(&Contact::at(id)).await?,
            None => None,
        };
        let wanted = name::folder(charting.contact, contact.as_ref());
        let root = disk("chart.folder cannot be used", move || {
            Root::open(&path, known)
        })
        .await?;
        if !known {
            let mut tx = Tx::new();
            tx.put(&ChartRoot { path: shown });
            self.store.commit(tx).await?;
        }
        disk(
            "the patient's folder cannot be made or entered",
            move || root.drawer(&wanted),
        )
        .await
    }

    /// Writes the file under its temporary name, and notes that it is whole.
    async fn fill(
        &self,
        drawer: Drawer,
        temporary: &str,
        open: &Open,
        held: &Held<Charting>,
    ) -> Result<Drawer, Fault> {
        let named = temporary.to_owned();
        let (drawer, file) = disk("the file cannot be made", move || {
            let file = drawer.begin(&named)?;
            Ok((drawer, file))
        })
        .await?;
        let written = copy(open, file).await;
        let named = temporary.to_owned();
        if let Err(fault) = written {
            // Half of a file must not fill a disk that is full.
            disk("half of a file cannot be taken away", move || {
                drawer.discard(&named)
            })
            .await?;
            return Err(fault);
        }
        let (drawer, inode) = disk("the file cannot be kept", move || {
            let inode = drawer.keep(&named)?;
            Ok((drawer, inode))
        })
        .await?;
        let whole = Charting {
            inode: Some(inode),
            ..held.record.clone()
        };
        let mut tx = Tx::new();
        tx.replace(held, &whole);
        self.store.commit(tx).await?;
        Ok(drawer)
    }

    /// Ends a job whose file is there.
    async fn done(
        &self,
        place: &Place<'_>,
        job: &Leased,
        charting: &Charting,
    ) -> Result<(), Error> {
        let Charting { message, part, .. } = *charting;
        let mut tx = Tx::new();
        queue::done(&mut tx, job);
        tx.delete(&Charting::at(message, part));
        let object = format!("{message}/{part}");
        let whose = charting.contact.map(|contact| format!("chart {contact}"));
        let note = whose.as_deref().unwrap_or("chart");
        tx.audit(Event::new(Actor::Gateway, EventKind::Export, object).noted(note));
        if place.news {
            let news = News {
                kind: NewsKind::File,
                message,
                contact: charting.contact,
                part: Some(part),
            };
            let now = self.store.clock().now();
            queue::push(&mut tx, now, Lane::Webhook, Work::Announce(news));
        }
        self.commit(tx).await
    }

    /// Takes away what was written already of a file that is not to be there: its
    /// content was destroyed, and would stay behind under a hidden name.
    async fn clear(&self, place: &Place<'_>, charting: &Charting) {
        if charting.inode.is_none() {
            return;
        }
        let named = temporary(charting.message, charting.part);
        let cleared = match self.drawer(place.root, charting).await {
            Ok(drawer) => disk("it cannot be taken away", move || drawer.discard(&named)).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = cleared {
            let about = format!("{}/{}", charting.message, charting.part);
            tracing::error!(event = "chart.left", about = %about, reason = %fault, "What was written of a patient's file could not be taken out of the chart's folder; delete the file there whose name begins with .sealpost and has this id.");
        }
    }

    /// Ends a job whose content is not there any more.
    async fn gone(&self, job: &Leased, (message, part): (MessageId, u16)) -> Result<(), Error> {
        let mut tx = Tx::new();
        queue::done(&mut tx, job);
        tx.delete(&Charting::at(message, part));
        let object = format!("{message}/{part}");
        tx.audit(Event::new(Actor::Gateway, EventKind::Export, object).failed("destroyed"));
        self.commit(tx).await
    }
}

/// Under which name a file is written, before it has its own.
fn temporary(message: MessageId, part: u16) -> String {
    format!(".sealpost-{message}-{part}")
}

/// The octets of a part, decoded, onto the disk.
async fn copy(open: &Open, file: File) -> Result<(), Fault> {
    let unwritten = |error| Fault::Disk("the file cannot be written", error);
    let mut file = tokio::fs::File::from_std(file);
    let mut decoder = Decoder::new(&open.part.encoding);
    let mut at = open.part.offset;
    let end = at.saturating_add(open.part.length);
    let mut out = Vec::with_capacity(STEP);
    while at < end {
        let left = usize::try_from(end - at).unwrap_or(usize::MAX);
        let piece = open.content.read(at, left.min(STEP)).await?;
        if piece.is_empty() {
            return Err(Fault::Gone);
        }
        at = at.saturating_add(piece.len() as u64);
        decoder.write(&piece, &mut out);
        file.write_all(&out).await.map_err(unwritten)?;
        out.clear();
    }
    decoder.finish(&mut out);
    file.write_all(&out).await.map_err(unwritten)?;
    file.flush().await.map_err(unwritten)?;
    file.sync_all().await.map_err(unwritten)
}

/// Does file work where it cannot hold up others: a share may take its time.
async fn disk<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.unwrap_or_else(|_| Err(io::Error::other("the work was interrupted")));
    done.map_err(|error| Fault::Disk(doing, error))
}
