//! The pages, drawn; the door, asked.

mod gallery;
