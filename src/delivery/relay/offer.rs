//! What the relay offers in its answer to EHLO. The library keeps four
//! extensions of it, and neither DSN nor SIZE is among them; so the answer is
//! listened to as it passes by.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

/// Most keywords that are kept: servers offer a dozen or two.
const MAX_KEYWORDS: usize = 64;

/// The keywords of an answer to EHLO (RFC 5321 §4.1.1.1); none until it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Offer(Arc<OnceLock<HashSet<String>>>);

impl Offer {
    /// Whether the relay offers the extension with this keyword, which is
    /// written in capitals.
    pub(super) fn has(&self, keyword: &str) -> bool {
        self.0
            .get()
            .is_some_and(|offered| offered.contains(keyword))
    }
}

/// Listens for the offer in what a relay says: the greeting is its first reply,
/// the answer to EHLO its second.
#[derive(Debug, Default)]
pub(super) struct Listener {
    replies: u8,
    keywords: HashSet<String>,
    offer: Offer,
}

impl Listener {
    /// Where the offer will be.
    pub(super) fn offer(&self) -> Offer {
        self.offer.clone()
    }

    /// Hears one line with its end.
    pub(super) fn hear(&mut self, line: &[u8]) {
        if self.replies > 1 {
            return;
        }
        if self.replies == 1 && self.keywords.len() < MAX_KEYWORDS {
            let text = String::from_utf8_lossy(line.get(4..).unwrap_or_default());
            let keyword = text.split_whitespace().next();
            // RFC 5321 §2.4: keywords are written in any case.
            self.keywords.extend(keyword.map(str::to_ascii_uppercase));
        }
        if line.get(3) != Some(&b'-') {
            self.replies += 1;
            if self.replies == 2 {
                // Set once, here; there is no second answer to EHLO.
                let _ = self.offer.0.set(std::mem::take(&mut self.keywords));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Listener;

    #[test]
    fn what_is_offered_is_heard_in_any_case_and_nothing_else_is() {
        let mut listener = Listener::default();
        let offer = listener.offer();
        for line in [
            "220-8BITMIME is what this greeting speaks of\r\n",
            "220 relay.example ESMTP\r\n",
            "250-relay.example\r\n",
            "250-size 1000000\r\n",
        ] {
            listener.hear(line.as_bytes());
            assert!(!offer.has("SIZE"), "the answer is not over");
        }
        listener.hear(b"250 Dsn\r\n");
        listener.hear(b"250-SMTPUTF8\r\n");
        assert!(offer.has("SIZE") && offer.has("DSN"));
        assert!(!offer.has("8BITMIME") && !offer.has("SMTPUTF8"));
    }

    #[test]
    fn a_relay_that_offers_without_end_is_heard_for_a_while() {
        let mut listener = Listener::default();
        listener.hear(b"220 hello\r\n");
        for n in 0..1000 {
            listener.hear(format!("250-X{n}\r\n").as_bytes());
        }
        assert_eq!(listener.keywords.len(), super::MAX_KEYWORDS);
    }
}
