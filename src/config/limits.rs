//! `[limits]`: bounds on what peers may ask for.

use crate::config::draft::Section;
use crate::config::value::Size;

/// Bounds on what peers may ask for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once, on each door. Default 500: a large clinic with
    /// several mail programs each.
    pub connections: u32,
    /// Connections at once from one network (IPv4 /24, IPv6 /64). Default 50: an
    /// office behind one address has room, one machine cannot take all.
    pub per_network: u32,
    /// Octets of messages on their way in, all together. Default 256 MB: five
    /// of the largest messages at once. One account has a quarter of it, or room
    /// for one of the largest.
    pub in_flight_bytes: Size,
    /// Recipients of one message. Default 100 (RFC 5321 §4.5.3.1.8).
    pub recipients: u32,
    /// Errors in one session before it is closed. Default 10: a person's slips
    /// fit, a guessing machine does not.
    pub errors: u32,
    /// New outside recipients of one account in an hour; more are refused and
    /// the office is told. Default 60: one a minute is nobody at a keyboard.
    pub new_recipients_per_hour: u32,
}

impl Limits {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        Self {
            connections: s.within("connections", 500, 10..=10_000),
            per_network: s.within("per-network", 50, 1..=10_000),
            in_flight_bytes: s.within(
                "in-flight-bytes",
                Size::megabytes(256),
                Size::megabytes(1)..=Size::megabytes(16_000),
            ),
            recipients: s.within("recipients", 100, 1..=1_000),
            errors: s.within("errors", 10, 3..=100),
            new_recipients_per_hour: s.within("new-recipients-per-hour", 60, 1..=10_000),
        }
    }
}
