//! What every door over HTTP shares: headers, cookies, the check of where a
//! form comes from, names of downloads, uploads. No page and no decision is
//! made here.

pub mod client;
pub mod connection;
pub mod cookie;
pub mod disposition;
mod flowing;
pub mod headers;
pub mod multipart;
pub mod site;
mod timer;
