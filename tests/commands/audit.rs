//! The audit trail from the command line, while no gateway runs.

use crate::clinic::{Clinic, err, out};

#[test]
fn the_trail_is_taken_out_and_verified_while_nothing_runs() {
    let clinic = Clinic::new();
    let good = |line: &str| {
        let output = clinic.run(line, "");
        assert_eq!(output.status.code(), Some(0), "{line}: {}", err(&output));
        out(&output)
    };
    good("user add ruiz@clinic.example --role provider");
    good("user disable ruiz@clinic.example");
    let table = good("audit export");
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].starts_with("sequence,time,actor,actor-id"),
        "{table}"
    );
    assert!(
        table.contains(",operator,") && table.contains(",account,"),
        "{table}"
    );
    assert!(lines.last().unwrap().contains(",export,audit,"), "{table}");
    assert!(!table.contains('@'), "{table}");
    let list = good("audit export --format json");
    let all: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
    // The table's head, and what taking it out added.
    assert_eq!(all.len(), lines.len());
    assert_eq!(good("audit export --format json --to 2000-01-01"), "[]\n");
    assert_eq!(good("audit export --to 2000-01-01").lines().count(), 1);
    let said = good("audit verify");
    assert!(
        said.contains("entries, and every one is as it was written"),
        "{said}"
    );
    let checked = good("audit verify --json");
    let checked: serde_json::Value = serde_json::from_str(&checked).unwrap();
    assert_eq!(
        (&checked["clean"], &checked["broken_at"]),
        (&true.into(), &serde_json::Value::Null)
    );
}

#[test]
fn what_cannot_be_taken_out_is_said() {
    let clinic = Clinic::new();
    let id = "0".repeat(26);
    for (line, words) in [
        (
            format!("audit export --contact {id}"),
            "there is no contact",
        ),
        (
            "audit export --from 2027-01-02 --to 2027-01-01".to_owned(),
            "exchange the two",
        ),
        ("audit export --from yesterday".to_owned(), "write a day"),
        ("audit export --format xml".to_owned(), "csv"),
    ] {
        let output = clinic.run(&line, "");
        assert_eq!(output.status.code(), Some(64), "{line}");
        assert!(err(&output).contains(words), "{line}: {}", err(&output));
        assert_eq!(out(&output), "", "{line}");
    }
}
