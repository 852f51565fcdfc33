//! Wire formats: protocols as machines over octets, without sockets.

pub mod smtp;
