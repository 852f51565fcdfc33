//! Whether a mailbox name matches a pattern of LIST (RFC 3501 §6.3.8).

use crate::wire::imap::command::List;

/// What stands between a folder and those in it.
pub const DELIMITER: char = '/';

impl List {
    /// Whether a name is among those asked for: it matches one of the patterns
    /// behind the reference. INBOX matches in any case, also above others.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let rest = name.strip_prefix("INBOX");
        let inbox = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(DELIMITER));
        self.wholes().any(|mut whole| {
            if compare(&whole, name).fits {
                return true;
            }
            let first = whole.find(DELIMITER).unwrap_or(whole.len());
            if let Some(first) = whole.get_mut(..first).filter(|_| inbox) {
                first.make_ascii_uppercase();
            }
            inbox && compare(&whole, name).fits
        })
    }

    /// Whether a name that begins with `start` could be among them.
    #[must_use]
    pub fn reaches(&self, start: &str) -> bool {
        self.wholes().any(|whole| compare(&whole, start).begins)
    }

    fn wholes(&self) -> impl Iterator<Item = String> {
        let patterns = self.patterns.iter();
        patterns.map(|pattern| format!("{}{pattern}", self.reference))
    }
}

/// How a name stands to a pattern.
struct Compared {
    /// The pattern matches it.
    fits: bool,
    /// The pattern matches it, or something longer that begins with it.
    begins: bool,
}

/// `*` is anything, `%` anything without the delimiter. The work is bounded by
/// the product of the two lengths, whatever the pattern.
fn compare(pattern: &str, name: &str) -> Compared {
    let name: Vec<char> = name.chars().collect();
    // Which lengths of the name's head the pattern's head matches.
    let mut heads = vec![false; name.len() + 1];
    if let Some(empty) = heads.first_mut() {
        *empty = true;
    }
    let whole = |heads: &[bool]| heads.last().copied().unwrap_or_default();
    let mut begins = whole(&heads);
    let mut last = None;
    for wanted in pattern.chars() {
        // Twice the same wildcard is no more than once.
        let again = matches!(wanted, '*' | '%') && last == Some(wanted);
        last = Some(wanted);
        if again {
            continue;
        }
        let (mut before, mut reached, mut alive) = (false, false, false);
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
            alive |= now;
        }
        begins |= whole(&heads);
        if !alive {
            break;
        }
    }
    let fits = whole(&heads);
    Compared { fits, begins }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::wire::imap::command::List;

    fn matches(pattern: &str, name: &str) -> bool {
        compare(pattern, name).fits
    }

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
        assert!(list("", "Inbox/%").matches("INBOX/later"));
        assert!(list("inbox/", "*").matches("INBOX/later"));
        assert!(list("", "%/%").matches("INBOX/later"));
        assert!(!list("", "inbox/LATER").matches("INBOX/later"));
        assert!(!list("", "inboxes").matches("INBOXES"));
        assert!(list("Patients/", "%").matches("Patients/Ana"));
        assert!(!list("Patients/", "%").matches("Sent"));
    }

    #[test]
    fn a_pattern_without_a_way_below_a_folder_is_known_before_what_lies_there() {
        let list = |reference: &str, patterns: &[&str]| List {
            reference: reference.to_owned(),
            patterns: patterns.iter().map(|p| (*p).to_owned()).collect(),
            ..List::default()
        };
        for (reference, patterns, reaches) in [
            ("", &["%"][..], false),
            ("", &["*"], true),
            ("", &["%/%"], true),
            ("", &["%%"], false),
            ("", &["P*"], true),
            ("", &["INBOX", "Sent"], false),
            ("", &["INBOX", "Patients/Ana"], true),
            ("Patients/", &["%"], true),
            ("Patients", &["%"], false),
            ("", &["Patients"], false),
        ] {
            let list = list(reference, patterns);
            assert_eq!(
                list.reaches("Patients/"),
                reaches,
                "{reference} {patterns:?}"
            );
        }
    }
}
