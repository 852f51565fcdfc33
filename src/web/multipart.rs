//! Forms with files (RFC 7578), read piece by piece: however large the files
//! are, only a few frames of the body are in memory.

use crate::model::{Clock, Pace};
use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, header};
use bytes::{Buf, Bytes, BytesMut};
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};

/// Longest header of one part, in octets: a long file name is 1 KB.
const MAX_HEADER: usize = 8_192;
/// Most parts in one form: a browser sends one for each field and file.
const MAX_PARTS: usize = 200;
/// RFC 2046 §5.1.1.
const MAX_BOUNDARY: usize = 70;
/// Longest pause within an upload. A phone that changes its network is back
/// sooner.
const MAX_PAUSE: SignedDuration = SignedDuration::from_secs(60);
/// How slowly a form may come in all. Two minutes cover a text on any line; the
/// rate is half of what a phone sends where there is only EDGE, so scans still
/// arrive from there, and nobody holds a connection with a trickle.
const SLOWEST: Pace = Pace {
    start: SignedDuration::from_mins(2),
    rate: 4 * 1024,
};
/// How long we listen to what we do not want. Half a minute is all of a refused
/// upload on an ordinary line; whoever needs longer sees the connection close.
const MAX_DRAIN: SignedDuration = SignedDuration::from_secs(30);

/// Why a form cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is not written as RFC 7578 has it.
    #[error("the form is malformed")]
    Malformed,
    /// Nothing came for a minute, or all of it came too slowly.
    #[error("the form stopped arriving, or arrived too slowly")]
    Slow,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
}

/// What a part is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// The file's name as the browser gave it; `None` for a plain field.
    pub file: Option<String>,
}

/// A form on its way in.
#[derive(Debug)]
pub struct Multipart {
    frames: BodyDataStream,
    clock: Clock,
    begun: Timestamp,
    /// When we stop listening, whatever comes.
    end: Timestamp,
    /// Octets that have arrived.
    arrived: u64,
    /// What has arrived and is not used yet.
    held: BytesMut,
    /// CRLF, two hyphens, the boundary.
    delimiter: Vec<u8>,
    parts: usize,
    /// Whether `held` begins within a part (or before the first one).
    inside: bool,
    ended: bool,
}

impl Multipart {
    /// The form in this body; `None` if the headers name no boundary.
    #[must_use]
    pub fn new(headers: &HeaderMap, body: Body, clock: Clock) -> Option<Self> {
        let boundary = boundary(headers.get(header::CONTENT_TYPE)?.to_str().ok()?)?;
        Some(Self {
            frames: body.into_data_stream(),
            begun: clock.now(),
            end: Timestamp::MAX,
            clock,
            arrived: 0,
            // The first delimiter may stand at the very start: then its line
            // break is the one before the body.
            held: BytesMut::from(&b"\r\n"[..]),
            delimiter: [b"\r\n--", boundary.as_bytes()].concat(),
            parts: 0,
            inside: true,
            ended: false,
        })
    }

