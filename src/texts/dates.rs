//! Times as people read them: always in the clinic's own zone, and named.

use super::say;
use crate::model::{Arg, Language};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};

/// The zones of the United States that have a name of their own. Everywhere
/// else a reader knows the abbreviation or the distance from UTC.
const ZONES: [(&str, &[&str]); 8] = [
    (
        "zone-eastern",
        &[
            "America/New_York",
            "America/Detroit",
            "America/Louisville",
            "America/Kentucky/Louisville",
            "America/Kentucky/Monticello",
            "America/Fort_Wayne",
            "America/Indianapolis",
            "America/Indiana/Indianapolis",
            "America/Indiana/Marengo",
            "America/Indiana/Petersburg",
            "America/Indiana/Vevay",
            "America/Indiana/Vincennes",
            "America/Indiana/Winamac",
            "US/East-Indiana",
            "US/Eastern",
            "US/Michigan",
            "EST5EDT",
        ],
    ),
    (
        "zone-central",
        &[
            "America/Chicago",
            "America/Menominee",
            "America/Indiana/Knox",
            "America/Indiana/Tell_City",
            "America/North_Dakota/Beulah",
            "America/North_Dakota/Center",
            "America/North_Dakota/New_Salem",
            "US/Central",
            "US/Indiana-Starke",
            "CST6CDT",
        ],
    ),
    (
        "zone-mountain",
        &[
            "America/Denver",
            "America/Boise",
            "America/Shiprock",
            "Navajo",
            "US/Mountain",
            "MST7MDT",
        ],
    ),
    ("zone-arizona", &["America/Phoenix", "US/Arizona"]),
    (
        "zone-pacific",
        &["America/Los_Angeles", "US/Pacific", "PST8PDT"],
    ),
    (
        "zone-alaska",
        &[
            "America/Anchorage",
            "America/Juneau",
            "America/Metlakatla",
            "America/Nome",
            "America/Sitka",
            "America/Yakutat",
            "US/Alaska",
        ],
    ),
    (
        "zone-hawaii",
        &[
            "Pacific/Honolulu",
            "America/Adak",
            "US/Hawaii",
            "US/Aleutian",
        ],
    ),
    (
        "zone-atlantic",
        &[
            "America/Puerto_Rico",
            "America/St_Thomas",
            "America/Virgin",
            "America/Halifax",
        ],
    ),
];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// "Sunday, 29 November 2026, 5:00 PM (Pacific)": a moment nobody can mistake.
#[must_use]
pub fn moment(language: Language, at: Timestamp, zone: &TimeZone) -> String {
    let args = [
        ("day", Arg::Text(day(language, at, zone))),
        ("time", Arg::Text(time(language, at, zone))),
        ("zone", Arg::Text(zone_name(language, at, zone))),
    ];
    say(language, "moment", &args)
}

/// "Sunday, 29 November 2026".
#[must_use]
pub fn day(language: Language, at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let weekday = local.weekday().to_monday_one_offset();
    let weekday = say(language, "weekday", &[("n", Arg::Number(weekday.into()))]);
    let date = date(language, &local, true);
    let args = [("weekday", Arg::Text(weekday)), ("date", Arg::Text(date))];
    say(language, "day", &args)
}

/// "9:41 AM". Stand the zone beside it, or once on the page: [`zone_name`].
#[must_use]
pub fn time(language: Language, at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let (hour, id) = match local.hour() {
        0 => (12, "time-morning"),
        hour @ 1..=11 => (hour, "time-morning"),
        12 => (12, "time-afternoon"),
        hour => (hour - 12, "time-afternoon"),
    };
    let clock = format!("{hour}:{:02}", local.minute());
    say(language, id, &[("clock", Arg::Text(clock))])
}

/// The form for lists: "today, 9:41 AM", "yesterday, 4:10 PM", "18 November",
/// and with the year where it is not this one.
#[must_use]
pub fn short(language: Language, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let id = if then.date() == today.date() {
        "today"
    } else if today.date().yesterday().ok() == Some(then.date()) {
        "yesterday"
    } else {
        return date(language, &then, then.year() != today.year());
    };
    say(
        language,
        id,
        &[("time", Arg::Text(time(language, at, zone)))],
    )
}

/// What remains until `until`: "7 days left", "3 hours left". From two days on
/// the nearest number of days; below that never more than there is.
#[must_use]
pub fn left(language: Language, until: Timestamp, now: Timestamp) -> String {
    let seconds = until.duration_since(now).as_secs();
    let (id, n) = match seconds {
        i64::MIN..=0 => return say(language, "left-nothing", &[]),
        1..MINUTE => return say(language, "left-moment", &[]),
        MINUTE..HOUR => ("left-minutes", seconds / MINUTE),
        HOUR..DAY => ("left-hours", seconds / HOUR),
        _ if seconds < 2 * DAY => ("left-days", 1),
        _ => ("left-days", (seconds + DAY / 2) / DAY),
    };
    say(language, id, &[("n", Arg::Number(n))])
}

