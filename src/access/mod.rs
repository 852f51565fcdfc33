//! Who may come in: a recipient by link and code, an office client by app
//! password, a person of the office by password and second factor. Secrets are made and checked here and nowhere else; only their
//! keyed or slow hashes reach the store.

pub mod accounts;
pub mod app_password;
pub mod chosen;
pub mod codes;
mod common;
pub mod factor;
pub mod form;
pub mod front;
pub mod link;
pub mod login;
mod notes;
pub mod office;
pub mod passcode;
pub mod password;
pub mod session;
pub mod sweep;
#[cfg(test)]
mod tests;
pub mod throttle;

use crate::store::{Held, Record, Tx};

/// How often a change is tried anew when somebody else was first. Each loss
/// means that another got through, so this many in a row mean real trouble.
const ATTEMPTS: usize = 16;

/// Writes a record over what was held, or as the first of its key.
fn write<R: Record>(tx: &mut Tx, held: Option<&Held<R>>, record: &R) {
    match held {
        Some(held) => tx.replace(held, record),
        None => tx.insert(record),
    }
}
