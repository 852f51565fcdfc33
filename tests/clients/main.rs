//! The office's mail programs before the IMAP door: real ones, each set up as a
//! person would, with our certificate verified by its own means.
//!
//! Libraries are driven by the scripts beside this file; what a script finds
//! wrong it says by failing.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is surprised should stop"
)]

// What this suite shares with the one in tests/gateway.
#[path = "../gateway/browser.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod browser;
#[path = "../gateway/daemon.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod daemon;
#[path = "../gateway/harness.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod harness;
#[path = "../gateway/postfix.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod postfix;
#[path = "../gateway/programs.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod programs;
#[path = "../gateway/settings.rs"]
mod settings;
#[path = "../gateway/smtp.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod smtp;
#[path = "../gateway/visit.rs"]
mod visit;

// What the tests stand on.
mod script;

// The tests.
mod habits;
mod libraries;
mod patients;
mod restarts;
mod tools;
