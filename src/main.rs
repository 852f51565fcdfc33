//! The doorway: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    sealpost::cli::run(std::env::args_os())
}
