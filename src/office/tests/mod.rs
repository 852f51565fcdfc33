//! The office's door, asked and attacked.

mod back;
mod bench;
mod chart;
mod entering;
mod forged;
mod headers;
mod mail;
mod many;
mod people;
mod release;
mod today;
mod unfinished;
mod workers;
mod write;
