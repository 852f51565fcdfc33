//! docs/acceptance.md says by which tests each row is shown: they must be there.

use std::path::Path;
use std::{fs, io};

fn gather(folder: &Path, all: &mut String) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, all)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

#[test]
fn every_test_that_shows_a_row_is_there() {
    let mut all = String::new();
    for folder in ["src", "tests/gateway", "tests/clients"] {
        gather(Path::new(folder), &mut all).unwrap();
    }
    let page = fs::read_to_string("docs/acceptance.md").unwrap();
    let rows: Vec<&str> = page.lines().filter(|l| l.contains(" | `")).collect();
    assert!(rows.len() >= 18, "{} rows", rows.len());
    for row in rows {
        for name in row.split('`').skip(1).step_by(2) {
            assert!(all.contains(&format!("fn {name}(")), "{name} is no test");
        }
    }
}
