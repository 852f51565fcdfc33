//! What a reader takes away: one file, all files of a message as one archive,
//! or the message itself as a mail program opens it. Each comes piece by piece;
//! none is ever held whole.

use crate::mime::decode::Decoder;
use crate::mime::header::Block;
use crate::mime::zip::{Archive, Measure, Measured};
use crate::model::message::PartRole;
use crate::model::{Head, Part};
use crate::reading::{Error, File, Opened};
use crate::store::ContentReader;
use std::collections::VecDeque;

/// Octets read at once.
const STEP: usize = 64 * 1024;

/// Something on its way to the reader.
#[derive(Debug)]
pub struct Download {
    /// Its name without an ending that we give; `None` if it has none.
    pub name: Option<String>,
    /// Its media type in lower case.
    pub kind: String,
    content: ContentReader,
    source: Source,
}

#[derive(Debug)]
enum Source {
    File(Octets),
    Files(Box<Files>),
    Message(Message),
}

/// The octets of a part, decoded.
#[derive(Debug)]
struct Octets {
    /// Where the next octet lies, and where the part ends.
    span: (u64, u64),
    decoder: Option<Decoder>,
}

/// All files of a message, one after the other.
#[derive(Debug)]
struct Files {
    waiting: VecDeque<Part>,
    /// The archive, until its end has been written.
    archive: Option<Archive>,
    /// The file being written, what was measured of it, and what has come.
    open: Option<(Octets, Measured, Measure)>,
}

/// A message: a head of its own, and the body as it is stored.
#[derive(Debug)]
struct Message {
    head: Option<Vec<u8>>,
    /// Where the next octet of the body lies.
    at: u64,
}

impl Opened {
    /// A file by its number; `None` if there is no such file.
    #[must_use]
    pub fn file(self, n: u16) -> Option<Download> {
        let part = self.head.parts.get(usize::from(n));
        let part = part.filter(|part| matches!(part.role, PartRole::File | PartRole::Inline))?;
        Some(Download {
            name: part.name.clone(),
            kind: part.kind.clone(),
            source: Source::File(Octets::of(part)),
            content: self.content,
        })
    }

    /// All files in one ZIP archive; `None` if there are fewer than two.
    #[must_use]
    pub fn all_files(self) -> Option<Download> {
        let files = self.files();
        self.archive(&files)
    }

    /// All files and the pictures within its text in one ZIP archive; `None` if there
    /// are fewer than two.
    #[must_use]
    pub fn all_carried(self) -> Option<Download> {
        let files = self.carried();
        self.archive(&files)
    }

    fn archive(self, files: &[File]) -> Option<Download> {
        let files = files.iter();
        let parts = files.filter_map(|file| self.head.parts.get(usize::from(file.n)));
        let waiting: VecDeque<Part> = parts.cloned().collect();
        (waiting.len() >= 2).then(|| Download {
            name: subject(&self.head),
            kind: "application/zip".to_owned(),
            source: Source::Files(Box::new(Files {
                waiting,
                archive: Some(Archive::new(self.date())),
                open: None,
            })),
            content: self.content,
        })
    }

    /// The header that it is stored with, its empty line included.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn header(&self) -> Result<Vec<u8>, Error> {
        stored_header(&self.content).await
    }

    /// The message with `head` in place of its own header, which ends at `at`.
    #[must_use]
    pub fn copy(self, head: Vec<u8>, at: u64) -> Download {
        Download {
            name: subject(&self.head),
            kind: "message/rfc822".to_owned(),
            source: Source::Message(Message {
                head: Some(head),
                at,
            }),
            content: self.content,
        }
    }
}

/// The stored header, which cannot be read as one: it was when it came.
const UNREADABLE: Error = Error::Message("a stored header cannot be read");

fn subject(head: &Head) -> Option<String> {
    Some(head.subject.clone()).filter(|subject| !subject.is_empty())
}

/// The header that a message is stored with, its empty line included.
async fn stored_header(content: &ContentReader) -> Result<Vec<u8>, Error> {
    let mut header = Block::default();
    while !header.is_complete() {
        let at = u64::try_from(header.octets().len()).unwrap_or(u64::MAX);
        let piece = content.read(at, STEP).await?;
        if piece.is_empty() {
            return Err(UNREADABLE);
        }
        header.write(&piece).map_err(|_| UNREADABLE)?;
    }
    Ok(header.octets().to_vec())
}

impl Download {
    /// The next octets, at most some tens of KiB; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`]: the response must break off, so
    /// that nobody takes half a file for a whole one.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        match &mut self.source {
            Source::File(octets) => octets.next(&self.content).await,
            Source::Files(files) => files.next(&self.content).await,
            Source::Message(message) => message.next(&self.content).await,
        }
    }
}

impl Octets {
    fn of(part: &Part) -> Self {
        Self {
            span: (part.offset, part.offset.saturating_add(part.length)),
            decoder: Some(Decoder::new(&part.encoding)),
        }
    }

    async fn next(&mut self, content: &ContentReader) -> Result<Option<Vec<u8>>, Error> {
        let mut out = Vec::new();
        while out.is_empty() {
            let Some(decoder) = &mut self.decoder else {
                return Ok(None);
            };
            let (at, end) = self.span;
            let left = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
            if left == 0 {
                if let Some(decoder) = self.decoder.take() {
                    decoder.finish(&mut out);
                }
                break;
            }
            let piece = content.read(at, left.min(STEP)).await?;
            if piece.is_empty() {
                return Err(Error::Message("a file ends before its part does"));
            }
            self.span.0 = at.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            decoder.write(&piece, &mut out);
        }
        Ok(Some(out).filter(|out| !out.is_empty()))
    }
}

impl Files {
    async fn next(&mut self, content: &ContentReader) -> Result<Option<Vec<u8>>, Error> {
        if let Some((octets, measured, sent)) = &mut self.open {
            if let Some(piece) = octets.next(content).await? {
                sent.write(&piece);
                return Ok(Some(piece));
            }
            if sent.clone().finish() != *measured {
                return Err(Error::Message("a file is not as it was measured"));
            }
            self.open = None;
        }
        let too_large = |_| Error::Message("an archive is too large for its format");
        let Some(part) = self.waiting.pop_front() else {
            let archive = self.archive.take();
            return archive.map(|a| a.end().map_err(too_large)).transpose();
        };
        let archive = self.archive.as_mut().ok_or(UNREADABLE)?;
        let measured = measure(content, &part).await?;
        let head = archive.file(part.name.as_deref(), measured);
        self.open = Some((Octets::of(&part), measured, Measure::default()));
        head.map(Some).map_err(too_large)
    }
}

/// Reads a file once to know what must stand before it.
async fn measure(content: &ContentReader, part: &Part) -> Result<Measured, Error> {
    let (mut octets, mut measure) = (Octets::of(part), Measure::default());
    while let Some(piece) = octets.next(content).await? {
        measure.write(&piece);
    }
    Ok(measure.finish())
}

impl Message {
    async fn next(&mut self, content: &ContentReader) -> Result<Option<Vec<u8>>, Error> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        let piece = content.read(self.at, STEP).await?;
        self.at = self
            .at
            .saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        Ok(Some(piece).filter(|piece| !piece.is_empty()))
    }
}
