//! Reads the configuration's files.

use crate::config::{Config, Fault, Faults, Place, Source};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Longest file that is still a configuration: the shipped one has 9 KB.
const MAX_FILE: u64 = 1_000_000;

/// What helps who may not read the gateway's files.
pub(crate) const AS_USER: &str = "run it as the gateway's user";

/// Reads `file` and what lies in `conf.d` beside it, in the order of names.
///
/// # Errors
/// Everything that is wrong, each with file, line and fix.
pub fn read(file: &Path) -> Result<Config, Faults> {
    let mut texts = vec![(file.to_path_buf(), text(file)?)];
    for more in drop_ins(file) {
        let read = text(&more)?;
        texts.push((more, read));
    }
    let names: Vec<String> = texts
        .iter()
        .map(|(path, _)| path.display().to_string())
        .collect();
    let sources: Vec<Source<'_>> = names
        .iter()
        .zip(&texts)
        .map(|(file, (_, text))| Source { file, text })
        .collect();
    Config::merge(&sources)
}

fn drop_ins(file: &Path) -> Vec<PathBuf> {
    let folder = file.parent().map(|p| p.join("conf.d"));
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok());
    let mut found: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    found.sort();
    found
}

fn text(file: &Path) -> Result<String, Faults> {
    let read = fs::metadata(file).and_then(|m| {
        if m.len() > MAX_FILE {
            return Err(io::Error::other("it is too large for a configuration"));
        }
        fs::read_to_string(file)
    });
    read.map_err(|error| unreadable(file, &error))
}

fn unreadable(file: &Path, error: &io::Error) -> Faults {
    let fix = match error.kind() {
        io::ErrorKind::PermissionDenied => AS_USER,
        _ => "name it with -c FILE, or make one with `sealpost init`",
    };
    Faults(vec![Fault {
        place: Place {
            file: file.display().to_string(),
            line: 1,
        },
        message: format!("the file cannot be read: {error}"),
        fix: fix.to_owned(),
    }])
}

#[cfg(test)]
mod tests {
    use super::{read, unreadable};
    use crate::config::SHIPPED;
    use std::fs;
    use std::io;
    use std::path::Path;

    #[test]
    fn who_may_not_read_the_file_is_told_whose_it_is() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let said = unreadable(Path::new("/etc/sealpost/sealpost.toml"), &denied).to_string();
        assert!(said.ends_with("; run it as the gateway's user"), "{said}");
    }

    #[test]
    fn drop_in_files_are_read_in_order_and_a_missing_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sealpost.toml");
        let missing = read(&file).unwrap_err().to_string();
        assert!(
            missing.contains("sealpost.toml:1: the file cannot be read"),
            "{missing}"
        );

        fs::write(&file, SHIPPED).unwrap();
        fs::create_dir(folder.path().join("conf.d")).unwrap();
        fs::write(
            folder.path().join("conf.d/b.toml"),
            "[log]\nlevel = \"debug\"\n",
        )
        .unwrap();
        assert_eq!(read(&file).unwrap().log.level.word(), "debug");
        fs::write(
            folder.path().join("conf.d/a.toml"),
            "[log]\nlevel = \"warn\"\n",
        )
        .unwrap();
        let twice = read(&file).unwrap_err().to_string();
        assert!(
            twice.contains("b.toml:2: log.level is set again") && twice.contains("a.toml:2"),
            "{twice}"
        );
    }
}
