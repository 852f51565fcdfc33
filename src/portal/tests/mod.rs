//! The pages, drawn; the door, asked; the door, attacked.

mod bench;
mod compose;
mod door;
mod forged;
mod front;
mod gallery;
mod headers;
mod household;
mod map;
mod password;
mod setup;
mod strangers;
mod swarm;
mod upload;
