//! Flags of a message in a folder: the system's and the keywords a client made up.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// Keywords one entry has at most: clients use a handful, and each stands in
/// memory with every open folder.
pub const MANY_KEYWORDS: usize = 64;
/// Longest keyword in octets: longer than any that is registered (RFC 5788).
pub const LONGEST_KEYWORD: usize = 64;

/// A set of system flags (RFC 3501 §2.3.2). `\Recent` is none of them: it
/// belongs to a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

    /// Whether all of `other` are in here.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and those.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These and `other`: reads well where one flag is meant.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        self.union(other)
    }

    /// These without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A keyword: an atom of at most [`LONGEST_KEYWORD`] octets, compared without
/// regard to ASCII case (RFC 3501 §2.3.2).
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Keyword(String);

/// A text that is no keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a keyword is 1 to {LONGEST_KEYWORD} letters, digits and signs, without blanks and brackets"
)]
pub struct NoKeyword;

impl Keyword {
    /// `None` if the text is no atom (RFC 3501 §9), is too long, or begins with
    /// a backslash, as only system flags do.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=LONGEST_KEYWORD).contains(&text.len());
        (fits && text.bytes().all(is_atom)).then(|| Self(text.to_owned()))
    }

    /// As it was first written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn compare(&self, text: &str) -> Ordering {
        let fold = |text: &str| text.bytes().map(|b| b.to_ascii_lowercase()).collect();
        let (one, other): (Vec<u8>, Vec<u8>) = (fold(&self.0), fold(text));
        one.cmp(&other)
    }
}

/// RFC 3501 §9, ATOM-CHAR.
const fn is_atom(octet: u8) -> bool {
    octet.is_ascii_graphic()
        && !matches!(
            octet,
            b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\' | b']'
        )
}

impl TryFrom<String> for Keyword {
    type Error = NoKeyword;
    fn try_from(text: String) -> Result<Self, NoKeyword> {
        Self::new(&text).ok_or(NoKeyword)
    }
}

impl PartialEq for Keyword {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Keyword {}

impl fmt::Debug for Keyword {
    /// Shows no letter of it: a client may put anything there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyword({} octets)", self.0.len())
    }
}

/// System flags and keywords of one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// The system's.
    pub system: System,
    /// The keywords, sorted, each once, at most [`MANY_KEYWORDS`]. Add with
    /// [`Flags::insert`], which keeps it so.
    pub keywords: Vec<Keyword>,
}

impl From<System> for Flags {
    fn from(system: System) -> Self {
        Self {
            system,
            keywords: Vec::new(),
        }
    }
}

impl Flags {
    /// Whether one of the keywords is this, whatever its case.
    #[must_use]
    pub fn has_keyword(&self, text: &str) -> bool {
        self.find(text).is_ok()
    }

    /// Adds one keyword; whether it is in now: a set that is full takes no more.
    pub fn insert(&mut self, keyword: Keyword) -> bool {
        match self.find(&keyword.0) {
            Ok(_) => true,
            Err(_) if self.keywords.len() >= MANY_KEYWORDS => false,
            Err(at) => {
                self.keywords.insert(at, keyword);
                true
            }
        }
    }

    /// Adds all of `other` (`+FLAGS`); whether there was room for all.
    pub fn add(&mut self, other: &Self) -> bool {
        self.system = self.system.union(other.system);
        let mut all = true;
        for keyword in &other.keywords {
            all &= self.insert(keyword.clone());
        }
        all
    }

    /// Takes away all of `other` (`-FLAGS`).
    pub fn remove(&mut self, other: &Self) {
        self.system = self.system.without(other.system);
        self.keywords.retain(|own| !other.has_keyword(&own.0));
    }

    /// Makes them those of `other` (`FLAGS`).
    pub fn set(&mut self, other: &Self) {
        self.clone_from(other);
    }

    fn find(&self, text: &str) -> Result<usize, usize> {
        self.keywords.binary_search_by(|own| own.compare(text))
    }
}

#[cfg(test)]
mod tests {
    use super::{Flags, Keyword, MANY_KEYWORDS, System};

    fn flags(system: System, keywords: &[&str]) -> Flags {
        let mut flags = Flags::from(system);
        for text in keywords {
            assert!(flags.insert(Keyword::new(text).unwrap()));
        }
        flags
    }

    #[test]
    fn a_keyword_is_an_atom_and_nothing_else() {
        for good in ["$Forwarded", "NonJunk", "x", "a-b_c.d[e", &"k".repeat(64)] {
            assert_eq!(Keyword::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "", "\\Seen", "a b", "a(", "a)", "{", "a%", "*", "\"", "a]", "é", "a\r",
        ] {
            assert!(Keyword::new(bad).is_none(), "{bad:?}");
        }
        assert!(Keyword::new(&"k".repeat(65)).is_none());
    }

    #[test]
    fn keywords_are_sorted_and_each_is_there_once_whatever_its_case() {
        let mut some = flags(System::SEEN, &["$MDNSent", "work", "$Forwarded", "WORK"]);
        let words =
            |flags: &Flags| -> Vec<String> { flags.keywords.iter().map(|k| k.0.clone()).collect() };
        assert_eq!(words(&some), ["$Forwarded", "$MDNSent", "work"]);
        assert!(some.has_keyword("$mdnsent") && !some.has_keyword("home"));
        assert!(some.add(&flags(System::DELETED, &["Home", "Work"])));
        assert_eq!(words(&some), ["$Forwarded", "$MDNSent", "Home", "work"]);
        some.remove(&flags(System::SEEN, &["$forwarded", "absent"]));
        assert_eq!(some, flags(System::DELETED, &["home", "WORK", "$MdnSent"]));
        some.set(&Flags::default());
        assert!(some.system.is_empty() && some.keywords.is_empty());
    }

    #[test]
    fn a_full_set_takes_no_more_and_says_so() {
        let mut full = Flags::default();
        for n in 0..MANY_KEYWORDS {
            assert!(full.insert(Keyword::new(&format!("k{n}")).unwrap()));
        }
        assert!(full.insert(Keyword::new("K0").unwrap()));
        assert!(!full.add(&flags(System::DRAFT, &["one-more"])));
        assert_eq!(full.keywords.len(), MANY_KEYWORDS);
        assert!(full.system.contains(System::DRAFT));
    }

    #[test]
    fn system_flags_are_a_set() {
        let two = System::SEEN.with(System::DRAFT);
        assert!(two.contains(System::SEEN) && two.contains(System::DRAFT));
        assert!(!two.contains(System::SEEN.with(System::FLAGGED)));
        assert_eq!(two.without(System::DRAFT), System::SEEN);
        assert!(two.without(two).is_empty());
    }

    #[test]
    fn what_is_read_back_from_the_store_is_a_keyword_too() {
        let some = flags(System::FLAGGED, &["$Junk", "work"]);
        let octets = postcard::to_stdvec(&some).unwrap();
        assert_eq!(postcard::from_bytes::<Flags>(&octets).unwrap(), some);
        let bad = postcard::to_stdvec(&(1_u8, vec!["a b"])).unwrap();
        assert!(postcard::from_bytes::<Flags>(&bad).is_err());
    }
}
