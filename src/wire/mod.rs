//! Wire formats: protocols as machines over octets, without sockets.

pub mod imap;
mod sasl;
pub mod smtp;