/// How long something takes or must be waited for: "30 seconds", "2 minutes".
/// Rounded up, so that who waits this long has waited long enough.
#[must_use]
pub fn wait(language: Language, duration: SignedDuration) -> String {
    let part = i64::from(duration.subsec_nanos() > 0);
    let seconds = duration.as_secs().saturating_add(part).max(1);
    let up = |unit: i64| seconds / unit + i64::from(seconds % unit > 0);
    let (id, n) = match seconds {
        ..MINUTE => ("seconds", seconds),
        _ if up(MINUTE) < 60 => ("minutes", up(MINUTE)),
        // One and a half days read better as 36 hours.
        _ if up(HOUR) < 48 => ("hours", up(HOUR)),
        _ => ("days", up(DAY)),
    };
    say(language, id, &[("n", Arg::Number(n))])
}

/// The zone's name at that moment: "Pacific", "hora del Pacífico", "CET",
/// "UTC+05:45".
#[must_use]
pub fn zone_name(language: Language, at: Timestamp, zone: &TimeZone) -> String {
    let iana = zone.iana_name().unwrap_or_default();
    if let Some((id, _)) = ZONES.iter().find(|(_, names)| names.contains(&iana)) {
        return say(language, id, &[]);
    }
    let info = zone.to_offset_info(at);
    let short = info.abbreviation();
    // Where no abbreviation is in use the zone database gives the offset alone.
    if short.starts_with(['+', '-']) {
        let seconds = info.offset().seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.abs() / 60;
        return format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    }
    short.to_owned()
}

/// "31 January 1980": a day that is nobody's moment, such as a date of birth.
#[must_use]
pub fn civil(language: Language, day: Date) -> String {
    written(language, day, true)
}

/// "29 November", with or without its year.
fn date(language: Language, local: &Zoned, with_year: bool) -> String {
    written(language, local.date(), with_year)
}

fn written(language: Language, local: Date, with_year: bool) -> String {
    let month = Arg::Number(local.month().into());
    let month = say(language, "month", &[("n", month)]);
    let id = if with_year { "date" } else { "date-this-year" };
    let args = [
        ("day", Arg::Number(local.day().into())),
        ("month", Arg::Text(month)),
        ("year", Arg::Number(local.year().into())),
    ];
    say(language, id, &args)
}

#[cfg(test)]
mod tests {
    use super::{day, left, moment, short, time, wait, zone_name};
    use crate::model::Language::{English, Spanish};
    use jiff::{SignedDuration, Timestamp, tz::TimeZone};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn a_moment_is_written_in_full_with_the_day_of_the_week_and_the_zone() {
        let (at, zone) = (at("2026-11-30T01:00:00Z"), zone("America/Los_Angeles"));
        assert_eq!(
            moment(English, at, &zone),
            "Sunday, 29 November 2026, 5:00 PM (Pacific)"
        );
        assert_eq!(
            moment(Spanish, at, &zone),
            "domingo, 29 de noviembre de 2026, 5:00\u{a0}p.\u{a0}m. (hora del Pacífico)"
        );
        assert_eq!(day(English, at, &zone), "Sunday, 29 November 2026");
    }

    #[test]
    fn midnight_and_noon_are_twelve() {
        let utc = TimeZone::UTC;
        assert_eq!(time(English, at("2026-01-01T00:05:00Z"), &utc), "12:05 AM");
        assert_eq!(time(English, at("2026-01-01T12:00:00Z"), &utc), "12:00 PM");
        assert_eq!(time(English, at("2026-01-01T13:59:59Z"), &utc), "1:59 PM");
        assert_eq!(
            time(Spanish, at("2026-01-01T09:41:00Z"), &utc),
            "9:41\u{a0}a.\u{a0}m."
        );
    }

    #[test]
    fn clocks_that_change_in_the_night_show_the_hour_people_see() {
        let zone = zone("America/New_York");
        // Spring 2026: 1:59 is followed by 3:00. Autumn: 1:30 comes twice.
        assert_eq!(time(English, at("2026-03-08T06:59:00Z"), &zone), "1:59 AM");
        assert_eq!(time(English, at("2026-03-08T07:00:00Z"), &zone), "3:00 AM");
        assert_eq!(time(English, at("2026-11-01T05:30:00Z"), &zone), "1:30 AM");
        assert_eq!(time(English, at("2026-11-01T06:30:00Z"), &zone), "1:30 AM");
    }

