//! `[office]`: the pages where the office works, and how it hears of an answer.

use crate::config::draft::Section;
use crate::config::name::Url;
use crate::model::Address;
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
}

impl Office {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        let every = vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, 8443))];
        Self {
            listen: s.or("listen", every),
            url: s.or("url", None),
            notify: s.or("notify", None),
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
