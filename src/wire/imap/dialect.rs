//! Which IMAP a client speaks: IMAP4rev1 (RFC 3501) until it enables IMAP4rev2
//! (RFC 9051). All in which the two differ on the wire asks here.

use crate::wire::imap::command::Returns;
use crate::wire::imap::utf7;
use icu_normalizer::ComposingNormalizerBorrowed;
use std::borrow::Cow;

/// The form of IMAP that is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 3501: mailbox names are modified UTF-7, results come as SEARCH,
    /// and `\Recent` is spoken of.
    #[default]
    Rev1,
    /// RFC 9051: names are UTF-8, results come as ESEARCH, SELECT lists its
    /// mailbox, and a FETCH that nobody asked for says the UID.
    Rev2,
}

impl Dialect {
    /// Whether it is RFC 9051's.
    #[must_use]
    pub const fn is_rev2(self) -> bool {
        matches!(self, Self::Rev2)
    }

    /// A mailbox name as it travels.
    pub(super) fn name_out(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Rev1 => Cow::Owned(utf7::encode(name)),
            Self::Rev2 => Cow::Borrowed(name),
        }
    }

    /// The mailbox name that was sent; `None` if it is not in its form.
    pub(super) fn name_in(self, octets: &[u8]) -> Option<String> {
        let text = std::str::from_utf8(octets).ok()?;
        match self {
            Self::Rev1 => utf7::decode(text).filter(|_| text.is_ascii()),
            Self::Rev2 => Some(text.to_owned()),
        }
    }

    /// Whether a mailbox may be made under this name. RFC 9051 §5.1 has a
    /// server refuse names that are not Net-Unicode (RFC 5198 §2) or turn them
    /// into it: we refuse, so that a name has one form and no answer has to
    /// tell of a second.
    pub(super) fn may_be_made(self, name: &str) -> bool {
        match self {
            Self::Rev1 => true,
            Self::Rev2 => {
                let separates = |c: char| matches!(c, '\u{2028}' | '\u{2029}');
                !name.contains(separates)
                    && ComposingNormalizerBorrowed::new_nfc().is_normalized(name)
            }
        }
    }

    /// What a SEARCH without RETURN asks for (RFC 9051 §6.4.4).
    pub(super) fn returns(self) -> Option<Returns> {
        self.is_rev2().then_some(Returns {
            all: true,
            ..Returns::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    #[test]
    fn a_name_travels_as_utf_7_or_as_it_is() {
        let (old, new) = (Dialect::Rev1, Dialect::Rev2);
        assert_eq!(old.name_out("R&D/ñ"), "R&-D/&APE-");
        assert_eq!(new.name_out("R&D/ñ"), "R&D/ñ");
        assert_eq!(old.name_in(b"&APE-").as_deref(), Some("ñ"));
        assert_eq!(old.name_in("ñ".as_bytes()), None);
        assert_eq!(new.name_in(b"&APE-").as_deref(), Some("&APE-"));
        assert_eq!(new.name_in("ñ".as_bytes()).as_deref(), Some("ñ"));
        assert_eq!(new.name_in(b"\xf1"), None);
    }

    #[test]
    fn a_new_name_of_rev2_is_net_unicode() {
        for (name, fits) in [
            ("Überweisungen", true),
            ("U\u{308}berweisungen", false),
            ("日本語 R&D", true),
            ("a\u{2028}b", false),
            ("\u{212b}", false),
        ] {
            assert_eq!(Dialect::Rev2.may_be_made(name), fits, "{name:?}");
            assert!(Dialect::Rev1.may_be_made(name));
        }
    }
}
