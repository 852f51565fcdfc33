//! A stored message as somebody reads it: its text, its HTML made harmless, its
//! files, and what is taken away of it. Who may read it, whoever calls has asked.
//!
//! *Architecture invariant:* HTML of a mail leaves here cleaned, or not at all.

mod download;

pub use download::Download;

use crate::mime::clean::{self, MAX_HTML, MAX_PICTURES, Picture};
use crate::mime::decode::{self, Decoder};
use crate::model::message::PartRole;
use crate::model::{Head, MessageId, Part};
use crate::store::records::Message;
use crate::store::{self, ContentReader, Store};
use jiff::Timestamp;
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// The longest text shown on a page, in octets as stored; the rest stays in
/// the message.
const MAX_TEXT: u64 = 1024 * 1024;
/// The roles of the plain texts of a message.
const PLAIN: [PartRole; 2] = [PartRole::Text, PartRole::Alternative];

/// Why a message could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] store::Error),
    /// It is not what its record says.
    #[error("a message could not be read: {0}")]
    Message(&'static str),
}

/// One file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its number in the message: what its address says.
    pub n: u16,
    /// Its name, or `None` if it has none. Never a path.
    pub name: Option<String>,
    /// Its media type in lower case.
    pub kind: String,
    /// Its size in octets, exact to a few octets.
    pub size: u64,
}

impl File {
    /// Whether it says that it is a picture of a kind that every browser shows. What its
    /// octets are is seen when it is shown.
    #[must_use]
    pub fn is_picture(&self) -> bool {
        matches!(self.kind.as_str(), "image/png" | "image/jpeg" | "image/gif")
    }
}

/// How many HTML parts are cleaned at a time. The worst takes half a second of a
/// core and seventy times its memory (decision 0017): away from the connections,
/// and as many at a time as bound it to 140 MiB, whichever page asks.
const CLEANERS: usize = 2;

/// The turns of the whole program: what they bound is its memory.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(CLEANERS)));

fn cleaned(html: &str, pictures: &[(String, Vec<u8>)]) -> String {
    let pictures = pictures.iter();
    let pictures: Vec<_> = pictures
        .map(|(id, octets)| Picture { id, octets })
        .collect();
    clean::clean(html, &pictures).html
}

/// Does work away from the connections. The turn ends with the work: whoever
/// asks and goes away does not make room for more.
async fn in_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let failed = Error::Message("its HTML could not be cleaned");
    let Ok(turn) = Arc::clone(turns).acquire_owned().await else {
        return Err(failed);
    };
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    done.await.map_err(|_| failed)
}

/// A message, opened.
#[derive(Debug)]
pub struct Opened {
    /// Its record.
    pub message: Message,
    /// What it says of itself.
    pub head: Head,
    content: ContentReader,
}

/// Opens a message. `None` if there is none with this id, or its content is
/// destroyed.
///
/// # Errors
/// The store's own.
pub async fn open(store: &Store, id: MessageId) -> Result<Option<Opened>, store::Error> {
    let Some(message) = store.get(&Message::at(id)).await? else {
        return Ok(None);
    };
    let Some(content) = store.open_content(message.content).await? else {
        return Ok(None);
    };
    let head = content.open_head(&message.head)?;
    Ok(Some(Opened {
        message,
        head,
        content,
    }))
}

