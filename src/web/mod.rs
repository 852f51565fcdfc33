//! What every door over HTTP shares: headers, cookies, the check of where a
//! form comes from, how pages speak and look, names of downloads, uploads. No
//! page and no decision is made here.

pub mod assets;
pub mod client;
pub mod connection;
pub mod cookie;
pub mod disposition;
pub mod door;
mod flowing;
pub mod form;
pub mod guard;
pub mod headers;
pub mod language;
pub mod multipart;
pub mod site;
pub mod speech;
#[cfg(test)]
pub(crate) mod tests;
mod timer;
