//! The recipient's door: pages over HTTPS.

pub mod calm;
pub mod page;
pub mod views;

#[cfg(test)]
mod gallery;