impl Opened {
    /// The first `most` characters of a file of text; `None` if there is no such file.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn beginning(&self, n: u16, most: usize) -> Result<Option<String>, Error> {
        /// Octets of a character at most, as they are stored: base64 has more.
        const WIDE: usize = 6;
        let Some(part) = self.head.parts.get(usize::from(n)) else {
            return Ok(None);
        };
        let mut left = u64::try_from(most.saturating_mul(WIDE)).unwrap_or(u64::MAX);
        let text = self.read(part, &mut left).await?;
        Ok(Some(text.chars().take(most).collect()))
    }

    fn parts(&self, role: PartRole) -> impl Iterator<Item = &Part> {
        self.head.parts.iter().filter(move |part| part.role == role)
    }

    /// Whether it has HTML, to be shown in a frame.
    #[must_use]
    pub fn is_framed(&self) -> bool {
        self.parts(PartRole::Html).next().is_some()
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> Vec<File> {
        files(&self.head)
    }

    /// Its files with the pictures within its text, whether the text shows them or
    /// not: all that it carries beside its texts.
    #[must_use]
    pub fn carried(&self) -> Vec<File> {
        chosen(&self.head, |part| {
            matches!(part.role, PartRole::File | PartRole::Inline)
        })
    }

    /// When it was sent.
    #[must_use]
    pub fn date(&self) -> Timestamp {
        date(&self.message, &self.head)
    }

    /// The cleaned HTML, a fragment that is safe under the body's own policy;
    /// `None` if there is none to show.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn body(&self) -> Result<Option<String>, Error> {
        let Some(html) = self.html().await? else {
            return Ok(None);
        };
        let pictures = self.pictures().await?;
        let work = move || cleaned(&html, &pictures);
        Ok(Some(in_turn(&TURNS, work).await?))
    }

    /// The text parts one under the other; `None` if there are none.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn text(&self) -> Result<Option<String>, Error> {
        self.joined(&[PartRole::Text]).await
    }

    /// The plain texts of a message with HTML, which some mail programs show in its
    /// place; `None` if there is no HTML, or they say nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn plain(&self) -> Result<Option<String>, Error> {
        if !self.is_framed() {
            return Ok(None);
        }
        let plain = self.joined(&PLAIN).await?;
        Ok(plain.filter(|plain| !plain.trim().is_empty()))
    }

    /// Whether a page shows less than all of it, because its text, its HTML or what
    /// stands in place of the HTML is too long.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn is_cut(&self) -> Result<bool, Error> {
        let most = u64::try_from(MAX_HTML).unwrap_or(u64::MAX);
        let plain = self.length(&PLAIN) > MAX_TEXT;
        let framed = self.is_framed() && self.length(&[PartRole::Html, PartRole::Text]) > most;
        if plain || framed {
            return Ok(true);
        }
        // What fits as it is stored may grow as it is decoded; the cleaner cuts that.
        let html = self.html().await?;
        Ok(html.is_some_and(|html| html.len() > MAX_HTML))
    }

    /// How many octets the parts of these roles have as stored.
    fn length(&self, roles: &[PartRole]) -> u64 {
        let parts = self.head.parts.iter();
        let parts = parts.filter(|part| roles.contains(&part.role));
        parts.fold(0_u64, |sum, part| sum.saturating_add(part.length))
    }

    /// The texts of these roles one under the other; `None` if there are none.
    async fn joined(&self, roles: &[PartRole]) -> Result<Option<String>, Error> {
        let mut joined: Option<String> = None;
        let mut left = MAX_TEXT;
        let parts = self.head.parts.iter();
        for part in parts.filter(|part| roles.contains(&part.role)) {
            let text = self.read(part, &mut left).await?;
            let all = joined.get_or_insert_default();
            if !all.is_empty() {
                all.push_str("\n\n");
            }
            all.push_str(&text);
        }
        Ok(joined)
    }

    /// HTML and the texts that stand beside it, such as a letter above its
    /// signature, in the order of the message; `None` if there is no HTML.
    async fn html(&self) -> Result<Option<String>, Error> {
        if self.parts(PartRole::Html).next().is_none() {
            return Ok(None);
        }
        let mut all = String::new();
        let mut left = u64::try_from(MAX_HTML).unwrap_or(u64::MAX);
        for part in &self.head.parts {
            match part.role {
                PartRole::Html => all.push_str(&self.read(part, &mut left).await?),
                PartRole::Text => {
                    let text = self.read(part, &mut left).await?;
                    all.push_str(&clean::text_fragment(&text));
                }
                PartRole::Inline | PartRole::File | PartRole::Alternative => {}
            }
        }
        Ok(Some(all))
    }

    /// A text part, as far as there is room `left`.
    async fn read(&self, part: &Part, left: &mut u64) -> Result<String, Error> {
        let length = part.length.min(*left);
        *left -= length;
        let octets = self.decoded(part, length).await?;
        Ok(decode::text(&octets, part.charset.as_deref()))
    }

    /// The pictures that HTML may show, by their Content-ID, up to a bound.
    async fn pictures(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut pictures = Vec::new();
        let mut left = u64::try_from(MAX_PICTURES).unwrap_or(u64::MAX);
        for part in self
            .head
            .parts
            .iter()
            .filter(|part| part.kind.starts_with("image/"))
        {
            let Some(id) = part.content_id.clone().filter(|_| part.length <= left) else {
                continue;
            };
            left -= part.length;
            pictures.push((id, self.decoded(part, part.length).await?));
        }
        Ok(pictures)
    }

    /// The first octets of a part as stored, decoded.
    async fn decoded(&self, part: &Part, length: u64) -> Result<Vec<u8>, Error> {
        let mut decoder = Decoder::new(&part.encoding);
        let mut out = Vec::new();
        let mut at = 0;
        while at < length {
            let want = usize::try_from(length - at).unwrap_or(usize::MAX);
            let piece = self.content.read(part.offset + at, want).await?;
            if piece.is_empty() {
                break;
            }
            at += u64::try_from(piece.len()).unwrap_or(u64::MAX);
            decoder.write(&piece, &mut out);
        }
        decoder.finish(&mut out);
        Ok(out)
    }
}

