//! The configuration as a sysadmin meets it: the shipped file, and every way
//! to get it wrong.

use sealpost::config::{Config, SHIPPED, Source};
use std::collections::BTreeSet;
use std::fs;

/// The shipped file with every default written out instead of left out.
fn uncommented() -> String {
    let line = |line: &str| {
        let key = line
            .strip_prefix('#')
            .filter(|l| l.starts_with(char::is_alphabetic));
        key.unwrap_or(line).to_owned()
    };
    SHIPPED.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shipped_file_says_what_the_code_does_when_it_is_silent() {
    let silent = Config::parse(SHIPPED, "sealpost.toml").unwrap();
    let spoken = Config::parse(&uncommented(), "sealpost.toml").unwrap();
    assert_eq!(silent.show(), spoken.show());
}

#[test]
fn the_shipped_file_mentions_every_key_once_and_no_other() {
    let config = Config::parse(SHIPPED, "sealpost.toml").unwrap();
    let known: BTreeSet<String> = config.keys().collect();
    let table: toml::Table = uncommented().parse().unwrap();
    let mentioned = table.iter().flat_map(|(section, keys)| {
        keys.as_table()
            .unwrap()
            .keys()
            .map(move |key| format!("{section}.{key}"))
    });
    assert_eq!(mentioned.collect::<BTreeSet<_>>(), known);
    // Sixty were enough until the office had pages, a directory and a chart of its
    // own; more than these nobody reads through in an evening.
    assert!(known.len() <= 75, "more than 75 settings");
}

#[test]
fn every_key_in_the_shipped_file_has_its_reason_above() {
    let lines: Vec<&str> = SHIPPED.lines().collect();
    for pair in lines.windows(2) {
        let key = pair[1].trim_start_matches('#');
        if key.starts_with(char::is_alphabetic) && key.contains(" = ") {
            assert!(pair[0].starts_with("# "), "{key} has no reason");
        }
    }
}

#[test]
fn what_is_shown_can_be_read_again_and_means_the_same() {
    let config = Config::parse(SHIPPED, "sealpost.toml").unwrap();
    let again = Config::parse(&config.show(), "shown").unwrap();
    assert_eq!(again.show(), config.show());
}

/// Each file in `broken-configs` begins with `# line: message; fix` for every
/// fault it has.
#[test]
fn every_broken_configuration_is_refused_with_line_and_fix() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/broken-configs");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let expected: Vec<String> = text
            .lines()
            .map_while(|line| line.strip_prefix("# "))
            .map(|fault| format!("broken.toml:{fault}"))
            .collect();
        assert!(!expected.is_empty(), "{path:?} expects nothing");
        let faults = Config::parse(&text, "broken.toml").unwrap_err();
        assert_eq!(faults.to_string(), expected.join("\n"), "{path:?}");
        count += 1;
    }
    assert!(count >= 40, "only {count} broken configurations");
}

#[test]
fn a_second_file_adds_keys_but_sets_none_again() {
    let more = "[clinic]\nphone = \"+1 555 0100\"\n";
    let first = Source {
        file: "sealpost.toml",
        text: SHIPPED,
    };
    let config = Config::merge(&[
        first,
        Source {
            file: "conf.d/phone.toml",
            text: more,
        },
    ])
    .unwrap();
    assert_eq!(config.clinic.phone.as_deref(), Some("+1 555 0100"));

    let again = "\n[clinic]\nname = \"Other\"\n";
    let faults = Config::merge(&[
        first,
        Source {
            file: "conf.d/name.toml",
            text: again,
        },
    ])
    .unwrap_err();
    let line = SHIPPED
        .lines()
        .position(|l| l.starts_with("name = "))
        .unwrap()
        + 1;
    assert_eq!(
        faults.to_string(),
        format!(
            "conf.d/name.toml:3: clinic.name is set again; sealpost.toml:{line} has set it; keep one of the two"
        )
    );
}

#[test]
fn an_empty_file_names_everything_that_is_required() {
    let faults = Config::parse("", "empty.toml").unwrap_err().to_string();
    for key in [
        "clinic.name",
        "clinic.hostname",
        "clinic.domains",
        "relay.host",
        "portal.url",
    ] {
        assert!(
            faults.contains(&format!("empty.toml:1: {key} is missing")),
            "{key}: {faults}"
        );
    }
}
