//! Sealpost: a secure e-mail gateway for clinics.
//!
//! ```text
//!  office client ─SMTP─▶ smtp ─▶ outbound ─▶ store, then 250
//!                                  ├─▶ release: what staff wrote waits for a provider
//!                                  └─▶ dispatch ─▶ policy ─▶ route ─▶ queue ─▶ delivery ─▶ relay
//!  recipient ─HTTPS─▶ portal ─▶ visit ─▶ access, store
//!  another server ─SMTP─▶ smtp ─▶ inbound: what came back ─▶ store
//!  office client ─IMAP─▶ imap ─▶ mailbox ─▶ store
//!  the office ─HTTPS─▶ office ─▶ desk ─▶ store
//!  sysadmin ─Unix socket─▶ admin ─▶ desk ─▶ store
//!  patients' files ─▶ chart ─▶ the clinic's own folder and program
//!  time ─▶ sweep: what has ended is closed and destroyed
//! ```
//!
//! A module uses only what stands below it here; `docs/architecture.md` has
//! the table, `tests/shape.rs` holds it.

// Words.
pub mod model;
pub mod texts;

// Formats: octets to types and back, no I/O.
pub mod config;
pub mod mime;
pub mod pki;
pub mod setup;
pub mod wire;

// Ground: what keeps and what carries.
pub mod net;
pub mod store;

// Parts: one duty each.
pub mod access;
pub mod contacts;
pub mod folders;
pub mod policy;
pub mod queue;
pub mod route;

// Steps that several flows and desks take.
pub mod alert;
pub mod reading;
pub mod release;
pub mod report;
pub mod upload;

// Flows: a message on its way.
pub mod chart;
pub mod delivery;
pub mod inbound;
pub mod outbound;
pub mod sweep;

// Desks: what somebody can do.
pub mod desk;
pub mod mailbox;
pub mod visit;
pub mod web;

// Doors: sockets and pages.
pub mod admin;
pub mod imap;
pub mod office;
pub mod portal;
pub mod smtp;

// The whole.
pub mod serve;

// Who starts it.
pub mod demo;

// What is commanded.
pub mod cli;
