//! One file of an answer on its way in: judged by its first octets, watched
//! while it comes, judged again at its end.

use crate::mime::sniff::{self, FileFault, safe_name};
use crate::mime::swell::{self, Swell, Watch};
use crate::mime::write::Base64Lines;
use crate::visit::{Error, Refusal, Rules};

/// The door called the verbs in another order than it may.
pub(super) const OUT_OF_ORDER: Error = Error::Message("the pieces of an answer came out of order");

/// A file on its way in.
#[derive(Debug)]
pub(super) struct Incoming {
    /// Its name, as it is shown and kept.
    pub(super) name: String,
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

/// What a file that was just judged is: the type for its part's header, and the
/// octets that came before the verdict, encoded.
pub(super) struct Opened {
    pub(super) media_type: &'static str,
    pub(super) octets: Vec<u8>,
}

impl Incoming {
    /// A file under the name the browser gave.
    pub(super) fn new(name: &str) -> Self {
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
    pub(super) fn is_none(&self) -> bool {
        !self.named && self.size == 0
    }

    /// Whether it has been judged and opened.
    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether enough has come to judge it.
    pub(super) fn can_be_judged(&self) -> bool {
        self.head.len() >= sniff::HEAD
    }

    /// More octets; encoded if the file is open, else held back.
    pub(super) fn write(&mut self, octets: &[u8], rules: &Rules) -> Result<Vec<u8>, Refusal> {
        let length = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(length);
        let limit = rules.max_file;
        if self.size > limit {
            let name = self.name.clone();
            return Err(Refusal::LargeFile { name, limit });
        }
        if self.open.is_some() {
            return self.encode(octets);
        }
        self.head.extend_from_slice(octets);
        Ok(Vec::new())
    }

    /// Judges the file by its first octets.
    pub(super) fn judge(&mut self, rules: &Rules) -> Result<Opened, Refusal> {
        let head = std::mem::take(&mut self.head);
        let name = || self.name.clone();
        let kind =
            sniff::judge(&self.name, &head, &rules.file_types).map_err(|fault| match fault {
                FileFault::NotAllowed => Refusal::Kind { name: name() },
                FileFault::Mismatch => Refusal::Mismatch { name: name() },
                FileFault::Empty => Refusal::EmptyFile { name: name() },
            })?;
        self.open = Some(Open {
            lines: Base64Lines::default(),
            watch: Watch::over(kind),
        });
        Ok(Opened {
            media_type: kind.media_type(),
            octets: self.encode(&head)?,
        })
    }

    /// Ends an open file: its last octets, encoded.
    pub(super) fn finish(self) -> Result<Vec<u8>, Refusal> {
        let Open { lines, watch } = self.open.ok_or(OUT_OF_ORDER)?;
        let name = self.name;
        watch.finish().map_err(|swell| match swell {
            Swell::Pixels => Refusal::ManyPixels {
                name,
                limit: swell::MAX_PIXELS,
            },
            Swell::Unpacked => Refusal::Unpacked {
                name,
                limit: swell::MAX_UNPACKED,
                parts: swell::MAX_ENTRIES,
            },
            Swell::Unclear => Refusal::Unclear { name },
        })?;
        let mut out = Vec::new();
        lines.finish(&mut out);
        Ok(out)
    }

    fn encode(&mut self, octets: &[u8]) -> Result<Vec<u8>, Refusal> {
        let open = self.open.as_mut().ok_or(OUT_OF_ORDER)?;
        open.watch.write(octets);
        let mut out = Vec::new();
        open.lines.write(octets, &mut out);
        Ok(out)
    }
}
