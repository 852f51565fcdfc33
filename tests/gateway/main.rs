//! The gateway among real peers: mail programs in front of it, Postfix behind.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is surprised should stop"
)]

// What the suites stand on.
mod browser;
mod daemon;
mod harness;
mod holding;
mod imap;
mod postfix;
mod programs;
mod settings;
mod smtp;
mod visit;

// The suites.
mod accidents;
mod attacks;
mod audit;
mod bombs;
mod canary;
mod chart;
mod clients;
mod commands;
mod crash;
mod damage;
mod directory;
mod fail2ban;
mod front;
mod held;
mod house;
mod imap_attacks;
mod imap_floods;
mod imap_idle;
mod imap_sessions;
mod letters;
mod office;
mod outcomes;
mod patient;
mod protection;
mod relay;
mod relays;
mod release;
mod returned;
mod setup;
mod sign_in;
mod signals;
mod sockets;
mod taken;
mod tracked;
