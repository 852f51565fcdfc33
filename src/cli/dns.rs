//! `sealpost dns print`: what DNS should say.

use crate::cli::{Failure, print, sheet};
use crate::setup::zone;
use clap::Subcommand;
use std::path::Path;

#[derive(Debug, Subcommand)]
pub(super) enum Dns {
    /// Print the records by which mail programs find the servers, as lines of a
    /// zone file; changes nothing.
    Print,
}

pub(super) fn run(file: &Path, verb: &Dns) -> Result<(), Failure> {
    let Dns::Print = verb;
    let (_, servers) = sheet::servers(file)?;
    print::out(&zone::lines(&servers))
}
