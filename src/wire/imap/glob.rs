//! Whether a mailbox name matches a pattern of LIST (RFC 3501 §6.3.8).

use crate::wire::imap::command::List;

/// What stands between a folder and those in it.
pub const DELIMITER: char = '/';

impl List {
    /// Whether a name is among those asked for: it matches one of the patterns
    /// behind the reference. INBOX matches in any case.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let inbox = name == "INBOX";
        self.patterns.iter().any(|pattern| {
            let whole = format!("{}{pattern}", self.reference);
            matches(&whole, name) || (inbox && matches(&whole.to_ascii_uppercase(), name))
        })
    }
}

/// `*` is anything, `%` anything without the delimiter. The work is bounded by
/// the product of the two lengths, whatever the pattern.
fn matches(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    // Which lengths of the name's head the pattern's head matches.
    let mut heads = vec![false; name.len() + 1];
    if let Some(empty) = heads.first_mut() {
        *empty = true;
    }
    for wanted in pattern.chars() {
        let mut before = false;
        let mut reached = false;
        for (at, head) in heads.iter_mut().enumerate() {
            let c = at.checked_sub(1).and_then(|at| name.get(at)).copied();
            let now = match wanted {
                '*' => reached || *head,
                '%' => *head || (reached && c != Some(DELIMITER)),
                wanted => before && c == Some(wanted),
            };
            before = *head;
            *head = now;
            reached = now;
        }
    }
    heads.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::matches;
    use crate::wire::imap::command::List;

    #[test]
    fn a_percent_stops_at_the_delimiter_and_a_star_does_not() {
        for (pattern, name, fits) in [
            ("*", "Patients/Ana", true),
            ("%", "Patients/Ana", false),
            ("%", "Patients", true),
            ("%/%", "Patients/Ana", true),
            ("P%s/A*", "Patients/Ana/x", true),
            ("*a", "Patients/Ana", true),
            ("*b", "Patients/Ana", false),
            ("Sent", "Sent", true),
            ("sent", "Sent", false),
            ("", "", true),
            ("", "x", false),
            ("%%*", "", true),
            ("ñ%", "ñandú", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_made_of_stars_is_no_trap() {
        let name = "a".repeat(1_000);
        assert!(!matches(&format!("{}b", "*a".repeat(500)), &name));
    }

    #[test]
    fn inbox_matches_in_any_case_and_the_reference_stands_before() {
        let list = |reference: &str, pattern: &str| List {
            reference: reference.to_owned(),
            patterns: vec![pattern.to_owned()],
            ..List::default()
        };
        assert!(list("", "inb%").matches("INBOX"));
        assert!(list("Patients/", "%").matches("Patients/Ana"));
        assert!(!list("Patients/", "%").matches("Sent"));
    }
}
