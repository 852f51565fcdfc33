//! Files that somebody sends in with a form: each judged by its first octets,
//! watched while it comes, judged again at its end, and encoded for a message on
//! the way. Where the octets go, the caller knows.

use crate::mime::sniff::{self, FileFault, safe_name};
use crate::mime::swell::{self, Swell, Watch};
use crate::mime::write::Base64Lines;
use aws_lc_rs::digest::{Context, SHA256};
use std::fmt;

/// Files in one message: more than anybody chooses by hand.
pub const MANY_FILES: usize = 20;
/// The longest text that is taken in, in characters: some thirty pages.
pub const LONGEST_TEXT: usize = 100_000;

/// What is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in octets.
    pub file: u64,
    /// Largest message with its text and all its files, in octets before encoding.
    pub all: u64,
    /// Endings of files that are taken, in lower case without the dot.
    pub kinds: Vec<String>,
}

/// Why a file is not taken. Each names it as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is larger than allowed.
    #[error("a file is larger than {limit} octets")]
    Large {
        /// Its name.
        name: String,
        /// The bound in octets.
        limit: u64,
    },
    /// With it, all together is larger than allowed.
    #[error("all files are larger than {limit} octets")]
    LargeAll {
        /// Its name.
        name: String,
        /// The bound in octets.
        limit: u64,
    },
    /// It is one file too many.
    #[error("more than {limit} files")]
    Many {
        /// Its name.
        name: String,
        /// The bound.
        limit: usize,
    },
    /// It is of a kind that is not taken.
    #[error("a file of a kind that is not taken")]
    Kind {
        /// Its name.
        name: String,
    },
    /// It is not what its name says.
    #[error("a file is not what its name says")]
    Mismatch {
        /// Its name.
        name: String,
    },
    /// It is a picture of more pixels than allowed.
    #[error("a picture has more than {limit} pixels")]
    Pixels {
        /// Its name.
        name: String,
        /// The bound.
        limit: u64,
    },
    /// It is a document that would be too large once it is unpacked.
    #[error("a document unpacks to more than {limit} octets, or to more than {parts} parts")]
    Unpacked {
        /// Its name.
        name: String,
        /// The bound in octets.
        limit: u64,
        /// The bound of parts.
        parts: u16,
    },
    /// It does not say how large it would be once opened.
    #[error("a file does not say how large it is")]
    Unclear {
        /// Its name.
        name: String,
    },
    /// It holds nothing.
    #[error("a file is empty")]
    Empty {
        /// Its name.
        name: String,
    },
    /// The pieces came in another order than they may: a fault of ours.
    #[error("the pieces of a file came out of order")]
    Order,
}

/// What becomes of octets that came in: perhaps a part begins, then these encoded
/// octets follow.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// The name and the media type of the file that begins here.
    pub begins: Option<(String, &'static str)>,
    /// Its next octets, in lines of base64.
    pub octets: Vec<u8>,
}

/// A digest of what somebody wrote, piece by piece: a form that is sent twice says the
/// same.
pub struct Said(Context);

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Said(…)")
    }
}

impl Default for Said {
    fn default() -> Self {
        Self::new()
    }
}

impl Said {
    /// Of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// One piece; where it ends is said too.
    pub fn piece(&mut self, octets: &[u8]) {
        self.0.update(octets);
        self.0.update(&octets.len().to_be_bytes());
    }