    /// The next part; what was left of the last one is skipped. `None` at the
    /// end of the form.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn part(&mut self) -> Result<Option<Part>, Error> {
        while self.chunk().await?.is_some() {}
        if self.ended {
            return Ok(None);
        }
        while self.held.len() < 2 {
            self.fill().await?;
        }
        // RFC 2046 §5.1.1: two more hyphens close the whole.
        if self.held.starts_with(b"--") {
            self.ended = true;
            return Ok(None);
        }
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(Error::Malformed);
        }
        let part = self.header().await?;
        self.inside = true;
        Ok(Some(part))
    }

    /// More of the part's octets; `None` at its end.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        while self.inside {
            match find(&self.held, &self.delimiter) {
                Some(0) => {
                    self.held.advance(self.delimiter.len());
                    self.inside = false;
                }
                Some(at) => return Ok(Some(self.held.split_to(at).freeze())),
                None => {
                    let sure = self.held.len() - begun(&self.held, &self.delimiter);
                    if sure > 0 {
                        return Ok(Some(self.held.split_to(sure).freeze()));
                    }
                    self.fill().await?;
                }
            }
        }
        Ok(None)
    }

    /// Takes in and drops what is left, up to `most` octets and for half a
    /// minute, so that the browser listens to our answer.
    pub async fn drain(&mut self, most: u64) {
        let mut left = most;
        self.end = later(self.clock.now(), MAX_DRAIN);
        self.held.clear();
        while left > 0 && self.fill().await.is_ok() {
            left = left.saturating_sub(self.held.len() as u64);
            self.held.clear();
        }
    }

    /// What stands between the delimiter and the part's octets.
    async fn header(&mut self) -> Result<Part, Error> {
        loop {
            // The line break that ends the delimiter's line counts with the
            // header, so that an empty header is found too.
            if let Some(end) = find(&self.held, b"\r\n\r\n") {
                let header = self.held.split_to(end);
                self.held.advance(4);
                return part_of(&header).ok_or(Error::Malformed);
            }
            if self.held.len() > MAX_HEADER {
                return Err(Error::Malformed);
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), Error> {
        let due = later(self.clock.now(), MAX_PAUSE)
            .min(later(self.begun, SLOWEST.time_for(self.arrived)))
            .min(self.end);
        let frame = tokio::select! {
            // Who is late is late, whatever comes at this moment.
            biased;
            () = self.clock.sleep_until(due) => return Err(Error::Slow),
            frame = self.frames.next() => frame,
        };
        match frame {
            Some(Ok(octets)) => {
                self.arrived = self.arrived.saturating_add(octets.len() as u64);
                self.held.extend_from_slice(&octets);
                Ok(())
            }
            Some(Err(_)) => Err(Error::Broken),
            // The form must end with its closing delimiter.
            None => Err(Error::Malformed),
        }
    }
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// The boundary parameter of a form's Content-Type.
fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = parameters.split(';').filter_map(|p| p.split_once('='));
    let (_, value) = named
        .into_iter()
        .find(|(n, _)| n.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    let fits = (1..=MAX_BOUNDARY).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    fits.then(|| value.to_owned())
}

/// Name and file name out of a part's header lines.
fn part_of(header: &[u8]) -> Option<Part> {
    // RFC 7578 §5.1.2: browsers write names as UTF-8, unescaped.
    let header = String::from_utf8_lossy(header);
    let field = header.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case("content-disposition")
            .then_some(value)
    })?;
    let mut part = Part {
        name: String::new(),
        file: None,
    };
    let mut named = false;
    for (name, value) in Parameters(field.split_once(';')?.1) {
        match name.to_ascii_lowercase().as_str() {
            "name" => (part.name, named) = (value, true),
            "filename" => part.file = Some(value),
            _ => {}
        }
    }
    named.then_some(part)
}

/// `name="value"` pairs, as browsers write them: a quote inside is `%22` or
/// `\"`, a line break `%0D%0A`, and a backslash stands for itself.
struct Parameters<'a>(&'a str);

impl Iterator for Parameters<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.0.split_once('=')?;
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = closing(quoted)?;
                (quoted.get(..end)?, quoted.get(end + 1..)?)
            }
            None => rest.split_at(rest.find(';').unwrap_or(rest.len())),
        };
        self.0 = rest.trim_start().strip_prefix(';').unwrap_or_default();
        let value = value
            .replace("\\\"", "\"")
            .replace("%22", "\"")
            .replace("%0D", "\r")
            .replace("%0A", "\n");
        Some((name.trim().to_owned(), value))
    }
}

/// Where the quoted value ends.
fn closing(quoted: &str) -> Option<usize> {
    let mut before = ' ';
    quoted.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && before != '\\';
        before = c;
        ends.then_some(at)
    })
}

/// Where `wanted` first stands.
fn find(held: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = held.get(from..)?;
        let at = from + rest.iter().position(|b| *b == b'\r')?;
        if held.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// How many octets at the end may be the beginning of `wanted`.
fn begun(held: &[u8], wanted: &[u8]) -> usize {
    let longest = held.len().min(wanted.len().saturating_sub(1));
    let tails = (1..=longest).rev();
    let mut begun = tails.filter(|n| {
        held.get(held.len() - n..)
            .is_some_and(|tail| wanted.starts_with(tail))
    });
    begun.next().unwrap_or(0)
}

#[cfg(test)]
mod tests;
