//! The value that forms carry before there is a session: a keyed hash of the
//! link and the hour, so that a form can only come from a page of ours, and
//! nothing has to be remembered.

use crate::model::{Secret, Token};
use crate::store::{Label, Store};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;

const HOUR: i64 = 3_600;
/// Octets of the hash that the form carries: 160 bits.
const KEPT: usize = 20;

/// The value for forms on a link's pages, good for this hour and the next.
#[must_use]
pub fn value(store: &Store, link: &Token) -> Secret {
    of_hour(store, link, hour(store.clock().now()))
}

/// Whether the value was made for this link in this hour or the last.
#[must_use]
pub fn fits(store: &Store, link: &Token, value: &str) -> bool {
    let now = hour(store.clock().now());
    [now, now - 1].into_iter().fold(false, |fits, hour| {
        let expected = of_hour(store, link, hour);
        verify_slices_are_equal(expected.expose().as_bytes(), value.as_bytes()).is_ok() | fits
    })
}

fn of_hour(store: &Store, link: &Token, hour: i64) -> Secret {
    let mac = store.mac(
        Label::Tokens,
        &[b"form", link.expose().as_bytes(), &hour.to_be_bytes()],
    );
    Secret::new(BASE32_NOPAD.encode(mac.get(..KEPT).unwrap_or(&mac)))
}

fn hour(now: Timestamp) -> i64 {
    now.as_second().div_euclid(HOUR)
}
