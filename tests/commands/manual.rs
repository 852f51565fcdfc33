//! Man pages and completions, as the programs that show them take them.

use crate::clinic::{err, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// All of it, below a prefix.
fn made() -> TempDir {
    let prefix = tempfile::tempdir().unwrap();
    let dir = prefix.path().display().to_string();
    let output = run(&["manual", "--dir", &dir], "");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    prefix
}

fn pages(prefix: &Path) -> [PathBuf; 3] {
    ["man1/sealpost.1", "man5/sealpost.toml.5", "man8/sealpost.8"]
        .map(|page| prefix.join("share/man").join(page))
}

fn text(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(both).unwrap()
}

/// A page as a person sees it, and nothing to remark.
fn shown(page: &Path) -> String {
    let output = Command::new("man")
        .args(["--warnings", "-l"])
        .arg(page)
        .env("LC_ALL", "C.UTF-8")
        .env("MANWIDTH", "200")
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        text(&output)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn groff_and_mandoc_find_nothing_to_remark_in_the_man_pages() {
    let prefix = made();
    for page in pages(prefix.path()) {
        assert!(shown(&page).contains("SEE ALSO"));
        let lint = Command::new("mandoc")
            .args(["-T", "lint"])
            .arg(&page)
            .output();
        let lint = lint.unwrap();
        assert!(
            lint.status.success() && text(&lint).is_empty(),
            "{}",
            text(&lint)
        );
    }
    // They would say so.
    let broken = prefix.path().join("broken.1");
    fs::write(&broken, ".TH A\n.FOO\n").unwrap();
    let lint = Command::new("mandoc")
        .args(["-T", "lint"])
        .arg(&broken)
        .output();
    assert!(!text(&lint.unwrap()).is_empty());
}

#[test]
fn the_pages_name_every_setting_every_signal_and_every_exit_code() {
    let prefix = made();
    let [commands, settings, service] = pages(prefix.path()).map(|page| shown(&page));
    for code in ["0", "1", "64", "70", "78"] {
        for page in [&commands, &service] {
            let line = page
                .lines()
                .find(|l| l.trim_start().starts_with(&format!("{code} ")));
            assert!(line.is_some(), "{code} is missing in {page}");
        }
    }
    for word in [
        "SIGHUP",
        "SIGTERM",
        "store-key",
        "submissions",
        "NOTIFY_SOCKET",
    ] {
        assert!(service.contains(word), "{word}");
    }
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/sealpost.toml");
    for line in fs::read_to_string(shipped).unwrap().lines() {
        let line = line.strip_prefix('#').unwrap_or(line);
        if line.starts_with(char::is_alphabetic) && line.contains(" = ") {
            let (key, _) = line.split_once(" = ").unwrap();
            assert!(settings.contains(&format!(" {key} = ")), "{key} is missing");
        } else if line.starts_with('[') {
            assert!(settings.contains(line), "{line} is missing");
        }
    }
}

/// What a shell offers after these words, the last one being begun.
fn bash(prefix: &Path, words: &[&str]) -> String {
    // As a TAB does it: bash-completion finds the file by the command's name.
    let script = r#"
        source /usr/share/bash-completion/bash_completion
        _completion_loader sealpost
        complete -p sealpost >/dev/null || exit 1
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
        _sealpost sealpost "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let output = Command::new("bash")
        .args(["--norc", "-c", script, "bash"])
        .args(words)
        .env("XDG_DATA_DIRS", prefix.join("share"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

#[test]
fn bash_completes_a_command_a_verb_and_an_option() {
    let prefix = made();
    let offered = |words: &[&str]| bash(prefix.path(), words);
    assert_eq!(offered(&["sealpost", "me"]), "message\n");
    assert_eq!(offered(&["sealpost", "user", "app"]), "app-password\n");
    let options = offered(&["sealpost", "queue", "list", "--"]);
    assert!(options.lines().any(|o| o == "--json"), "{options}");
    assert_eq!(offered(&["sealpost", "zzz"]).trim(), "");
}

#[test]
fn zsh_and_fish_complete_it_too() {
    let prefix = made();
    let share = prefix.path().join("share");
    let script = "fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D; [[ $_comps[sealpost] == _sealpost ]] && autoload +X _sealpost";
    let mut zsh = Command::new("zsh");
    let zsh = zsh.args(["-f", "-c", script, "zsh"]);
    let zsh = zsh.arg(share.join("zsh/site-functions")).output().unwrap();
    assert!(
        zsh.status.success() && text(&zsh).is_empty(),
        "{}",
        text(&zsh)
    );

    let script = "source $argv[1]; complete -C 'sealpost me'";
    let mut fish = Command::new("fish");
    let fish = fish.args(["--no-config", "-c", script]);
    let fish = fish.arg(share.join("fish/vendor_completions.d/sealpost.fish"));
    let offered = text(&fish.output().unwrap());
    assert!(offered.starts_with("message\t"), "{offered}");
}
