//! The office's door, asked and attacked.

mod bench;
mod entering;
mod forged;
mod headers;
