//! Reads a password from standard input; a terminal does not show it.

use crate::cli::Failure;
use crate::model::Secret;
use rustix::termios::{LocalModes, OptionalActions, isatty, tcgetattr, tcsetattr};
use std::io::{self, BufRead, Read, Write};
use zeroize::Zeroizing;

/// Longest line read, in octets: longer is no password but a wrong file.
const MAX_LINE: u64 = 1024;

/// One line, without its end.
pub(super) fn read() -> Result<Secret, Failure> {
    let input = io::stdin();
    if !isatty(&input) {
        return line();
    }
    let _ = write!(io::stderr(), "Password: ");
    let shown = tcgetattr(&input).map_err(Failure::fault)?;
    let mut hidden = shown.clone();
    hidden.local_modes -= LocalModes::ECHO;
    tcsetattr(&input, OptionalActions::Flush, &hidden).map_err(Failure::fault)?;
    let read = line();
    let back = tcsetattr(&input, OptionalActions::Flush, &shown);
    let _ = writeln!(io::stderr());
    back.map_err(Failure::fault)?;
    read
}

fn line() -> Result<Secret, Failure> {
    let mut text = Zeroizing::new(String::new());
    let mut input = io::stdin().lock().take(MAX_LINE);
    input.read_line(&mut text).map_err(Failure::fault)?;
    let password = text.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        return Err(Failure::Usage(
            "no password came from standard input; write it on one line".into(),
        ));
    }
    Ok(Secret::new(password))
}
