//! `sealpost manual`: man pages and completions, made from what the commands
//! and the shipped file say, so that they cannot say anything else.

mod pages;
pub(super) mod words;

use crate::cli::{Arguments, Failure};
use clap::CommandFactory;
use clap_complete::{Shell, generate};
use std::fs;
use std::path::Path;

/// Draws a man page.
type Draw = fn(&clap::Command) -> String;

/// Where each man page lies below a prefix such as `/usr/local`.
const PAGES: [(&str, Draw); 3] = [
    ("share/man/man1/sealpost.1", pages::commands),
    ("share/man/man5/sealpost.toml.5", pages::settings),
    ("share/man/man8/sealpost.8", pages::service),
];

/// Where each shell looks for completions below the same.
const SHELLS: [(&str, Shell); 3] = [
    ("share/bash-completion/completions/sealpost", Shell::Bash),
    ("share/fish/vendor_completions.d/sealpost.fish", Shell::Fish),
    ("share/zsh/site-functions/_sealpost", Shell::Zsh),
];

/// Writes all of it below `dir`; what an older version left there is replaced.
pub(super) fn run(dir: &Path) -> Result<(), Failure> {
    let mut command = Arguments::command();
    command.build();
    for (path, page) in PAGES {
        write(&dir.join(path), page(&command).as_bytes())?;
    }
    for (path, shell) in SHELLS {
        let mut script = Vec::new();
        generate(shell, &mut command, "sealpost", &mut script);
        write(&dir.join(path), &script)?;
    }
    Ok(())
}

fn write(path: &Path, octets: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| fs::write(path, octets));
    written.map_err(|e| Failure::Fault(format!("{} cannot be written: {e}", path.display())))
}
