//! The pages, drawn; the door, asked; the door, attacked.

mod bench;
mod door;
mod forged;
mod front;
mod gallery;
mod headers;
mod map;
mod setup;
mod strangers;
mod swarm;
mod upload;
