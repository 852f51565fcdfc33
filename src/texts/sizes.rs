//! Sizes of files as people read them.

use super::say;
use crate::model::{Arg, Language};

/// "812 bytes", "214 KB", "1.2 MB", "3.5 GB": thousands, as mail clients and
/// phones count. Kilobytes are whole; above them one decimal, unless it is 0.
#[must_use]
pub fn size(language: Language, octets: u64) -> String {
    // Rounded to the nearest before the unit is chosen, so that nothing reads
    // "1000 KB".
    let (id, tenths) = match octets {
        0..1_000 => ("size-bytes", octets * 10),
        1_000..999_500 => ("size-kilobytes", (octets + 500) / 1_000 * 10),
        999_500..999_950_000 => ("size-megabytes", (octets + 50_000) / 100_000),
        _ => (
            "size-gigabytes",
            octets.saturating_add(50_000_000) / 100_000_000,
        ),
    };
    let whole = i64::try_from(tenths / 10).unwrap_or(i64::MAX);
    if tenths % 10 == 0 {
        return say(language, id, &[("n", Arg::Number(whole))]);
    }
    let mark = say(language, "decimal-mark", &[]);
    let number = format!("{whole}{mark}{}", tenths % 10);
    say(language, id, &[("n", Arg::Text(number))])
}

#[cfg(test)]
mod tests {
    use super::size;
    use crate::model::Language::{English, Spanish};

    #[test]
    fn a_size_is_written_in_the_unit_people_know() {
        for (octets, english, spanish) in [
            (0, "0 bytes", "0 bytes"),
            (1, "1 byte", "1 byte"),
            (999, "999 bytes", "999 bytes"),
            (1_000, "1 KB", "1 KB"),
            (213_600, "214 KB", "214 KB"),
            (999_499, "999 KB", "999 KB"),
            (999_500, "1 MB", "1 MB"),
            (1_249_999, "1.2 MB", "1.2 MB"),
            (20_000_000, "20 MB", "20 MB"),
            (999_950_000, "1 GB", "1 GB"),
            (3_500_000_000, "3.5 GB", "3.5 GB"),
        ] {
            assert_eq!(size(English, octets), english);
            assert_eq!(size(Spanish, octets), spanish);
        }
    }

    #[test]
    fn the_largest_number_is_written_too() {
        assert_eq!(size(English, u64::MAX), "18446744073.7 GB");
    }
}
