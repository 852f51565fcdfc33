//! The signed return address (VERP): a bounce that comes back names what it is
//! about, and nobody else can make one up.
//!
//! `bounce+n<26 letters>-<16 letters>@clinic.example`: the configured address,
//! a letter for the kind of mail, an id, and 80 bits of a keyed hash. It is
//! read in any case, since mail systems fold local parts.

use crate::model::{Address, AddressError, GrantId, MessageId};
use std::str::FromStr;

/// Octets of the keyed hash that are kept: 80 bits cannot be guessed through
/// a mail system, and the whole fits a local part.
const PROOF: usize = 10;

/// What a returned mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// The notice of this right to read.
    Notice(GrantId),
    /// A code mail under this right.
    Code(GrantId),
    /// A mail that left as it was.
    Message(MessageId),
}

impl Handle {
    fn written(self) -> String {
        match self {
            Self::Notice(id) => format!("n{id}"),
            Self::Code(id) => format!("c{id}"),
            Self::Message(id) => format!("m{id}"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (kind, id) = text.split_at_checked(1)?;
        match kind {
            "n" => Some(Self::Notice(GrantId::from_str(id).ok()?)),
            "c" => Some(Self::Code(GrantId::from_str(id).ok()?)),
            "m" => Some(Self::Message(MessageId::from_str(id).ok()?)),
            _ => None,
        }
    }
}

/// The return address for a mail, signed by `mac`, which is
/// `|pieces| store.mac(Label::Tokens, pieces)`.
///
/// # Errors
/// [`AddressError::Length`] if the local part of `base` has more than 19
/// octets (RFC 5321 §4.5.3.1.1 allows 64 in all).
pub fn make(
    base: &Address,
    handle: Handle,
    mac: impl Fn(&[&[u8]]) -> [u8; 32],
) -> Result<Address, AddressError> {
    let written = handle.written();
    let proof = data_encoding::BASE32_DNSSEC.encode(&proof(&written, mac));
    let (local, domain) = (base.local(), base.domain());
    Address::parse(&format!("{local}+{written}-{proof}@{domain}"))
}

/// What a mail to `address` is about; `None` unless we made the address.
#[must_use]
pub fn parse(
    base: &Address,
    address: &Address,
    mac: impl Fn(&[&[u8]]) -> [u8; 32],
) -> Option<Handle> {
    if address.domain() != base.domain() {
        return None;
    }
    let folded = address.local().to_ascii_lowercase();
    let rest = folded.strip_prefix(&base.local().to_ascii_lowercase())?;
    let (written, shown) = rest.strip_prefix('+')?.split_once('-')?;
    let shown = data_encoding::BASE32_DNSSEC.decode(shown.as_bytes()).ok()?;
    let proof = proof(written, mac);
    aws_lc_rs::constant_time::verify_slices_are_equal(&shown, &proof).ok()?;
    Handle::read(written)
}

fn proof(written: &str, mac: impl Fn(&[&[u8]]) -> [u8; 32]) -> [u8; PROOF] {
    let whole = mac(&[b"return address", written.as_bytes()]);
    let mut short = [0; PROOF];
    for (slot, octet) in short.iter_mut().zip(whole) {
        *slot = octet;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::{Handle, make, parse};
    use crate::model::{Address, GrantId, MessageId};
    use jiff::Timestamp;

    /// A keyed hash as the store has one.
    fn mac(key: &'static str) -> impl Fn(&[&[u8]]) -> [u8; 32] {
        move |pieces| {
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key.as_bytes());
            let tag = aws_lc_rs::hmac::sign(&key, &pieces.concat());
            tag.as_ref().try_into().unwrap()
        }
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn what_was_made_is_read_back_in_any_case() {
        let base = address("bounce-long-address@clinic.example");
        assert_eq!(base.local().len(), 19);
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for handle in [
            Handle::Notice(GrantId::new(now)),
            Handle::Code(GrantId::new(now)),
            Handle::Message(MessageId::new(now)),
        ] {
            let made = make(&base, handle, mac("ours")).unwrap();
            assert_eq!(made.local().len(), 64);
            assert_eq!(parse(&base, &made, mac("ours")), Some(handle));
            let shouted = address(&made.as_str().to_uppercase());
            assert_eq!(parse(&base, &shouted, mac("ours")), Some(handle));
        }
    }

    #[test]
    fn a_made_up_or_changed_address_is_about_nothing() {
        let base = address("bounce@clinic.example");
        let id = GrantId::new(Timestamp::UNIX_EPOCH);
        let made = make(&base, Handle::Notice(id), mac("theirs")).unwrap();
        assert_eq!(parse(&base, &made, mac("ours")), None);
        let made = make(&base, Handle::Notice(id), mac("ours")).unwrap();
        let other = address(&made.as_str().replacen("+n", "+c", 1));
        assert_eq!(parse(&base, &other, mac("ours")), None);
        assert_eq!(parse(&base, &base, mac("ours")), None);
    }

    #[test]
    fn a_base_that_leaves_no_room_is_refused() {
        let base = address("bounce-longer-address@clinic.example");
        let id = GrantId::new(Timestamp::UNIX_EPOCH);
        assert!(make(&base, Handle::Notice(id), mac("ours")).is_err());
    }
}
