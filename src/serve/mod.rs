//! The daemon: what the files say, held against the machine; then every part,
//! wired together once.

pub(crate) mod certificate;
mod chart;
pub mod check;
pub mod daemon;
pub mod gateway;
pub mod ground;
pub mod logging;
pub(crate) mod pieces;
mod relay;
pub mod secrets;
pub mod self_signed;
pub mod settings;
pub mod sockets;