/// The files of a message. A part's number is its place among all parts, so
/// that it never changes. Pictures that the text shows are not files, but where
/// there is no HTML to show them they are.
#[must_use]
pub fn files(head: &Head) -> Vec<File> {
    let shows = head.parts.iter().any(|part| part.role == PartRole::Html);
    chosen(head, |part| {
        part.role == PartRole::File || (part.role == PartRole::Inline && !shows)
    })
}

/// The parts that fit, as files.
fn chosen(head: &Head, fits: impl Fn(&Part) -> bool) -> Vec<File> {
    let numbered = head.parts.iter().enumerate();
    numbered
        .filter(|(_, part)| fits(part))
        .filter_map(|(n, part)| Some(file(u16::try_from(n).ok()?, part)))
        .collect()
}

fn file(n: u16, part: &Part) -> File {
    File {
        n,
        name: part.name.clone(),
        kind: part.kind.clone(),
        size: size(part),
    }
}

/// The size once decoded. For base64 in lines of 76 characters it is exact to
/// two octets; quoted-printable only says that it is not more.
fn size(part: &Part) -> u64 {
    /// Characters of a full line with its CRLF, and the octets they stand for.
    const LINE: (u64, u64) = (78, 57);
    if part.encoding == "base64" {
        let rest = part.length % LINE.0;
        (part.length / LINE.0) * LINE.1 + rest.saturating_sub(2) * 3 / 4
    } else {
        part.length
    }
}

/// What its writer is called: the name, else the address.
#[must_use]
pub fn sender(head: &Head) -> Option<String> {
    head.from.as_ref().map(|from| from.label().to_owned())
}

/// When a message was sent: what it says itself, unless that lies in the
/// future; a clock that is wrong there must not confuse the reader here.
#[must_use]
pub fn date(message: &Message, head: &Head) -> Timestamp {
    head.date
        .filter(|date| *date <= message.accepted)
        .unwrap_or(message.accepted)
}

#[cfg(test)]
mod tests {
    use super::in_turn;
    use std::sync::{Arc, mpsc};
    use tokio::sync::{Semaphore, oneshot};

    #[tokio::test]
    async fn whoever_goes_away_while_html_is_cleaned_does_not_free_its_turn() {
        let turns = Arc::new(Semaphore::new(1));
        let (begun, begins) = oneshot::channel();
        let (finish, wait) = mpsc::channel::<()>();
        let work = move || {
            let _ = begun.send(());
            wait.recv().is_ok()
        };
        let asked = Arc::clone(&turns);
        let visit = tokio::spawn(async move { in_turn(&asked, work).await });
        begins.await.unwrap();
        visit.abort();
        assert!(visit.await.unwrap_err().is_cancelled());
        assert_eq!(turns.available_permits(), 0);
        finish.send(()).unwrap();
        assert!(in_turn(&turns, || true).await.unwrap());
    }
}
