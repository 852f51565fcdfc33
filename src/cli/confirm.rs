//! Asks before what cannot be undone.

use crate::cli::Failure;
use std::io::{self, IsTerminal, Write};

/// Asks at the terminal, unless `yes` was said already or nobody sits there: a
/// script means what it says.
///
/// # Errors
/// [`Failure::Declined`] for everything but a yes.
pub(super) fn ask(question: &str, yes: bool) -> Result<(), Failure> {
    if yes || !io::stdin().is_terminal() {
        return Ok(());
    }
    let mut terminal = io::stderr().lock();
    let asked = write!(terminal, "{question} [y/N] ").and_then(|()| terminal.flush());
    asked.map_err(Failure::fault)?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(Failure::fault)?;
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Declined),
    }
}