    /// Octets whose end is not said: they come in pieces of any size.
    pub fn update(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn end(self) -> [u8; 32] {
        let mut value = [0; 32];
        for (slot, octet) in value.iter_mut().zip(self.0.finish().as_ref()) {
            *slot = *octet;
        }
        value
    }
}

/// All files of one message on their way in.
#[derive(Debug)]
pub struct Files {
    limits: Limits,
    /// Octets taken so far, before encoding.
    taken: u64,
    whole: usize,
    file: Option<Incoming>,
}

impl Files {
    /// No file yet, within these limits.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            taken: 0,
            whole: 0,
            file: None,
        }
    }

    /// How many files have come whole.
    #[must_use]
    pub const fn whole(&self) -> usize {
        self.whole
    }

    /// Whether a file has begun and not ended.
    #[must_use]
    pub const fn is_within(&self) -> bool {
        self.file.is_some()
    }

    /// Counts what comes in; whether it is still within the bound of the whole.
    pub fn count(&mut self, octets: usize) -> bool {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        self.taken = self.taken.saturating_add(octets);
        self.taken <= self.limits.all
    }

    /// Begins a file under the name the browser gave. A file without name and
    /// octets is passed over: a form sends one where none was chosen.
    ///
    /// # Errors
    /// [`Fault::Many`].
    pub fn begin(&mut self, name: &str) -> Result<(), Fault> {
        let file = Incoming::new(name);
        if self.whole >= MANY_FILES && !name.is_empty() {
            return Err(Fault::Many {
                name: file.name,
                limit: MANY_FILES,
            });
        }
        self.file = Some(file);
        Ok(())
    }

    /// More octets of the file.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn write(&mut self, octets: &[u8]) -> Result<Piece, Fault> {
        let fits = self.count(octets.len());
        let file = self.file.as_mut().ok_or(Fault::Order)?;
        let encoded = file.write(octets, &self.limits)?;
        if !fits {
            let (name, limit) = (file.name.clone(), self.limits.all);
            return Err(Fault::LargeAll { name, limit });
        }
        if file.open.is_none() && file.head.len() >= sniff::HEAD {
            return file.judge(&self.limits);
        }
        Ok(Piece {
            begins: None,
            octets: encoded,
        })
    }

    /// Ends the file; `None` if a form sent it where no file was chosen.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn end(&mut self) -> Result<Option<Piece>, Fault> {
        let mut file = self.file.take().ok_or(Fault::Order)?;
        let mut piece = Piece::default();
        if file.open.is_none() {
            if file.is_none() {
                return Ok(None);
            }
            piece = file.judge(&self.limits)?;
        }
        piece.octets.extend(file.finish()?);
        self.whole += 1;
        Ok(Some(piece))
    }
}

/// A file on its way in.
#[derive(Debug)]
struct Incoming {
    /// Its name, as it is shown and kept.
    name: String,
    named: bool,
    size: u64,
    /// Its first octets, until it has been judged by them.
    head: Vec<u8>,
    open: Option<Open>,
}

/// A file of a kind that is taken.
#[derive(Debug)]
struct Open {
    lines: Base64Lines,
    watch: Watch,
}

impl Incoming {
    fn new(name: &str) -> Self {
        let safe = safe_name(name);
        Self {
            named: safe.is_some(),
            name: safe.unwrap_or_else(|| "file".to_owned()),
            size: 0,
            head: Vec::new(),
            open: None,
        }
    }

    /// Whether a form sent this where no file was chosen.
    const fn is_none(&self) -> bool {
        !self.named && self.size == 0
    }

    /// More octets; encoded if the file is open, else held back.
    fn write(&mut self, octets: &[u8], limits: &Limits) -> Result<Vec<u8>, Fault> {
        let length = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(length);
        let limit = limits.file;
        if self.size > limit {
            let name = self.name.clone();
            return Err(Fault::Large { name, limit });
        }
        if self.open.is_some() {
            return self.encode(octets);
        }
        self.head.extend_from_slice(octets);
        Ok(Vec::new())
    }

    /// Judges the file by its first octets.
    fn judge(&mut self, limits: &Limits) -> Result<Piece, Fault> {
        let head = std::mem::take(&mut self.head);
        let name = self.name.clone();
        let kind = match sniff::judge(&name, &head, &limits.kinds) {
            Ok(kind) => kind,
            Err(FileFault::NotAllowed) => return Err(Fault::Kind { name }),
            Err(FileFault::Mismatch) => return Err(Fault::Mismatch { name }),
            Err(FileFault::Empty) => return Err(Fault::Empty { name }),
        };
        self.open = Some(Open {
            lines: Base64Lines::default(),
            watch: Watch::over(kind),
        });
        Ok(Piece {
            begins: Some((name, kind.media_type())),
            octets: self.encode(&head)?,
        })
    }

    /// Ends an open file: its last octets, encoded.
    fn finish(self) -> Result<Vec<u8>, Fault> {
        let Open { lines, watch } = self.open.ok_or(Fault::Order)?;
        let name = self.name;
        watch.finish().map_err(|swell| match swell {
            Swell::Pixels => Fault::Pixels {
                name,
                limit: swell::MAX_PIXELS,
            },
            Swell::Unpacked => Fault::Unpacked {
                name,
                limit: swell::MAX_UNPACKED,
                parts: swell::MAX_ENTRIES,
            },
            Swell::Unclear => Fault::Unclear { name },
        })?;
        let mut out = Vec::new();
        lines.finish(&mut out);
        Ok(out)
    }

    fn encode(&mut self, octets: &[u8]) -> Result<Vec<u8>, Fault> {
        let open = self.open.as_mut().ok_or(Fault::Order)?;
        open.watch.write(octets);
        let mut out = Vec::new();
        open.lines.write(octets, &mut out);
        Ok(out)
    }
}
