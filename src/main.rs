//! The doorway: arguments in, exit code out.

use mimalloc::MiMalloc;
use std::process::ExitCode;

// A sixth of the work of taking a message was the system's allocator: see
// docs/decisions/0021-allocator.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    sealpost::cli::run(std::env::args_os())
}
