//! What each target does with the octets it is given: it calls the gateway as
//! its doors do, and fails where a promise of the code does not hold. The
//! targets under libFuzzer and the ordinary test run the same bodies.
//!
//! A body takes an input as it is, without a header of its own, so that a mail,
//! a form or a dialogue out of real life is a seed.

pub mod addresses;
pub mod bounce;
pub mod config;
pub mod content;
pub mod cut;
pub mod html;
pub mod imap;
pub mod letters;
pub mod message;
pub mod multipart;
pub mod records;
pub mod smtp;
pub mod sniff;
pub mod structure;
pub mod tokens;
