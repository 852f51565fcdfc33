//! `sealpost check`.

use crate::cli::{Failure, print};
use crate::config::Fault;
use crate::model::Clock;
use crate::serve::sockets::{Listening, Sockets};
use crate::serve::{check, settings};
use rustix::termios::isatty;
use std::io;
use std::path::Path;

/// Faults fail the check. What is merely unfinished is listed, in red on a
/// terminal, so that a half-finished set-up is seen (requirements WM2).
pub(super) fn run(file: &Path, clock: &Clock) -> Result<(), Failure> {
    let config = settings::read(file).map_err(Failure::configuration)?;
    let held = Sockets::take().map_err(Failure::configuration)?.held();
    let findings = check::check(&config, &held, clock);
    let red = isatty(io::stdout());
    let lines: String = findings
        .warnings
        .iter()
        .map(|w| unfinished(w, red))
        .collect();
    print::out(&lines)?;
    print::out(&findings.listening.iter().map(door).collect::<String>())?;
    let refusal = findings.refusal();
    if refusal.is_empty() {
        return print::out(&format!("{}: the settings hold\n", file.display()));
    }
    Err(Failure::Configuration(refusal))
}

/// systemd hands its sockets to the service alone, so a check by hand cannot see
/// them; it says so rather than what may not be true.
fn door(at: &Listening) -> String {
    let name = at.door.name();
    match at.held || at.addresses.is_empty() {
        true => format!("{name}: {at}\n"),
        false => {
            format!("{name}: {at}, unless systemd holds its socket (sealpost-{name}.socket)\n")
        }
    }
}

fn unfinished(warning: &Fault, red: bool) -> String {
    match red {
        true => format!("\x1b[31mnot finished: {warning}\x1b[0m\n"),
        false => format!("not finished: {warning}\n"),
    }
}
