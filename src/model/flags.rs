//! Flags of a message in a folder: system flags and keywords (RFC 3501 §2.3.2).

use serde::{Deserialize, Serialize};

/// Longest keyword, in octets: those in use have at most 24, and every one is
/// kept with every message that carries it.
const MAX_KEYWORD: usize = 64;
/// Most keywords of one message: programs use a handful.
const MAX_KEYWORDS: usize = 64;

/// System flags and keywords of one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// The system flags.
    pub system: System,
    /// The keywords, sorted, each once.
    pub keywords: Vec<Keyword>,
}

/// A set of system flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct System(u8);

impl System {
    /// `\Seen`.
    pub const SEEN: Self = Self(1);
    /// `\Answered`.
    pub const ANSWERED: Self = Self(2);
    /// `\Flagged`.
    pub const FLAGGED: Self = Self(4);
    /// `\Deleted`.
    pub const DELETED: Self = Self(8);
    /// `\Draft`.
    pub const DRAFT: Self = Self(16);

    /// Whether all of `other` are in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// With these.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        self.union(other)
    }

    /// Without these.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether none is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// An atom of 1 to 64 octets that does not begin with `\`; two that differ only
/// in ASCII case are the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Keyword(String);

impl Keyword {
    /// `None` if it is no atom, or longer than 64 octets.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let atom = |b: u8| b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b);
        let fits = (1..=MAX_KEYWORD).contains(&text.len()) && text.bytes().all(atom);
        fits.then(|| Self(text.to_owned()))
    }

    /// As it was first written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for Keyword {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Keyword {}

impl Flags {
    /// Sets these too; keywords beyond 64 are left out.
    pub fn add(&mut self, other: &Self) {
        self.system = self.system.union(other.system);
        for keyword in &other.keywords {
            if !self.keywords.contains(keyword) && self.keywords.len() < MAX_KEYWORDS {
                self.keywords.push(keyword.clone());
            }
        }
        self.keywords.sort_by_key(Keyword::folded);
    }

    /// Takes these away.
    pub fn remove(&mut self, other: &Self) {
        self.system = self.system.without(other.system);
        self.keywords.retain(|k| !other.keywords.contains(k));
    }

    /// Whether this keyword is set.
    #[must_use]
    pub fn has_keyword(&self, keyword: &str) -> bool {
        let mut all = self.keywords.iter();
        all.any(|k| k.as_str().eq_ignore_ascii_case(keyword))
    }
}