    #[test]
    fn lists_say_today_and_yesterday_by_the_clinics_calendar() {
        let zone = zone("America/Los_Angeles");
        let now = at("2026-11-22T17:50:00Z");
        let shown = |then| short(English, at(then), now, &zone);
        assert_eq!(shown("2026-11-22T17:41:00Z"), "today, 9:41 AM");
        assert_eq!(shown("2026-11-22T08:00:00Z"), "today, 12:00 AM");
        assert_eq!(shown("2026-11-22T07:59:00Z"), "yesterday, 11:59 PM");
        assert_eq!(shown("2026-11-18T18:00:00Z"), "18 November");
        assert_eq!(shown("2025-11-18T18:00:00Z"), "18 November 2025");
        assert_eq!(
            short(Spanish, at("2026-11-22T17:41:00Z"), now, &zone),
            "hoy, 9:41\u{a0}a.\u{a0}m."
        );
        assert_eq!(
            short(Spanish, at("2026-05-01T17:41:00Z"), now, &zone),
            "1 de mayo"
        );
    }

    #[test]
    fn the_day_after_the_clocks_change_yesterday_is_still_yesterday() {
        let zone = zone("America/New_York");
        let (then, now) = (at("2026-03-08T05:10:00Z"), at("2026-03-09T04:05:00Z"));
        assert_eq!(short(English, then, now, &zone), "yesterday, 12:10 AM");
    }

    #[test]
    fn what_is_left_is_counted_in_the_unit_that_matters() {
        let now = at("2026-11-22T12:00:00Z");
        let after = |seconds| now + SignedDuration::from_secs(seconds);
        for (seconds, said) in [
            (7 * 86_400 - 180, "7 days left"),
            (2 * 86_400, "2 days left"),
            (47 * 3600, "1 day left"),
            (24 * 3600 - 1, "23 hours left"),
            (3600, "1 hour left"),
            (3599, "59 minutes left"),
            (60, "1 minute left"),
            (59, "less than a minute left"),
            (0, "no time left"),
            (-5, "no time left"),
        ] {
            assert_eq!(left(English, after(seconds), now), said);
        }
        assert_eq!(left(Spanish, after(86_400), now), "queda 1 día");
        assert_eq!(left(Spanish, after(3 * 3600), now), "quedan 3 horas");
    }

    #[test]
    fn a_wait_is_never_told_shorter_than_it_is() {
        let english = |millis| wait(English, SignedDuration::from_millis(millis));
        assert_eq!(english(-1), "1 second");
        assert_eq!(english(29_001), "30 seconds");
        assert_eq!(english(60_000), "1 minute");
        assert_eq!(english(61_000), "2 minutes");
        assert_eq!(english(15 * 60_000), "15 minutes");
        assert_eq!(english(59 * 60_000 + 1), "1 hour");
        assert_eq!(english(24 * 3_600_000), "24 hours");
        assert_eq!(english(7 * 86_400_000), "7 days");
        assert_eq!(wait(Spanish, SignedDuration::from_mins(2)), "2 minutos");
        assert_eq!(wait(Spanish, SignedDuration::from_secs(1)), "1 segundo");
        assert_eq!(wait(English, SignedDuration::MAX), "106751991167301 days");
    }

    #[test]
    fn zones_have_the_names_people_use() {
        let at = at("2026-07-01T12:00:00Z");
        for (name, english, spanish) in [
            ("America/New_York", "Eastern", "hora del Este"),
            ("US/Central", "Central", "hora del Centro"),
            ("America/Boise", "Mountain", "hora de la Montaña"),
            ("America/Phoenix", "Arizona", "hora de Arizona"),
            ("America/Juneau", "Alaska", "hora de Alaska"),
            ("Pacific/Honolulu", "Hawaii", "hora de Hawái"),
            ("America/Puerto_Rico", "Atlantic", "hora del Atlántico"),
            ("Europe/Berlin", "CEST", "CEST"),
            ("Asia/Kathmandu", "UTC+05:45", "UTC+05:45"),
            ("America/Sao_Paulo", "UTC-03:00", "UTC-03:00"),
            ("UTC", "UTC", "UTC"),
        ] {
            let zone = zone(name);
            assert_eq!(zone_name(English, at, &zone), english);
            assert_eq!(zone_name(Spanish, at, &zone), spanish);
        }
        let fixed = TimeZone::fixed(jiff::tz::offset(-8));
        assert_eq!(zone_name(English, at, &fixed), "UTC-08:00");
    }

    #[test]
    fn every_zone_in_the_table_exists() {
        for name in super::ZONES.iter().flat_map(|(_, names)| *names) {
            assert!(TimeZone::get(name).is_ok(), "{name} is no zone");
        }
    }
}
