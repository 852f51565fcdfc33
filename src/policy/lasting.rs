//! For how long one message can be read, where its writer says so.

use jiff::SignedDuration;

/// Within an hour a notice may not even have arrived.
const SHORTEST: i64 = 1;
/// A link older than a year belongs to somebody else's mailbox by now.
const LONGEST: i64 = 365 * 24;

/// Reads a wish such as `14d` or `36h`: a number and a unit, from an hour to a
/// year (requirements SE8). `None` if it is anything else: a guess could shut a
/// patient out, or leave a message readable for longer than was meant.
#[must_use]
pub fn lasting(wish: &str) -> Option<SignedDuration> {
    let wish = wish.trim();
    let (number, unit) = wish.split_at_checked(wish.len().checked_sub(1)?)?;
    // `parse` would take a sign.
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let each = match unit {
        "h" | "H" => 1,
        "d" | "D" => 24,
        _ => return None,
    };
    let hours = number.parse::<i64>().ok()?.checked_mul(each)?;
    (SHORTEST..=LONGEST)
        .contains(&hours)
        .then(|| SignedDuration::from_hours(hours))
}

#[cfg(test)]
mod tests {
    use super::lasting;

    #[test]
    fn hours_and_days_are_read_within_an_hour_and_a_year() {
        for (wish, hours) in [
            ("14d", 336),
            ("1h", 1),
            ("36H", 36),
            (" 365d ", 8760),
            ("8760h", 8760),
        ] {
            assert_eq!(lasting(wish).unwrap().as_hours(), hours, "{wish}");
        }
    }

    #[test]
    fn anything_else_is_no_wish() {
        for wish in [
            "",
            "d",
            "14",
            "0h",
            "0d",
            "366d",
            "8761h",
            "-1d",
            "+1d",
            "1.5d",
            "1w",
            "14 d",
            "14 days",
            "٣d",
            "99999999999999999999h",
            "9223372036854775807d",
            "é",
        ] {
            assert_eq!(lasting(wish), None, "{wish:?} was taken");
        }
    }
}
