//! How slowly a peer may send or read.

use jiff::SignedDuration;

/// The slowest pace that is put up with: a while for the beginning, and from
/// then on so many octets a second on the average. A wait for the next octet
/// bounds a silence; this bounds a trickle.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// What everybody has, however little comes.
    pub start: SignedDuration,
    /// Octets a second.
    pub rate: u32,
}

impl Pace {
    /// How long so many octets may take.
    #[must_use]
    pub fn time_for(self, octets: u64) -> SignedDuration {
        let seconds = octets / u64::from(self.rate.max(1));
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        self.start
            .saturating_add(SignedDuration::from_secs(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use jiff::SignedDuration;

    #[test]
    fn a_pace_gives_a_start_and_a_second_for_each_rate_of_octets() {
        let pace = Pace {
            start: SignedDuration::from_secs(60),
            rate: 1_000,
        };
        assert_eq!(pace.time_for(999).as_secs(), 60);
        assert_eq!(pace.time_for(30_000).as_secs(), 90);
        assert_eq!(pace.time_for(u64::MAX), pace.time_for(u64::MAX - 1));
    }
}
