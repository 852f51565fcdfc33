//! Certificates and what is signed with them. No file is read here and no clock:
//! octets come in, and octets go out.
//!
//! ```text
//!  PEM ─▶ signer   a certificate chain and its private key, which is never shown
//!            │
//!            ▼
//!           cms    content and signature in one piece (RFC 5652)
//! ```

pub mod cms;
mod signer;

#[cfg(test)]
mod tests;

pub use signer::{Signer, Unsuitable};
