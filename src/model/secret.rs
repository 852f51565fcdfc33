//! Secrets have types: what is plain cannot be mistaken for what is hashed,
//! and nothing here can be printed. This file makes tokens; it knows no keys.

use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Octets from the operating system's generator.
///
/// The generator of the crypto provider does not fail on a running system; if
/// it ever did, an all-zero secret would be worse than a stop.
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "without randomness no secret may be made"
)]
pub fn random<const N: usize>() -> [u8; N] {
    let mut octets = [0; N];
    aws_lc_rs::rand::fill(&mut octets).expect("the system's random generator works");
    octets
}

/// A text that must not be printed: a password, a code, a key.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes a text into safe keeping.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Every use can be found by this name.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A token as its holder has it (in a link or a cookie): 160 random bits,
/// written as 32 letters and digits. Only its [`TokenKey`] is ever stored.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct Token(String);

impl Token {
    /// A new token.
    #[must_use]
    pub fn new() -> Self {
        Self(
            data_encoding::BASE32_NOPAD
                .encode(&random::<20>())
                .to_ascii_lowercase(),
        )
    }

    /// A token out of a path or a cookie; `None` if it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let fits = text.len() == 32
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b));
        fits.then_some(Self(text))
    }

    /// The token itself. Every use can be found by this name.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Default for Token {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What an account's app and the gateway make codes from: 160 random bits, as
/// long as the hash (RFC 4226 §4, R6). It must be kept whole, since codes are
/// computed from it; records are sealed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct Seed([u8; 20]);

impl Seed {
    /// A new seed.
    #[must_use]
    pub fn new() -> Self {
        Self(random())
    }

    /// The octets themselves. Every use can be found by this name.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 20] {
        &self.0
    }
}

impl Default for Seed {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

macro_rules! keyed {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps the octets of a keyed hash. Only `store` makes these.
            #[must_use]
            pub const fn from_octets(octets: [u8; 32]) -> Self {
                Self(octets)
            }

            /// The octets a key is built from.
            #[must_use]
            pub const fn octets(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

keyed! {
    /// A token as it is stored: its keyed hash.
    TokenKey
    /// An address as it stands in a key: the keyed hash of its folded form.
    AddressKey
    /// A client network (an IPv4 /24 or an IPv6 /64), hashed.
    NetworkKey
}

#[cfg(test)]
mod tests {
    use super::{Secret, Seed, Token};

    #[test]
    fn a_token_is_read_back_in_any_case_and_nothing_else_is_taken() {
        let token = Token::new();
        assert_eq!(Token::parse(&token.expose().to_uppercase()), Some(token));
        assert_eq!(Token::parse("short"), None);
        assert_eq!(Token::parse(&"!".repeat(32)), None);
    }

    #[test]
    fn secrets_do_not_print() {
        let token = Token::new();
        let shown = format!("{:?} {:?} {:?}", Secret::new("canary"), token, Seed::new());
        assert!(!shown.contains("canary") && !shown.contains(token.expose()));
        assert!(shown.ends_with(" Seed(…)"));
    }
}
