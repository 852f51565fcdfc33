//! The daemon: what the files say, held against the machine; then every part,
//! wired together once.

pub mod check;
pub mod secrets;
pub mod settings;
