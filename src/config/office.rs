//! `[office]`: the pages where the office works, and how it hears of an answer.

use crate::config::draft::Section;
use crate::config::name::Url;
use crate::model::Address;
use jiff::SignedDuration;
use std::net::{Ipv6Addr, SocketAddr};

/// The pages where the office works, and how it hears of an answer.
#[derive(Clone, Debug)]
pub struct Office {
    /// Where the pages listen. Default port 8443 on every address: the portal has
    /// 443, and the two share neither address nor name (requirements C8.4).
    pub listen: Vec<SocketAddr>,
    /// Where the office finds the pages. Default none: there are no pages.
    pub url: Option<Url>,
    /// An address that is told, without content, that an answer has come; at
    /// most every 15 minutes. Default none: nothing leaves.
    pub notify: Option<Address>,
    /// From when on the pages show what a patient has not opened, so that somebody
    /// calls. Default 3 days: half the time that a message can be read.
    pub unopened: SignedDuration,
}

impl Office {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        let every = vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, 8443))];
        Self {
            listen: s.or("listen", every),
            url: s.or("url", None),
            notify: s.or("notify", None),
            unopened: s.within("unopened", days(3), days(1)..=days(30)),
        }
    }

    /// Where the pages listen; nowhere, if there are none.
    #[must_use]
    pub fn doors(&self) -> &[SocketAddr] {
        match self.url {
            Some(_) => &self.listen,
            None => &[],
        }
    }
}
