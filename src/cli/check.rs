//! `sealpost check`.

use crate::cli::{Failure, print};
use crate::config::Fault;
use crate::model::Clock;
use crate::serve::{check, settings};
use rustix::termios::isatty;
use std::io;
use std::path::Path;

/// Faults fail the check. What is merely unfinished is listed, in red on a
/// terminal, so that a half-finished set-up is seen (requirements WM2).
pub(super) fn run(file: &Path, clock: &Clock) -> Result<(), Failure> {
    let config = settings::read(file).map_err(Failure::configuration)?;
    let findings = check::check(&config, clock);
    let red = isatty(io::stdout());
    let lines: String = findings
        .warnings
        .iter()
        .map(|w| unfinished(w, red))
        .collect();
    print::out(&lines)?;
    let refusal = findings.refusal();
    if refusal.is_empty() {
        return print::out(&format!("{}: the settings hold\n", file.display()));
    }
    Err(Failure::Configuration(refusal))
}

fn unfinished(warning: &Fault, red: bool) -> String {
    match red {
        true => format!("\x1b[31mnot finished: {warning}\x1b[0m\n"),
        false => format!("not finished: {warning}\n"),
    }
}
