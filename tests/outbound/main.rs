//! The way out over a real store and a clock that stands still: whole messages
//! in, and what stands in the store afterwards. No sockets.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that is surprised should stop"
)]

mod accept;
mod bench;
mod endings;
#[path = "../../src/model/heard.rs"]
mod heard;
mod held;
mod property;
mod routes;
mod views;
