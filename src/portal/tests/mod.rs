//! The pages, drawn; the door, asked.

mod bench;
mod door;
mod gallery;
mod headers;
mod upload;
