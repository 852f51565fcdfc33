//! When a job is tried again, when its sender hears of a delay, and when we
//! give up. Pure: times in, times out.

use crate::model::Lane;
use jiff::{SignedDuration, Timestamp};

/// Somebody waits at a screen for a code: the pauses between tries (requirements
/// C3.11), the last one repeated.
const CODE_PAUSES: [i64; 4] = [15, 30, 60, 120];
/// Seconds between tries of everything else: quick at first, for a relay that
/// restarts or greylists, then hourly, as RFC 5321 §4.5.4.1 wishes.
const PAUSES: [i64; 7] = [60, 120, 300, 600, 1_200, 2_400, 3_600];

/// A code is worthless 30 minutes after it was made (foundations §5).
pub const CODE_LIFE: SignedDuration = SignedDuration::from_mins(30);
/// A sender hears after this time that a mail is late (requirements C6.5).
pub const WARN_AFTER: SignedDuration = SignedDuration::from_hours(4);
/// We give up after this time (requirements C6.5).
pub const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(48);
/// News that the clinic's own program did not take in a day is old: whoever
/// mends that program asks for everything anyhow.
pub const NEWS_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// When a job made at `created` is tried again after `tried` tries, the last
/// of them at `now`. `None`: it is given up. Dispatch is never given up, since
/// the message was accepted; nor is a file for the chart.
#[must_use]
pub fn next(lane: Lane, created: Timestamp, tried: u32, now: Timestamp) -> Option<Timestamp> {
    let next = later(now, pause(lane, tried));
    let Some(end) = end(lane, created) else {
        return Some(next);
    };
    if next > end {
        return None;
    }
    // One try falls on the moment at which a delay is to be reported, so that
    // the report is not late itself.
    let warn = later(created, WARN_AFTER);
    Some(if lane != Lane::Webhook && now < warn && warn < next {
        warn
    } else {
        next
    })
}

/// Whether the sender is to hear at `now` that the job is late.
#[must_use]
pub fn is_late(lane: Lane, created: Timestamp, now: Timestamp) -> bool {
    matches!(lane, Lane::Notice | Lane::Clear) && now >= later(created, WARN_AFTER)
}

fn end(lane: Lane, created: Timestamp) -> Option<Timestamp> {
    match lane {
        Lane::Dispatch | Lane::Success | Lane::Chart => None,
        Lane::Webhook => Some(later(created, NEWS_LIFE)),
        Lane::Code => Some(later(created, CODE_LIFE)),
        Lane::Report | Lane::Notice | Lane::Clear => Some(later(created, GIVE_UP_AFTER)),
    }
}

fn pause(lane: Lane, tried: u32) -> SignedDuration {
    let pauses: &[i64] = match lane {
        Lane::Code => &CODE_PAUSES,
        _ => &PAUSES,
    };
    let place = usize::try_from(tried.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = pauses.get(place).or(pauses.last()).copied();
    SignedDuration::from_secs(seconds.unwrap_or_default())
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::{is_late, next};
    use crate::model::Lane;
    use jiff::Timestamp;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// The seconds after creation at which a job in this lane is tried, if
    /// every try takes no time and is deferred.
    fn tries(lane: Lane) -> Vec<i64> {
        let mut tries = vec![0];
        for tried in 1..100 {
            let Some(due) = next(lane, at(0), tried, at(*tries.last().unwrap())) else {
                break;
            };
            tries.push(due.as_second());
        }
        tries
    }

    #[test]
    fn a_code_is_tried_quickly_and_given_up_when_it_expires() {
        let tries = tries(Lane::Code);
        assert_eq!(&tries[..6], [0, 15, 45, 105, 225, 345]);
        let last = *tries.last().unwrap();
        assert!(last <= 1_800 && last + 120 > 1_800);
    }

    #[test]
    fn a_notice_is_tried_more_and_more_seldom_and_given_up_after_two_days() {
        let tries = tries(Lane::Notice);
        assert_eq!(&tries[..7], [0, 60, 180, 480, 1_080, 2_280, 4_680]);
        assert!(tries.contains(&(4 * 3_600)), "a try falls on the warning");
        let last = *tries.last().unwrap();
        assert!(last <= 48 * 3_600 && last + 3_600 > 48 * 3_600);
    }

    #[test]
    fn an_accepted_message_is_never_given_up_before_its_routes_are_chosen() {
        assert!(next(Lane::Dispatch, at(0), 500, at(90 * 86_400)).is_some());
    }

    #[test]
    fn a_file_for_the_chart_waits_for_its_disk_and_news_for_a_day() {
        assert!(next(Lane::Chart, at(0), 500, at(90 * 86_400)).is_some());
        let last = *tries(Lane::Webhook).last().unwrap();
        assert!(last <= 24 * 3_600 && last + 3_600 > 24 * 3_600);
    }

    #[test]
    fn only_a_mail_that_a_sender_waits_for_is_late() {
        assert!(is_late(Lane::Notice, at(0), at(4 * 3_600)));
        assert!(!is_late(Lane::Notice, at(0), at(4 * 3_600 - 1)));
        assert!(!is_late(Lane::Code, at(0), at(4 * 3_600)));
        assert!(!is_late(Lane::Report, at(0), at(4 * 3_600)));
    }
}
